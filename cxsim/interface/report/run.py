"""What the report on replications of one scenario shows."""

from functools import partial

from markupsafe import Markup

from cxsim.analysis.compare.against_real import against_real
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import trade_estimates
from cxsim.analysis.results.reading import Results, read_runs
from cxsim.analysis.results.writing import SCENARIO_FILE
from cxsim.analysis.trade_words import OURS, TRADE
from cxsim.engine.outcomes.figures import figures_of
from cxsim.interface import charts
from cxsim.interface.report.assumptions import register_of
from cxsim.interface.report.lines import ended
from cxsim.interface.report.page import provenance, rendered
from cxsim.interface.report.pictures import NARROW, Pictures, flow_picture
from cxsim.scenario.writing import scenario_hash

TALL = {"cohorts": 4.6, "funnel": 3.8}  # inches; others are 3.4


def page(results: Results) -> str:
    """The report on replications of one scenario.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    runs = read_runs(results)
    real = bool(runs.scenario.reference.weekly_repeat_purchases)
    return rendered(
        "run.html",
        runs=runs,
        market=runs.scenario.market,
        trade=trade_estimates(runs),
        words=[*TRADE, *OURS],
        figures=_figures(runs),
        wide_flow=flow_picture(runs),
        narrow_flow=flow_picture(runs, width=NARROW),
        causes=ended(runs),
        pictures=_pictures(runs, real),
        real=against_real(runs) if real else None,
        register=register_of(runs.scenario),
        file=SCENARIO_FILE,
        sha256=scenario_hash(runs.scenario),
        **provenance(results),
    )


def _figures(runs: Runs) -> list[tuple[str, str, Estimate]]:
    """Meaning, unit and value of every figure."""
    table = runs.summary()
    values = [
        Estimate(mean, low, high, runs.replications)
        for mean, low, high in table[["mean", "low", "high"]].to_numpy(float).tolist()
    ]
    return [
        (figure.meaning, figure.unit, value) for figure, value in zip(figures_of(runs.scenario), values, strict=True)
    ]


def _pictures(runs: Runs, real: bool) -> dict[str, Markup]:
    """Charts by name."""
    draw = Pictures()
    described = {
        "funnel": "How far journeys come, in percent of those in which the brand is considered",
        "cohorts": "Share who stay, by when they first bought and how long ago that is",
        "survey": "Net promoter score as the survey measures it, over time",
        "retention": "How many stay, by weeks since the first purchase",
        "loop_length": "How long loops take: repeat buyers by the weeks between their purchases",
        "referrals": "How many buyers each generation of buyers brings",
        "scores": "Measured and true net promoter score, by week",
    }
    if real:
        described["rhythm"] = "Cumulative repeat purchases, simulated and real"
    return {
        name: draw(partial(getattr(charts, name), runs), words, height=TALL.get(name, 3.4))
        for name, words in described.items()
    }
