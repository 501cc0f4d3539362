"""Protects what an episode is complained of: the largest cost, by its own name, and no cost that was none."""

import pytest

from cxsim.engine.journey.use import heaviest_complaint
from cxsim.engine.state import Cause

COSTS = ("late", "misfit", "failure", "dull", "disappointment", "effort", "dearer", "shock")
NAMES = (
    Cause.LATE, Cause.MISFIT, Cause.FAILURE, Cause.QUALITY, Cause.DISAPPOINTMENT, Cause.EFFORT, Cause.PRICE, Cause.TERMS,
)  # fmt: skip


def complaint(**costs):
    return heaviest_complaint(*(costs.get(cost, 0.0) for cost in COSTS))


@pytest.mark.parametrize(("cost", "cause"), list(zip(COSTS, NAMES, strict=True)))
def test_the_largest_cost_is_named(cost, cause):
    others = {other: 0.2 for other in COSTS if other != cost}
    assert complaint(**others, **{cost: 0.3}) == cause
    assert complaint(**{cost: 0.01}) == cause


@pytest.mark.parametrize("dull", [0.0, -0.3])
def test_where_nothing_cost_anything_nothing_is_blamed_but_the_quality_remembered(dull):
    assert complaint(dull=dull) == Cause.QUALITY
    assert complaint(dull=dull, disappointment=-0.1, dearer=-0.2) == Cause.QUALITY
