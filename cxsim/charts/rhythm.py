"""Real against simulated: cumulative repeat purchases by week."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.charts.look import FIRST_CYCLE, INK, NEUTRAL, mean_of, new_axes
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
    ends = [
        ("real", float(real.index[-1]), float(real.iloc[-1]), INK),
        ("simulated", float(weeks[-1]), float(simulated.iloc[-1].mean()), FIRST_CYCLE),
    ]
    for place, (word, week, height, colour) in enumerate(sorted(ends, key=lambda end: -end[2])):
        offset = (6, 4 - 14 * place)  # the upper curve's word above, the lower one's below
        ax.annotate(word, (week, height), xytext=offset, textcoords="offset points", color=colour)
    ax.margins(x=0.12)
    ax.set_xlabel("week")
    ax.set_ylabel("cumulative repeat purchases")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title("Repeat purchases, real and simulated", loc="left", fontweight="bold", color=INK)
    ax.text(
        0.02, 0.97, mean_of(runs.replications, "replication") + ("; band: 95% of them" if runs.replications > 1 else ""),
        transform=ax.transAxes, va="top", fontsize=8, color=NEUTRAL,
    )  # fmt: skip
    return ax
