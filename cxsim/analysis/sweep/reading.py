"""Reading a study back: its tables, and what is finished of it, complete or not."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxsim.analysis.results.folder import OLD_COLUMNS
from cxsim.engine.outcomes.figures import Figure, with_counts

if TYPE_CHECKING:  # they need pyarrow, an extra that only who reads a study needs
    from cxsim.analysis.sweep.folder import StudyFolder
    from cxsim.analysis.sweep.numbering import Space


def read_runs(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run of every complete block: parameters by full key, figures, error; ordered by run.

    Args:
        folder: of the study.
        columns: only these; `run` always comes with them.

    Raises:
        FileNotFoundError: if no block is complete.
        DamagedError: a ValueError that names the file, if one is not what was written.
    """
    return _read(Path(folder) / "runs", columns, ["run"])


def read_weeks(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run, week and brand: counts, money in currency, times in weeks; join it with `read_runs` on `run`.

    Args:
        folder: of the study.
        columns: only these; `run`, `week` and `brand` always come with them.

    Raises:
        FileNotFoundError: if no block is complete, or the study keeps no weeks.
        DamagedError: as `read_runs`.
    """
    return _read(Path(folder) / "weeks", columns, ["run", "week", "brand"], OLD_COLUMNS)


def read_people(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a run and person: how their story with the focal brand stands; join it with `read_runs` on `run`.

    Args:
        folder: of the study.
        columns: only these; `run` and `person` always come with them.

    Raises:
        FileNotFoundError: if no block is complete, or the study keeps no people.
        DamagedError: as `read_runs`.
    """
    return _read(Path(folder) / "people", columns, ["run", "person"])


def _read(
    folder: Path, columns: Sequence[str] | None, always: list[str], renamed: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Rows of all blocks; those written before a column was `renamed` have it under its new name."""
    from cxsim.analysis.sweep.checksums import columns_of, read  # pyarrow is an extra: only who reads needs it

    study, kind = folder.parent, folder.name
    names = [f"{kind}/{path.name}" for path in sorted((study / "runs").glob("block-*.parquet"))]
    if not names or not folder.is_dir():
        raise FileNotFoundError(f"{folder} has no complete block")
    there = columns_of(study, names[0])
    old = {new: old for old, new in (renamed or {}).items() if old in there}
    wanted = None if columns is None else [old.get(name, name) for name in dict.fromkeys([*always, *columns])]
    table = pd.concat([read(study, name, wanted).to_pandas() for name in names], ignore_index=True)
    table = table.rename(columns={before: now for now, before in old.items()})
    ordered: pd.DataFrame = table.sort_values(always, kind="stable", ignore_index=True)
    return ordered


@dataclass(frozen=True)
class Finished:
    """The runs of a study that are there.

    Attributes:
        manifest: what sweep.json says.
        space: all runs there are to be; without the brands and segments.
        runs: one row a finished run, failed ones too: point, world, plan, replication, figures asked for, error.
    """

    manifest: dict[str, Any]
    space: "Space"
    runs: pd.DataFrame


def figures_kept(folder: Path) -> tuple[Figure, ...]:
    """The figures of a study: those of every market, and what its mechanisms count.

    Raises:
        ValueError: if the folder holds no study.
    """
    manifest = _manifest(folder)
    return with_counts(_counts(manifest), manifest.get("good", {}))


def _manifest(folder: Path) -> dict[str, Any]:
    from cxsim.analysis.sweep.folder import StudyFolder

    manifest = StudyFolder(folder).manifest()
    if manifest is None:
        raise ValueError(f"{folder} holds no study; give the folder that `cxsim sweep STUDY -o FOLDER` wrote")
    return manifest


def _counts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What mechanisms count, with its meaning, which folders of before do not say."""
    counts = manifest.get("counts", {})
    return counts if isinstance(counts, dict) else dict.fromkeys(counts, "")


def finished(folder: Path, figures: list[str]) -> Finished:
    """Read what is finished of a study, also while it is being lived.

    Raises:
        ValueError: if the folder holds no study, or a table that is not what was written (DamagedError).
    """
    from cxsim.analysis.sweep.blocks import values_of
    from cxsim.analysis.sweep.checksums import read
    from cxsim.analysis.sweep.folder import RUNS, StudyFolder, block_file
    from cxsim.analysis.sweep.numbering import Space

    store, manifest = StudyFolder(folder), _manifest(folder)
    points, worlds = (values_of(read(folder, f"{name}.parquet")) for name in ("points", "worlds"))
    content, seed = manifest["content"], manifest["study"]["seed"]
    space = Space(points, worlds, tuple(content), content, {}, {}, seed, _counts(manifest), manifest.get("classes", {}))
    space = space.with_stages(manifest)
    columns = ["run", "point", "world", "plan", "replication", *figures, "error"]
    journals = {block: _journal(store, space, block) for block in sorted(store.begun_blocks())}
    complete = sorted(store.complete_blocks())  # after the journals: a block that was completed meanwhile counts once
    tables = [read(folder, block_file(RUNS, block), columns).to_pandas() for block in complete]
    tables += [table[columns] for block, table in journals.items() if block not in complete and len(table)]
    if not tables:
        raise ValueError(f"{folder}: not one run is finished; `cxsim sweep STUDY -o {folder} --resume` goes on")
    runs = pd.concat([table.astype({"plan": str, "error": object}) for table in tables], ignore_index=True)
    return Finished(manifest, space, runs.sort_values("run", ignore_index=True))


def _journal(store: "StudyFolder", space: "Space", block: int) -> pd.DataFrame:
    """The finished runs of a block that is not complete, as they will stand in its table."""
    from cxsim.analysis.sweep.blocks import runs_table
    from cxsim.analysis.sweep.journal import records
    from cxsim.analysis.workers.run_record import RunRecord

    try:
        data = (store.folder / "journal" / f"block-{block:06}.log").read_bytes()
    except FileNotFoundError:  # completed since it was listed
        data = b""
    payloads = {run: payload for run, payload, _ in records(io.BytesIO(data))}
    keys = [key for key in space.keys_of(block) if key.run in payloads]
    table: pd.DataFrame = runs_table(
        space, keys, [RunRecord.unpacked(payloads[key.run], len(space.figures)) for key in keys]
    ).to_pandas()
    return table
