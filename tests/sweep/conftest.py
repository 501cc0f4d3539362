"""The study that most tests of sweeps live, and its tables when nothing happens to it."""

import pytest
from studies import RUNS, lived, written


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    return written(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def reference(study, tmp_path_factory):
    """The tables of a study that nothing happened to."""
    out = tmp_path_factory.mktemp("reference") / "out"
    assert lived(study, out).runs == RUNS
    assert not list((out / "journal").iterdir()) and not list((out / "_tmp").iterdir())
    return out
