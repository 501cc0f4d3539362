"""The part of an interrupted or partly failed study that can be analysed: without gaps, and how large it is."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.sensitivity.answer import counted
from cxsim.analysis.sensitivity.factor import Numbers

Places = NDArray[np.intp]


@dataclass(frozen=True)
class CompletePart:
    """A part without gaps, in the mean over what else varies: of points over worlds, of worlds over points.

    Attributes:
        values: (units, steps, replications): a unit is what only counts whole, such as a walk of k + 1 points.
        units: which units, by number.
        others: how many worlds (or points) the mean is over.
        of_others: how many there are in the study.
        of_replications: the same of replications.
    """

    values: Numbers = field(repr=False)
    units: Places
    others: int
    of_others: int
    of_replications: int

    @property
    def replications(self) -> int:
        """Of every unit."""
        return int(self.values.shape[2])

    def said(self, unit: str, units: int, over: str = "world") -> list[str]:
        """What it rests on, where that is not everything; and what it is the mean over."""
        sentences = []
        if (len(self.units), self.others, self.replications) != (units, self.of_others, self.of_replications):
            others = f", {self.others} of {counted(self.of_others, over)}" if self.of_others > 1 else ""
            sentences.append(
                f"This rests on {len(self.units):,} of {counted(units, unit)}{others} and {self.replications} of "
                f"{counted(self.of_replications, 'replication')}: what is missing or failed is left out, and if runs fail where "
                "conditions are extreme, the rest is no fair sample."
            )
        if self.others > 1:
            sentences.append(f"All of this is the mean over {counted(self.others, over)}.")
        return sentences


def part_of(values: Numbers, powers_of_two: bool = False) -> CompletePart:
    """The part without gaps.

    Args:
        values: (units, steps, others, replications), nan where a run is missing.
        powers_of_two: whether the units are cut to a power of two, as the balance of a Sobol sequence needs.
    """
    units, others, replications = complete_part(np.asarray(np.isfinite(values).all(axis=1)))
    if powers_of_two and len(units):
        units = units[: 1 << (len(units).bit_length() - 1)]
    kept = values[np.ix_(units, np.arange(values.shape[1]), others, replications)]
    mean = kept.mean(axis=2) if kept.size else np.zeros((0, values.shape[1], 0))
    return CompletePart(mean, units, len(others), *values.shape[2:])


def complete_part(there: NDArray[np.bool_]) -> list[Places]:
    """A part of a table without gaps: what to keep along every axis.

    What misses most is given up first, a slice at a time: replications that are hardly lived, points that failed.

    Args:
        there: whether a value is there, of any shape.

    Returns:
        Of every axis the places kept; all empty where nothing is there.
    """
    keep = [np.arange(length) for length in there.shape]
    while not (rest := there[np.ix_(*keep)]).all():
        others = [tuple(each for each in range(rest.ndim) if each != axis) for axis in range(rest.ndim)]
        missing = [1.0 - rest.mean(axis=other) for other in others]
        axis = int(np.argmax([each.max() for each in missing]))
        worst = missing[axis] >= 1.0
        worst[np.argmax(missing[axis])] = True
        keep[axis] = keep[axis][~worst]
        if not len(keep[axis]):
            return [np.arange(0) for _ in keep]
    return keep
