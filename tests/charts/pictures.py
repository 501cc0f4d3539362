"""Every chart of runs and comparisons by name, drawn from fixed numbers; run it to draw the baselines afresh."""

from pathlib import Path

import fixed
import matplotlib.pyplot as plt

from cxsim.interface import charts
from cxsim.interface.charts.flow_layout import flow_layout, streams_of
from cxsim.interface.charts.flow_svg import flow_svg

BASELINES = Path(__file__).parent / "baselines"
DPI = 50  # small files; words are still told apart

PICTURES = {
    "changed_flow": lambda: charts.changed_flow(fixed.comparison()),
    "cohorts": lambda: charts.cohorts(fixed.comparison()),
    "cohorts-of-runs": lambda: charts.cohorts(fixed.comparison().base_runs),
    "differences": lambda: charts.differences(fixed.comparison()),
    "endings": lambda: charts.endings(fixed.comparison()),
    "endings-of-runs": lambda: charts.endings(fixed.comparison().base_runs),
    "flow": lambda: charts.flow(fixed.comparison()),
    "flow-of-runs": lambda: charts.flow(fixed.comparison().base_runs),
    "forest": lambda: charts.forest(fixed.buyers()),
    "funnel": lambda: charts.funnel(fixed.comparison()),
    "funnel-of-runs": lambda: charts.funnel(fixed.comparison().base_runs),
    "heat": lambda: charts.heat(fixed.sweep(), "late rate", "cost a week"),
    "loop_length": lambda: charts.loop_length(fixed.comparison()),
    "matrix": lambda: charts.matrix(fixed.comparison()),
    "members": lambda: charts.members(fixed.members()),
    "money": lambda: charts.money(fixed.comparison()),
    "referrals": lambda: charts.referrals(fixed.comparison()),
    "retention": lambda: charts.retention(fixed.comparison()),
    "retention-looped": lambda: charts.retention(fixed.comparison(), curve="looped"),
    "ring": lambda: charts.ring(fixed.comparison()),
    "scores": lambda: charts.scores(fixed.comparison().base_runs),
    "survey": lambda: charts.survey(fixed.comparison()),
    "survey-csat": lambda: charts.survey(fixed.comparison(), score="csat"),
    "waterfall": lambda: charts.waterfall(fixed.comparison()),
    "waterfall-loops": lambda: charts.waterfall(fixed.comparison(), of="loops"),
}
FLOWS = {"flow-wide.svg": 720.0, "flow-phone.svg": 360.0}


def drawn_flow(file):
    """The flow as SVG, at the width of this baseline."""
    return flow_svg(flow_layout(streams_of(fixed.comparison()), FLOWS[file]))


def draw(name, folder):
    """Draw one picture, small, into a folder."""
    file = folder / f"{name}.png"
    figure = PICTURES[name]().figure
    figure.savefig(file, dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    return file


def main():
    """Draw all baselines."""
    import matplotlib

    matplotlib.use("Agg")
    BASELINES.mkdir(exist_ok=True)
    for name in PICTURES:
        draw(name, BASELINES)
    for file in FLOWS:
        (BASELINES / file).write_text(drawn_flow(file), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
