"""The mechanisms in examples/: the same lives in both engines, nothing when left alone, and their own arithmetic.

One set of mechanisms serves all tests of lives, since the rules are compiled once for each set.
"""

import math
import tomllib

import numpy as np
import pytest
from own_mechanisms import ALL, EXAMPLES, naming

from cxsim.engine.journey.schedule import rows_of_week
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import simulate
from cxsim.engine.state import MONEY_UNIT
from cxsim.mechanism import Measure
from cxsim.scenario import load
from cxsim.scenario.mechanism import load_mechanism

PLANS = {"points": "online-retailer", "season": "restaurant", "price-cut": "online-retailer", "pausing": "subscription"}
RIDERS = [naming(ALL), "market.horizon_weeks=60"]


def with_all(plan, *overrides):
    """One of the plans in examples/, which names the other mechanisms too."""
    return load(EXAMPLES / f"{plan}.toml", [*RIDERS, *overrides])


def lived(scenario, engine="compiled", seed=3):
    model = LoyaltyModel(scenario, rng=seed, engine=engine, collect=False)
    while model.running:
        model.step()
    return model.state


def columns(record):
    """The columns of a record, those of a mechanism's own fields too; not the bytes between them, which mean nothing."""
    for name in record.dtype.names or ():
        if record.dtype[name].names is None:
            yield name, record[name]
        else:
            yield from ((f"{name}.{field}", column) for field, column in columns(record[name]))


def same(one, other):
    """Whether two states hold the same, bit for bit; what only one of them keeps is left aside."""
    for record in ("people", "bonds", "standings"):
        first, second = dict(columns(getattr(one, record))), dict(columns(getattr(other, record)))
        if any(first[name].tobytes() != second[name].tobytes() for name in first.keys() & second.keys()):
            return False
    return one.tally.tobytes() == other.tally.tobytes() and one.due.tobytes() == other.due.tobytes()


@pytest.mark.parametrize("plan", PLANS)
def test_compiled_and_in_plain_python_it_is_the_same_life(plan):
    small = [
        f"market.people={200 if plan == 'pausing' else 60}",
        f"market.horizon_weeks={160 if plan == 'pausing' else 60}",
    ]
    scenario = with_all(plan, *small)
    compiled, plain = lived(scenario), lived(scenario, "agents")
    assert same(compiled, plain)
    assert compiled.counted.tobytes() == plain.counted.tobytes()
    assert not same(compiled, lived(load(PLANS[plan], small)))


@pytest.mark.parametrize("market", sorted(set(PLANS.values())))
def test_named_and_left_at_their_defaults_they_change_nothing(market):
    small = ["market.people=300", "market.horizon_weeks=60"]
    named = load(market, [*RIDERS, *small, "points.pull=0", "points.pride=0"])
    assert same(lived(named), lived(load(market, small)))


def test_points_are_the_money_spent_and_rewards_cost_what_they_cost():
    scenario = with_all("points", "market.people=1500")
    state, brand = lived(scenario), scenario.brand["retailer"]
    assert (
        state.counted["points_given"][:, 0].sum() == state.tally[:, 0, Measure.purchases].sum() * brand.purchase.price
    )
    claimed = state.counted["rewards_claimed"][:, 0].sum()
    card = state.bonds["points"][:, 0]
    assert claimed == np.floor(card["spent"] / brand.points.needed).sum() > 0
    assert state.tally[:, 0, Measure.rewards_money].sum() / MONEY_UNIT == claimed * brand.points.reward
    assert state.counted["gold"][:, 0].sum() == card["gold"].sum() == (card["spent"] >= 300).sum() > 0
    assert not state.counted["points_given"][:, 1].any()  # the rival gives none


def test_needs_follow_the_season():
    """Of all needs of a year the share in the better half is that of the season's integral, within 4 standard errors.

    Given everybody's total, each need falls into a half by that share, whatever their rates: binomial. The chance of a
    false alarm is 6e-5.
    """
    season = ["season.strength=0.5", "season.peak_week=13", "need.at_entry=true", "market.horizon_weeks=52"]
    stays = ["loyalty.leave_a=0.01", "loyalty.leave_b=1000", "need.rate_shape=4", "need.rate_scale_weeks=20"]
    state = lived(load("rhythm-only", [*RIDERS, *season, *stays, "market.people=4000"]))
    repeats = state.tally[:, 0, Measure.repeat_purchases]
    total, share = repeats.sum(), 0.5 + 0.5 / math.pi
    assert total > 30_000
    assert repeats[:26].sum() == pytest.approx(total * share, abs=4 * math.sqrt(total * share * (1 - share)))


def test_by_the_next_need_as_much_of_the_season_has_passed_as_weeks_would_without_one():
    module = __import__("sys").modules[load_mechanism(str(EXAMPLES / "season.py")).__module__]
    scenario = with_all("season", "market.people=5", "season.strength=0.9")
    state = LoyaltyModel(scenario, rng=1).plain_state
    season = state.traits[0, 0].season
    for since, weeks in ((0.0, 0.3), (11.7, 5.0), (30.0, 80.0)):
        waited = module.Season.waiting(state, 0, since, weeks)
        passed = module.needs_until(season, since + waited) - module.needs_until(season, since)
        assert passed == pytest.approx(weeks, abs=1e-9)


def test_the_rival_answers_with_its_share_when_its_time_has_come():
    state = lived(with_all("price-cut", "market.people=200"))
    assert np.flatnonzero(state.counted["weeks_answered"][:, 1]).tolist() == list(range(32, 60))  # 12 after the cut
    listed = state.standings["price_answer"]["listed"][1]
    assert listed == load("online-retailer").brand["rival"].purchase.price
    assert state.offers["purchase"]["price"][rows_of_week(state, 59)][0, 1] == pytest.approx(listed * (1 - 0.8 * 0.1))


def test_pauses_put_renewals_off():
    settings = ["market.people=2000", "market.horizon_weeks=160"]
    paused = simulate(with_all("pausing", *settings), 1, 0)
    plain = simulate(load("subscription", settings), 1, 0)
    assert paused.figures["pauses"] == paused.state.counted["pauses"][:, 0].sum() > 0
    assert paused.figures["purchases"] < plain.figures["purchases"]


def test_each_is_at_most_sixty_lines_and_its_plan_names_it():
    for name in ALL:
        assert len((EXAMPLES / name).read_text().splitlines()) <= 60
    named = [tomllib.loads((EXAMPLES / f"{plan}.toml").read_text())["mechanisms"] for plan in PLANS]
    assert sorted(name for names in named for name in names) == sorted(ALL)


def test_plain_python_finds_fields_by_name_whatever_numpy_calls_its_own():
    state = LoyaltyModel(with_all("pausing", "market.people=3", "market.run_in_weeks=0"), rng=1).plain_state
    assert (
        state.traits[0, 0].pausing.base == -3.0
        and state.traits[0, 0].telling.base == state.traits["telling"]["base"][0, 0]
    )
    state.people[1].pausing.offered += 2
    assert state.people["pausing"]["offered"].tolist() == [0, 2, 0]
