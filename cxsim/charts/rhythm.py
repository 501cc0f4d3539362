"""Real against simulated: cumulative repeat purchases by week."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.charts.look import FIRST_CYCLE, INK, NEUTRAL, new_axes
from cxsim.study.against_real import cumulative_repeats, real_repeats
from cxsim.study.runs import Runs


def rhythm(runs: Runs, ax: Axes | None = None) -> Axes:
    """The mean of the replications with the band that holds 95% of them, and the real figures the scenario ships with.

    Raises:
        ValueError: if the scenario has no reference to compare with.
    """
    simulated, real = cumulative_repeats(runs), real_repeats(runs)
    ax = ax or new_axes()
    weeks = simulated.index.to_numpy()
    low, high = np.quantile(simulated.to_numpy(), [0.025, 0.975], axis=1)
    ax.fill_between(weeks, low, high, color=FIRST_CYCLE, alpha=0.2, linewidth=0)
    ax.plot(weeks, simulated.mean(axis=1), color=FIRST_CYCLE)
    ax.plot(real.index, real, color=INK, linestyle="--")
    last = simulated.iloc[-1].mean()
    ax.annotate("real", (real.index[-1], real.iloc[-1]), xytext=(6, 4), textcoords="offset points", color=INK)
    ax.annotate("simulated", (weeks[-1], last), xytext=(6, -10), textcoords="offset points", color=FIRST_CYCLE)
    ax.margins(x=0.12)
    ax.set_xlabel("week")
    ax.set_ylabel("cumulative repeat purchases")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title("Repeat purchases, real and simulated", loc="left", fontweight="bold", color=INK)
    ax.text(
        0.02, 0.97, f"{runs.replications} replications; band: 95% of them", transform=ax.transAxes, va="top",
        fontsize=8, color=NEUTRAL,
    )  # fmt: skip
    return ax
