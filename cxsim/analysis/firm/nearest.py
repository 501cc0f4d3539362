"""The ready market that a firm is nearest to, by the words for it or by its figures."""

import math
from pathlib import Path
from typing import Final

from cxsim.data.figures import Figures, Need, number_of, times_a_year
from cxsim.scenario import Scenario, load
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.stages.need import NextNeed

WORDS: Final = {
    "shop": "online-retailer", "retailer": "online-retailer", "store": "online-retailer", "online shop": "online-retailer",
    "restaurant": "restaurant", "cafe": "restaurant", "bar": "restaurant", "hairdresser": "restaurant",
    "subscription": "subscription", "newspaper": "subscription", "club": "subscription",
    "streaming": "subscription", "insurance": "subscription", "energy": "subscription",
    "gym": "gym", "fitness": "gym", "fitness club": "gym",
    "mobile": "mobile-operator", "mobile operator": "mobile-operator", "telecom": "mobile-operator", "phone": "mobile-operator",
    "bank": "bank", "banking": "bank", "hotel": "hotel", "hostel": "hotel",
    "delivery": "food-delivery", "food delivery": "food-delivery", "food": "food-delivery",
    "software": "b2b-software", "saas": "b2b-software", "b2b": "b2b-software", "business software": "b2b-software",
    "appliance": "durable", "durable": "durable", "furniture": "durable", "electronics": "durable", "car": "durable",
}  # fmt: skip
READY: Final = (
    "online-retailer", "restaurant", "subscription", "b2b-software", "durable",
    "gym", "mobile-operator", "bank", "hotel", "food-delivery",
)  # fmt: skip


def market_like(word: str) -> str:
    """The name, or file, of the market that is meant by a word such as gym."""
    return WORDS.get(word.strip().lower(), word.strip())


def nearest(figures: Figures) -> str:
    """The ready market whose customers buy most alike: by kind of need, then by how much is paid and how often.

    Args:
        figures: a firm's; with `like` no more is asked.
    """
    if "like" in figures:
        return market_like(str(figures["like"]))
    kind = need_of(figures) or "repeat"
    ready = {name: load(name) for name in READY}
    near = {name: _distance(figures, market) for name, market in ready.items() if market.need.kind.name == kind}
    return min(near, key=lambda name: near[name])


def need_of(figures: Figures) -> Need | None:
    """The kind of need of a firm's customers, as far as its figures tell; None where they do not.

    Raises:
        ScenarioError: if there is no market like the one named.
    """
    if "like" in figures:
        kind: Need = load(market_like(str(figures["like"]))).need.kind.name
        return kind
    telling: dict[str, Need] = {"billing": "contract", "life": "replacement", "purchases": "repeat", "repeat": "repeat"}
    return next((need for key, need in telling.items() if key in figures), None)


def _distance(figures: Figures, market: Scenario) -> float:
    """Of the logarithms of how often is bought, and how much is paid each time; under contract, of what is paid in a year.

    What is not known counts nothing.
    """
    often, price = times_a_year(figures), number_of(figures, "price")
    if often is None:
        return 0.0
    theirs = purchases_a_year(market)
    if price is None:
        return abs(math.log(often / theirs))
    more, dearer = math.log(often / theirs), math.log(price / market.brand[market.market.focal].purchase.price)
    return abs(more + dearer) if market.need.kind == NextNeed.contract else abs(more) + abs(dearer)


def purchases_a_year(market: Scenario) -> float:
    """How often its customers need what they buy, on average over segments."""
    often = 0.0
    for share, traits in market.segments().values():
        need = traits.need
        weeks = {
            NextNeed.repeat: need.rate_scale_weeks / need.rate_shape,
            NextNeed.contract: need.period_weeks,
            NextNeed.replacement: need.life_scale_weeks * math.gamma(1.0 + 1.0 / need.life_shape),
        }[need.kind]
        often += share * WEEKS_PER_YEAR / weeks
    return often


def shown_source(market: str) -> str:
    """How a file names the market that it was made from: a ready one by its name, a file by its own."""
    return Path(market).name if Path(market).is_file() else market
