"""One parameter at a time from its low to its high value, all others as they are: the table behind a tornado chart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxsim.sensitivity.break_even import BreakEven, along, break_even_along
from cxsim.sensitivity.factor import Factor, Outcome
from cxsim.study.paired import Estimate, estimate


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


def one_at_a_time(outcome: Outcome, factors: Sequence[Factor], at: Sequence[float]) -> OneAtATime:
    """Move every factor from low to high with the same luck, and find where the decision flips.

    Args:
        outcome: the plan's advantage (plan minus base, positive when the plan is better), at least two replications.
        factors: what moves, k of them.
        at: their present values, shape (k,).

    Raises:
        ValueError: if the outcome has fewer than two replications.
    """
    rows, flips = [], []
    for place, factor in enumerate(factors):
        advantage = along(outcome, at, place)
        flips.append(break_even_along(advantage, factor, at[place]))
        low, high = advantage(factor.low), advantage(factor.high)
        swing = estimate(high - low)
        ends = (factor.low, factor.high, low.mean(), high.mean())
        rows.append((factor.key, factor.label, factor.unit, *ends, swing.mean, swing.low, swing.high))
    columns = ["key", "label", "unit", "low", "high", "at_low", "at_high", "swing", "swing_low", "swing_high"]
    present = along(outcome, at, 0)(at[0])
    table = pd.DataFrame(rows, columns=columns)
    order = np.argsort(-table["swing"].abs().to_numpy(), kind="stable")
    return OneAtATime(
        table.iloc[order].reset_index(drop=True), estimate(present), [flips[place] for place in order], len(present)
    )
