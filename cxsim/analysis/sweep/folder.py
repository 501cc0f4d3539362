"""The folder of a study: written by one driver only, whole files or none, nothing of the user's deleted.

sweep.json                    what varies, stages, versions
points.parquet                the design, one row a point
worlds.parquet                the worlds, one row a draw
runs/block-000123.parquet     end figures; written last: the block is complete
weeks/block-000123.parquet    week by week
people/block-000123.parquet   person by person, if asked for
sums/block-000123.json        checksums of the block's tables
pairing.csv                   what the same luck saved, when all is done
precision.csv                 how well the figure of [until] is known, when all is done
journal/block-000123.log      finished runs of blocks that are not complete
_tmp/                         files while they are being written
.lock                         held by the driver
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxsim.analysis.results.folder import ResultsExistError, check_free, held, sha256_of
from cxsim.analysis.sweep.checksums import SUMS, is_sound, sums_file, sums_text
from cxsim.analysis.sweep.journal import Journal

MANIFEST = "sweep.json"
PAIRING, PRECISION = "pairing.csv", "precision.csv"
RUNS, WEEKS, PEOPLE = "runs", "weeks", "people"
_OURS = (".lock", "_tmp", "points.parquet", "worlds.parquet", "journal", RUNS, WEEKS, PEOPLE, SUMS)


class StudyFolder:
    """The folder of a study.

    Args:
        folder: where it is or will be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sums: dict[str, dict[str, str]] = {}  # of tables that are written, by the file that is to hold them

    def manifest(self) -> dict[str, Any] | None:
        """What sweep.json says; None if there is none.

        Raises:
            ResultsExistError: if it cannot be understood.
        """
        try:
            manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError:
            raise ResultsExistError(f"{self.folder / MANIFEST} is no manifest of a study") from None
        return manifest

    def check_free(self) -> None:
        """Refuse a folder that holds anything else than a study that never began.

        Raises:
            ResultsExistError: if it does.
        """
        left = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        check_free(self.folder, overwrite=left <= {*_OURS} and not self.complete_blocks())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder; only one driver writes.

        Raises:
            ResultsExistError: if another one holds it.
        """
        for name in ("_tmp", "journal", RUNS):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with held(self.folder):
            for torn in (self.folder / "_tmp").iterdir():
                torn.unlink()
            yield

    def write_json(self, manifest: Mapping[str, object]) -> None:
        """Write sweep.json whole or not at all."""
        self._write_text(json.dumps(manifest, indent=2), MANIFEST)

    def write_csv(self, table: pd.DataFrame, name: str) -> None:
        """Write a small table whole or not at all."""
        self._write_text(table.to_csv(index=False, lineterminator="\n"), name)

    def _write_text(self, text: str, name: str) -> None:
        part = self.folder / "_tmp" / name.replace("/", "-")
        (self.folder / name).parent.mkdir(exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        self._put(part, self.folder / name)

    def write_table(self, table: pa.Table, name: str) -> None:
        """Write a table whole or not at all."""
        with self.written(name, table.schema) as writer:
            writer.write(table)

    @contextmanager
    def written(self, name: str, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
        """A table to be written part by part; its file appears when all is there, or never.

        Its checksum is written first, together with those of the same block where it is the one that completes it.
        """
        part = self.folder / "_tmp" / name.replace("/", "-")
        target = self.folder / name
        target.parent.mkdir(exist_ok=True)
        try:
            with parquet_writer(part, schema) as writer:
                yield writer
            self._sums.setdefault(sums_file(name), {})[name] = sha256_of(part)
            if target.parent.name not in (WEEKS, PEOPLE):
                self._write_text(sums_text(self._sums.pop(sums_file(name))), sums_file(name))
            self._put(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _put(self, part: Path, target: Path) -> None:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        if os.name == "posix":
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def complete_blocks(self) -> set[int]:
        """Numbers of the blocks that are done."""
        return {int(path.stem.split("-")[1]) for path in (self.folder / RUNS).glob("block-*.parquet")}

    def drop_damaged(self, tables: Sequence[str]) -> list[int]:
        """Take back the blocks of which a table is damaged or missing, so that they are lived again; says which."""
        damaged = [
            block
            for block in sorted(self.complete_blocks())
            if not is_sound(self.folder, [block_file(table, block) for table in (RUNS, *tables)])
        ]
        for block in damaged:
            (self.folder / block_file(RUNS, block)).unlink()
        return damaged

    def begun_blocks(self) -> set[int]:
        """Numbers of the blocks that have a journal."""
        return {int(path.stem.split("-")[1]) for path in (self.folder / "journal").glob("block-*.log")}

    def journal(self, block: int) -> Journal:
        """The journal of a block, cut at its last sound record."""
        return Journal(self.folder / "journal" / f"block-{block:06}.log")

    def drop_journal(self, block: int) -> None:
        """Remove the journal of a block that is complete."""
        (self.folder / "journal" / f"block-{block:06}.log").unlink(missing_ok=True)


def parquet_writer(target: Path | IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    """A file of the same bytes for the same rows: quick zstd; floats split into their bytes, whole numbers as differences."""
    encodings = {}
    for field in schema:
        if pa.types.is_floating(field.type):
            encodings[field.name] = "BYTE_STREAM_SPLIT"
        elif pa.types.is_integer(field.type):
            encodings[field.name] = "DELTA_BINARY_PACKED"
    words = [field.name for field in schema if field.name not in encodings and not pa.types.is_boolean(field.type)]
    return pq.ParquetWriter(
        target, schema, compression="zstd", compression_level=1, use_dictionary=words, column_encoding=encodings
    )


def block_file(table: str, block: int) -> str:
    """Where a block of a table lies in the folder."""
    return f"{table}/block-{block:06}.parquet"
