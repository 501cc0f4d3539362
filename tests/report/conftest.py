"""Results to report on, and the reports."""

import pytest
from reported import NASTY, OTHER, PLAN, market

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.runs import run
from cxsim.analysis.results.writing import write_comparison, write_runs
from cxsim.interface.report.writing import report_on


@pytest.fixture(scope="session")
def compared():
    return compare(market(NASTY), market(f"plan {NASTY}", PLAN), replications=3, seed=5)


@pytest.fixture(scope="session")
def two_plans():
    return compare(market("base"), market("one", PLAN), market("two", OTHER), replications=3, seed=5)


@pytest.fixture(scope="session")
def ran():
    return run(market(NASTY), replications=3, seed=5)


@pytest.fixture(scope="session")
def folders(tmp_path_factory, compared, two_plans, ran):
    """Folders of results by what they hold; tests may not change them."""
    place = tmp_path_factory.mktemp("results")
    write_comparison(compared, place / "comparison")
    write_comparison(two_plans, place / "two plans")
    write_runs(ran, place / "run")
    return {path.name: path for path in place.iterdir()}


@pytest.fixture(scope="session")
def pages(folders):
    """The reports on these folders."""
    return {name: report_on(folder) for name, folder in folders.items()}
