"""What is finished of a study, complete or not: whole blocks, and the runs that wait in journals."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from cxsim.ledger.figures import FIGURES
from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.space import KeySpace
from cxsim.sweep.store.folder import RUNS, Store
from cxsim.sweep.store.journal import records
from cxsim.sweep.store.left import Left
from cxsim.sweep.store.tables import runs_table, values_of


@dataclass(frozen=True)
class Finished:
    """The runs of a study that are there.

    Attributes:
        manifest: what sweep.json says.
        grid: the scenarios; without the brands and segments.
        space: all runs there are to be.
        runs: one row a finished run, failed ones too: point, world, plan, replication, figures asked for, error.
    """

    manifest: dict[str, Any]
    grid: Grid
    space: KeySpace
    runs: pd.DataFrame


def finished(folder: Path, figures: list[str]) -> Finished:
    """Read what is finished of a study, also while it is being lived.

    Raises:
        ValueError: if the folder holds no study.
    """
    store = Store(folder)
    manifest = store.manifest()
    if manifest is None:
        raise ValueError(f"{folder} holds no study; give the folder that `cxsim sweep STUDY -o FOLDER` wrote")
    points, worlds = (values_of(pq.read_table(folder / f"{name}.parquet")) for name in ("points", "worlds"))
    grid = Grid(points, worlds, tuple(manifest["content"]), manifest["content"], {}, {}, manifest["study"]["seed"])
    space = KeySpace.from_json(manifest)
    columns = ["run", "point", "world", "plan", "replication", *figures, "error"]
    journals = {block: _journal(store, grid, space, block) for block in sorted(store.begun_blocks())}
    complete = sorted(store.complete_blocks())  # after the journals: a block that was completed meanwhile counts once
    tables = [pd.read_parquet(folder / RUNS / f"block-{block:06}.parquet", columns=columns) for block in complete]
    tables += [table[columns] for block, table in journals.items() if block not in complete and len(table)]
    if not tables:
        raise ValueError(f"{folder}: not one run is finished; `cxsim sweep STUDY -o {folder} --resume` goes on")
    runs = pd.concat([table.astype({"plan": str, "error": object}) for table in tables], ignore_index=True)
    return Finished(manifest, grid, space, runs.sort_values("run", ignore_index=True))


def _journal(store: Store, grid: Grid, space: KeySpace, block: int) -> pd.DataFrame:
    """The finished runs of a block that is not complete, as they will stand in its table."""
    try:
        data = (store.folder / "journal" / f"block-{block:06}.log").read_bytes()
    except FileNotFoundError:  # completed since it was listed
        data = b""
    payloads = {run: payload for run, payload, _ in records(io.BytesIO(data))}
    keys = [key for key in space.keys_of(block) if key.run in payloads]
    table: pd.DataFrame = runs_table(
        grid, keys, [Left.unpacked(payloads[key.run], len(FIGURES)) for key in keys]
    ).to_pandas()
    return table
