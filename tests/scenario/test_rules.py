"""Protects what a rule by history says and means: conditions_in, cells, what moves a value, and who is told alike."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.scenario import ScenarioError, load
from cxsim.scenario.cells import cells_of
from cxsim.scenario.history import SCALES, History, When, conditions_in
from cxsim.scenario.schedule import Strata, build_schedule
from cxsim.scenario.writing import scenario_hash, scenario_record, scenario_text

TIERS = {
    "none": [0],
    "silver": [1],
    "gold": [2],
    "none or silver": [0, 1],
    "silver or gold": [1, 2],
    "none or silver or gold": [0, 1, 2],
}
BETTER = '{parameter = "use.quality", add = 0.01}'


def plan(when: str, effect: str = BETTER, name: str = "rule", **more) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'[[intervention]]\nname = "{name}"\nwhen = {when}\n{lines}effect = [{effect}]\n'


# ---- conditions_in and cells -------------------------------------------------------------------------------------------


@st.composite
def asked(draw) -> When:
    """Any rule that somebody can fulfil."""
    keys = {}
    for variable in draw(st.sets(st.sampled_from(list(History)), min_size=1, max_size=3)):
        if variable in (History.complained, History.customer):
            keys[variable.name] = draw(st.booleans())
        elif variable == History.tier:
            keys[variable.name] = draw(st.sampled_from(list(TIERS)))
        elif variable == History.channel:
            keys[variable.name] = draw(st.sampled_from(["usual", "app"]))
        else:
            low = draw(st.sampled_from([0, 1, 2, 2.5, 5, 9]))
            sign = draw(st.sampled_from([">", ">=", "<=", "<"]))
            keys[variable.name] = f"{sign} {low if sign != '<' else low + 1}"
            if sign.startswith(">") and draw(st.booleans()):
                keys[variable.name] += f", {draw(st.sampled_from(['<', '<=']))} {low + 2}"
    try:
        return When.model_validate(keys)
    except ValueError:
        return When(customer=True)


@st.composite
def histories(draw) -> dict[tuple[int, History], float]:
    """What two brands know of somebody."""
    near = st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 5.0, 6.0, 7.0, 9.0, 10.0, 11.0, math.nextafter(2.5, 3.0), 4.999])
    known = {}
    for brand, variable in itertools.product(range(2), History):
        scale = SCALES[variable]
        value = draw(near.filter(lambda each, scale=scale: each <= scale.high))
        known[brand, variable] = math.nan if scale.may_be_unknown and draw(st.integers(0, 3)) == 0 else value
    return known


def directly(when: When, brand: int, known: dict[tuple[int, History], float]) -> bool:
    """Written anew, from the description: every comparison of every variable named."""
    signs = {">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b}
    for variable in History:
        text, value = getattr(when, variable.name), known[brand, variable]
        if variable == History.tier and text is not None:
            if value not in TIERS[text]:
                return False
        elif variable == History.channel and text is not None:
            if (value == 0) != (text == "usual"):
                return False
        elif isinstance(text, bool) and (math.isnan(value) or bool(value >= 1) != text):
            return False
        elif isinstance(text, str):
            for part in text.split(","):
                sign, number = part.split()
                if math.isnan(value) or not signs[sign](value, float(number)):
                    return False
    return True


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 1), asked()), min_size=1, max_size=5), st.lists(histories(), max_size=8))
def test_who_is_in_a_cell_is_whom_the_rule_means(rules, people):
    cells = cells_of(rules)
    cuts = cells.cuts()
    assert cells.count == 1 + sum(
        max(edge.stride for edge in cuts if edge[:2] == books) * len(cells.edges[books]) for books in cells.edges
    )
    for known in people:
        cell = sum(cut.stride for cut in cuts if known[cut.brand, History(cut.variable)] >= cut.edge)
        for brand, when in rules:
            assert cells.holding(brand, when)[cell] == directly(when, brand, known)


def test_ten_tiers_are_eleven_cells():
    assert cells_of((0, When(purchases=f">= {number}")) for number in range(1, 11)).count == 11


def test_a_range_is_both_conditions_in():
    assert [each.holds(3.0) for each in conditions_in(">= 3, < 5")] == [True, True]
    assert [each.holds(5.0) for each in conditions_in(">= 3, < 5")] == [True, False]


# ---- files -----------------------------------------------------------------------------------------------------------


def test_a_rule_is_written_read_and_hashed():
    text = EVERYTHING_HAPPENS + plan('{purchases = ">= 3, < 5", customer = true}')
    scenario, other = scenario_from(text), scenario_from(text.replace("< 5", "< 6"))
    again = scenario_from(scenario_text(scenario))
    assert again == scenario and scenario_hash(again) == scenario_hash(scenario) != scenario_hash(other)
    assert str(scenario.intervention[0].when) == "purchases >= 3, < 5 and customer"


def test_a_plan_without_rules_says_nothing_of_them_in_what_its_hash_is_of():
    assert all("when" not in item for item in scenario_record(load("plans/restaurant-second-cook"))["intervention"])


def test_overrides_reach_a_rule():
    text = EVERYTHING_HAPPENS + plan('{purchases = ">= 3"}')
    assert scenario_from(text, 'intervention.rule.when.purchases=">= 4"') == scenario_from(text.replace(">= 3", ">= 4"))


WRONG = {
    "satisfaction": ('{satisfaction = "< 0.5"}', ["line 30", "when.satisfaction", "No firm sees that of a person", "purchases, weeks_since"]),
    "disposition": ('{disposition = "< 1"}', ["No firm sees that of a person"]),
    "misspelt": ('{purchase = ">= 5"}', ["Did you mean 'purchases'?"]),
    "not a comparison": ('{purchases = "5 or more"}', ["line 30", "given '5 or more'", '">= 5"', '">= 3, < 5"']),
    "a bare number": ("{purchases = 5}", ["given 5", '">= 5"']),
    "equals": ('{purchases = "= 5"}', ['">= 5"']),
    "no yes or no": ('{complained = "yes"}', ["given 'yes'", "true or false"]),
    "for nobody": ('{purchases = ">= 5, < 3"}', ["line 30", "holds for nobody", "from 0 on"]),
    "between whole numbers": ('{purchases = "> 5, < 6"}', ["holds for nobody", "a whole number"]),
    "no such score": ('{last_score = "> 10"}', ["holds for nobody", "from 0 to 10"]),
    "nothing": ("{}", ["asks for nothing", "purchases, weeks_since_purchase, spend"]),
    "no table": ('"purchases >= 5"', ["line 30", "intervention.0.when", "it should be a table such as"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rules_are_told_what_is_allowed(name):
    when, said = WRONG[name]
    with pytest.raises(ScenarioError) as wrong:
        scenario_from(EVERYTHING_HAPPENS + plan(when))
    assert len(wrong.value.problems) == 1
    for words in said:
        assert words in str(wrong.value)


def test_a_desk_for_all_cannot_be_for_some():
    with pytest.raises(ScenarioError, match="shared by all customers"):
        scenario_from(EVERYTHING_HAPPENS + plan('{purchases = ">= 5"}', '{parameter = "support.capacity", set = 9.0}'))


def test_too_many_kinds_of_people_are_refused_before_anybody_lives():
    many = "".join(
        f'[[intervention]]\nname = "n{number}"\ncoverage = 0.5\nramp_weeks = 30\nstart_week = {number}\neffect = [{BETTER}]\n'
        for number in range(20)
    )
    with pytest.raises(ScenarioError) as wrong:
        scenario_from(EVERYTHING_HAPPENS + many, "market.people=1000000")
    assert "1,000,000 kinds of people" in str(wrong.value) and "20 interventions that cover only a share" in str(
        wrong.value
    )
    scenario_from(EVERYTHING_HAPPENS + many, "market.people=100")


# ---- what a value can come to ----------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["set", "multiply", "add"]), st.floats(-1.5, 1.5), st.sampled_from([1.0, 0.5]),
            st.sampled_from(["", 'when = {purchases = ">= 2"}', 'when = {purchases = "< 2"}']), st.integers(0, 3),
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_what_is_said_to_leave_its_range_is_what_somebody_would_meet(items):
    """Against every combination of people, one after the other."""
    text = "".join(
        f'[[intervention]]\nname = "n{place}"\ncoverage = {coverage}\n{when}\nramp_weeks = {ramp}\n'
        f'effect = [{{parameter = "use.quality", {operation} = {size}}}]\n'
        for place, (operation, size, coverage, when, ramp) in enumerate(items)
    )
    scenario = load_unchecked(text)
    schedule = build_schedule(scenario)
    every = np.zeros((1 << len(schedule.partial), len(schedule.partial)), bool)
    every[:] = list(itertools.product([False, True], repeat=len(schedule.partial)))
    terms = schedule.terms(Strata(np.zeros(len(every), int), every))
    met = terms.offers["use"]["quality"][:, scenario.focal]
    faults = schedule.faults()
    assert bool(faults) == bool(met.min() < 0.0 or met.max() > 1.5)
    for fault in faults:
        assert fault.reached in (met.min(), met.max())


def load_unchecked(text: str):
    """The scenario, whatever its effects come to."""
    import tomllib

    from cxsim.scenario.schema import Scenario

    values = tomllib.loads("[market]\nhorizon_weeks = 6\n" + text)
    return Scenario.model_validate(values)
