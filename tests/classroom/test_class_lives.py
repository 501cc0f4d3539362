"""Protects what the board rests on: a trial says what `compare` says, in pieces or whole, and rounds share no customer."""

import asyncio

import pytest
from classes import BUDGET, DOUBT, PRICES, Known, classroom, menu_file, rules

from cxsim import compare
from cxsim.analysis.compare.guard import doubts_of
from cxsim.analysis.compare.second_look import PAIRS
from cxsim.engine.model import LoyaltyModel
from cxsim.interface.classroom import trial as trials
from cxsim.interface.classroom.briefing import MarketBriefing, briefing
from cxsim.interface.classroom.menu import LEVELS, ClassMenu, load_menu, menu_names
from cxsim.interface.classroom.rounds import Command, NotNowError, Phase, RoundMoment
from cxsim.interface.classroom.rules import WORLDS, RefusedError, checked_choice, usual_budget
from cxsim.interface.classroom.trial import Trial, TrialOutcome, doubted, lived
from cxsim.interface.web.pool import WorkerLostError
from cxsim.scenario import ScenarioError

CHOSEN = ("Plain pages", "Fewer faults")


@pytest.fixture
def menu(tmp_path):
    return load_menu(str(menu_file(tmp_path)))


def trial(tmp_path, worlds=3, **changed):
    market = str(menu_file(tmp_path))
    return Trial(
        **{"market": market, "chosen": CHOSEN, "level": "typical", "seed": 4, "first": 0, "worlds": worlds, **changed}
    )


def test_a_trial_says_what_compare_says(tmp_path, menu):
    ours = lived(trial(tmp_path))
    theirs = next(
        iter(compare(menu.base, menu.plan(CHOSEN, "typical"), replications=3, seed=4, workers=1).plans.values())
    )
    rows = theirs.per_replication
    for figure in ("net_margin", "loops"):
        assert getattr(ours, figure) == (rows[f"plan_{figure}"] - rows[f"base_{figure}"]).tolist()
    assert sum(ours.rescued) / 3 == pytest.approx(theirs.rescued_people.mean)
    assert sum(ours.broken) / 3 == pytest.approx(theirs.broken_people.mean)
    from_where = {(each.stage, each.cause): each.people for each in ours.rescued_from}
    assert from_where == pytest.approx(theirs.rescued.set_index(["stage", "cause"])["people"].to_dict())


def test_the_next_trial_of_a_market_lives_what_is_new_and_says_the_same(tmp_path, monkeypatch):
    weeks = []
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (weeks.append(model.week), step(model))[1])
    later = menu_file(tmp_path).read_text().replace("[[intervention]]\n", "[[intervention]]\nstart_week = 6\n")
    menu_file(tmp_path).write_text(later)
    trials._MARKETS.forget()
    trials._PASTS.forget()
    load_menu.cache_clear()
    first, lived_by_first = lived(trial(tmp_path, worlds=2)), len(weeks)
    assert lived(trial(tmp_path, worlds=2)) == first
    assert lived_by_first == 2 * (26 + 20) and len(weeks) - lived_by_first == 2 * 20


def test_pieces_come_to_the_whole(tmp_path):
    whole = trial(tmp_path, worlds=9, first=2)
    pieces = whole.pieces()
    assert [piece.worlds for piece in pieces] == [4, 4, 1]
    joined, at_once = TrialOutcome.joined([lived(piece) for piece in pieces]), lived(whole)
    assert joined.model_dump(exclude={"lines", "rescued_from"}) == at_once.model_dump(exclude={"lines", "rescued_from"})
    for ended in ("lines", "rescued_from"):
        both = [{(each.stage, each.cause): each.people for each in getattr(one, ended)} for one in (joined, at_once)]
        assert both[0] == pytest.approx(both[1])


def test_the_doubts_about_a_plan_are_those_of_a_comparison(tmp_path, menu):
    for chosen in (CHOSEN, ("Kind desk",)):
        plan = menu.plan(chosen, "typical")
        compared = compare(menu.base, plan, replications=PAIRS, seed=4)
        assert doubted(trial(tmp_path, chosen=chosen)) == doubts_of(
            compared.base_runs, next(iter(compared.plans.values()))
        )
    busy = (tmp_path / "shop.toml").read_text().replace("people = 300", "people = 120")
    (tmp_path / "shop.toml").write_text(busy)
    load_menu.cache_clear()
    assert "few people" in {doubt.kind for doubt in doubted(trial(tmp_path))}


def test_only_the_plan_that_leads_is_doubted_and_one_that_does_nothing_never(tmp_path):
    async def lesson(plans):
        room = classroom(tmp_path, Known())
        teams = [room.team(room.join(f"team {number}")) for number in range(len(plans))]
        room.command(Command.start, RoundMoment(1, Phase.setup))
        for team, plan in zip(teams, plans, strict=True):
            room.commit(team, 1, plan)
        room.command(Command.lock, RoundMoment(1, Phase.open))
        await until(lambda: room.round_runner.tend(1))
        this = room.round_runner.round(1)
        return {entry.chosen: entry.lives.doubts for entry in room.round_runner.entries(this)}

    assert asyncio.run(lesson([list(CHOSEN), ["Kind desk"]])) == {CHOSEN: [DOUBT], ("Kind desk",): None}
    (tmp_path / "idle").mkdir()
    tmp_path = tmp_path / "idle"
    assert asyncio.run(lesson([[]])) == {(): None}


def test_doing_nothing_changes_nothing(tmp_path):
    nothing = lived(trial(tmp_path, chosen=()))
    assert {*nothing.net_margin, *nothing.loops, *nothing.rescued, *nothing.broken} == {0.0}


def test_each_round_meets_other_customers(tmp_path):
    worlds = [
        set(range(each.first, each.first + each.worlds)) for each in (rules(tmp_path).trial(n, ()) for n in (1, 2, 3))
    ]
    assert [len(each) for each in worlds] == [WORLDS] * 3
    assert not worlds[0] & worlds[1] and not worlds[1] & worlds[2]


def test_prices_are_what_is_paid(tmp_path):
    found = briefing(MarketBriefing(market=str(menu_file(tmp_path))))
    assert found.prices == PRICES  # paid once at the start, so not discounted
    lines = lived(trial(tmp_path, worlds=10, seed=1)).lines
    assert {each.stage: each.mean for each in found.lines} == pytest.approx(
        {stage: sum(each.people for each in lines if each.stage == stage) for stage in {each.stage for each in lines}}
    )
    assert all(each.low <= each.mean <= each.high for each in found.lines)


@pytest.mark.parametrize("market", menu_names())
def test_every_choice_of_every_market_can_be_lived_at_every_level(market):
    menu = load_menu(market)
    assert len(menu.choices) > 5
    for choice in menu.choices:
        for level in LEVELS:
            assert menu.plan((choice,), level).intervention[0].level == level


def test_the_order_in_which_a_team_chose_is_nothing(menu, tmp_path):
    chosen = list(CHOSEN[::-1])
    assert checked_choice(chosen, menu, PRICES, rules(tmp_path)) == CHOSEN


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (["Plain pages", "Short form", "Fewer faults"], "EUR 200 too much"),
        (["Plain pages", "A bribe"], "“A bribe” is not on the menu"),
        (["Plain pages", "Plain pages"], "once"),
        (["x" * 500], "x{60}”"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused(chosen, words, menu, tmp_path):
    with pytest.raises(RefusedError, match=words):
        checked_choice(chosen, menu, PRICES, rules(tmp_path))


def test_a_plan_may_cost_the_whole_budget_and_not_more(menu, tmp_path):
    full = ["Plain pages", "Fewer faults", "Kind desk"]
    assert sum(PRICES[name] for name in full) == BUDGET
    assert checked_choice(full, menu, PRICES, rules(tmp_path)) == tuple(sorted(full, key=list(menu.choices).index))
    with pytest.raises(RefusedError):
        checked_choice(full, menu, PRICES, rules(tmp_path, budget=BUDGET - 0.01))


def test_there_are_not_more_choices_than_a_plan_holds(menu, tmp_path):
    many = {f"choice {number}": 0.0 for number in range(9)}
    wide = type(menu)("wide", menu.base, dict.fromkeys(many, next(iter(menu.choices.values()))))
    with pytest.raises(RefusedError, match="at most 8 choices; this one has 9"):
        checked_choice(list(many), wide, many, rules(tmp_path))


def test_choices_that_leave_a_range_together_are_refused(menu, tmp_path):
    effect = menu.choices["Short form"].effect[0].model_copy(update={"parameter": "use.failure_rate", "add": 0.45})
    steep = {
        name: menu.choices["Short form"].model_copy(update={"name": name, "effect": [effect]})
        for name in ("One", "Two")
    }
    prices = dict.fromkeys(steep, 1.0)
    assert checked_choice(["One"], ClassMenu("steep", menu.base, steep), prices, rules(tmp_path)) == ("One",)
    with pytest.raises(ScenarioError, match=r"takes use\.failure_rate to 1\.1"):
        checked_choice(["Two", "One"], ClassMenu("steep", menu.base, steep), prices, rules(tmp_path))


def test_the_usual_budget_makes_choosing_hard():
    assert usual_budget({"a": 30_000.0, "b": 20_000.0}) == 18_000.0
    assert usual_budget({"a": 10.0}) == 1000.0


def test_a_worker_that_dies_costs_nobody_a_plan(tmp_path):
    async def lesson():
        runs = Known()
        room = classroom(tmp_path, runs)
        teams = [room.team(room.join(name)) for name in ("one", "two")]
        room.command(Command.start, RoundMoment(1, Phase.setup))
        room.commit(teams[0], 1, ["Kind desk"])
        room.commit(teams[1], 1, list(CHOSEN))
        room.command(Command.lock, RoundMoment(1, Phase.open))
        runs.troubles = [WorkerLostError("gone")]
        with pytest.raises(NotNowError, match="still being lived"):
            room.command(Command.reveal, RoundMoment(1, Phase.locked))
        await until(lambda: room.round_runner.tend(1))
        assert not runs.troubles
        room.command(Command.reveal, RoundMoment(1, Phase.locked))
        return [line.team for line in room.board(1)[0].lines]

    assert asyncio.run(lesson()) == ["two", "one"]


def test_a_plan_is_lived_once_however_many_teams_have_it(tmp_path):
    async def lesson():
        runs = Known()
        room = classroom(tmp_path, runs)
        teams = [room.team(room.join(f"team {number}")) for number in range(5)]
        room.command(Command.start, RoundMoment(1, Phase.setup))
        for team in teams:
            room.commit(team, 1, ["Kind desk"])
        await until(lambda: room.round_runner.ahead(1) or len(runs.asked) == 2 * WORLDS // 4)
        room.command(Command.lock, RoundMoment(1, Phase.open))
        await until(lambda: room.round_runner.tend(1))
        return [request.chosen for request in runs.asked]

    asked = asyncio.run(lesson())
    assert asked.count(("Kind desk",)) == WORLDS // 4  # in pieces; and before the lock
    assert asked.count(()) == WORLDS // 4  # the plan without its part, for the debrief
    assert len(asked) == 2 * WORLDS // 4


async def until(done):
    for _ in range(2000):
        if done():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came to pass")


def test_a_trial_is_the_same_to_the_first_who_live_its_market_beside_it_and_to_the_next(tmp_path):
    assert lived(trial(tmp_path)) == lived(trial(tmp_path))
