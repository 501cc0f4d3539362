"""Real figures, and what was forecast of those held back."""

from matplotlib.axes import Axes

from cxsim.calibration.holdout import Holdout
from cxsim.charts.look import FIRST_CYCLE, INK, NEUTRAL, new_axes

APART = 0.045  # of the height: how far the words at the ends of curves keep from each other


def holdout(result: Holdout, ax: Axes | None = None) -> Axes:
    """The real curve, the simulated one with the range of 95% of simulated markets, and the other forecasts."""
    ax = ax or new_axes()
    curves, end = result.curves, result.curves.index[-1]
    ax.axvspan(result.fitted_until, float(end), color=NEUTRAL, alpha=0.08, linewidth=0)
    ax.fill_between(curves.index, curves["low"], curves["high"], color=FIRST_CYCLE, alpha=0.2, linewidth=0)
    others = list(curves.columns.drop(["real", "simulated", "low", "high"]))
    for name in others:
        held_back = curves[name][curves.index >= result.fitted_until]
        ax.plot(held_back.index, held_back, color=NEUTRAL, linewidth=1)
    ax.plot(curves.index, curves["simulated"], color=FIRST_CYCLE)
    ax.plot(curves.index, curves["real"], color=INK, linestyle="--")
    _name_ends(ax, {name: float(curves[name].iloc[-1]) for name in ["real", "simulated", *others]}, float(end))
    ax.set_xlim(float(curves.index[0]), float(end) + 0.22 * (float(end) - float(curves.index[0])))
    ax.set_xlabel(result.time)
    ax.set_ylabel(result.what)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title("What was held back, and what was forecast", loc="left", fontweight="bold", color=INK)
    note = f"shaded: not used to fit (after {result.time} {result.fitted_until:.0f}); band: 95% of simulated markets"
    ax.text(0.02, 0.97, note, transform=ax.transAxes, va="top", fontsize=8, color=NEUTRAL)
    return ax


def _name_ends(ax: Axes, ends: dict[str, float], at: float) -> None:
    """Write each curve's name at its end, one below the other."""
    bottom, top = ax.get_ylim()
    apart = APART * (top - bottom)
    colours = {"real": INK, "simulated": FIRST_CYCLE}
    lowest = top + apart
    for name, height in sorted(ends.items(), key=lambda end: -end[1]):
        lowest = min(height, lowest - apart)
        ax.annotate(
            name,
            (at, lowest),
            xytext=(5, 0),
            textcoords="offset points",
            color=colours.get(name, NEUTRAL),
            fontsize=8,
            va="center",
        )
