"""What varies in a study, between which values, and how it is said in plain words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.phrases import short
from cxsim.analysis.sweep.parameters import entry_of
from cxsim.scenario.register import find_entries

Numbers = NDArray[np.float64]

# Points in parameter space, shape (points, k), to outcomes, shape (points, replications). Column r must be lived with
# the luck of replication r at every point, so that two points differ by their parameters alone.
Outcome = Callable[[Numbers], Numbers]

LEVELS = ("low", "typical", "high")  # of an intervention: words that have an order
SHARES = ("probability", "share")  # units that are said in percent


@dataclass(frozen=True)
class Factor:
    """A parameter that varies, all values of its range being equally likely.

    Attributes:
        key: full key in the scenario, such as "brand.Olive.use.late_rate", or any name.
        low: least value.
        high: largest value, above `low`.
        label: what a reader is told; made from the key when left out.
        unit: as in the register of assumptions, which is asked when it is left out.
        log: whether equally likely on a logarithmic scale; low is then above 0.
        words: what the whole numbers from 0 stand for, where the values are words.
    """

    key: str
    low: float
    high: float
    label: str = ""
    unit: str = ""
    log: bool = False
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(f"{self.key} is to vary from {self.low} to {self.high}; low must lie below high")
        if self.log and self.low <= 0.0:
            raise ValueError(f"{self.key} is to vary from {self.low} on a logarithmic scale; low must be above 0")
        object.__setattr__(self, "label", self.label or _label_of(self.key))
        object.__setattr__(self, "unit", self.unit or _unit_of(self.key))

    @property
    def on_a_scale(self) -> bool:
        """Whether its values lie in an order that means something: numbers, a choice of two, or the levels of an effect."""
        return len(self.words) <= 2 or self.words == tuple(level for level in LEVELS if level in self.words)

    def number(self, value: float) -> str:
        """A value without its unit: "14%", "0.62", "1,200", or its word."""
        if self.words:
            return self.words[round(value)]
        if self.unit in SHARES:
            return f"{100.0 * value:.3g}%"
        return short(value)

    def say(self, value: float) -> str:
        """A value in words: "14%", "3 people", "0.62"."""
        plain = bool(self.words) or self.unit in (*SHARES, "", "pure number")
        return self.number(value) if plain else f"{self.number(value)} {self.unit}"


def _label_of(key: str) -> str:
    """From "brand.Olive.use.late_rate" to "use late rate of Olive"."""
    kind, name, *rest = (*key.split("."), "", "")
    if kind not in ("brand", "intervention", "segment") or not any(rest):
        return key.replace(".", " ").replace("_", " ")
    what = " ".join(rest).strip().replace("_", " ")
    return f"{what.replace('effect', 'effect on', 1) if rest[0] == 'effect' else what} of {name}"


def _unit_of(key: str) -> str:
    known = find_entries(key) if not key.startswith("intervention.") else []
    entry = known[0] if len(known) == 1 else entry_of(key) if not known else None
    return entry.unit if entry else ""


def whole_draws(below: int, shape: tuple[int, int], seed: int) -> NDArray[np.int64]:
    """Whole numbers from 0 to below `below`, each as likely: which rows a bootstrap takes."""
    return np.asarray(stats.randint.rvs(0, below, size=shape, random_state=seed), np.int64)


def scaled(factors: Sequence[Factor], unit_cube: Numbers) -> Numbers:
    """Points of the unit cube, shape (points, k), stretched to the ranges of the factors."""
    columns = zip(factors, unit_cube.T, strict=True)
    return np.column_stack([
        factor.low * (factor.high / factor.low) ** share if factor.log else factor.low + (factor.high - factor.low) * share
        for factor, share in columns
    ])  # fmt: skip


def shares(factors: Sequence[Factor], points: Numbers) -> Numbers:
    """How far along their ranges points lie, 0 to 1, shape (points, k): the inverse of `scaled`."""
    columns = zip(factors, points.T, strict=True)
    return np.column_stack([
        np.log(value / factor.low) / np.log(factor.high / factor.low) if factor.log
        else (value - factor.low) / (factor.high - factor.low)
        for factor, value in columns
    ])  # fmt: skip


def outcomes_at(outcome: Outcome, points: Numbers) -> Numbers:
    """The outcomes of all points, shape (points, replications).

    Raises:
        ValueError: if the shape is another one, or a number is not finite.
    """
    return checked(outcome(points), len(points))


def checked(values: Numbers, points: int) -> Numbers:
    """Outcomes as numbers of shape (points, replications), all finite.

    Raises:
        ValueError: if they are not.
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or len(values) != points or values.shape[1] == 0:
        raise ValueError(f"outcomes have shape {values.shape}; it must be ({points} points, replications)")
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise ValueError(f"outcomes must be finite numbers; point {bad} has {values[bad]}")
    return values
