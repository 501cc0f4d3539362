"""Real figures, and what was forecast of those held back."""

from matplotlib.axes import Axes

from cxsim.analysis.calibration.holdout import Holdout
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import NEUTRAL, REAL, SIMULATED, caption, new_axes, open_box, thick, title


def holdout(result: Holdout, ax: Axes | None = None) -> Axes:
    """The real curve, the simulated one with the range of 95% of simulated markets, and the other forecasts.

    Args:
        result: forecasts of what was held back from a calibration.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes()
    curves, start, end = result.curves, float(result.curves.index[0]), float(result.curves.index[-1])
    ax.axvspan(result.fitted_until, end, color=NEUTRAL, alpha=0.08, linewidth=0)
    ax.fill_between(curves.index, curves["low"], curves["high"], color=SIMULATED, alpha=0.2, linewidth=0)
    others = list(curves.columns.drop(["real", "simulated", "low", "high"]))
    for name in others:
        held_back = curves[name][curves.index >= result.fitted_until]
        ax.plot(held_back.index, held_back, color=NEUTRAL, linewidth=thick(0.7))
    ax.plot(curves.index, curves["simulated"], color=SIMULATED)
    ax.plot(curves.index, curves["real"], color=REAL, linestyle="--")
    ax.set_xlabel(result.time)
    ax.set_ylabel(result.what)
    open_box(ax)
    title(ax, "Forecast and truth")
    caption(ax, f"Band: 95% of {result.markets} simulated markets, parameters and luck; shaded: not used to fit.")
    colours = {"real": REAL, "simulated": SIMULATED, **dict.fromkeys(others, NEUTRAL)}
    name_ends(ax, [End(name, float(curves[name].iloc[-1]), colour) for name, colour in colours.items()], start, end)
    return ax
