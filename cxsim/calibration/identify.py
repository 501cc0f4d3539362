"""What the data told and what they could not, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.closed_forms.histories import Numbers

TOLD, PARTLY = 0.4, 0.8  # spread left, as a share of the spread before the data
TRADE_OFF = 0.6  # correlation from which two parameters make up for each other


@dataclass(frozen=True)
class Finding:
    """One parameter.

    Attributes:
        key: in the scenario.
        low: 2.5% of the plausible set lie below.
        high: 2.5% lie above.
        spread_left: standard deviation in the plausible set over that before the data; nan where any value would do before.
        words: what that means.
    """

    key: str
    low: float
    high: float
    spread_left: float
    words: str


def findings(draws: pd.DataFrame, spread_left: Numbers) -> list[Finding]:
    """One finding a column of `draws`, shape (draws, k); `spread_left` has shape (k,)."""
    low, high = draws.quantile(0.025), draws.quantile(0.975)
    return [
        Finding(key, float(low[key]), float(high[key]), float(left), _words(float(left)))
        for key, left in zip(draws.columns, spread_left, strict=True)
    ]


def _words(left: float) -> str:
    if left != left:
        return "told by the purchases alone"
    if left < TOLD:
        return "told by the data"
    if left < PARTLY:
        return "told in part"
    return "not told: the range is the one assumed before"


def trade_offs(keys: Sequence[str], points: Numbers) -> list[str]:
    """Pairs of parameters that make up for each other, strongest first, each as a sentence.

    Args:
        keys: of the parameters.
        points: the plausible set on a scale on which it is roughly normal, shape (draws, k).
    """
    if len(keys) < 2 or len(points) < 3:
        return []
    together = np.asarray(np.nan_to_num(np.corrcoef(points.T)))
    pairs = [
        (abs(together[i, j]), i, j) for i in range(len(keys)) for j in range(i) if abs(together[i, j]) >= TRADE_OFF
    ]
    return [
        f"{keys[j]} and {keys[i]} trade off (correlation {together[i, j]:+.2f}): the data tell "
        + ("how they go together" if together[i, j] > 0 else "what they do together")
        + " better than either alone."
        for _, i, j in sorted(pairs, reverse=True)
    ]
