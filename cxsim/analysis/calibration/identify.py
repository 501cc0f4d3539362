"""What the data told and what they could not, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cxsim.analysis.calibration.priors import BEYOND, Uncertain
from cxsim.analysis.calibration.repeat_buying import AnyFit
from cxsim.analysis.phrases import between, short
from cxsim.data.histories import Numbers

TOLD, IN_PART, NOT_TOLD = "told by the data", "told in part", "not told"
# Share of the spread before the data that is left, up to which a parameter counts as told, and as told in part.
LEFT_IF_TOLD, LEFT_IF_IN_PART = 0.4, 0.8
# Where any value would do before: half of the width of the plausible range, as a factor.
FACTOR_IF_TOLD, FACTOR_IF_IN_PART = 2.0, 5.0
END = 0.1  # share of where a rhythm was looked for that is called an end; of experience it is what lies beyond the plausible
PILED_UP = 3.0  # times as many draws as lay there at first are a pile
CERTAIN = 1.5  # of all draws that might have been made, at least so many times as many lie there (95%, Wilson)
TRADE_OFF = 0.6  # correlation from which two parameters make up for each other


@dataclass(frozen=True)
class Finding:
    """One parameter.

    Attributes:
        key: in the scenario.
        low: 2.5% of the plausible set lie below.
        high: 2.5% lie above.
        verdict: `TOLD`, `IN_PART` or `NOT_TOLD`.
        why: what that rests on, in words.
    """

    key: str
    low: float
    high: float
    verdict: str
    why: str

    @property
    def words(self) -> str:
        """Verdict and reason."""
        return f"{self.verdict}: {self.why}"

    def words_beside(self, value: float) -> str:
        """The same beside the fitted value: one outside of its own range is where the search ended, no estimate."""
        inside = self.low <= value <= self.high
        return self.words if inside else f"{self.words}; **the value lies outside, where the search ended**"


def findings_by_likelihood(draws: pd.DataFrame) -> list[Finding]:
    """One finding a column of `draws`, shape (draws, k), by how narrow its plausible range is."""
    found = []
    for key, low, high in _ranges(draws):
        factor = float(np.sqrt(high / low))
        verdict = _verdict(factor, FACTOR_IF_TOLD, FACTOR_IF_IN_PART)
        found.append(Finding(key, low, high, verdict, f"known to within a factor of {factor:.2g}"))
    return found


def findings_by_simulation(draws: pd.DataFrame, normal: Numbers) -> list[Finding]:
    """One finding a column of `draws`, by how much narrower the plausible set is than the guesses were at first.

    A parameter counts as told only if it does so when the spread found is the largest that chance allows: with n draws,
    a standard deviation has a relative standard error of 1 / sqrt(2(n - 1)).

    Args:
        draws: the plausible set, shape (draws, k).
        normal: the same on the scale of the prior, where that is standard normal.
    """
    largest = 1.0 + 2.0 / np.sqrt(2.0 * (len(normal) - 1.0))
    found = []
    for (key, low, high), left in zip(_ranges(draws), normal.std(axis=0, ddof=1), strict=True):
        verdict = _verdict(float(left) * largest, LEFT_IF_TOLD, LEFT_IF_IN_PART)
        why = f"{min(left, 1.0):.0%} of the spread assumed before is left"
        found.append(Finding(key, low, high, verdict, why))
    return found


@dataclass(frozen=True)
class PiledUp:
    """A parameter whose plausible set lies at an end of where a calibration looks.

    Attributes:
        key: in the scenario.
        upper: at the upper end, not the lower.
        words: what that means.
    """

    key: str
    upper: bool
    words: str


def piled_up(uncertain: Sequence[Uncertain], normal: Numbers) -> tuple[PiledUp, ...]:
    """Parameters whose draws crowd at an end of their range: the truth may lie beyond, where nobody looked.

    Args:
        uncertain: the parameters, (k,).
        normal: the plausible set on the scale of the prior, where that is standard normal, shape (draws, k).
    """
    found = []
    for each, places in zip(uncertain, stats.norm.cdf(normal).T, strict=True):
        end = END if each.of_rhythm else BEYOND
        for upper in (False, True):
            many = int(np.sum(places > 1.0 - end if upper else places < end))
            least = stats.binomtest(many, len(places)).proportion_ci(method="wilson").low
            if many >= PILED_UP * end * len(places) and least > CERTAIN * end:
                found.append(PiledUp(each.key, upper, _words_of_pile(each, upper, many / len(places))))
    return tuple(found)


def _words_of_pile(each: Uncertain, upper: bool, share: float) -> str:
    end, too = ("upper", "low") if upper else ("lower", "high")
    where = (
        f"of where it was looked for around the closed form: {share:.0%} of the plausible set lie in the last tenth"
        if each.of_rhythm
        else f"of its plausible range, {between(each.low, each.high, short)}: {share:.0%} of the plausible set lie beyond it"
    )
    return (
        f"{each.key} piles up at the {end} end {where}. If the truth lies far beyond, hardly a draw holds it: the values here are too {too}, "
        "other parameters make up for it, and the interval of a plan that acts on it is too narrow. Doubt the market and the figures "
        "you gave before such a plan."
    )


def at_limits(fit: AnyFit, keys: Sequence[str]) -> tuple[PiledUp, ...]:
    """Parameters of a closed form that ran to an end of what is allowed."""
    found = []
    for name, key, value in zip(fit.names, keys, fit.values.tolist(), strict=True):
        if name in fit.at_a_limit:
            upper = value > 1.0
            words = (
                f"{key} ({name} of {fit.model.NAME}) ran to the {'upper' if upper else 'lower'} end of what is allowed, {value:.4g}: the "
                "data do not bound it on that side, and what follows from it (how long customers stay, how differently they buy) is a guess."
            )
            found.append(PiledUp(key, upper, words))
    return tuple(found)


def _ranges(draws: pd.DataFrame) -> list[tuple[str, float, float]]:
    low, high = draws.quantile(0.025), draws.quantile(0.975)
    return [(str(key), float(low[key]), float(high[key])) for key in draws.columns]


def _verdict(width: float, told: float, in_part: float) -> str:
    return TOLD if width < told else IN_PART if width < in_part else NOT_TOLD


def trade_offs(keys: Sequence[str], points: Numbers) -> list[str]:
    """Pairs of parameters that make up for each other, strongest first, each as a sentence.

    Args:
        keys: of the parameters.
        points: the plausible set on a scale on which it is roughly normal, shape (draws, k).
    """
    if len(keys) < 2 or len(points) < 3:
        return []
    together = np.asarray(np.nan_to_num(np.corrcoef(points.T)))
    chance = 3.0 / np.sqrt(len(points))  # few draws show large correlations by luck
    pairs = [
        (abs(together[i, j]), i, j)
        for i in range(len(keys))
        for j in range(i)
        if abs(together[i, j]) >= max(TRADE_OFF, chance)
    ]
    return [
        f"{keys[j]} and {keys[i]} trade off: "
        + ("raising both together" if together[i, j] > 0 else "raising one and lowering the other")
        + f" leaves the fit nearly as good (correlation {together[i, j]:+.2f}), so neither is known as well alone as the"
        " two together."
        for _, i, j in sorted(pairs, reverse=True)
    ]
