"""Product life: a product is replaced when its Weibull life ends."""

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, mean_in, members
from cxsim.analysis.verification.repeat_buying import repeats
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from cxsim.scenario.stages import Traits

WEEKS = np.array([2.0, 5.0, 7.0, 9.0, 11.0, 13.0, 16.0])


def _series(scenario: Scenario) -> list[Series]:
    return [_replaced(traits) for _, traits in scenario.segments().values()]


def _replaced(traits: Traits) -> Series:
    shape, scale = traits.need.life_shape, traits.need.life_scale_weeks
    return Series(
        f"share who have replaced the first product, shape {shape:g}", "week", WEEKS,
        lambda at: -np.expm1(-((at / scale) ** shape)),
    )  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    groups = members(model)
    return list(np.array([mean_in(groups, repeats(model) > 0) for _ in after(model, WEEKS)]).T)


PRODUCT_LIFE = Limit(
    name="product-life",
    title="Product life, Weibull",
    formula="F(t) = 1 - e^-(t / scale)^shape",
    reference="Weibull (1951), J. Applied Mechanics 18(3), 293-297",
    bias="none: events happen at real-valued times",
    series=_series,
    measure=_measure,
)
