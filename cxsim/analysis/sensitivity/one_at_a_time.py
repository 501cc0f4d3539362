"""One parameter at a time from its low to its high value, all others as they are: the table behind a tornado chart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.sensitivity.break_even import Advantage, BreakEven, along, break_even_along, grid_of
from cxsim.analysis.sensitivity.factor import Factor, Numbers, Outcome


@dataclass(frozen=True)
class OneAtATime:
    """What each parameter does to the plan's advantage by itself. It sees no interactions; `sobol` does.

    Attributes:
        table: one row a factor, widest swing first: key, label, unit, low, high; the mean advantage at_low and at_high; swing, the advantage at high minus that at low as paired
            differences, with its 95% interval as swing_low and swing_high.
        present: the advantage at the present values, with interval.
        break_evens: where the decision flips, in the order of the table.
        replications: pairs behind every number.
    """

    table: pd.DataFrame = field(repr=False)
    present: Estimate
    break_evens: list[BreakEven]
    replications: int


Run = tuple[Numbers, Numbers]  # values of a factor, shape (m,), from low to high, and outcomes, (m, replications)


def one_at_a_time(outcome: Outcome, factors: Sequence[Factor], at: Sequence[float]) -> OneAtATime:
    """Move every factor from low to high with the same luck, and find where the decision flips.

    Args:
        outcome: the plan's advantage (plan minus base, positive when the plan is better), at least two replications.
        factors: what moves, k of them.
        at: their present values, shape (k,).

    Raises:
        ValueError: if the outcome has fewer than two replications.
    """
    curves = [along(outcome, at, place) for place in range(len(factors))]
    return _moved(curves, factors, at, [grid_of(factor) for factor in factors])


def one_at_a_time_from(factors: Sequence[Factor], at: Sequence[float], lived: Sequence[Run]) -> OneAtATime:
    """The same from outcomes that were lived already; between two neighbouring values they are taken to go straight.

    Args:
        factors: what was moved, k of them, each from the least to the largest value lived.
        at: their present values, among those lived.
        lived: of each factor.

    Raises:
        ValueError: if there are fewer than two replications.
    """
    curves = [straight(factor, *each) for factor, each in zip(factors, lived, strict=True)]
    return _moved(curves, factors, at, [[float(value) for value in values] for values, _ in lived])


def straight(factor: Factor, values: Numbers, outcomes: Numbers) -> Advantage:
    """Every replication's outcome, straight between neighbouring values, on the scale of the factor."""
    scale = np.log if factor.log else np.asarray

    def advantage(value: float) -> Numbers:
        return np.array([np.interp(scale(value), scale(values), each) for each in outcomes.T])

    return advantage


def _moved(
    curves: Sequence[Advantage], factors: Sequence[Factor], at: Sequence[float], values: Sequence[Sequence[float]]
) -> OneAtATime:
    rows, flips = [], []
    for place, (advantage, factor) in enumerate(zip(curves, factors, strict=True)):
        flips.append(break_even_along(advantage, factor, at[place], values[place]))
        low, high = advantage(factor.low), advantage(factor.high)
        swing = estimate(high - low)
        ends = (factor.low, factor.high, low.mean(), high.mean())
        rows.append((factor.key, factor.label, factor.unit, *ends, swing.mean, swing.low, swing.high))
    columns = ["key", "label", "unit", "low", "high", "at_low", "at_high", "swing", "swing_low", "swing_high"]
    present = curves[0](at[0])
    table = pd.DataFrame(rows, columns=columns)
    order = np.argsort(-table["swing"].abs().to_numpy(), kind="stable")
    return OneAtATime(
        table.iloc[order].reset_index(drop=True), estimate(present), [flips[place] for place in order], len(present)
    )
