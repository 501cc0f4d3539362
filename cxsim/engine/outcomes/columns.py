"""Tables of one run, as plain columns: thousands of runs are lived for one frame."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Columns: TypeAlias = dict[str, NDArray[np.generic]]  # by name, all of one length


def words(values: Sequence[str]) -> NDArray[np.object_]:
    """A column of words."""
    return np.array(values, object)
