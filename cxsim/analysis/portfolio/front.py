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


def outline(front: Sequence[int], costs: Numbers, benefits: Numbers, most: int) -> list[int]:
    """At most so many plans of a front that show its shape: one after the other the plan that adds most area under it."""
    shown: list[int] = []
    rest = list(front)
    while rest and len(shown) < most:
        best = max(rest, key=lambda place: _area([*shown, place], costs, benefits))
        shown.append(best)
        rest.remove(best)
    return sorted(shown, key=lambda place: float(costs[place]))


def _area(places: Sequence[int], costs: Numbers, benefits: Numbers) -> float:
    """The area under the steps of some plans of a front, from no cost to a little more than the dearest of all."""
    order = sorted(places, key=lambda place: float(costs[place]))
    ends = [*(float(costs[place]) for place in order[1:]), 1.1 * float(costs.max())]
    return sum(float(benefits[place]) * (end - float(costs[place])) for place, end in zip(order, ends, strict=True))
