"""Protects the register of a scenario: claims that nobody could check are refused when it is read, evidence does not
outlive the number it was given for, and the listing shows a sceptic everything.

Nothing here is statistical.
"""

import json

import pytest
from click.testing import CliRunner
from markets import scenario_from

from cxsim.interface.cli import cxsim
from cxsim.scenario import ScenarioError, load, scenario_names
from cxsim.scenario.register import GROUPS, SET_HERE, all_entries, assumptions, same_for_all_brands

FITTED = '[use]\nmemory = 0.4\n[evidence]\n"use.memory" = {evidence = "fitted", source = "412 answers, May 2025"}\n'
PLAN = '[[intervention]]\nname = "a plan"\neffect = [{parameter = "use.quality", add = 0.1}]\n'


def row(scenario, key):
    return next(row for row in assumptions(scenario) if row.key == key)


def backed(scenario, key):
    return row(scenario, key).evidence, row(scenario, key).source


def printed(*arguments):
    result = CliRunner().invoke(cxsim, ["assumptions", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


# ---- claims that nobody could check ----------------------------------------------------------------------------------

UNCHECKABLE = {
    "published, no year": ("published", "Oliver, JMR 17(4), 460-469", "authors, year in brackets"),
    "published, no place": ("published", "Oliver (1980)", "volume and pages"),
    "published, a rumour": ("published", "a study of 2019 that everybody knows", "authors, year in brackets"),
    "derived, no figures": ("derived", "from experience", "from which figures"),
    "fitted, no data": ("fitted", "our survey", "to which data"),
}


@pytest.mark.parametrize(("kind", "source", "said"), UNCHECKABLE.values(), ids=UNCHECKABLE)
def test_evidence_that_nobody_could_check_is_refused(kind, source, said):
    backing = f'evidence = "{kind}"\nsource = "{source}"\n'
    for text, line in (
        (f'[use]\nmemory = 0.4\n[evidence."use.memory"]\n{backing}', "line 5"),
        (PLAN + backing, "line 5"),
    ):
        with pytest.raises(ScenarioError) as refused:
            scenario_from(text)
        assert all(part in str(refused.value) for part in (line, source, said, "Or call it assumed"))


def test_the_same_words_are_no_fault_in_an_assumption():
    for _, source, _ in UNCHECKABLE.values():
        scenario_from(f'[evidence]\n"use.memory" = {{evidence = "assumed", source = "{source}"}}\n')


@pytest.mark.parametrize(
    "source",
    [
        "Bass (1969), Management Science 15(5), 215-227",
        "Watts & Strogatz (1998), Nature 393, 440-442.",
        "An S-curve: Dixon, Freeman & Toman (2010), HBR 88(7/8), 116-122; ours",
        "Goodman (2009), Strategic Customer Service, p. 12",
        "Train (2009), Discrete Choice Methods with Simulation, chapter 3",
        "CDNOW, a: Fader, Hardie & Lee (2005), Table 2.",
    ],
)
def test_a_reference_that_can_be_looked_up_is_accepted(source):
    scenario_from(f'[evidence]\n"use.memory" = {{evidence = "published", source = "{source}"}}\n')


def test_an_intervention_that_claims_nothing_needs_no_source():
    assert scenario_from(PLAN).intervention[0].evidence == "assumed"


# ---- evidence does not outlive its number ----------------------------------------------------------------------------


def test_an_override_takes_the_evidence_away():
    assert backed(scenario_from(FITTED), "use.memory") == ("fitted", "412 answers, May 2025")
    assert backed(scenario_from(FITTED, "use.memory=0.5"), "use.memory") == ("assumed", SET_HERE)
    assert backed(scenario_from(FITTED, "use.memory=0.4"), "use.memory")[0] == "fitted"


def test_a_child_that_changes_a_number_has_to_back_it_anew(tmp_path):
    (tmp_path / "parent.toml").write_text(FITTED)
    for text, kind in (
        ("", "fitted"),
        ("[use]\nmemory = 0.4\n", "fitted"),
        ("[use]\nmemory = 0.5\n", "assumed"),
        ('[use]\nmemory = 0.5\n[evidence]\n"use.memory" = {evidence = "derived", source = "1/2"}\n', "derived"),
    ):
        (tmp_path / "child.toml").write_text(f'extends = "parent.toml"\n{text}')
        assert row(load(tmp_path / "child.toml"), "use.memory").evidence == kind


def test_evidence_for_a_default_goes_when_the_default_is_replaced(tmp_path):
    (tmp_path / "parent.toml").write_text(FITTED.replace("[use]\nmemory = 0.4\n", ""))
    (tmp_path / "child.toml").write_text('extends = "parent.toml"\nuse.memory = 0.5\n')
    assert row(load(tmp_path / "parent.toml"), "use.memory").evidence == "fitted"
    assert row(load(tmp_path / "child.toml"), "use.memory").evidence == "assumed"


def test_an_effect_of_the_plans_own_does_not_borrow_the_librarys_evidence():
    ready = '[[intervention]]\nname = "it"\nuse = "assistant-for-agents"\n'
    own = 'effect = [{parameter = "support.capacity", multiply = 3.0}]\n'
    assert scenario_from(ready).intervention[0].evidence == "derived"
    assert scenario_from(ready + own).intervention[0].evidence == "assumed"
    assert scenario_from(ready + own).intervention[0].source == ""


# ---- what is listed --------------------------------------------------------------------------------------------------


def test_a_plans_effects_and_costs_are_assumptions_too():
    plan = scenario_from('[[intervention]]\nname = "it"\nuse = "more-agents"\nlevel = "low"\ncost = {weekly = 7.0}\n')
    effect = row(plan, "intervention.it.effect.support.capacity")
    assert (effect.value, effect.allowed, effect.unit) == ("multiply 1.1", "1.1 to 1.6", "factor")
    assert row(plan, "intervention.it.cost.weekly").value == 7.0


def test_rows_follow_the_story():
    groups = [GROUPS.index(row.group) for row in assumptions(load("plans/subscription-service-desk"))]
    assert groups == sorted(groups)
    assert set(groups) == set(range(len(GROUPS)))


def test_what_is_the_same_for_all_brands_is_written_once():
    scenario = scenario_from("[brand.focal]\nuse.quality = 0.8\n[brand.b]\nuse.quality = 0.8\n[brand.c]\n")
    keys = [row.key for row in same_for_all_brands(assumptions(scenario), scenario.brands)]
    assert "brand.*.use.severity" in keys and "brand.b.use.severity" not in keys
    assert {key for key in keys if key.endswith("use.quality")} == {
        f"brand.{name}.use.quality" for name in scenario.brands
    }
    assert len(keys) == len({*keys})


def test_one_brand_keeps_its_name():
    scenario = scenario_from("")
    assert same_for_all_brands(assumptions(scenario), scenario.brands) == assumptions(scenario)


# ---- the listing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_names())
def test_the_listing_fits_a_hundred_columns_and_begins_with_the_counts(name):
    lines = printed(name).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].endswith(" values")
    assert " published, " in lines[1] and " assumed" in lines[1]


def test_without_a_scenario_the_defaults_are_listed():
    out = printed()
    assert out.startswith(f"Defaults: {len(all_entries())} values\n")
    assert all(f" {key} " in out for key in all_entries())
    assert "\n*" not in out
    refused = CliRunner().invoke(cxsim, ["assumptions", "--set", "use.memory=0.5"])
    assert "needs a scenario" in str(refused.exception)


def test_only_one_kind_is_listed_but_all_are_counted():
    whole, part = printed("subscription"), printed("subscription", "--only", "fitted")
    assert part.splitlines()[:3] == whole.splitlines()[:3]
    assert "leave_a" in part and "awareness" not in part


def test_the_listing_shows_value_range_mark_and_source():
    lines = printed("subscription").splitlines()
    place = next(place for place, line in enumerate(lines) if "segment.regular.loyalty.leave_a" in line)
    assert " ".join(lines[place].split()) == "* segment.regular.loyalty.leave_a 0.26 fitted 0.01 to 1,000 pure number"
    assert "by simulation with all effects on" in lines[place + 1]


def test_json_holds_the_range():
    rows = {row["key"]: row for row in json.loads(printed("restaurant", "--json"))}
    assert rows["purchase.retry"]["range"] == "0 to 0.95"
    assert rows["need.kind"]["range"] == "repeat, replacement or contract"
    assert rows["brand.Olive.use.quality"]["set_here"] is True
