"""Loss aversion: luck without a mean still lowers satisfaction, because disappointments weigh more than surprises."""

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, live_to, mean_in, members
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from cxsim.scenario.stages import Traits


def price_of_luck(loss_aversion: Numbers, sd: float) -> Numbers:
    """E V(d) = -(lambda - 1) sd / sqrt(2 pi) for d ~ N(0, sd**2)."""
    return np.asarray(-(loss_aversion - 1.0) * sd / np.sqrt(2.0 * np.pi))


def _feels_only_surprise(traits: Traits) -> bool:
    return traits.use.perception_weight == 0.0


def _series(scenario: Scenario) -> list[Series]:
    use = scenario.use
    offer = scenario.brand[scenario.market.focal].use
    sd = (1.0 - use.assimilation) * offer.quality_sd  # of d = P - E = (1 - phi) (Q - E)
    level = use.satisfaction_base + use.perception_weight * offer.quality
    kinds = [traits for _, traits in scenario.segments().values()]
    surprised, usual = (
        np.array([traits.use.loss_aversion for traits in kinds if _feels_only_surprise(traits) == only])
        for only in (True, False)
    )
    return [
        Series("mean value of the surprise, V(d)", "lambda", surprised, lambda at: price_of_luck(at, sd)),
        Series(
            "mean satisfaction with an episode", "lambda", usual,
            lambda at: level + use.surprise_weight * price_of_luck(at, sd),
        ),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, 1)
    means = mean_in(members(model), np.asarray(model.state.people["episode"], float))
    only_surprise = np.array([_feels_only_surprise(traits) for _, traits in model.settings.segments().values()])
    return [means[only_surprise], means[~only_surprise]]


LOSS_AVERSION = Limit(
    name="loss-aversion",
    title="Loss aversion",
    formula="E V(d) = -(lambda - 1) sigma_d / sqrt(2 pi), sigma_d = (1 - phi) sigma; satisfaction = c + beta_P q + beta_D E V(d)",
    reference="the mean of a normal number whose negative part counts lambda times",
    bias="none",
    series=_series,
    measure=_measure,
)  # fmt: skip
