"""Results show themselves in a notebook: the face is given to them from here, since an analysis knows no page."""

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.runs import Runs


def _of_comparison(comparison: Comparison) -> str:
    from cxsim.interface.report.notebook import comparison_html

    return comparison_html(comparison)


def _of_runs(runs: Runs) -> str:
    from cxsim.interface.report.notebook import runs_html

    return runs_html(runs)


def attach() -> None:
    """Give `Comparison` and `Runs` what notebooks ask for; the report is imported when one is shown."""
    Comparison._repr_html_ = _of_comparison  # type: ignore[attr-defined]
    Runs._repr_html_ = _of_runs  # type: ignore[attr-defined]
