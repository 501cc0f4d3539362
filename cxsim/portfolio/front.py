"""The Pareto front: plans that no other beats on cost and on benefit at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def on_front(costs: Numbers, benefits: Numbers) -> NDArray[np.bool_]:
    """Which plans no other plan dominates: costs no more and brings no less, and is better on one of both, shape (plans,)."""
    cheaper = costs[:, None] <= costs[None, :]  # [i, l]: i costs no more than l
    better = benefits[:, None] >= benefits[None, :]
    strictly = (costs[:, None] < costs[None, :]) | (benefits[:, None] > benefits[None, :])
    return np.asarray(~(cheaper & better & strictly).any(axis=0))


def spread_along(front: Sequence[int], costs: Numbers, most: int) -> list[int]:
    """At most so many plans of a front, those with the least and the most cost among them and the others evenly between."""
    order = sorted(front, key=lambda place: float(costs[place]))
    if len(order) <= most:
        return order
    return [order[place] for place in np.linspace(0, len(order) - 1, most).round().astype(int)]
