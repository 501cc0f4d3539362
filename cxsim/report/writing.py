"""The one file: which page a folder of results gets, and where it is written."""

from pathlib import Path

from cxsim.report import comparison, documents, run, sweep
from cxsim.study.folder import check_file_free, put_file
from cxsim.study.reading import NoResultsError, open_results

PAGES = {
    "comparison": comparison.page,
    "run": run.page,
    "calibration": documents.calibration,
    "portfolio": documents.portfolio,
    "verification": documents.verification,
}


def write_report(folder: Path, file: Path, overwrite: bool = False) -> None:
    """Write the report on a folder of results; the same folder gives the same bytes.

    Args:
        folder: written by `cxsim run`, `compare`, `sweep`, `calibrate`, `portfolio` or `verify` with `-o`.
        file: where to.
        overwrite: whether a file already there is replaced.

    Raises:
        NoResultsError: if the folder holds no results, or none that can be read.
        ResultsExistError: if the file is there and `overwrite` is false.
    """
    check_file_free(file, overwrite)
    put_file(file, report_on(folder), overwrite)


def report_on(folder: Path) -> str:
    """The report on a folder of results, as one HTML page.

    Raises:
        NoResultsError: if the folder holds no results, or none that can be read.
    """
    if sweep.is_study(folder):
        return sweep.page(folder)
    results = open_results(folder)
    if results.written.kind not in PAGES:
        kinds = f"there are reports on {', '.join(PAGES)} and sweeps"
        raise NoResultsError(f"{folder} holds results of the kind {results.written.kind!r}; {kinds}")
    return PAGES[results.written.kind](results)
