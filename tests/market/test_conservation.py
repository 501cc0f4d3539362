"""Protects the books: nobody and no coin is lost, and what is counted is what the records of people say.

Exact identities between whole numbers, in every week; nothing here is statistical.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from markets import EVERYTHING_HAPPENS, lived, scenario_from
from random_markets import scenarios

from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import BEFORE, NOBODY, Cause, Stage
from cxsim.scenario import load, scenario_names

LINES = [measure for measure in Measure if measure.name.startswith("lines_")]


class Books:
    """Sums over all weeks of one brand, beside the records of its customers and what these were at the start."""

    def __init__(self, model: LoyaltyModel, brand: int, start: LoyaltyModel) -> None:
        self.model, self.brand = model, brand
        self.start_people = start.state.people
        # In the middle of a journey when the books were opened: what they do then began before.
        self.begun = int((~np.isin(self.start_people["stage"], (Stage.OUTSIDE, Stage.NEED))).sum())
        self.start = start.state.bonds[:, brand]
        self.start_standing = start.state.standings[brand]
        self.people = model.state.people
        self.bonds = model.state.bonds[:, brand]
        self.standing = model.state.standings[brand]
        self._sums = model.state.tally[:, brand].sum(axis=0)

    def __getattr__(self, name: str) -> int:
        return int(self._sums[Measure[name]])

    @property
    def bound_renewals(self) -> int:
        """Of customers whom only their contract holds (`contract_terms`): purchases, and no loops."""
        counted = self.model.state.counted
        return int(counted["bound_renewals"][:, self.brand].sum()) if "bound_renewals" in counted.dtype.names else 0

    def more(self, field: str) -> int:
        """How much a field of all bonds has grown since the start."""
        return int(self.bonds[field].sum()) - int(self.start[field].sum())

    def more_at(self, stage: Stage, raised: bool = False) -> int:
        """How many people more than at the start are at a stage with this brand, or there to raise a problem again."""

        def there(people):
            found = (people["stage"] == stage) & (people["target"] == self.brand)
            return int((found & (people["raised"] > 0) if raised else found).sum())

        return there(self.people) - there(self.start_people)


def people_and_lines(books):
    bonds = books.bonds
    over = bonds["ended_stage"] != Stage.OUTSIDE
    ended = over & (bonds["ended_stage"] != BEFORE)
    assert books.more("considered") == books.newly_considered
    assert ended.sum() == sum(getattr(books, line.name) for line in LINES) - books.reopened
    assert not (over & ~bonds["considered"]).any()
    assert (ended == (bonds["ended_cause"] != Cause.NONE)).all()
    assert not (over & bonds["customer"]).any()
    assert books.more("customer") == books.customers_gained - books.customers_lost
    assert bonds["customer"].sum() == books.standing["owners"]
    assert not (bonds["customer"] & (bonds["purchases"] == 0)).any()


def purchases_and_episodes(books):
    again = books.loop_purchases + books.returns + books.bound_renewals
    assert books.first_purchases + again == books.purchases == books.more("purchases")
    assert books.repeat_purchases == again
    assert books.first_purchases == ((books.bonds["purchases"] > 0) & (books.start["purchases"] == 0)).sum()
    assert books.bonds["loop_purchases"].sum() == books.loop_purchases
    assert books.purchases - books.uses == books.more_at(Stage.USE)
    raising = books.more_at(Stage.SUPPORT, raised=True)
    first_contacts = books.contacts - books.raised_again
    assert books.failures - books.silent - first_contacts == books.more_at(Stage.SUPPORT) - raising
    assert books.contacts - books.resolved - books.quick == books.unresolved >= books.raised_again + raising
    assert books.more("complaints") == books.failures
    assert (
        books.begun + books.considered >= books.chosen >= books.purchases - books.bound_renewals
    )  # nobody chooses those
    assert books.begun + books.searches >= books.found
    unfinished = sum(books.more_at(stage) for stage in (Stage.SUPPORT, Stage.LISTENING, Stage.TELLING, Stage.LOYALTY))
    assert books.uses >= books.stays + unfinished


def referrals(books):
    referred = (books.bonds["referrer"] != NOBODY).sum() - (books.start["referrer"] != NOBODY).sum()
    assert books.bonds["converts"].sum() == books.referred_purchases == referred
    called = (books.start_people["called_by"] != NOBODY) | (books.start_people["pursuing_call"] != NOBODY)
    called |= books.start_people["invited_by"] != NOBODY
    assert books.referred_purchases <= min(books.referrals + called.sum(), books.first_purchases)


def surveys_and_reviews(books):
    assert books.surveys >= books.answers >= books.promoters + books.detractors
    assert books.detractors >= books.callbacks
    assert books.uses >= books.true_promoters + books.true_detractors
    assert books.standing["reviews"] - books.start_standing["reviews"] == books.reviews
    assert books.standing["stars"] - books.start_standing["stars"] == books.stars
    assert books.reviews <= books.stars <= 5 * books.reviews
    assert books.answers <= books.effort_scores <= 7 * books.answers


def money(books):
    income = ("revenue_money", "similar_money")  # the latter is part of the former
    costs = [name for name in Measure.__members__ if name.endswith("_money") and name not in income]
    assert 0 <= books.similar_money <= books.revenue_money
    assert books.similar_purchases <= books.stays
    assert books.bonds["margin"].sum() == books.revenue_money - sum(getattr(books, name) for name in costs)


def talk(books):
    told = books.messages_good + books.messages_bad
    heard = books.more("heard") + books.more("news")
    if not (friends_of_each(books.model) == 0).any():
        assert heard == told
    assert heard <= told
    good = books.more("heard_good") + books.more("news_good")
    assert good <= books.messages_good


def queue(books):
    week = books.model.settings.market.horizon_weeks
    world = books.model.state
    desk = world.offers["support"][world.first_row][:, books.brand]
    capacity = np.where(desk["agents"] > 0.0, desk["agents"] * desk["agent_contacts"], desk["capacity"])
    waiting = float(books.start_standing["backlog"])
    for contacts, handled, patience, shown in zip(
        world.tally[:week, books.brand, Measure.contacts],
        capacity,
        desk["patience_weeks"],
        world.tally[:, books.brand, Measure.backlog],
        strict=True,
    ):
        if handled == math.inf:
            waiting = 0.0
        elif patience == math.inf:
            waiting = max(0.0, waiting + contacts - handled)
        else:  # some give up
            level = (contacts - handled) * patience
            waiting = max(0.0, level + (waiting - level) * math.exp(-1.0 / patience))
        assert shown == int(waiting)
    assert books.standing["backlog"] == waiting


def friends_of_each(model):
    people = model.settings.market.people
    if len(model.state.friends):
        return np.diff(model.state.first_friend)
    listed = model.settings.market.links.kind.name == "file"
    return np.full(people, 0 if listed else people - 1)


def owners_near_everybody(model):
    """owners_near, and news of them, is a recount of each person's friends."""
    world = model.state
    owns = world.bonds["customer"].any(axis=1)
    if len(world.friends):
        friends_who_own = np.add.reduceat(np.append(owns[world.friends], 0), world.first_friend[:-1])
        friends_who_own[np.diff(world.first_friend) == 0] = 0
        assert (world.people["owners_near"] + world.people["owners_news"] == friends_who_own).all()
    assert (world.bonds["customer"].sum(axis=1) <= 1).all()


def everybody_is_somewhere(model):
    people, due = model.state.people, model.state.due
    stages = np.bincount(people["stage"], minlength=len(Stage))
    assert len(stages) == len(Stage)
    assert stages.sum() == model.settings.market.people
    assert (due >= model.week).all()
    assert (np.isinf(due) == (people["stage"] == Stage.GONE)).all()


def check_all(model, start=None):
    start = start or LoyaltyModel(model.settings, rng=model.seed, replication=model.replication, collect=False)
    everybody_is_somewhere(model)
    owners_near_everybody(model)
    for brand in range(len(model.settings.brand)):
        books = Books(model, brand, start)
        for check in (people_and_lines, purchases_and_episodes, referrals, surveys_and_reviews, money, talk):
            check(books)
        if model.week == model.settings.market.horizon_weeks:
            queue(books)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("departure", ["after_use", "anytime"])
@pytest.mark.parametrize("links", ["small_world", "scale_free", "communities", "complete"])
def test_books_balance_every_week_where_everything_happens(seed, departure, links):
    fee = '{parameter="support.quick_rate", add=0.1}'
    plan = f'intervention=[{{name="a", coverage=0.5, effect=[{fee}], cost={{per_use=2.5}}}}]'
    waiting = [
        f"brand.{brand}.support.patience_weeks=inf" for brand in ("focal", "rival")
    ]  # who gives up: test_desk.py
    small = ["market.people=300", f"market.links.kind={links}", f"loyalty.departure={departure}"]
    past = ["market.run_in_weeks=9", "brand.focal.purchase.customers_at_start=0.2", "loyalty.rejoin=0.5"]
    past = past if seed == 3 else []
    scenario = scenario_from(
        EVERYTHING_HAPPENS, *small, *waiting, *past, "support.raised_again=0.4", "brand.focal.need.similar=0.3", plan
    )
    model, start = (LoyaltyModel(scenario, rng=seed, collect=False) for _ in range(2))
    while model.running:
        model.step()
        check_all(model, start)
    focal = Books(model, 0, start)
    for happened in (
        "callbacks", "rewards_money", "referred_purchases", "backlog", "returns", "interventions_money", "raised_again",
        "similar_money",
    ):  # fmt: skip
        assert getattr(focal, happened) > 0, f"{happened} never happened, so its books prove nothing"


@settings(max_examples=80)
@given(scenarios())
def test_books_balance_in_any_scenario(scenario):
    check_all(lived(scenario))


@pytest.mark.parametrize("name", scenario_names())
def test_books_balance_in_every_ready_scenario(name):
    check_all(lived(load(name, ["market.people=400"])))
