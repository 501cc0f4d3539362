"""All tables of a folder of results as one workbook: a sheet a table, and a first sheet that says what each of them holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from cxsim.analysis.compare.stopping import intervals_in_words
from cxsim.analysis.results.reading import NoResultsError, Results, open_results, read_comparison, read_json, read_runs
from cxsim.engine.outcomes.figures import FIGURES, Figure, figures_of
from cxsim.interface.report.columns import TABLES, explained, intervals
from cxsim.interface.report.xlsx import MOST_COLUMNS, MOST_ROWS, TableSheet, sheet_names, workbook

STUDY: Final = "sweep.json"  # as in cxsim.analysis.sweep.folder, which needs pyarrow
_DAYS, _MOMENTS = ("day", "date"), ("time:timestamp",)  # columns that hold them
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_CONTENTS: Final = "contents"
_SIMULATED: Final = "These people are simulated."
_BY_RUN: Final = "95% intervals are those of means over replications (Student's t)."


@dataclass(frozen=True)
class BookTables:
    """What goes into a workbook.

    Attributes:
        tables: by name, in the order of their sheets.
        lines: what is said above the list of sheets and columns.
        figures: that the runs have.
        currency: of the market; empty where it is not known.
    """

    tables: Mapping[str, pd.DataFrame]
    lines: tuple[str, ...]
    figures: tuple[Figure, ...] = FIGURES
    currency: str = ""


def workbook_on(folder: Path) -> bytes:
    """The workbook of a folder of results; the same folder gives the same bytes.

    Raises:
        NoResultsError: if the folder holds no results, or none that can be read.
    """
    told = _of_study(folder) if (folder / STUDY).is_file() else _of_results(open_results(folder))
    fits = {name: table for name, table in told.tables.items() if _fits(table)}
    names = sheet_names([_CONTENTS, *fits])
    contents = TableSheet(names[0], _contents(told, dict(zip(fits, names[1:], strict=True))), told.lines)
    sheets = [TableSheet(names[place], _with_days(table)) for place, table in enumerate(fits.values(), 1)]
    return workbook([contents, *sheets])


def _fits(table: pd.DataFrame) -> bool:
    return len(table) < MOST_ROWS and len(table.columns) <= MOST_COLUMNS


def _of_results(results: Results) -> BookTables:
    kind = results.written.kind
    written = [Path(name).stem for name in results.written.files if name.endswith((".csv", ".parquet"))]
    tables = {name: results.table(name) for name in sorted(written, key=_order)}
    by = (
        f"Written by cxsim {results.written.cxsim}; the same tables lie as CSV or Parquet in the folder of the results."
    )
    if kind == "comparison":
        comparison = read_comparison(results)
        scenarios = [comparison.base, *(plan.scenario for plan in comparison.plans.values())]
        lines = [
            f"{comparison.base_name} against {', '.join(comparison.plans)}: {comparison.replications} replications, seed {comparison.seed}. {_SIMULATED}",
            *(comparison.verdict(name) for name in comparison.plans),
            f"Intervals: {intervals_in_words(comparison.intervals)}.",
            by,
        ]
        return BookTables(tables, tuple(lines), figures_of(*scenarios), comparison.base.market.currency)
    if kind == "run":
        runs = read_runs(results)
        said = f"{runs.scenario.name}: {runs.replications} replications, seed {runs.seed}. {_SIMULATED}"
        return BookTables(tables, (said, _BY_RUN, by), figures_of(runs.scenario), runs.scenario.market.currency)
    return BookTables(tables, (f"Tables of the kind {kind!r}, see the report beside them.", by))


def need_pyarrow() -> None:
    """Refuse to report on a study where its tables cannot be read.

    Raises:
        NoResultsError: if pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise NoResultsError("a report on a sweep needs the package pyarrow: pip install 'cxsim[parquet]'") from None


def _of_study(folder: Path) -> BookTables:
    """The tables of a study but its weeks and people, which are more than sheets can hold."""
    need_pyarrow()
    from cxsim.analysis.sweep.checksums import read
    from cxsim.analysis.sweep.reading import figures_kept, read_runs

    manifest = read_json(folder / STUDY)
    tables = {"runs": read_runs(folder)}
    tables |= {name: read(folder, f"{name}.parquet").to_pandas() for name in ("points", "worlds")}
    tables |= {
        name: pd.read_csv(folder / f"{name}.csv")
        for name in ("precision", "pairing")
        if (folder / f"{name}.csv").is_file()
    }
    kept = {name: table for name, table in tables.items() if len(table.columns)}
    lines = (
        f"A study of {len(tables['runs']):,} finished runs. {_SIMULATED}",
        "Each run is one life; what a plan is worth and how sure that is, cxsim sensitivity says.",
        f"Written by cxsim {manifest.get('cxsim', '')}; week by week and person by person only the folder of the study holds.",
    )
    return BookTables(kept, lines, figures_kept(folder))


def _order(name: str) -> tuple[int, str]:
    known = [*TABLES]
    return (known.index(name) if name in known else len(known)), name


def _contents(told: BookTables, sheets: Mapping[str, str]) -> pd.DataFrame:
    """One row a sheet, and below it one a column: what it holds, in which unit, and where its interval is."""
    rows: list[tuple[str, str, str, str, str]] = []
    for name, table in told.tables.items():
        what = TABLES.get(name, "")
        if name not in sheets:
            rows.append(("", name, "", f"{what}; {len(table):,} rows are more than a sheet holds, so this table is in the folder alone", ""))  # fmt: skip
            continue
        rows.append((sheets[name], "", f"{len(table):,} rows", what, ""))
        ends = intervals([*map(str, table.columns)])
        for column, (unit, meaning) in explained(name, map(str, table.columns), told.figures).items():
            unit = unit.replace("currency", told.currency) if told.currency else unit
            rows.append((sheets[name], column, unit, meaning, ends.get(column, "")))
    return pd.DataFrame(rows, columns=["sheet", "column", "unit", "what it holds", "interval"])


def _with_days(table: pd.DataFrame) -> pd.DataFrame:
    """The table with days and moments as such, where a column holds nothing else."""
    found = {name: table[name].astype(object) for name in (*_DAYS, *_MOMENTS) if name in table}
    read = {name: _read_days(column.tolist(), name in _MOMENTS) for name, column in found.items()}
    return table.assign(**{name: pd.Series(days, table.index, dtype=object) for name, days in read.items() if days})


def _read_days(values: list[object], moments: bool) -> list[date | None] | None:
    texts = [None if value is None or value != value else str(value) for value in values]
    if not all(text is None or _DAY.match(text) for text in texts):
        return None
    try:
        if moments:
            return [datetime.fromisoformat(text) if text else None for text in texts]
        return [date.fromisoformat(text) if text else None for text in texts]
    except ValueError:
        return None
