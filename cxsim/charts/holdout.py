"""Real figures, and what was forecast of those held back."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.calibration.holdout import Holdout
from cxsim.charts.look import FIRST_CYCLE, INK, NEUTRAL, new_axes
from cxsim.closed_forms.histories import Numbers

APART = 0.05  # of the height: how far the words at the ends of curves keep from each other
ROOM_FOR_NAMES = 0.28  # of the width of the data


def holdout(result: Holdout, ax: Axes | None = None) -> Axes:
    """The real curve, the simulated one with the range of 95% of simulated markets, and the other forecasts."""
    ax = ax or new_axes()
    curves, start, end = result.curves, float(result.curves.index[0]), float(result.curves.index[-1])
    ax.axvspan(result.fitted_until, end, color=NEUTRAL, alpha=0.08, linewidth=0)
    ax.fill_between(curves.index, curves["low"], curves["high"], color=FIRST_CYCLE, alpha=0.2, linewidth=0)
    others = list(curves.columns.drop(["real", "simulated", "low", "high"]))
    for name in others:
        held_back = curves[name][curves.index >= result.fitted_until]
        ax.plot(held_back.index, held_back, color=NEUTRAL, linewidth=1)
    ax.plot(curves.index, curves["simulated"], color=FIRST_CYCLE)
    ax.plot(curves.index, curves["real"], color=INK, linestyle="--")
    _name_ends(ax, {name: float(curves[name].iloc[-1]) for name in ["real", "simulated", *others]}, start, end)
    ax.set_xlabel(result.time)
    ax.set_ylabel(result.what)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title("Forecast and truth\n\n", loc="left", fontweight="bold", color=INK)
    note = f"band: 95% of {result.markets} simulated markets,\nparameters and luck; shaded: not used to fit"
    ax.text(0.0, 1.02, note, transform=ax.transAxes, va="bottom", fontsize=8, color=NEUTRAL)
    return ax


def _name_ends(ax: Axes, ends: dict[str, float], start: float, end: float) -> None:
    """Write each curve's name beside its end, apart from the others, with a line to it."""
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top)
    ax.set_xlim(start, end + ROOM_FOR_NAMES * (end - start))
    ticks = MaxNLocator(nbins=7, integer=True).tick_values(start, end)
    ax.set_xticks([tick for tick in ticks if start <= tick <= end])
    ax.spines["bottom"].set_bounds(start, end)
    colours = {"real": INK, "simulated": FIRST_CYCLE}
    names = sorted(ends, key=lambda name: ends[name])
    heights = _kept_apart(np.array([ends[name] for name in names]), APART * (top - bottom), bottom, top)
    beside = end + 0.04 * (end - start)
    for name, height in zip(names, heights, strict=True):
        colour = colours.get(name, NEUTRAL)
        ax.plot([end, beside], [ends[name], height], color=colour, linewidth=0.6)
        ax.text(beside, height, f" {name}", color=colour, fontsize=8, va="center")


def _kept_apart(wanted: Numbers, apart: float, bottom: float, top: float) -> Numbers:
    """Heights as near to the wanted ones (rising) as they can be, at least so far apart, within bottom and top."""
    steps = apart * np.arange(len(wanted))
    groups: list[list[float]] = []
    for each in wanted - steps:  # isotonic regression: pool neighbours that would come too close
        groups.append([float(each)])
        while len(groups) > 1 and np.mean(groups[-2]) >= np.mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    level = np.concatenate([np.full(len(group), np.mean(group)) for group in groups])
    return np.asarray(np.clip(level, bottom + apart / 2, top - apart / 2 - steps[-1]) + steps)
