"""A firm's figures as its market gives them back: what its books would say of the last twelve months."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import MONEY_UNIT
from cxsim.scenario import Scenario
from cxsim.scenario.stages.need import NextNeed

YEAR: Final = 52  # weeks of the run-in, in which the last year is told from, and of the year that is measured


def measured(scenario: Scenario, seed: int, replication: int) -> dict[str, float]:
    """The figures of the focal brand's first year after a run-in of a year; nan where there is nothing to measure.

    Keys are those of `cxsim.data.figures`; besides them `growth` (customers a year on beside those of today), `for_each`
    (customers for each person of the market), new customers and revenue for each customer, contacts a week, and
    `share of NAME` of every brand.

    Args:
        scenario: with a run-in of at least a year.
        seed: of all luck.
        replication: of it.
    """
    model = LoyaltyModel(scenario, rng=seed, replication=replication, collect=False)
    focal = scenario.focal
    before = _year_before(model)
    while model.week < YEAR:
        model.step()
    year = model.state.tally[:YEAR].sum(axis=0).astype(float)
    own = year[focal]
    books = _of_contracts(model, own) if _has_a_stock(scenario) else _of_buyers(model, before)
    customers = books["customers"]
    shares = _shares(scenario, model, year)
    gained = Measure.customers_gained if scenario.need.kind == NextNeed.contract else Measure.first_purchases
    return {
        **books,
        "for_each": customers / scenario.market.people,
        "price": _ratio(own[Measure.revenue_money] - own[Measure.similar_money], own[Measure.purchases]) / MONEY_UNIT,
        "margin": 1.0 - _ratio(own[Measure.goods_money], own[Measure.revenue_money]),
        "revenue": own[Measure.revenue_money] / MONEY_UNIT,
        "advertising": scenario.brand[scenario.market.focal].money.advertising_weekly * YEAR,
        "purchases": _ratio(own[Measure.purchases], customers),
        "repeat": _bought_again(model, focal),
        "new": own[gained],
        "new for each": _ratio(own[gained], customers),
        "revenue for each": _ratio(own[Measure.revenue_money] / MONEY_UNIT, customers),
        "referral": _ratio(own[Measure.referred_purchases], own[Measure.first_purchases]),
        "nps": 100.0 * _ratio(own[Measure.promoters] - own[Measure.detractors], own[Measure.answers]),
        "csat": _ratio(own[Measure.csat_satisfied], own[Measure.answers]),
        "failures": _ratio(own[Measure.failures], own[Measure.uses]),
        "contacts": 100.0 * _ratio(own[Measure.contacts], customers),
        "first_contact": _ratio(own[Measure.contacts] - own[Measure.unresolved], own[Measure.contacts]),
        "late": _ratio(own[Measure.late], own[Measure.purchases]),
        "weekly_contacts": own[Measure.contacts] / YEAR,
        "share": shares[focal],
        **{f"share of {name}": share for name, share in zip(scenario.brands, shares, strict=True)},
    }


def _has_a_stock(scenario: Scenario) -> bool:
    """Whether a customer is one until they leave; else who bought in the last year is one."""
    return bool(scenario.need.kind != NextNeed.repeat)


def _year_before(model: LoyaltyModel) -> NDArray[np.bool_]:
    """Who bought of each brand in the year before week 0, shape (people, brands)."""
    bought: NDArray[np.bool_] = model.state.bonds["last_bought"] >= -float(YEAR)
    return bought


def _of_contracts(model: LoyaltyModel, own: NDArray[np.float64]) -> dict[str, float]:
    """From the stock of customers: a year later, and on average."""
    focal = model.settings.focal
    end = float(np.count_nonzero(model.state.bonds["customer"][:, focal]))
    weeks = model.state.tally[:YEAR, focal].astype(float)
    change = np.cumsum(weeks[:, Measure.customers_gained] - weeks[:, Measure.customers_lost])
    start = end - change[-1]
    mean = float(np.mean(start + change))
    return {
        "customers": mean,
        "churn": 1.0 - float(np.exp(-_ratio(own[Measure.customers_lost], mean))),
        "growth": _ratio(end, start),
    }


def _of_buyers(model: LoyaltyModel, before: NDArray[np.bool_]) -> dict[str, float]:
    """From who bought in one year and in the next."""
    focal = model.settings.focal
    now = model.state.bonds["last_bought"][:, focal] >= 0.0
    then = before[:, focal]
    return {
        "customers": float(np.count_nonzero(now)),
        "churn": _ratio(float(np.count_nonzero(then & ~now)), float(np.count_nonzero(then))),
        "growth": _ratio(float(np.count_nonzero(now)), float(np.count_nonzero(then))),
    }


def _bought_again(model: LoyaltyModel, focal: int) -> float:
    """Of those whose first purchase lies in the year before week 0: who bought again within a year of it."""
    bonds = model.state.bonds[:, focal]
    first, second = bonds["first_bought"], bonds["looped_at"]
    seen = (first >= -float(YEAR)) & (first < 0.0)
    again = seen & (bonds["purchases"] > 1) & (second - first <= float(YEAR))
    return _ratio(float(np.count_nonzero(again)), float(np.count_nonzero(seen)))


def _shares(scenario: Scenario, model: LoyaltyModel, year: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of every brand: of all customers where they are counted as a stock, else of all purchases."""
    if _has_a_stock(scenario):
        counted = np.count_nonzero(model.state.bonds["customer"], axis=0).astype(float)
    else:
        counted = year[:, Measure.purchases]
    return np.asarray(counted / max(counted.sum(), 1.0))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0.0 else float("nan")
