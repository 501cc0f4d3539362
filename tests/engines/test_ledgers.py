"""Numbers move only on purpose: the ledgers of every ready scenario are, bit for bit, those whose hashes are kept.

They are the same on every Python and Mesa that is supported, since this runs on each, and on every processor.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engines.make_ledgers import FILE, hashes

KEPT = json.loads(FILE.read_text(encoding="utf-8"))
OF_SOME = "import json, sys; from engines.make_ledgers import hashes; print(json.dumps(hashes(sys.argv[1:])))"
SOME = ("rhythm-only", "restaurant", "plans/subscription-honest-start", "plans/hotel-generous-club")


def test_the_ledgers_are_those_that_were_kept():
    assert hashes() == KEPT, "run make_ledgers only after a change of the model"


def test_they_are_the_same_where_the_processor_can_do_less():
    """NumPy and its linear algebra choose other instructions by processor; some of them have other last bits."""
    known = np._core._multiarray_umath  # no public name says which can be left out
    here = [name for name in known.__cpu_dispatch__ if known.__cpu_features__[name]]
    if not here:
        pytest.skip("this processor has nothing that NumPy could do without")
    less = {"NPY_DISABLE_CPU_FEATURES": " ".join(here), "OPENBLAS_CORETYPE": "Haswell"}
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", OF_SOME, *SOME],
        env={**os.environ, **less, "PYTHONPATH": os.pathsep.join([str(tests.parent), str(tests)])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {name: KEPT[name] for name in SOME}
