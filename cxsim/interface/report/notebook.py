"""How results show themselves in a notebook: verdict, flow, and the figures that matter most."""

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.engine.outcomes.figures import FIGURE
from cxsim.interface.report.lines import figure_row
from cxsim.interface.report.page import rendered
from cxsim.interface.report.pictures import flow_picture

SHOWN = ("loops", "lines", "satisfaction", "net_margin")


def comparison_html(comparison: Comparison) -> str:
    """A comparison as a piece of HTML, escaped, below 100 kB for up to six plans."""
    plans = [
        (
            name,
            verdict_of(comparison.base_runs, plan),
            flow_picture(comparison, name),
            [figure_row(plan, FIGURE[figure]) for figure in SHOWN],
        )
        for name, plan in comparison.plans.items()
    ]
    return rendered("notebook.html", base=comparison.base_name, market=comparison.base.market, plans=plans)


def runs_html(runs: Runs) -> str:
    """Replications of one scenario as a piece of HTML, escaped."""
    table = runs.summary().set_index("figure").loc[list(SHOWN), ["mean", "low", "high"]]
    values = [
        (FIGURE[name], Estimate(mean, low, high, runs.replications))
        for name, (mean, low, high) in zip(SHOWN, table.to_numpy(float).tolist(), strict=True)
    ]
    return rendered("notebook_run.html", runs=runs, market=runs.scenario.market, values=values, flow=flow_picture(runs))
