"""Gamma-Gamma: what people spend, when purchases of one person are Gamma and so are their scales across people."""

import numpy as np

from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, listed, mean_in
from cxsim.analysis.verification.repeat_buying import repeats
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import MONEY_UNIT
from cxsim.scenario import Scenario

WEEKS = np.array([5.0, 10.0, 20.0])
KNOWN = 10.0  # weeks of purchases from which those of the later weeks are forecast
COUNTS = np.array([1.0, 2.0, 4.0, 8.0])  # purchases made by then
HISTORIES = ("1 or 2, small", "1 or 2, large", "3 or more, small", "3 or more, large")


def variance_of_average(p: float, q: float, mean: float, purchases: Numbers) -> Numbers:
    """Across people, of the average amount of so many purchases of each: between people, and within them."""
    return mean**2 * (1.0 + (q - 1.0) / (p * purchases)) / (q - 2.0)


def _shapes(scenario: Scenario) -> tuple[float, float, float]:
    """p, q and the mean amount of a purchase."""
    purchase = scenario.purchase
    return purchase.basket_shape, purchase.basket_evenness, scenario.brand[scenario.market.focal].purchase.price


def _series(scenario: Scenario) -> list[Series]:
    p, q, mean = _shapes(scenario)
    r, alpha = scenario.need.rate_shape, scenario.need.rate_scale_weeks

    def spent(weeks: Numbers) -> Numbers:
        return mean * (1.0 + r * weeks / alpha)

    def variance(weeks: Numbers) -> Numbers:
        """E M^2 (E N^2 + E N / p) - (E N)^2 for N = 1 + NBD purchases of a person with the mean amount M."""
        count = 1.0 + r * weeks / alpha
        square = count**2 + r * weeks / alpha * (1.0 + weeks / alpha)
        return mean**2 * ((q - 1.0) / (q - 2.0) * (square + count / p) - count**2)

    return [
        Series("spent per customer", "week", WEEKS, spent),
        Series("variance of what customers have spent", "week", WEEKS, variance),
        Series("mean amount of a purchase", "purchases so far", COUNTS, lambda at: np.full(len(at), mean)),
        Series(
            "variance of customers' average amount", "purchases so far", COUNTS,
            lambda at: variance_of_average(p, q, mean, at),
        ),
        listed(
            f"spent in weeks {KNOWN + 1:g} to {WEEKS[-1]:g} less the forecast from what was bought before", "purchases",
            dict.fromkeys(HISTORIES, 0.0),
        ),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    p, q, mean = _shapes(model.settings)
    found, groups, amounts, misses = [], [], np.zeros(0), np.zeros(0)
    for week in after(model, WEEKS):
        count, spent = repeats(model) + 1.0, np.asarray(model.state.bonds["margin"][:, 0], float) / MONEY_UNIT
        found.append([spent.mean(), spent.var(ddof=1)])
        if week == KNOWN:
            known, amounts = count, spent / count
            few, small = count < 3, amounts < mean
            groups = [few & small, few & ~small, ~few & small, ~few & ~small]
            misses = -spent
    model_of_amounts = GammaGamma(p, q, (q - 1.0) * mean / p)
    misses += spent - (count - known) * model_of_amounts.expected_amount(Spending(known, amounts))
    bought = [known == number for number in COUNTS]
    spread = [amounts[group].var(ddof=1) if group.sum() > 1 else np.nan for group in bought]
    return [*np.array(found).T, mean_in(bought, amounts), np.array(spread), mean_in(groups, misses)]


GAMMA_GAMMA = Limit(
    name="gamma-gamma",
    title="What customers spend, Gamma-Gamma",
    formula="mean p gamma / (q - 1), the price; variance of the average of x purchases price^2 (1 + (q - 1) / (p x)) / (q - 2)",
    reference="Fader, Hardie & Lee (2005), J. Marketing Research 42(4), 415-430",
    bias="none: money is booked in ten-thousandths",
    series=_series,
    measure=_measure,
)
