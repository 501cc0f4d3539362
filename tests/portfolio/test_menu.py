"""Protects what can be chosen: every size at every start, at its price; nothing that contradicts itself; clear refusals."""

import itertools
from pathlib import Path

import pytest
from small import MENU, market_and_menu

from cxsim.analysis.portfolio.menu import menu_from_library, read_menu
from cxsim.analysis.portfolio.plans import affordable, fixed_cost, neighbours, nothing, record_with, words_of
from cxsim.analysis.portfolio.worlds import worlds_for
from cxsim.analysis.sweep.parameters import scenario_with
from cxsim.scenario import ScenarioError, load, load_intervention_library


def test_a_menu_offers_every_size_at_every_start(tmp_path):
    _, menu = market_and_menu(tmp_path)
    assert [[option.words for option in options] for options in menu.items.values()] == [
        ["repairs from the start", "repairs after 6 weeks"],
        ["till (half) from the start", "till (whole) from the start"],
        ["poster from the start"],
    ]
    assert menu.combinations == 3 * 3 * 2


def test_fixed_costs_are_discounted_from_the_week_they_fall_due(tmp_path):
    _, menu = market_and_menu(tmp_path)
    repairs, late = menu.items["repairs"]
    assert repairs.fixed_cost == 20.0
    assert late.fixed_cost == pytest.approx(20.0 * 1.12 ** (-6 / 52))
    weekly = sum(0.1 * 1.12 ** (-week / 52) for week in range(12))
    assert menu.items["poster"][0].fixed_cost == pytest.approx(5.0 + weekly)


def test_every_plan_within_the_budget_is_there_once(tmp_path):
    _, menu = market_and_menu(tmp_path)
    everything = list(itertools.product(range(3), range(3), range(2)))
    for budget in (4.0, 26.0, 1000.0):
        within = {plan for plan in everything if fixed_cost(menu, plan) <= budget}
        found = affordable(menu, budget, most=100)
        assert found[0] == nothing(menu) and len(found) == len(within) and {*found} == within
    assert affordable(menu, 1000.0, most=17) is None


def test_what_is_saved_later_on_the_menu_pays_for_what_comes_before(tmp_path):
    saving = (
        MENU
        + '[[intervention]]\nname = "fewer"\ncost = {once = -18.0}\neffect = [{parameter = "support.quick_rate", add = -0.1}]\n'
    )
    _, menu = market_and_menu(tmp_path, saving)
    everything = list(itertools.product(*(range(len(options) + 1) for options in menu.items.values())))
    for budget in (4.0, 26.0):
        assert {*affordable(menu, budget, most=1000)} == {
            plan for plan in everything if fixed_cost(menu, plan) <= budget
        }


def test_neighbours_are_one_step_away_and_none_is_missing(tmp_path):
    _, menu = market_and_menu(tmp_path)
    plan = (1, 0, 1)

    def steps(one, other):
        moved = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        swap = len(moved) == 2 and sorted((a == 0) + 2 * (b == 0) for a, b in moved) == [1, 2]
        return 1 if len(moved) == 1 or swap else 2

    everything = itertools.product(range(3), range(3), range(2))
    expected = {other for other in everything if other != plan and steps(plan, other) == 1}
    found = list(neighbours(menu, plan))
    assert {*found} == expected and len(found) == len(expected)


def test_what_sets_the_same_parameter_is_never_taken_together():
    market = load("restaurant")
    menu = menu_from_library(market, "loops")
    names = list(menu.items)
    both = ("unasked-advice", "call-back-the-unhappy")  # one would undo the harm of the other
    plan = tuple(int(name == both[0]) for name in names)
    for step in neighbours(menu, plan):
        assert not all(step[names.index(name)] for name in both), words_of(menu, step)


def test_the_library_is_offered_whole_for_margin_and_what_margin_pays_is_left_out_else():
    market = load("restaurant")
    whole, loops = (menu_from_library(market, aim) for aim in ("margin", "loops"))
    assert {*whole.items} | {*whole.left_out} == {*load_intervention_library()}
    assert {"price-cut", "better-product", "save-on-supply"} <= {*whole.items}
    paid = {"price-cut", "better-product", "save-on-supply", "price-rise", "targeted-offer", "tiers"}
    assert {*whole.items} - {*loops.items} == paid <= {*loops.left_out}


def test_what_no_firm_knows_or_the_market_has_not_is_left_out_with_the_reason():
    left_out = menu_from_library(load("restaurant"), "margin").left_out
    assert {*left_out} == {"pause-offer", "downgrade-offer", "win-back-former"}
    assert "one of contracts" in left_out["pause-offer"] and "weeks_since_purchase" in left_out["win-back-former"]
    assert {*menu_from_library(load("subscription"), "margin").left_out} == {"tiers"}


def test_strength_is_a_matter_of_worlds_and_balanced(tmp_path):
    market, menu = market_and_menu(tmp_path)
    worlds = worlds_for(market, menu, None, seed=1)
    assert [sorted(world) for world in worlds] == [["intervention.till.level"]] * 9  # only the till has a range
    levels = [world["intervention.till.level"] for world in worlds]
    assert sorted(levels) == ["high"] * 3 + ["low"] * 3 + ["typical"] * 3
    record = record_with(market, menu, (0, 2, 0))
    assert [scenario_with(record, world, str).intervention[0].level for world in worlds] == levels


@pytest.mark.parametrize(
    ("old", "new"),
    [('name = "till"', 'name = "till"\nlevel = "low"'), ('name = "half"', 'name = "half", level = "low"')],
)
def test_a_level_that_the_menu_names_is_taken_at_its_word(tmp_path, old, new):
    market, menu = market_and_menu(tmp_path, MENU.replace(old, new))
    assert worlds_for(market, menu, None, seed=1) == [{}]


def test_worlds_come_from_a_table_or_a_study(tmp_path):
    market, menu = market_and_menu(tmp_path)
    table = tmp_path / "plausible.csv"
    table.write_text("draw,telling.bad\n" + "".join(f"{row},{1.0 + row / 100}\n" for row in range(50)))
    worlds = worlds_for(market, menu, table, seed=1)
    assert len(worlds) == 20 and worlds[0]["telling.bad"] == 1.0 and worlds[-1]["telling.bad"] == 1.49
    assert all("intervention.till.level" in world for world in worlds)
    study = tmp_path / "study.toml"
    study.write_text('scenario = "market.toml"\n[worlds]\nfrom = "register"\ndraws = 4\nkeys = ["telling.bad"]\n')
    assert len({world["telling.bad"] for world in worlds_for(market, menu, study, seed=1)}) == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "poster"', 'name = "till"', "menu.toml, line 17: intervention.name: 'till' is there already"),
        ("[[intervention]]", "[[interventions]]", "there is no such key; a menu has"),
        ("start_week = [0, 6]", "start_week = [0, 12]", "intervention.start_week: is 12; the market lasts 12 weeks"),
        ("start_week = [0, 6]", "start_week = []", "intervention.start_week: is an empty list"),
        ("start_week = [0, 6]", "start_week = [0, 0]", "offers 'repairs from the start' twice"),
        ("start_week = [0, 6]", 'brand = "theirs"', "a budget is that of the focal brand, 'ours'"),
        ("start_week = [0, 6]", 'use = "repair"', "there is no 'repair'"),
        ('{name = "half", coverage = 0.5', "{coverage = 0.5", "intervention.size.name: is required and missing"),
        ("coverage = 0.5", "coverag = 0.5", "there is no such key"),
        ("multiply = 0.2", "multiply = 4.0", "takes use.failure_rate to 1.2"),
        ('"use.failure_rate"', '"use.failure_rat"', "there is no such stage parameter"),
    ],
)
def test_a_wrong_menu_gets_one_clear_message(tmp_path, old, new, said):
    assert old in MENU
    with pytest.raises(ScenarioError) as error:
        market_and_menu(tmp_path, MENU.replace(old, new))
    assert said in str(error.value) and str(tmp_path) in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("worlds.csv", "telling.bat\n1.0\n", "there is no such key"),
        ("worlds.csv", "telling.bad\n", "no rows"),
        ("worlds.csv", "telling.bad\n-5\n", "given -5"),
        ("nowhere.csv", None, "cannot be read"),
        ("study.toml", 'scenario = "market.toml"\n', "has no [worlds]"),
    ],
)
def test_wrong_worlds_get_one_clear_message(tmp_path, name, text, said):
    market, menu = market_and_menu(tmp_path)
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ScenarioError) as error:
        worlds_for(market, menu, tmp_path / name, seed=1)
    assert said in str(error.value)


def test_the_example_menu_is_right():
    market = load("restaurant")
    menu = read_menu(Path(__file__).parents[2] / "experiments" / "studies" / "restaurant-menu.toml", market)
    assert len(affordable(menu, 15_000.0, most=1000)) == 84 and menu.combinations == 120
