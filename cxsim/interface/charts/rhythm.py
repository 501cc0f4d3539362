"""Real against simulated: cumulative repeat purchases by week."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.against_real import cumulative_repeats, real_repeats
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import whole
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import REAL, SIMULATED, caption, mean_of, new_axes, open_box, sentence, title
from cxsim.interface.charts.weeks import ticks_of_weeks, weeks_along


def rhythm(runs: Runs, ax: Axes | None = None) -> Axes:
    """The mean of the replications with the band that holds 95% of them, and the real figures the scenario ships with.

    Args:
        runs: replications of a scenario with a reference.
        ax: where to draw; a figure of its own when left out.

    Raises:
        ValueError: if the scenario has no reference to compare with.
    """
    simulated, real = cumulative_repeats(runs), real_repeats(runs)
    ax = ax or new_axes()
    weeks = simulated.index.to_numpy(float)
    low, high = np.quantile(simulated.to_numpy(), [0.025, 0.975], axis=1)
    ax.fill_between(weeks, low, high, color=SIMULATED, alpha=0.2, linewidth=0)
    ax.plot(weeks, simulated.mean(axis=1), color=SIMULATED)
    ax.plot(real.index, real, color=REAL, linestyle="--")
    ax.set_ylim(bottom=0.0)
    ax.yaxis.set_major_formatter(lambda value, _: whole(value))
    weeks_along(ax, runs.scenario.market.start)
    ax.set_ylabel("cumulative repeat purchases")
    open_box(ax)
    ends = [
        End("real", float(real.iloc[-1]), REAL),
        End("simulated", float(simulated.iloc[-1].mean()), SIMULATED),
    ]
    title(ax, "Repeat purchases, real and simulated")
    band = "; band: 95% of them." if runs.replications > 1 else "."
    caption(ax, sentence(mean_of(runs.replications, "replication")) + band)
    name_ends(ax, ends, 1.0, float(max(weeks[-1], real.index[-1])), ticks_of_weeks(runs.scenario.market.start))
    return ax
