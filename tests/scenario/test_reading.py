"""Protects reading: `extends` merges, overrides win, interventions stack as declared, and every parameter is explained.

Nothing here is statistical.
"""

import json
import math
import tomllib

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import lived, scenario_from, state_of

import cxsim
from cxsim.engine.market.start import state_at_start
from cxsim.scenario import Intervention, Scenario, ScenarioError, load, scenario_names
from cxsim.scenario.extended import shape_of
from cxsim.scenario.files import library_folder
from cxsim.scenario.register import assumptions, find_entries, stage_parameters
from cxsim.scenario.schedule import Strata, build_schedule
from cxsim.scenario.stages import Offer, Traits

READY = scenario_names()


def plan(*effects, name="a plan", **keys):
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'[[intervention]]\nname = "{name}"\n{lines}effect = [{", ".join(effects)}]\n'


def quality_by_week(text, weeks=12):
    schedule = build_schedule(scenario_from(text, f"market.horizon_weeks={weeks}"))
    assert not schedule.faults()
    terms = schedule.terms(Strata(np.arange(1), np.ones((1, len(schedule.partial)), bool)))
    return terms.offers["use"]["quality"][terms.first_row, 0].tolist()


# ---- extends and overrides -------------------------------------------------------------------------------------------


def test_extends_merges_key_by_key(tmp_path):
    (tmp_path / "parent.toml").write_text(
        '[market]\npeople = 30\nhorizon_weeks = 9\n[use]\nmemory = 0.4\n[brand.focal.use]\nquality = 0.8\n'
        + plan('{parameter = "use.quality", add = 0.1}', start_week=1.0)
    )  # fmt: skip
    (tmp_path / "child.toml").write_text(
        'extends = "parent.toml"\n[market]\npeople = 40\n[brand.rival]\n[brand.focal.use]\nlate_rate = 0.5\n'
        + plan('{parameter = "use.quality", add = 0.1}', name="another", start_week=2.0, coverage=0.5)
    )  # fmt: skip
    scenario = load(tmp_path / "child.toml")
    assert (scenario.market.people, scenario.market.horizon_weeks) == (40, 9)
    assert scenario.use.memory == 0.4
    assert (scenario.brand["focal"].use.quality, scenario.brand["focal"].use.late_rate) == (0.8, 0.5)
    assert scenario.brands == ["focal", "rival"]
    assert [item.start_week for item in scenario.intervention] == [1.0, 2.0]


def test_values_given_by_key_are_those_given_as_text():
    plan = "plans/restaurant-second-cook"
    values = {
        "market.people": np.int64(300), "market.entry_counts": (2, np.int32(1)), "need.at_entry": np.True_, "need.kind": "contract",
        "brand.Olive.use.late_rate": np.float32(0.25), "intervention.second cook.coverage": 0.5,
    }  # fmt: skip
    text = [
        "market.people=300", "market.entry_counts=[2, 1]", "need.at_entry=true", "need.kind=contract",
        "brand.Olive.use.late_rate=0.25", "intervention.second cook.coverage=0.5",
    ]  # fmt: skip
    assert load(plan, values) == load(plan, text) != load(plan)


def test_a_value_given_by_key_is_named_when_it_is_wrong():
    with pytest.raises(ScenarioError, match=r"^brand.Olive.use.late_rat = 0.1: (.|\n)*Did you mean 'late_rate'"):
        load("restaurant", {"brand.Olive.use.late_rat": 0.1})
    with pytest.raises(ScenarioError, match=r"late_rate = None: .*cannot stand there"):
        load("restaurant", {"brand.Olive.use.late_rate": None})


@pytest.mark.parametrize(
    "given", [{"market.people": 30}, ["restaurant"], None, load("restaurant")], ids=lambda x: type(x).__name__
)
def test_what_is_no_file_and_no_name_is_refused_with_the_right_way(given):
    for refuse in (lambda: load(given), lambda: cxsim.run(given) if not isinstance(given, Scenario) else load(given)):
        with pytest.raises(ScenarioError, match=r"load\(\"restaurant\", \{key: value\}\)"):
            refuse()


@pytest.mark.parametrize("name", READY)
def test_a_scenario_shows_itself_in_a_few_lines(name):
    scenario = load(name)
    shown = repr(scenario)
    assert len(shown.splitlines()) <= 4 and max(map(len, shown.splitlines())) < 200
    for part in (
        scenario.name,
        f"{scenario.market.people:,} people",
        *scenario.brands,
        *(each.name for each in scenario.intervention),
    ):
        assert part in shown
    assert str(scenario) == shown


def test_a_parent_may_be_a_ready_scenario_or_lie_in_another_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "grand.toml").write_text('extends = "online-retailer"\n[market]\npeople = 77\n')
    (tmp_path / "folder" / "child.toml").write_text('extends = "../grand.toml"\n')
    scenario = load(tmp_path / "folder" / "child.toml")
    assert scenario.market.people == 77
    assert scenario.brand == load("online-retailer").brand


def test_an_edge_list_is_found_beside_the_file_that_names_it(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "friends.csv").write_text("a,b\n0,1\n")
    (tmp_path / "folder" / "parent.toml").write_text(
        '[market]\npeople = 3\nlinks = {kind = "file", edges = "friends.csv"}\n'
    )
    (tmp_path / "child.toml").write_text('extends = "folder/parent.toml"\n')
    world = state_at_start(load(tmp_path / "child.toml"), 1)
    assert world.friends.tolist() == [1, 0]


def test_overrides_win_and_the_last_wins():
    scenario = scenario_from(
        "[market]\npeople = 3\n",
        "market.people=4",
        "market.people = 5",
        "brand.focal.use.quality=0.9",
        "need.kind=contract",
    )
    assert scenario.market.people == 5
    assert scenario.brand["focal"].use.quality == 0.9
    assert scenario.need.kind.name == "contract"


def test_an_override_does_what_the_file_would():
    override = scenario_from(
        "", "market.people=50", "market.horizon_weeks=20", "use.memory=0.7", "brand.focal.support.capacity=inf"
    )
    written = scenario_from("[market]\npeople = 50\nhorizon_weeks = 20\n[use]\nmemory = 0.7\n")
    assert state_of(lived(override)) == state_of(lived(written))


def test_a_segment_changes_only_the_keys_it_names():
    scenario = scenario_from(
        "[use]\nmemory = 0.9\ntaste_sd = 0.3\n[segment.a]\nshare = 0.5\nuse.memory = 0.1\n[segment.b]\nshare = 0.5\n"
    )
    (_, a), (_, b) = scenario.segments().values()
    assert (a.use.memory, a.use.taste_sd) == (0.1, 0.3)
    assert (b.use.memory, b.use.taste_sd) == (0.9, 0.3)


# ---- interventions ---------------------------------------------------------------------------------------------------


def test_interventions_stack_set_then_multiply_then_add_in_whatever_order_they_stand():
    effects = [
        '{parameter = "use.quality", add = 0.1}',
        '{parameter = "use.quality", multiply = 0.5}',
        '{parameter = "use.quality", set = 0.8}',
    ]
    for order in (effects, effects[::-1]):
        text = "".join(plan(effect, name=f"plan {place}") for place, effect in enumerate(order))
        assert quality_by_week(text, weeks=4)[3] == pytest.approx(0.8 * 0.5 + 0.1)


def test_an_intervention_starts_ramps_ends_and_fades():
    text = plan('{parameter = "use.quality", add = 0.4}', start_week=2, ramp_weeks=3, end_week=8, decay_weeks=2)
    strength = [0, 0, 0.25, 0.5, 0.75, 1, 1, 1, 2 / 3, 1 / 3, 0, 0]
    assert quality_by_week(text) == pytest.approx([0.7 + 0.4 * each for each in strength])


@pytest.mark.parametrize(
    ("delivery", "strength"),
    [
        ({"start_week": 2, "end_week": 4}, [0, 0, 1, 1, 0, 0, 0]),
        ({"start_week": 2, "end_week": 4, "decay_weeks": 1}, [0, 0, 1, 1, 1 / 2, 0, 0]),
        ({"start_week": 1, "ramp_weeks": 3, "end_week": 3, "decay_weeks": 1}, [0, 1 / 4, 1 / 2, 1 / 4, 0, 0, 0]),
        ({"start_week": 1, "end_week": 2.5, "decay_weeks": 1}, [0, 1, 1, 1 / 4, 0, 0, 0]),
        ({"start_week": 2, "end_week": 2, "decay_weeks": 4}, [0, 0, 0, 0, 0, 0, 0]),
        ({"start_week": 1.5, "end_week": 1.75, "decay_weeks": 4}, [0, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_nothing_works_in_full_that_is_not_paid_for(delivery, strength):
    item = Intervention(name="a", effect=[{"parameter": "use.quality", "add": 0.1}], **delivery)
    assert [item.strength(week) for week in range(7)] == pytest.approx(strength)
    full = [week for week in range(7) if item.strength(week) == 1.0]
    assert all(item.is_running(week) for week in full)


@given(st.floats(0, 20), st.floats(0, 20), st.floats(0, 20), st.floats(0, 20), st.integers(0, 80))
def test_strength_is_a_share_and_nothing_before_the_start(start, ramp, length, decay, week):
    effect = [{"parameter": "use.quality", "add": 0.1}]
    item = Intervention(
        name="a", start_week=start, ramp_weeks=ramp, end_week=start + length, decay_weeks=decay, effect=effect
    )
    assert 0.0 <= item.strength(week) <= 1.0
    if week < start or week >= start + length + decay:
        assert item.strength(week) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("level", "size"), [("low", 0.1), ("typical", 0.2), ("high", 0.3)])
def test_an_effect_given_as_a_range_has_three_levels(level, size):
    text = plan('{parameter = "use.quality", add = {low = 0.1, typical = 0.2, high = 0.3}}', level=f'"{level}"')
    assert quality_by_week(text)[0] == pytest.approx(0.7 + size)


def test_a_fee_falls_due_at_the_stage_the_intervention_acts_on():
    free = plan('{parameter = "support.quick_rate", add = 0.0}')
    paid = free + "cost = {per_use = 2.5}\n"
    market = "[market]\npeople = 300\nhorizon_weeks = 30\n[support]\ncontact_base = 2.0\n"
    without, with_fee = (lived(scenario_from(market + text)).state for text in (free, paid))
    from cxsim.engine.measures import Measure

    contacts = int(with_fee.tally[:, 0, Measure.contacts].sum())
    assert contacts > 0
    assert with_fee.tally[:, 0, Measure.interventions_money].sum() == contacts * 25_000
    assert without.bonds["margin"].sum() - with_fee.bonds["margin"].sum() == contacts * 25_000


# ---- the library -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READY)
def test_ready_scenarios_load_and_say_what_they_are(name):
    scenario = load(name)
    assert scenario.name
    assert scenario.story


# ---- the schema ------------------------------------------------------------------------------------------------------

SCHEMA = Scenario.model_json_schema()


def test_the_json_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", sorted(library_folder().rglob("*.toml")), ids=lambda file: file.stem)
def test_shipped_files_follow_the_json_schema(file):
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    as_editors_read = json.loads(json.dumps(values, default=str))  # a date is text to them
    jsonschema.validate(as_editors_read, shape_of(values).model_json_schema())


@pytest.mark.parametrize(
    "wrong", [{"markt": {}}, {"need": {"kind": "rent"}}, {"use": {"memory": 3}}, {"market": {"people": "many"}}]
)
def test_the_json_schema_refuses_what_reading_refuses(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


PARAMETERS = [(f"{stage}.{name}", side, field) for stage, name, side, field in stage_parameters()]


def test_no_parameter_stands_on_both_sides_of_a_stage():
    keys = [key for key, _, _ in PARAMETERS]
    assert len(keys) == len(set(keys))
    assert {side for _, side, _ in PARAMETERS} == {Traits, Offer}


def test_every_duration_says_its_unit_in_its_name():
    for key, _, field in PARAMETERS:
        unit = (field.json_schema_extra or {})["unit"]
        if unit == "weeks":
            assert key.endswith("_weeks"), key
        if unit == "per year":
            assert key.endswith("_annual"), key


def test_what_a_scenario_sets_is_assumed_unless_it_says_more():
    text = '[use]\nmemory = 0.4\ntaste_sd = 0.2\n[evidence]\n"use.memory" = {evidence = "fitted", source = "412 answers"}\n'
    rows = {row.key: row for row in assumptions(scenario_from(text))}
    assert (rows["use.memory"].evidence, rows["use.memory"].source, rows["use.memory"].value) == (
        "fitted",
        "412 answers",
        0.4,
    )
    assert rows["use.taste_sd"].evidence == "assumed"
    assert rows["need.imitation_annual"].evidence == "published"


def test_parameters_are_found_by_any_of_their_names():
    assert [entry.key for entry in find_entries("brand.focal.use.quality")] == ["use.quality"]
    assert {entry.key.split(".")[0] for entry in find_entries("support")} == {"support"}
    assert find_entries("nothing of the kind") == []


def test_tables_hold_what_the_scenario_says():
    world = state_at_start(
        scenario_from("[brand.focal]\nsupport.capacity = 3.5\n[brand.rival]\npurchase.price = 7.0\n"), 1
    )
    assert world.offers["support"]["capacity"].tolist() == [[3.5, math.inf]]
    assert world.offers["purchase"]["price"].tolist() == [[50.0, 7.0]]
    assert not np.any([world.offers["fees"][stage] for stage in world.offers["fees"].dtype.names])
