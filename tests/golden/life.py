"""Section 3: a week of everybody's life, then the tick; all weeks of a scenario."""

import math

from cxsim.engine.measures import Measure
from cxsim.engine.state import Stage
from cxsim.scenario import Scenario
from golden.beginning import beginning
from golden.expectation import expectation
from golden.listening import listening
from golden.loyalty import lapse, loyalty
from golden.need import need, outside
from golden.people import Market, News, Seen
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
    """The scenario lived to its horizon in plain Python."""
    market = beginning(scenario, seed, replication)
    for week in range(scenario.market.horizon_weeks):
        market.week = week
        market.seen = [[Seen(bond.customer, bond.satisfaction) for bond in me.bonds] for me in market.people]
        for me in market.people:
            while me.due < week + 1:
                STAGES[me.stage](market, me)
        tick(market)
    market.seen = [[Seen(bond.customer, bond.satisfaction) for bond in me.bonds] for me in market.people]
    return market


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
