"""Protects what a study lives: its designs, its worlds, its values in a scenario, and what is said when its file is wrong."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import PLAN, STUDY, written

from cxsim.analysis.sweep import read_study
from cxsim.analysis.sweep.parameters import known_keys, own_value, record_of, scenario_with
from cxsim.analysis.sweep.points import points_of, worlds_of
from cxsim.analysis.sweep.sweep import planned
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.register import find_entries
from cxsim.scenario.writing import scenario_record

HEAD = 'scenario = "market.toml"\nplans = ["plan.toml"]\n'
QUALITY, DELIVERY = "brand.ours.use.quality", "brand.ours.use.delivery_weeks"
RANGES = f"""
[[factor]]
key = "{QUALITY}"
low = 0.5
high = 0.9
[[factor]]
key = "{DELIVERY}"
low = 0.1
high = 10.0
scale = "log"
"""


def design(folder, kind, factors=RANGES, head=HEAD):
    return points_of(read_study(written(folder, f"{head}design = {{ {kind} }}\n{factors}")))


# ---- designs --------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(points=st.integers(1, 40), seed=st.integers(0, 2**63 - 1))
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_factor(tmp_path, points, seed):
    table = design(tmp_path, f'kind = "latin_hypercube", points = {points}', head=f"seed = {seed}\n{HEAD}")
    shares = [(table[QUALITY] - 0.5) / 0.4, np.log(table[DELIVERY] / 0.1) / np.log(100.0)]
    for share in shares:
        strata = np.sort(np.floor(share.to_numpy() * points + 1e-4 * (share.to_numpy() < 0.5)))  # six figures are kept
        assert np.abs(strata - np.arange(points)).max() <= (1 if points > 1 else 0)
        assert np.abs(np.sort(share) - (np.arange(points) + 0.5) / points).max() <= 0.5 / points + 1e-4
    again = design(tmp_path, f'kind = "latin_hypercube", points = {points}', head=f"seed = {seed}\n{HEAD}")
    assert again.equals(table)


@settings(max_examples=6)
@given(power=st.integers(0, 6))
def test_a_sobol_sequence_is_balanced_on_halves(tmp_path, power):
    table = design(tmp_path, f'kind = "sobol", points = {2**power}')
    assert len(table) == 2**power
    if power:
        assert (table[QUALITY] < 0.7).sum() == (table[DELIVERY] < 1.0).sum() == 2 ** (power - 1)


def test_another_seed_is_another_draw_and_worlds_are_drawn_apart(tmp_path):
    first, other = (design(tmp_path, 'kind = "sobol", points = 8', head=f"seed = {seed}\n{HEAD}") for seed in (1, 2))
    assert not first.equals(other)


def test_a_factorial_has_every_combination(tmp_path):
    factors = '[[factor]]\nkey = "market.links.kind"\nvalues = ["small_world", "communities"]\n' + RANGES
    table = design(tmp_path, 'kind = "factorial"', factors)
    wanted = set(itertools.product(("small_world", "communities"), (0.5, 0.9), (0.1, 10.0)))
    assert len(table) == 8 and set(table.itertuples(index=False, name=None)) == wanted


def test_one_at_a_time_is_the_market_and_one_change_each(tmp_path):
    reading = read_study(written(tmp_path, HEAD + 'design = { kind = "one_at_a_time" }\n' + RANGES))
    table, own = points_of(reading), {key: own_value(reading.scenarios["base"], key) for key in (QUALITY, DELIVERY)}
    assert table.iloc[0].to_dict() == own
    assert (table.iloc[1:] != pd.Series(own)).sum(axis=1).eq(1).all() and len(table) == 1 + 4 + 5  # 0.7 is lived once


def test_one_at_a_time_takes_as_many_levels_as_asked_for(tmp_path):
    table = design(tmp_path, 'kind = "one_at_a_time", levels = 3')
    assert table[QUALITY].to_list()[1:3] == [0.5, 0.9] and table[DELIVERY].to_list()[3:] == [0.1, 1.0, 10.0]


def test_every_step_of_a_morris_walk_changes_one_factor_and_every_walk_all(tmp_path):
    table = design(tmp_path, 'kind = "morris", trajectories = 7')
    assert len(table) == 7 * 3
    changed = table.to_numpy().reshape(7, 3, 2)[:, 1:] != table.to_numpy().reshape(7, 3, 2)[:, :-1]
    assert (changed.sum(axis=2) == 1).all() and (changed.sum(axis=1) == 1).all()
    share = np.log(table[DELIVERY] / 0.1) / np.log(100.0)
    assert np.abs(share * 3.0 - (share * 3.0).round()).max() < 1e-4  # four levels, even on its own scale


def test_saltellis_rows_are_two_points_and_their_mixtures(tmp_path):
    table = design(tmp_path, 'kind = "sobol_indices", points = 16')
    a, b, first, second = table.to_numpy().reshape(16, 4, 2).swapaxes(0, 1)
    assert np.array_equal(first, np.column_stack([b[:, 0], a[:, 1]]))
    assert np.array_equal(second, np.column_stack([a[:, 0], b[:, 1]]))
    for points in (a, b):  # each is balanced by itself
        assert (points[:, 0] < 0.7).sum() == (points[:, 1] < 1.0).sum() == 8


def test_left_out_the_range_is_that_of_the_register(tmp_path):
    table = design(tmp_path, 'kind = "factorial"', '[[factor]]\nkey = "telling.bad"\n')
    assert tuple(table["telling.bad"]) == find_entries("telling.bad")[0].plausible


def test_whole_numbers_stay_whole(tmp_path):
    table = design(
        tmp_path, 'kind = "latin_hypercube", points = 5', '[[factor]]\nkey = "market.people"\nlow = 9\nhigh = 99\n'
    )
    assert table["market.people"].dtype == np.int64


def test_worlds_are_crossed_with_points_and_come_from_a_calibration_too(tmp_path):
    pd.DataFrame({"draw": range(9), "telling.bad": np.arange(9) / 10}).to_csv(tmp_path / "plausible.csv", index=False)
    text = f'{HEAD}worlds = {{ from = "plausible.csv", draws = 3 }}\n[design]\nkind = "factorial"\n{RANGES}'
    reading = read_study(written(tmp_path, text))
    assert worlds_of(reading)["telling.bad"].tolist() == [0.0, 0.4, 0.8]
    space = planned(reading)
    assert space.scenarios == 4 * 3 * 2
    seen = {(*space.place(number)[:2], *space.values(number).values()) for number in range(space.scenarios)}
    assert len(seen) == 12


TABLES = {  # what a table holds: text, and what is said of it
    "decimal commas": ("telling.bad\n1,5\n2,5\n", "line 2: 2 fields, but the heading has 1"),
    "decimal commas in quotes": ('telling.bad\n"1,5"\n', "line 2: telling.bad is '1,5', no plain number"),
    "decimal commas and semicolons": ("telling.bad;telling.good\n1,5;2\n", "line 2: telling.bad is '1,5'"),
    "an underscore": ("telling.bad\n1.5\n1_0\n", "line 3: telling.bad is '1_0', no plain number"),
    "only an underscore": ("telling.bad\n1_0\n", "telling.bad: table.csv has '1_0'; here it is 1.5"),
    "True": ("telling.bad\n1.5\nTrue\n", "line 3: telling.bad is 'True', no plain number"),
    "only True": ("telling.bad\nTrue\n", "telling.bad: table.csv has True; here it is 1.5"),
    "a number for a word": ("need.kind\n1\n", "need.kind: table.csv has 1; here it is 'repeat'"),
    "nothing": ("", "the file is empty"),
    "no rows": ("telling.bad\n", "heading but no rows"),
    "an empty cell": ("telling.bad,telling.good\n1,2\n1,\n", "line 3: telling.good is empty"),
    "nan": ("telling.bad\n1\nnan\n", "line 3: telling.bad is empty"),
    "a key twice": ("telling.bad,telling.bad\n1,2\n", "a heading of its own"),
    "a key that is none": ("telling.bat\n1\n", "Did you mean 'telling.bad'?"),
    "a sum at the end": ("telling.bad\n1\n2\nTotal\n", "line 4: telling.bad is 'Total', no plain number"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("asked", ['[design]\nkind = "table"\nfile = "table.csv"', 'worlds = { from = "table.csv" }'])
def test_a_table_of_values_is_read_strictly(tmp_path, name, asked):
    text, said = TABLES[name]
    (tmp_path / "table.csv").write_text(text)
    reading = read_study(written(tmp_path, HEAD + asked))
    with pytest.raises(ScenarioError) as refused:
        points_of(reading), worlds_of(reading)
    assert said in str(refused.value) and "study.toml, line" in str(refused.value)


def test_a_table_holds_whole_numbers_floats_switches_and_words(tmp_path):
    rows = "market.people;telling.bad;need.at_entry;need.kind\n9;.5;true;contract\n8;0.1;FALSE;repeat\n"
    (tmp_path / "table.csv").write_text(rows)
    table = points_of(read_study(written(tmp_path, HEAD + '[design]\nkind = "table"\nfile = "table.csv"')))
    assert [list(row) for row in table.itertuples(index=False)] == [
        [9, 0.5, True, "contract"],
        [8, 0.1, False, "repeat"],
    ]
    assert [kind.kind for kind in table.dtypes[:3]] == ["i", "f", "b"]


def test_draws_of_a_calibration_move_segments_that_have_their_own_value(tmp_path):
    pd.DataFrame({"telling.bad": [1.0, 2.0], "telling.good": [1.0, 2.0]}).to_csv(
        tmp_path / "plausible.csv", index=False
    )
    market = (tmp_path / "study.toml").with_name("market.toml")
    study = written(tmp_path, HEAD + 'worlds = { from = "plausible.csv" }\n')
    market.write_text(market.read_text() + "[segment.loud]\nshare = 1.0\ntelling.bad = 9.0\n")
    reading = read_study(study)
    table = worlds_of(reading)
    assert table["segment.loud.telling.bad"].tolist() == [1.0, 2.0] and "segment.loud.telling.good" not in table
    lived = scenario_with(reading.records["base"], planned(reading).values(2))
    assert lived.segment["loud"].telling.bad == lived.telling.bad == 2.0


# ---- values in a scenario -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("market", ["b2b-software", "plans/subscription-service-desk"])
def test_values_in_a_record_are_those_of_an_override(market):
    scenario = load(market)
    for key in known_keys(scenario)[::5]:
        if key.startswith("intervention.") or (value := own_value(scenario, key)) == float("inf"):
            continue
        value = value * 0.5 if isinstance(value, float) else value
        written_value = str(value).lower() if isinstance(value, bool) else repr(value)
        try:
            wanted = load(market, [f"{key}={written_value}"])
        except ScenarioError:
            with pytest.raises(ScenarioError):
                scenario_with(record_of(scenario), {key: value})
            continue
        changed = scenario_with(record_of(scenario), {key: value})
        assert key not in changed.evidence
        for each in (wanted, changed):
            each.evidence.clear()
        assert scenario_record(changed) == scenario_record(wanted), key


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("coverage", 0.3, lambda item: item.coverage),
        ("start_week", 4.0, lambda item: item.start_week),
        ("level", "high", lambda item: item.level),
        ("cost.once", 9.0, lambda item: item.cost.once),
        ("effect.use.failure_rate", 0.8, lambda item: item.effect[0].multiply),
    ],
)
def test_what_an_intervention_is_can_vary(tmp_path, key, value, found):
    written(tmp_path)
    plan = load(tmp_path / "plan.toml")
    full = f"intervention.Check twice.{key}"
    assert full in known_keys(plan) and own_value(plan, full) != value
    changed = scenario_with(record_of(plan), {full: value})
    assert found(changed.intervention[0]) == own_value(changed, full) == value


def test_an_intervention_can_be_left_out_and_the_base_has_none(tmp_path):
    written(tmp_path)
    plan, base = load(tmp_path / "plan.toml"), load(tmp_path / "market.toml")
    key = "intervention.Check twice.present"
    assert not scenario_with(record_of(plan), {key: False}).intervention
    assert scenario_with(record_of(plan), {key: True}) == plan
    assert scenario_with(record_of(base), {key: True}) == base


def test_values_of_all_runs_reach_interventions_of_the_plans_that_have_them(tmp_path):
    text = HEAD + '[set]\nmarket.people = 70\nintervention."Check twice".effect.use.failure_rate = 0.3\n'
    loaded = read_study(written(tmp_path, text)).scenarios
    assert loaded["plan.toml"].intervention[0].effect[0].multiply == 0.3 and not loaded["base"].intervention
    assert [scenario.market.people for scenario in loaded.values()] == [70, 70]


# ---- a file that is wrong -------------------------------------------------------------------------------------------

DESIGN = '[design]\nkind = "factorial"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 1", "study.toml: scenario: is required and missing"),
        (HEAD + "replication = 3", "line 3: replication: there is no such key\n    Did you mean 'replications'?"),
        (HEAD + "replications = 0", "line 3: replications: given 0; it should be greater than or equal to 1"),
        (HEAD + "x = [", "TOML: "),
        (HEAD + 'design = { kind = "sobol", points = 6 }\n' + RANGES, "balanced at powers of two; 6 is none"),
        (HEAD + 'design = { kind = "sobol" }\n' + RANGES, "points is required for sobol"),
        (HEAD + 'design = { kind = "table" }', "file is required for table"),
        (HEAD + 'design = { kind = "morris", points = 8 }\n' + RANGES, "points is meaningless for morris"),
        (HEAD + 'design = { kind = "sobol", points = 8, levels = 3 }\n' + RANGES, "levels is meaningless for sobol"),
        (HEAD + 'design = { kind = "sobol_indices", points = 6 }\n' + RANGES, "6 is none"),
        (HEAD + 'labels."telling.bad" = 3', "the label of telling.bad must be words in quotes"),
        (HEAD + 'labels."telling.bat" = "talk"', "line 3: telling.bat: there is no such key in the market or a plan\n    Did you mean 'telling.bad'?"),
        (HEAD + DESIGN + '[[factor]]\nkey = "intervention.Check twice.use.failure_rate"', "there is no such key in the market or a plan\n    Did you mean 'intervention.Check twice.effect.use.failure_rate'?"),
        (HEAD + DESIGN, "a design of kind factorial needs at least one"),
        (HEAD + RANGES, "factors need a [design]"),
        (HEAD + DESIGN + '[[factor]]\nkey = "brand.our.use.quality"', "line 6: brand.our.use.quality: there is no such key in the market or a plan\n    Did you mean 'brand.ours.use.quality'?"),
        (HEAD + DESIGN + '[[factor]]\nkey = "intervention.Check.coverage"', "there is no such key"),
        (HEAD + DESIGN + '[[factor]]\nkey = "market.people"', "has no plausible range in the register"),
        (HEAD + DESIGN + '[[factor]]\nkey = "market.links.kind"', "is no number, so it needs values"),
        (HEAD + DESIGN + '[[factor]]\nkey = "brand.ours.use.late_rate"\nvalues = [0.5, 1.5]', "given 1.5; allowed: 0 to 1"),
        (HEAD + DESIGN + f'[[factor]]\nkey = "{QUALITY}"\nlow = 0.5', "low and high belong together"),
        (HEAD + DESIGN + f'[[factor]]\nkey = "{QUALITY}"\nlow = 0.5\nhigh = 0.2', "must be below high"),
        (HEAD + DESIGN + f'[[factor]]\nkey = "{QUALITY}"\nlow = 0.0\nhigh = 0.2\nscale = "log"', "cannot begin at 0"),
        (HEAD + DESIGN + RANGES + RANGES, "a key is named twice"),
        (HEAD + f"set.{QUALITY} = 0.5\n" + DESIGN + RANGES, f"{QUALITY}: is named in set and in design"),
        (HEAD + "set.brand.our.use.quality = 0.5", "there is no such key in the market or a plan"),
        (HEAD + "set.market.people = -1", "line 3: market.people: given -1"),
        (HEAD + 'worlds = { from = "nowhere.csv" }', "nowhere.csv cannot be read"),
        (HEAD + 'worlds = { from = "register", keys = ["telling.bad"] }', "draws is required"),
        (HEAD + 'worlds = { from = "register", draws = 2 }', "keys belong to from"),
        (HEAD + 'worlds = { form = "register" }', "worlds.form: there is no such key\n    Did you mean 'from'?"),
        ('scenario = "market.toml"\nplans = ["plan.toml", "plan.toml"]', "plans must differ"),
        (HEAD + 'until = { figure = "net_margins", half_width = 3 }', "line 3: until.figure: given 'net_margins'; there is no figure 'net_margins'. Did you mean 'net_margin'?"),
        (HEAD + 'until = { figure = "loops", half_width = 0 }', "until.half_width: given 0; it should be greater than 0"),
        (HEAD + 'until = { figure = "loops", half = 0 }', "until.half: there is no such key"),
        (HEAD + 'replications = 4\nuntil = { figure = "loops", half_width = 1 }', "begins with 5 replications at least and `most` at most, not 4"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, said):
    path = written(tmp_path, text)
    with pytest.raises(ScenarioError) as problem:
        planned(read_study(path))
    assert str(path) in str(problem.value)
    assert said in str(problem.value)


def test_every_example_study_is_right():
    folder = Path(__file__).parents[2] / "experiments" / "studies"
    for path in sorted({*folder.glob("*.toml")} - {*folder.glob("*-menu.toml")}):  # a menu is for `cxsim portfolio`
        assert planned(read_study(path)).runs >= 100, path


def test_a_plan_for_other_people_is_refused(tmp_path):
    plan = PLAN.replace("[[intervention]]", "market.people = 61\n[[intervention]]")
    with pytest.raises(ScenarioError, match=r"plan\.toml: market\.people: is 61 in the plan and 60 in the base"):
        read_study(written(tmp_path, STUDY, plan=plan))


def test_a_plan_that_is_wrong_is_said_by_its_own_file(tmp_path):
    with pytest.raises(ScenarioError, match=r"plan\.toml, line 3: extend"):
        read_study(written(tmp_path, STUDY, plan=PLAN.replace("extends", "extend")))
