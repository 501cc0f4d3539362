"""NBD: purchases at rates that are Gamma across people, by customers who never leave."""

import numpy as np
from scipy import stats

from cxsim.analysis.verification.limit import Limit, Numbers, Series, after
from cxsim.analysis.verification.repeat_buying import repeats
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

WEEKS = np.array([5.0, 10.0, 20.0, 30.0, 40.0])


def _series(scenario: Scenario) -> list[Series]:
    r, alpha = scenario.need.rate_shape, scenario.need.rate_scale_weeks
    return [
        Series("repeat purchases per customer", "week", WEEKS, lambda at: r * at / alpha),
        Series("variance of repeat purchases", "week", WEEKS, lambda at: r * at / alpha * (1.0 + at / alpha)),
        Series("share without a repeat purchase", "week", WEEKS, lambda at: (alpha / (alpha + at)) ** r),
        Series(
            "share with more than three", "week", WEEKS,
            lambda at: np.asarray(stats.nbinom.sf(3, r, alpha / (alpha + at))),
        ),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    found = []
    for _ in after(model, WEEKS):
        count = repeats(model)
        found.append([count.mean(), count.var(ddof=1), (count == 0).mean(), (count > 3).mean()])
    return list(np.array(found).T)


NBD = Limit(
    name="nbd",
    title="NBD purchases",
    formula="X(t) ~ NBD(r, alpha / (alpha + t)): mean r t / alpha, variance (r t / alpha) (1 + t / alpha)",
    reference="Ehrenberg (1959), Applied Statistics 8(1), 26-41",
    bias="none: events happen at real-valued times",
    series=_series,
    measure=_measure,
)
