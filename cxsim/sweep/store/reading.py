"""Reading a study back."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd


def read_runs(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run of every complete block: parameters by full key, figures, error; ordered by run.

    Args:
        folder: of the study.
        columns: only these; `run` always comes with them.

    Raises:
        FileNotFoundError: if no block is complete.
    """
    return _read(Path(folder) / "runs", columns, ["run"])


def read_weeks(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run, week and brand: counts, money in currency, times in weeks; join it with `read_runs` on `run`.

    Args:
        folder: of the study.
        columns: only these; `run`, `week` and `brand` always come with them.

    Raises:
        FileNotFoundError: if no block is complete, or the study keeps no weeks.
    """
    return _read(Path(folder) / "weeks", columns, ["run", "week", "brand"])


def read_people(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run and person: how their story with the focal brand stands; join it with `read_runs` on `run`.

    Args:
        folder: of the study.
        columns: only these; `run` and `person` always come with them.

    Raises:
        FileNotFoundError: if no block is complete, or the study keeps no people.
    """
    return _read(Path(folder) / "people", columns, ["run", "person"])


def _read(folder: Path, columns: Sequence[str] | None, always: list[str]) -> pd.DataFrame:
    files = sorted(folder.glob("block-*.parquet"))
    if not files:
        raise FileNotFoundError(f"{folder} has no complete block")
    wanted = None if columns is None else list(dict.fromkeys([*always, *columns]))
    table = pd.concat([pd.read_parquet(file, columns=wanted) for file in files], ignore_index=True)
    return table.sort_values(always, kind="stable", ignore_index=True)
