"""Protects plans changed from outside: an override reaches an intervention by name and does what the file would do.

Nothing here is statistical.
"""

import pytest
from markets import lived, scenario_from, state_of

from cxsim.scenario import ScenarioError, load
from cxsim.scenario.files import load_together

MARKET = "[market]\npeople = 300\nhorizon_weeks = 30\n[need]\nrate_scale_weeks = 4.0\nspontaneous_annual = 2.0\n"
PLAN = """
[[intervention]]
name = "Parcels on time"
use = "on-time-delivery"
start_week = 2.0
cost = {once = 500.0, per_use = 0.15}

[[intervention]]
name = "Better box"
evidence = "derived"
source = "3 of 100 boxes"
effect = [{parameter = "use.quality", add = 0.1}, {parameter = "use.quality", multiply = 1.1}]
"""


def plan_with(*overrides, plan=PLAN):
    """The interventions of the plan under overrides, by name."""
    return {item.name: item for item in scenario_from(MARKET + plan, *overrides).intervention}


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("coverage", 0.5, lambda item: item.coverage),
        ("start_week", 5, lambda item: item.start_week),
        ("end_week", 20.5, lambda item: item.end_week),
        ("ramp_weeks", 3, lambda item: item.ramp_weeks),
        ("decay_weeks", 4, lambda item: item.decay_weeks),
        ("level", "low", lambda item: item.level),
        ("cost.once", 77, lambda item: item.cost.once),
        ("cost.weekly", 8, lambda item: item.cost.weekly),
        ("story", "other words", lambda item: item.story),
    ],
)
def test_every_key_of_an_intervention_can_be_reached_and_no_other_changes(key, value, read):
    before, after = plan_with(), plan_with(f"intervention.Parcels on time.{key}={value}")
    assert read(after["Parcels on time"]) == value != read(before["Parcels on time"])
    assert after["Better box"] == before["Better box"]
    dumped_before, dumped_after = (each["Parcels on time"].model_dump() for each in (before, after))
    changed = [name for name in dumped_before if dumped_before[name] != dumped_after[name]]
    assert changed == [key.split(".")[0]]
    assert after["Parcels on time"].cost.per_use == 0.15


def test_it_lives_as_if_the_file_said_so():
    override = scenario_from(MARKET + PLAN, "intervention.Parcels on time.coverage=0.5")
    written = scenario_from(MARKET + PLAN.replace("start_week", "coverage = 0.5\nstart_week"))
    untouched = scenario_from(MARKET + PLAN)
    assert state_of(lived(override)) == state_of(lived(written)) != state_of(lived(untouched))


def test_absent_is_as_if_it_were_not_in_the_file():
    override = scenario_from(MARKET + PLAN, "intervention.Better box.present=false")
    written = scenario_from(MARKET + PLAN.partition('[[intervention]]\nname = "Better box"')[0])
    assert override.intervention == written.intervention
    assert plan_with("intervention.Better box.present=false", "intervention.Better box.present=true") == plan_with()


def test_the_order_of_dropping_and_changing_does_not_matter():
    drop, change = "intervention.Parcels on time.present=false", "intervention.Parcels on time.coverage=0.5"
    assert plan_with(drop, change) == plan_with(change, drop) == plan_with(drop)


def test_the_size_of_an_effect_is_reached_by_what_it_changes_and_is_then_assumed():
    library = plan_with()["Parcels on time"].effect[0]
    item = plan_with("intervention.Parcels on time.effect.use.late_rate=0.25")["Parcels on time"]
    assert library.parameter == item.effect[0].parameter == "use.late_rate"
    assert item.effect[0].multiply == 0.25
    assert item.effect[1:] == plan_with()["Parcels on time"].effect[1:]
    assert (item.evidence, item.source) == ("assumed", "")


def test_a_change_leaves_the_ready_scenario_as_it_was():
    name = "plans/online-retailer-delivery"
    before = load(name)
    load(name, ["intervention.better carrier.coverage=0.5", "intervention.better packaging.present=false"])
    assert load(name) == before


WRONG = {
    "unknown name": ("intervention.Parcel on time.coverage=0.5", ["there is no intervention 'Parcel on time'", "Did you mean 'Parcels on time'?"]),
    "name far from any": ("intervention.xyz.coverage=0.5", ["'xyz'", "Interventions here: Parcels on time, Better box"]),
    "a number for a name": ("intervention.0.coverage=0.5", ["there is no intervention '0'"]),
    "unknown key": ("intervention.Better box.coverge=0.5", ["there is no such key", "Did you mean 'coverage'?"]),
    "misspelt present": ("intervention.Better box.presnt=false", ["there is no such key", "Did you mean 'present'?"]),
    "unknown cost": ("intervention.Better box.cost.wekly=3", ["cost.wekly", "no such key", "Did you mean 'weekly'?"]),
    "no key": ("intervention.Better box=0.5", ["has no key", "intervention.Better box.coverage=0.5"]),
    "out of range": ("intervention.Better box.coverage=5", ["given 5", "Allowed: 0 to 1"]),
    "a word for a number": ("intervention.Better box.coverage=half", ["'half'", "Allowed: 0 to 1"]),
    "unknown level": ("intervention.Better box.level=highest", ["'highest'", "'low', 'typical' or 'high'"]),
    "into a number": ("intervention.Better box.coverage.more=5", ["cannot be set", "coverage is not a section"]),
    "present is no switch": ("intervention.Better box.present=maybe", ["'maybe'", "true or false"]),
    "more than present": ("intervention.Better box.present.more=true", ["cannot be set", "present is not a section"]),
    "no such effect": ("intervention.Parcels on time.effect.use.late_rat=0.2", ["does not change 'use.late_rat'", "Did you mean 'use.late_rate'?"]),
    "effect by its parameter alone": ("intervention.Parcels on time.use.late_rate=0.2", ["The size of that effect is intervention.Parcels on time.effect.use.late_rate"]),
    "two such effects": ("intervention.Better box.effect.use.quality=0.2", ["more than once"]),
    "ends before it starts": ("intervention.Parcels on time.end_week=1", ["ends (end_week 1) before it starts (start_week 2)"]),
    "effect of no size": ("intervention.Parcels on time.effect.use.late_rate=much", ["'much'"]),
    "effects as a list": ("intervention.Better box.effect=[{parameter = 'use.qualty', set = 9}]", ["Did you mean 'use.quality'?"]),
}  # fmt: skip


@pytest.mark.parametrize(("override", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_as_it_was_given(override, said):
    with pytest.raises(ScenarioError) as refused:
        scenario_from(MARKET + PLAN, override)
    missing = [part for part in [f"--set {override}", *said] if part not in str(refused.value)]
    assert not missing, f"{missing} not in: {refused.value}"


def test_a_market_without_interventions_says_so():
    with pytest.raises(ScenarioError, match="Interventions here: none"):
        scenario_from(MARKET, "intervention.Better box.coverage=0.5")


def test_a_problem_of_a_later_intervention_is_still_named_by_its_line_when_an_earlier_one_is_dropped(tmp_path):
    text = MARKET + PLAN.replace("add = 0.1", "add = 10.0")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "add = 10.0" in line)
    with pytest.raises(ScenarioError) as refused:
        scenario_from(text, "intervention.Parcels on time.present=false", folder=tmp_path)
    assert f"market.toml, line {line}" in str(refused.value)


# ---- a base and its plans --------------------------------------------------------------------------------------------


def test_of_a_base_and_its_plan_the_one_that_has_the_intervention_is_changed():
    names = ["online-retailer", "plans/online-retailer-delivery", "plans/online-retailer-checkout"]
    overrides = ["intervention.better carrier.coverage=0.5", "market.people=300"]
    base, plan, other = load_together(names, overrides)
    assert base.intervention == []
    assert [item.coverage for item in plan.intervention] == [0.5, 1.0]
    assert [item.coverage for item in other.intervention] == [1.0, 1.0]
    assert {each.market.people for each in (base, plan, other)} == {300}


def test_an_intervention_that_none_of_them_has_is_refused_by_the_plan():
    with pytest.raises(ScenarioError, match="Did you mean 'better carrier'"):
        load_together(["online-retailer", "plans/online-retailer-delivery"], ["intervention.beter carrier.coverage=1"])
