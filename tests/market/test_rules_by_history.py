"""Protects what a plan says of whom it means: rules by what stands in a firm's books, held against the notes of every life.

Nothing here is statistical: who is meant in a week is worked out anew from what was noted, person by person.
"""

import math
from collections import defaultdict

import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, notes_of, scenario_from, state_of, total

from cxsim.analysis.reach import meant_at_start
from cxsim.engine.branching import simulate_together
from cxsim.engine.measures import Measure, Note
from cxsim.engine.outcomes.reach import reach_table, weeks_meant
from cxsim.engine.simulate import simulate
from cxsim.engine.state import EVERYBODY, WEEK, bytes_copied

ROOM = 200_000
SMALL = ("market.people=150", "market.horizon_weeks=30")
RIVAL_TOO = ("brand.rival.use.failure_rate=0.3", "brand.rival.listening.survey_rate=0.6")  # something happens there
BETTER = '{parameter = "use.failure_rate", multiply = 0.5}'


def rule(when: str, effect: str = BETTER, name: str = "rule", **more) -> str:
    """A plan with one intervention for those of whom this stands in the books."""
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    when = f"when = {{{when}}}\n" if when else ""
    return f'[[intervention]]\nname = "{name}"\n{when}{lines}effect = [{effect}]\n'


def market(*plans: str, overrides: tuple[str, ...] = ()) -> object:
    return scenario_from(EVERYTHING_HAPPENS + "".join(plans), *SMALL, *overrides)


# ---- whom a rule means -----------------------------------------------------------------------------------------------


class Books:
    """What the firm knows of everybody, week by week, from notes alone."""

    def __init__(self, notes: np.ndarray, people: int, brand: int) -> None:
        self.bought, self.paid, self.reported, self.scores = (defaultdict(list) for _ in range(4))
        self.changes = defaultdict(list)
        for note in notes[notes["brand"] == brand]:
            person, at, what = int(note["person"]), float(note["at"]), int(note["what"])
            if what == Note.BUYS:
                self.bought[person].append(at)
                self.changes[person].append((at, True))
            if what == Note.LINE_ENDS:
                self.changes[person].append((at, False))
            if what in (Note.BUYS, Note.BUYS_SIMILAR):
                self.paid[person].append((at, float(note["a"])))
            if what == Note.SUPPORT and note["d"] > 0.0:  # an effort, so there was a contact
                self.reported[person].append(at)
            if what == Note.SURVEYED:
                self.scores[person].append((at, int(note["a"])))

    def of(self, person: int, week: int) -> dict[str, float]:
        """Every variable as the week begins; nan where nothing is known."""
        bought = [at for at in self.bought[person] if at < week]
        scores = [score for at, score in self.scores[person] if at < week]
        reported = [at for at in self.reported[person] if week - 52 <= math.floor(at) < week]
        changes = [customer for at, customer in sorted(self.changes[person]) if at < week]
        return {
            "purchases": len(bought),
            "weeks_since_purchase": week - float(np.float32(bought[-1])) if bought else math.nan,
            "spend": round(sum(paid for at, paid in self.paid[person] if at < week), 4),
            "complained": float(bool(reported)) if bought else math.nan,
            "last_score": scores[-1] if scores else math.nan,
            "customer": float(changes[-1]) if changes else 0.0,
        }


RULES = {
    'purchases = ">= 2"': lambda book: book["purchases"] >= 2,
    'purchases = "< 1"': lambda book: book["purchases"] < 1,
    'purchases = ">= 2, < 4"': lambda book: 2 <= book["purchases"] < 4,
    'weeks_since_purchase = "> 3"': lambda book: book["weeks_since_purchase"] > 3,
    'weeks_since_purchase = "<= 3"': lambda book: book["weeks_since_purchase"] <= 3,
    'spend = "> 40"': lambda book: book["spend"] > 40,
    "complained = true": lambda book: book["complained"] == 1,
    "complained = false": lambda book: book["complained"] == 0,
    'last_score = "<= 6"': lambda book: book["last_score"] <= 6,
    'last_score = ">= 0"': lambda book: book["last_score"] >= 0,
    "customer = true": lambda book: book["customer"] == 1,
    "customer = false": lambda book: book["customer"] == 0,
    'purchases = ">= 1", customer = false': lambda book: book["purchases"] >= 1 and book["customer"] == 0,
    'spend = "> 5", last_score = "< 9", complained = true': lambda book: (
        book["spend"] > 5 and book["last_score"] < 9 and book["complained"] == 1
    ),
}


@pytest.mark.parametrize("brand", ["focal", "rival"])
def test_whom_a_rule_means_is_who_the_notes_say(brand):
    """All rules stand in one plan, that of a rival reads the rival's books."""
    plans = [rule(when, name=f"rule {place}", brand=f'"{brand}"', start_week=5.0) for place, when in enumerate(RULES)]
    scenario = market(*plans, overrides=("market.people=60", *RIVAL_TOO))
    model = lived(scenario, watch=EVERYBODY, room_for_notes=ROOM)
    books = Books(notes_of(model), 60, scenario.brands.index(brand))
    meant = np.zeros((60, len(RULES)), int)
    for person in range(60):
        for week in range(5, scenario.market.horizon_weeks):
            meant[person] += [bool(holds(books.of(person, week))) for holds in RULES.values()]
    assert meant.sum(axis=0).all() and (meant.sum(axis=0) < 60 * 25).all()  # or it would say nothing
    np.testing.assert_array_equal(weeks_meant(model.state), meant)


def test_a_cost_for_each_use_is_paid_for_those_meant_and_for_nobody_else():
    fee = {"cost": "{per_use = 1.25}", "effect": '{parameter = "purchase.ease", add = 0.01}'}
    scenario = market(rule('purchases = ">= 2"', **fee))
    model = lived(scenario, watch=EVERYBODY, room_for_notes=ROOM)
    notes = notes_of(model)
    sales = notes[(notes["what"] == Note.BUYS) & (notes["brand"] == 0)]
    before = [
        np.count_nonzero((sales["person"] == sale["person"]) & (sales["at"] < math.floor(sale["at"]))) for sale in sales
    ]
    used = np.count_nonzero(np.array(before) >= 2)
    assert 0 < used < len(sales)
    assert total(model, Measure.interventions_money) == used * 12_500


def test_both_engines_mean_the_same_people():
    plans = [rule(when, name=f"rule {place}", coverage=0.7) for place, when in enumerate(RULES)]
    scenario = market(*plans[:6], overrides=("market.people=60", "market.horizon_weeks=15"))
    one, other = (lived(scenario, engine=engine) for engine in ("compiled", "agents"))
    assert state_of(one) == state_of(other)
    assert weeks_meant(one.state).tobytes() == weeks_meant(other.state).tobytes() and weeks_meant(one.state).any()


# ---- what a rule does ------------------------------------------------------------------------------------------------


def lives(model) -> dict[str, bytes]:
    """All that a run leaves but the numbers of kinds, which are names."""
    people = bytes_copied(model.state.people)
    people["kind"] = people["stratum"] = 0
    return state_of(model) | {"people": people.tobytes()}


@pytest.mark.parametrize("more", [{}, {"coverage": 0.5}, {"cost": "{per_use = 0.5}"}])
def test_a_rule_that_always_holds_is_no_rule(more):
    always, none = (lived(market(rule(when, **more))) for when in ('purchases = ">= 0"', ""))
    assert lives(always) == lives(none)
    assert lives(none) != lives(lived(market()))


def test_a_rule_that_holds_for_nobody_changes_nothing():
    nobody = lived(market(rule('purchases = "> 1000"', cost="{per_use = 5.0}")))
    assert lives(nobody) == lives(lived(market()))
    assert reach_table(nobody.state, nobody.settings)["people"].tolist() == [0]


def test_two_halves_are_the_whole():
    """Whoever has bought less than three times, and whoever has not, are everybody."""
    halves = rule('purchases = "< 3"', name="few"), rule('purchases = ">= 3"', name="many")
    assert lives(lived(market(*halves))) == lives(lived(market(rule(""))))


def test_outreach_begins_journeys_of_former_customers_alone():
    """Nobody is reached by advertising but those who left, and everybody of these who is reached begins a journey."""
    outreach = '{parameter = "need.reach_annual", set = 500.0}'
    gone = ("loyalty.exit=1.0", "loyalty.rejoin=1.0", "brand.focal.need.reach_annual=0.0", "loyalty.leave_b=1.0")
    plan = rule('purchases = ">= 1", customer = false', effect=outreach)
    model = lived(market(plan, overrides=gone), watch=EVERYBODY, room_for_notes=ROOM)
    notes = notes_of(model)
    reached = notes[(notes["what"] == Note.NEED) & (notes["a"] == 1.0) & (notes["brand"] == 0)]
    assert len(reached) > 20
    bought, left = ({} for _ in range(2))
    for note in notes[notes["brand"] == 0]:
        of = {Note.BUYS: bought, Note.LEAVES: left}.get(Note(note["what"]))
        if of is not None:
            of.setdefault(int(note["person"]), []).append(float(note["at"]))
    for note in reached:
        person, week = int(note["person"]), math.floor(note["at"])
        assert any(at < week for at in bought[person]) and any(at < week for at in left[person])


# ---- traits: with whom -----------------------------------------------------------------------------------------------


def test_an_effect_on_a_trait_acts_in_dealing_with_its_brand_alone():
    """Nobody tells anybody, so what customers of the rival do is what it was, bit for bit."""
    alone = ("telling.base=0.0", "telling.refer_base=-20.0", "telling.review_base=-20.0", "need.imitation_annual=0.0",
             "support.contact_base=-20.0", "brand.rival.expectation.awareness=1.0")  # fmt: skip
    only_rival = (*alone, "brand.focal.expectation.awareness=0.0", "brand.focal.need.reach_annual=0.0")
    loyal = '{parameter = "loyalty.exit", set = 1.0}'
    base = lived(market(overrides=only_rival))
    assert total(base, Measure.purchases, brand=1) > 0 == total(base, Measure.purchases)
    assert lives(lived(market(rule("", effect=loyal), overrides=only_rival))) == lives(base)
    by_rival = lived(market(rule("", effect=loyal, brand='"rival"'), overrides=only_rival))
    assert lives(by_rival) != lives(base)


def test_where_no_brand_is_at_stake_a_trait_is_everybodys():
    more = rule("", effect='{parameter = "need.spontaneous_annual", multiply = 5.0}')
    base, plan = lived(market()), lived(market(more))
    assert total(plan, Measure.considered, brand=1) > total(base, Measure.considered, brand=1)


# ---- how many kinds --------------------------------------------------------------------------------------------------


def test_twenty_interventions_that_reach_a_share_load_and_run():
    twenty = [rule("", name=f"share {place}", coverage=0.5, start_week=place) for place in range(20)]
    model = lived(market(*twenty))
    assert model.state.people["kind"].max() < 150
    reference = lived(market(*twenty[::-1]))
    assert total(model, Measure.failures) > 0
    np.testing.assert_array_equal(model.state.tally, reference.state.tally)  # multiplications in another order


def test_ten_tiers_are_eleven_cells_and_act_on_those_in_them():
    tiers = [
        rule(
            f'purchases = ">= {2 + place}"', name=f"tier {place}", effect='{parameter = "purchase.price", add = -0.01}'
        )
        for place in range(10)
    ]
    model = lived(market(*tiers))
    assert len(model.state.offers) == 11
    prices = model.state.offers["purchase"]["price"][model.state.people["kind"], 0]
    tier = np.clip(model.state.bonds["purchases"][:, 0].astype(int) - 1, 0, 10)
    assert tier.max() > 3
    np.testing.assert_allclose(prices, model.state.offers["purchase"]["price"].max() - 0.01 * tier, rtol=1e-12)


def test_rules_on_many_variables_make_no_more_kinds_than_answers():
    """Six variables cut once are 216 cells, for some may be unknown; but six rules hold together in 64 ways at most."""
    six = ['purchases = ">= 2"', 'weeks_since_purchase = "> 3"', 'spend = "> 40"', "complained = true", 'last_score = "<= 6"',
           "customer = true"]  # fmt: skip
    model = lived(market(*(rule(when, name=f"rule {place}") for place, when in enumerate(six))), weeks=1)
    assert (len(model.state.cells), len(model.state.offers)) == (216, 64)


# ---- from before, and parting ----------------------------------------------------------------------------------------


def test_what_was_bought_in_the_run_in_stands_in_the_books():
    run_in = ("market.run_in_weeks=30", "brand.focal.purchase.customers_at_start=0.3")
    several = market(rule('purchases = ">= 3"', start_week=9.0), overrides=run_in)
    found = meant_at_start(several)
    assert 0 < found["rule"] < 150
    start = lived(several, weeks=0)
    assert start.state.clock[WEEK] == 0
    assert found["rule"] == np.count_nonzero(start.state.bonds["purchases"][:, 0] >= 3)


def test_nothing_stands_in_the_books_of_a_market_that_begins():
    assert meant_at_start(market(rule('purchases = ">= 1"'), rule('purchases = "< 1"', name="new"))) == {
        "rule": 0, "new": 150,
    }  # fmt: skip


def test_base_and_plan_with_rules_part_when_the_rule_begins_and_are_what_they_are_apart():
    base = market(rule('purchases = ">= 1"', name="both", coverage=0.8), overrides=("market.run_in_weeks=8",))
    plan = market(
        rule('purchases = ">= 1"', name="both", coverage=0.8),
        rule('weeks_since_purchase = "> 4"', name="own", start_week=11.0),
        overrides=("market.run_in_weeks=8",),
    )
    apart = [simulate(each, 1, 0) for each in (base, plan)]
    for one, other in zip(simulate_together([base, plan], 1, 0), apart, strict=True):
        for name in ("people", "bonds", "tally", "weeks_meant", "due", "offers", "traits", "cuts", "cells", "meant"):
            assert getattr(one.state, name).tobytes() == getattr(other.state, name).tobytes(), name
    assert apart[1].state.weeks_meant.any(axis=0).all()
