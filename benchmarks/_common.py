"""What the benchmark scripts share: the scenario, the line that says what ran where, and small tables."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

SCENARIO = Path(__file__).with_name("every_mechanism.toml")


def versions() -> str:
    """Cores this process may use, and the versions that matter for speed."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("cxsim", "mesa", "numba", "numpy"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def heading(what: str) -> None:
    """Say what is measured, on what."""
    print(f"{what}\n{versions()}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their columns: the first column to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    for row in cells:
        first, *rest = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]).rstrip())
    print()
    sys.stdout.flush()
