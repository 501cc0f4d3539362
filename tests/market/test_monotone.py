"""Protects people's bits: the curve through their quantiles is SciPy's `PchipInterpolator`, whatever points it goes through.

Nothing here is statistical.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from cxsim.engine.market.monotone import MonotoneCubic

HEIGHTS = st.floats(-1e6, 1e6).map(lambda height: round(height, 3))  # equal neighbours, too


@given(st.lists(st.tuples(st.integers(1, 9), HEIGHTS), min_size=3, max_size=12))
def test_it_is_bit_for_bit_that_of_scipy(points):
    steps, heights = (np.array(each, float) for each in zip(*points, strict=True))
    x = np.cumsum(steps)
    at = np.concatenate([x, np.linspace(x[0] - 2, x[-1] + 2, 50)])
    assert MonotoneCubic(x, heights)(at).tobytes() == PchipInterpolator(x, heights)(at).tobytes()
