"""Section 3: a week of everybody's life, then the tick; all weeks of a scenario."""

import math

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import BEFORE, Cause, Stage
from cxsim.scenario import Scenario
from golden.beginning import beginning
from golden.expectation import expectation
from golden.history import look_into_books
from golden.listening import listening
from golden.loyalty import lapse, loyalty
from golden.need import need, outside
from golden.people import UNKNOWN, Market, News, Noted, Seen
from golden.purchase import purchase
from golden.research import research
from golden.support import capacity, support
from golden.telling import telling
from golden.use import use

STAGES = {
    Stage.OUTSIDE: outside,
    Stage.NEED: need,
    Stage.EXPECTATION: expectation,
    Stage.RESEARCH: research,
    Stage.PURCHASE: purchase,
    Stage.USE: use,
    Stage.SUPPORT: support,
    Stage.LISTENING: listening,
    Stage.TELLING: telling,
    Stage.LOYALTY: loyalty,
    Stage.LAPSE: lapse,
}


def golden_life(scenario: Scenario, seed: int = 1, replication: int = 0) -> Market:
    """The scenario lived to its horizon in plain Python, from the run-in on if there is one."""
    market = beginning(scenario, seed, replication)
    for week in range(market.week, scenario.market.horizon_weeks):
        market.week = week
        if week == 0:
            open_books(market)
        market.seen = [[Seen(bond.customer, bond.satisfaction) for bond in me.bonds] for me in market.people]
        look_into_books(market)
        for me in market.people:
            while me.due < week + 1:
                STAGES[me.stage](market, me)
        tick(market)
    market.seen = [[Seen(bond.customer, bond.satisfaction) for bond in me.bonds] for me in market.people]
    return market


def open_books(market: Market) -> None:
    """Nothing is counted of what was before; stories that are over by then are told no more."""
    market.tally, market.notes, market.diary = {}, [], []
    for me in market.people:
        for brand, bond in enumerate(me.bonds):
            over = bond.ended_stage != Stage.OUTSIDE
            if over:
                bond.ended_stage = BEFORE
            bond.ended_cause = Cause.NONE
            bond.margin = bond.converts = bond.loop_purchases = 0
            bond.first_lost_at = UNKNOWN
            market.remember(
                "before", me, brand, purchases=bond.purchases, customer=bond.customer, over=over,
                considered=bond.considered, first_bought=bond.first_bought, last_bought=bond.last_bought,
            )  # fmt: skip
            if bond.purchases > 0:
                numbers = (float(bond.purchases), bond.satisfaction, -bond.last_bought, float(bond.customer))
                market.notes.append(Noted(0.0, me.number, Note.FROM_BEFORE, brand, numbers))


def tick(market: Market) -> None:
    """What happened this week becomes known."""
    news, market.news = market.news, News()
    for friend, brand, good, valence in news.messages:
        bond = market.people[friend].bonds[brand]
        bond.aware = True
        bond.heard += 1
        bond.heard_good += good
        bond.heard_sum += valence
    for me in market.people:
        referral = news.referrals.get(me.number)
        me.call = referral[1:] if referral else None
    for brand, stars in news.reviews:
        market.standings[brand].stars += stars
        market.standings[brand].reviews += 1
    for brand, standing in enumerate(market.standings):
        desk = market.terms.shared(market.week, brand).support
        came = news.contacts.count(brand)
        if desk.patience_weeks == math.inf:
            standing.backlog = max(0.0, standing.backlog + came - capacity(desk))
        else:  # in equilibrium at (came - capacity) * patience; what is off it fades
            level = (came - capacity(desk)) * desk.patience_weeks
            standing.backlog = max(0.0, level + (standing.backlog - level) * math.exp(-1.0 / desk.patience_weeks))
        market.count(brand, Measure.backlog, int(standing.backlog))
