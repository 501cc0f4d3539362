"""Exponentials and logarithms of arrays with the same bits on every processor.

NumPy's own take other instructions where a processor has them (AVX-512, say), whose last bits are others: two machines would
live other lives. These are those of the C library, one number after the other, as in the compiled rules.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled

Numbers = NDArray[np.float64]


def exp(values: Numbers) -> Numbers:
    """e to the power of each."""
    found = np.array(values, float)
    _exp(found.reshape(-1))
    return found


def log(values: Numbers) -> Numbers:
    """The natural logarithm of each; minus infinity of 0."""
    found = np.array(values, float)
    _log(found.reshape(-1))
    return found


@compiled
def _exp(values: Numbers) -> None:
    for place in range(values.shape[0]):
        values[place] = math.exp(values[place])


@compiled
def _log(values: Numbers) -> None:
    for place in range(values.shape[0]):
        values[place] = math.log(values[place]) if values[place] > 0.0 else -math.inf
