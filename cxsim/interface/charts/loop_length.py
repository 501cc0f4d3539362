"""How long loops are: repeat buyers by their mean time between two purchases."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, estimated, whole
from cxsim.data.histories import Numbers
from cxsim.interface.charts.look import (
    BASE,
    LOOP,
    caption,
    mean_of,
    new_axes,
    open_box,
    sentence,
    shown,
    thick,
    title,
    written,
)
from cxsim.interface.charts.source import ChartSource, worlds_of

SEEN = 0.995  # the axis ends where so many of the loops are seen


def loop_length(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """The distribution of loop lengths: green what is looked at, the grey outline the base.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    ax = ax or new_axes()
    edges, people = _people(worlds.runs)
    ax.stairs(people.mean(axis=0), edges, fill=True, color=LOOP, alpha=0.55, linewidth=0)
    if worlds.base:
        ax.stairs(_people(worlds.base)[1].mean(axis=0), edges, color=BASE, linewidth=thick(1.0))
    ax.margins(x=0.0)
    ax.set_ylim(0.0, ax.get_ylim()[1] * 1.2)
    ax.set_xlim(0.0, _end(edges, people))
    ax.set_xlabel("weeks between two purchases (mean of a customer)")
    ax.set_ylabel(f"repeat buyers in {edges[1] - edges[0]:.0f} weeks")
    ax.yaxis.set_major_formatter(lambda value, _: whole(value))
    for place, (name, runs, colour) in enumerate(worlds.shown):
        mean = estimate(runs.figures["loop_length_weeks"].to_numpy(float))
        ax.text(
            0.99, 0.97 - 0.09 * place, f"{shown(name, 40)}: {_said(mean)}", transform=ax.transAxes, ha="right", va="top",
            fontsize="small", color=written(colour if colour == BASE else LOOP),
        )  # fmt: skip
    open_box(ax)
    title(ax, "How long loops are")
    caption(ax, _caption(worlds))
    return ax


def _people(runs: Runs) -> tuple[Numbers, Numbers]:
    """Edges of the classes, and people by replication and class."""
    table = runs.loop_lengths.pivot(index="replication", columns="weeks", values="people")
    begins = table.columns.to_numpy(float)
    return np.append(begins, 2 * begins[-1] - begins[-2]), np.asarray(table.to_numpy(float))


def _end(edges: Numbers, people: Numbers) -> float:
    """Where nearly all loops have been seen."""
    share = np.cumsum(people.sum(axis=0)) / max(1.0, people.sum())
    return float(edges[min(len(edges) - 1, int(np.searchsorted(share, SEEN)) + 2)])


def _said(mean: Estimate) -> str:
    if mean.mean != mean.mean:
        return "no loop"
    return f"mean {estimated(mean, decimals(1))} weeks"


def _caption(worlds: ChartSource) -> str:
    count, weeks = worlds.runs.replications, worlds.runs.scenario.market.horizon_weeks
    interval = " with 95% interval" if count > 1 else ""
    return (
        f"{sentence(mean_of(count, 'pair' if worlds.base else 'replication'))}; in words: mean over all loops{interval}. "
        f"Within {weeks} weeks long loops are seen less often than they are."
    )
