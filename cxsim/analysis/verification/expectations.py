"""Expectations fed by own experience: how they close in on the quality met, and how far they go on straying."""

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, mean_in, members
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

USES = np.arange(1.0, 13.0)
USES_STRAYING = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0])
LATE = 30.0  # uses after which the variance is taken for stationary
FOLLOWED = "usual"  # the segment whose variance is followed from use to use
ROUNDING = 2.0 * 2.0**-24  # an expectation is kept in single precision and rounded twice a use


def _learning_series(scenario: Scenario) -> list[Series]:
    gap = scenario.expectation.prior - scenario.brand[scenario.market.focal].use.quality
    stay = 1.0 - scenario.expectation.learning
    rounding = ROUNDING * USES
    return [
        Series("expectation less quality, constant share", "uses", USES, lambda at: stay**at * gap, rounding),
        Series("expectation less quality, running average", "uses", USES, lambda at: gap / (at + 1.0), rounding),
    ]


def _measure_learning(model: LoyaltyModel) -> list[Numbers]:
    quality = model.settings.brand[model.settings.market.focal].use.quality
    averages = [traits.expectation.average_learning for _, traits in model.settings.segments().values()]
    of_average = np.array(averages)[model.state.people["segment"]]
    gaps = [_expectations(model) - quality for _ in after(model, USES)]
    by_kind = np.array([mean_in((~of_average, of_average), gap) for gap in gaps])
    return [by_kind[:, 0], by_kind[:, 1]]


def _variance_series(scenario: Scenario) -> list[Series]:
    sigma = scenario.brand[scenario.market.focal].use.quality_sd
    rho = np.array([traits.expectation.learning for _, traits in scenario.segments().values()])
    followed = scenario.segment[FOLLOWED].expectation.learning
    still_to_come = stationary_variance(rho, sigma) * (1.0 - rho) ** (2.0 * LATE)
    return [
        Series(
            f"variance of expectations after {LATE:g} uses", "rho", rho, lambda at: stationary_variance(at, sigma),
            still_to_come,
        ),
        Series(
            f"variance of expectations, rho = {followed:g}", "uses", USES_STRAYING,
            lambda at: stationary_variance(followed, sigma) * (1.0 - (1.0 - followed) ** (2.0 * at)),
        ),
    ]  # fmt: skip


def stationary_variance(rho: Numbers | float, sigma: float) -> Numbers:
    """Variance of E <- E + rho (Q - E) in the long run, Q independent with standard deviation sigma."""
    return np.asarray(rho * sigma**2 / (2.0 - rho))


def _measure_variance(model: LoyaltyModel) -> list[Numbers]:
    groups = members(model)
    followed = groups[list(model.settings.segment).index(FOLLOWED)]
    on_the_way = [_expectations(model)[followed].var(ddof=1) for _ in after(model, USES_STRAYING)]
    for _ in after(model, np.array([LATE])):
        late = _expectations(model)
    return [np.array([late[group].var(ddof=1) for group in groups]), np.array(on_the_way)]


def _expectations(model: LoyaltyModel) -> Numbers:
    return np.asarray(model.state.bonds["expectation"][:, 0], float)


LEARNING = Limit(
    name="learning",
    title="Learning what to expect",
    formula="E_k - q = (1 - rho)^k (E_0 - q); as a running average, E_k - q = (E_0 - q) / (k + 1)",
    reference="exponential smoothing; the mean of prior and k experiences",
    bias="rounding to single precision, twice a use; nothing is left to luck",
    series=_learning_series,
    measure=_measure_learning,
)
STATIONARY_VARIANCE = Limit(
    name="stationary-variance",
    title="How far expectations stray",
    formula="Var E_k = rho sigma^2 / (2 - rho) x (1 - (1 - rho)^2k)",
    reference="exponential smoothing of independent noise, a first-order autoregression",
    bias="the part of the variance still to come after the last use, (1 - rho)^2k of it",
    series=_variance_series,
    measure=_measure_variance,
)
