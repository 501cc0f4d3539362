"""The one file: which page a folder of results gets, and where it is written."""

from pathlib import Path

from cxsim.analysis.results.files import check_file_free, put_file
from cxsim.analysis.results.reading import NoResultsError, open_results
from cxsim.interface.report import comparison, documents, run
from cxsim.interface.report.workbook import STUDY, need_pyarrow, workbook_on

WORKBOOK = ".xlsx"
OTHER_TABLES = (".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".parquet")  # in which nobody looks for a page
PAGES = {
    "comparison": comparison.page,
    "run": run.page,
    "beliefs": documents.pictured,
    "journey": documents.pictured,
    "calibration": documents.calibration,
    "market": documents.market,
    "portfolio": documents.portfolio,
    "verification": documents.verification,
}


def write_report(folder: Path, file: Path, overwrite: bool = False, one_page: bool = False) -> None:
    """Write the report on a folder of results, or its tables as a workbook; the same folder gives the same bytes.

    Args:
        folder: written by `cxsim run`, `compare`, `journey`, `believe`, `sweep`, `market`, `calibrate`, `portfolio` or `verify` with `-o`.
        file: where to; one that ends in .xlsx becomes a workbook of all tables, any other a page.
        overwrite: whether a file already there is replaced.
        one_page: only the sheet for a board, of a comparison.

    Raises:
        NoResultsError: if the folder holds no results, or none that can be read, or the file is to be of another kind.
        ResultsExistError: if the file is there and `overwrite` is false.
    """
    check_file_free(file, overwrite)
    if file.suffix.lower() in OTHER_TABLES:
        raise NoResultsError(
            f"{file.name} cannot be written: tables become one workbook that ends in {WORKBOOK}, and a page ends in .html"
        )
    if file.suffix.lower() == WORKBOOK:
        if one_page:
            raise NoResultsError(f"--one-page is a page, and {file.name} would be a workbook; write it to board.html")
        put_file(file, workbook_on(folder), overwrite)
    else:
        put_file(file, board_on(folder) if one_page else report_on(folder), overwrite)


def report_on(folder: Path) -> str:
    """The report on a folder of results, as one HTML page.

    Raises:
        NoResultsError: if the folder holds no results, or none that can be read.
    """
    if (folder / STUDY).is_file():
        return _page_on_study(folder)
    results = open_results(folder)
    if results.written.kind not in PAGES:
        kinds = f"there are reports on {', '.join(PAGES)} and sweeps"
        raise NoResultsError(f"{folder} holds results of the kind {results.written.kind!r}; {kinds}")
    return PAGES[results.written.kind](results)


def board_on(folder: Path) -> str:
    """The sheet for a board on a folder of a comparison: one HTML page, one side of A4.

    Raises:
        NoResultsError: if the folder holds no comparison, or none that can be read.
    """
    kind = "sweep" if (folder / STUDY).is_file() else open_results(folder).written.kind
    if kind != "comparison":
        raise NoResultsError(
            f"{folder} holds results of the kind {kind!r}; --one-page is for a comparison, which cxsim compare writes with -o. "
            "Leave --one-page out for a whole report"
        )
    return comparison.one_page(open_results(folder))


def _page_on_study(folder: Path) -> str:
    need_pyarrow()
    from cxsim.interface.report import sweep

    return sweep.page(folder)
