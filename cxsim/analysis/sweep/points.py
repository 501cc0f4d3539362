"""Designs: which combinations of the factors are lived, and in which uncertain worlds."""

import itertools
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

from cxsim.analysis.sweep.parameters import Value, entry_of, in_every_segment, own_value
from cxsim.analysis.sweep.study import BASE, Design, FactorSection, Reading
from cxsim.data.errors import DataError, line_word
from cxsim.data.opening import read_plain_table
from cxsim.scenario.toml_lines import Path as KeyPath

LEVELS = 5  # of a range, one at a time: enough to see where a decision flips between two of them
DIGITS = 6  # drawn values are written with so many figures: readable, and the same on every machine
REGISTER = "register"

Cube = NDArray[np.float64]  # shape (..., factors), 0 to 1

MORRIS_LEVELS = 4
MORRIS_STEP = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1.0))  # of the range: every level is reached equally often


@dataclass(frozen=True)
class Axis:
    """What one factor can be.

    Attributes:
        key: full key.
        values: single values; empty for a range.
        low: of the range.
        high: of the range.
        log: whether the range is even on a logarithmic scale.
        whole: whether only whole numbers are allowed.
        own: what it is in the market as it stands, or in the first plan that has it.
    """

    key: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    own: Value = 0.0

    def levels(self, count: int = 2) -> tuple[Value, ...]:
        """The single values, or so many of the range, both ends among them; fewer where whole numbers are few."""
        spread = [self.at(place / (count - 1.0)) for place in range(count)]
        return self.values or tuple(dict.fromkeys(spread))

    def at(self, share: float) -> Value:
        """The value so far along the axis, 0 to 1."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.log:
            return self._tidy(self.low * math.exp(share * math.log(self.high / self.low)))
        return self._tidy(self.low + share * (self.high - self.low))

    def _tidy(self, value: float) -> Value:
        if self.whole:
            return round(value)
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


def points_of(reading: Reading) -> pd.DataFrame:
    """The design: one row a point, one column a factor; one row without columns when nothing varies.

    Raises:
        StudyError: if a factor has an unknown key, or no range.
    """
    design = reading.study.design
    if design is None:
        return pd.DataFrame(index=range(1))
    if design.kind == "table":
        return _table(reading, ("design", "file"), design.file)
    axes = axes_of(reading)
    if design.kind == "factorial":
        rows: list[tuple[Value, ...]] = list(itertools.product(*(axis.levels() for axis in axes)))
    elif design.kind == "one_at_a_time":
        rows = _one_at_a_time(axes, design.levels or LEVELS)
    else:
        cube = _cube(design, len(axes), reading.study.seed)
        rows = [tuple(axis.at(float(share)) for axis, share in zip(axes, row, strict=True)) for row in cube]
    return pd.DataFrame({axis.key: column for axis, column in zip(axes, zip(*rows, strict=True), strict=True)})


def axes_of(reading: Reading) -> list[Axis]:
    """What each factor of the design can be; nothing for a table, which only lists points.

    Raises:
        StudyError: if a factor has an unknown key, or no range, or is named twice.
    """
    axes = [_axis(reading, factor, ("factor", place)) for place, factor in enumerate(reading.study.factor)]
    if len({axis.key for axis in axes}) < len(axes):
        raise reading.error(("factor",), "factor.key", "a key is named twice")
    return axes


def worlds_of(reading: Reading) -> pd.DataFrame:
    """The worlds: one row a draw, one column a key; one row without columns when the market is taken as it is.

    Raises:
        StudyError: if a key is unknown, has no plausible range, or also a factor.
    """
    worlds = reading.study.worlds
    if worlds is None:
        return pd.DataFrame(index=range(1))
    if worlds.source != REGISTER:
        table = _table(reading, ("worlds", "from"), worlds.source)
        return _in_every_segment(reading, _spread(reading, table, worlds.draws or len(table)))
    axes = uncertain_axes_of(reading)
    shares = latin_hypercube(len(axes), worlds.draws or 0, _other_seed(reading.study.seed, "worlds"))
    return pd.DataFrame({axis.key: [axis.at(float(share)) for share in shares[:, i]] for i, axis in enumerate(axes)})


def uncertain_axes_of(reading: Reading) -> list[Axis]:
    """What each key of worlds from the register can be; nothing for draws of a file.

    Raises:
        StudyError: if a key is unknown, or has no plausible range.
    """
    keys = reading.study.worlds.keys if reading.study.worlds else []
    return [_axis(reading, FactorSection(key=key), ("worlds", "keys")) for key in keys]


def _cube(design: Design, factors: int, seed: int) -> Cube:
    """The points of a design in the unit cube, in the order they are lived, shape (points, factors)."""
    count = design.points or design.trajectories or 0
    if design.kind == "latin_hypercube":
        return latin_hypercube(factors, count, seed)
    if design.kind == "sobol":
        return sobol_points(factors, count, seed)
    if design.kind == "morris":
        return morris_walks(factors, count, _other_seed(seed, "walks")).reshape(-1, factors)
    return saltelli_rows(factors, count, seed).reshape(-1, factors)


def _other_seed(seed: int, purpose: str) -> int:
    """A seed for draws that are not those of the design again."""
    return zlib.crc32(f"{seed} {purpose}".encode())


def _one_at_a_time(axes: Sequence[Axis], levels: int) -> list[tuple[Value, ...]]:
    """The market as it is, then one factor after the other at each of its other values."""
    own = tuple(axis.own for axis in axes)
    rows = [own]
    for place, axis in enumerate(axes):
        rows += [(*own[:place], level, *own[place + 1 :]) for level in axis.levels(levels) if level != own[place]]
    return rows


def _axis(reading: Reading, factor: FactorSection, at: KeyPath) -> Axis:
    reading.check_key((*at, "key"), factor.key)
    own = _own(reading, factor.key, at)
    if factor.values:
        _check_allowed(reading, factor.key, factor.values, at)
        return Axis(factor.key, tuple(factor.values), own=own)
    if isinstance(own, bool | str):
        raise reading.error(at, factor.key, "is no number, so it needs values")
    low, high = (factor.low, factor.high) if factor.low is not None else _plausible(reading, factor.key, at)
    if factor.scale == "log" and not (low or 0.0) > 0.0:
        raise reading.error(at, factor.key, f"a logarithmic scale cannot begin at {low:g}")
    axis = Axis(factor.key, (), float(low or 0.0), float(high or 0.0), factor.scale == "log", isinstance(own, int), own)
    _check_allowed(reading, factor.key, axis.levels(), at)
    return axis


def _check_allowed(reading: Reading, key: str, values: Sequence[Value], at: KeyPath) -> None:
    entry = entry_of(key)
    numbers = [value for value in values if not isinstance(value, bool | str)]
    wrong = [value for value in numbers if entry is not None and not entry.low <= value <= entry.high]
    if wrong and entry is not None:
        raise reading.error(at, key, f"given {wrong[0]}; allowed: {entry.allowed} ({entry.unit})", entry.meaning)


def _plausible(reading: Reading, key: str, at: KeyPath) -> tuple[float, float]:
    entry = entry_of(key)
    if entry is None or entry.plausible is None:
        raise reading.error(at, key, "has no plausible range in the register", "Give low and high, or values.")
    return entry.plausible


def _own(reading: Reading, key: str, at: KeyPath) -> Value:
    """The value of a key in the market, or in the first plan that has it."""
    for scenario in reading.scenarios.values():
        value = own_value(scenario, key)
        if value is not None:
            return value
    raise reading.error(at, key, "no scenario of this study has a value for it")


def _table(reading: Reading, at: KeyPath, name: str) -> pd.DataFrame:
    """A CSV with full keys as its header; a column `draw` only numbers the rows."""
    key = ".".join(map(str, at))
    try:
        table = read_plain_table(reading.beside(name)).drop(columns=["draw"], errors="ignore")
    except DataError as error:
        line = f"{line_word(error.path)} {error.line}: " if error.line else ""
        raise reading.error(at, key, f"{name} cannot be read: {line}{error.message}", error.remedy) from None
    for column in table.columns:
        reading.check_key(at, column)
        values = table[column].tolist()
        own = _own(reading, column, at)
        if _kind(own) is not _kind(values[0]):
            raise reading.error(at, column, f"{name} has {values[0]!r}; here it is {own!r}", "Give values of one kind.")
        _check_allowed(reading, column, values, at)
    return table


def _kind(value: Value) -> type:
    return type(value) if isinstance(value, bool | str) else float


def _in_every_segment(reading: Reading, table: pd.DataFrame) -> pd.DataFrame:
    """Draws of a calibration mean everybody: its data do not tell segments apart."""
    keys = in_every_segment(reading.scenarios[BASE], {str(key): str(key) for key in table.columns})
    return table.assign(**{key: table[own] for key, own in keys.items() if key not in table})


def _spread(reading: Reading, table: pd.DataFrame, draws: int) -> pd.DataFrame:
    if draws > len(table):
        raise reading.error(("worlds", "draws"), "worlds.draws", f"is {draws}; the file has {len(table)} rows")
    return table.iloc[np.linspace(0, len(table) - 1, draws).round().astype(int)].reset_index(drop=True)


def check_points(reading: Reading, points: pd.DataFrame, worlds: pd.DataFrame) -> None:
    """Refuse a key that is both factor and world, or set for all runs as well.

    Raises:
        StudyError: with the key.
    """
    taken = {**dict.fromkeys(reading.study.set, "set")}
    for where, table in (("design", points), ("worlds", worlds)):
        for key in map(str, table.columns):
            if key in taken:
                raise reading.error((where,), key, f"is named in {taken[key]} and in {where}")
            taken[key] = where


# ---- points of the unit cube: where in the ranges of its factors a design lives -----------------------------------


def latin_hypercube(dimensions: int, points: int, seed: int) -> Cube:
    """One point in each stratum of each factor (McKay et al. 1979), shape (points, dimensions)."""
    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(points))


def sobol_points(dimensions: int, points: int, seed: int) -> Cube:
    """A Sobol sequence (1967), scrambled after Owen, shape (points, dimensions); points is a power of two."""
    return np.asarray(qmc.Sobol(dimensions, rng=seed).random(points))


def morris_walks(dimensions: int, trajectories: int, seed: int) -> Cube:
    """Walks in which every step changes one factor, and every factor is changed once (Morris 1991).

    Args:
        dimensions: k.
        trajectories: how many walks.
        seed: 0 to 2**32 - 1.

    Returns:
        Shape (trajectories, k + 1, k).
    """
    start, direction, order = np.asarray(stats.uniform.rvs(size=(3, trajectories, dimensions), random_state=seed))
    lower = np.floor(start * MORRIS_LEVELS / 2.0) / (MORRIS_LEVELS - 1.0)
    upward = direction < 0.5
    stepped = np.argsort(order, axis=1).argsort(axis=1)[:, None, :] < np.arange(dimensions + 1)[None, :, None]
    at_upper = np.where(upward[:, None, :], stepped, ~stepped)
    return np.asarray(lower[:, None, :] + MORRIS_STEP * at_upper)


def saltelli_rows(dimensions: int, points: int, seed: int) -> Cube:
    """Two points A and B, and A with one factor of B after the other (Saltelli et al. 2010).

    Args:
        dimensions: k.
        points: n, a power of two.
        seed: of the scrambling of the Sobol sequence.

    Returns:
        Shape (n, k + 2, k): in every row A, B, then A with factor i of B, i = 1..k.
    """
    both = sobol_points(2 * dimensions, points, seed)
    a, b = both[:, :dimensions], both[:, dimensions:]
    mixed = [np.where(np.arange(dimensions) == i, b, a) for i in range(dimensions)]
    return np.stack([a, b, *mixed], axis=1)
