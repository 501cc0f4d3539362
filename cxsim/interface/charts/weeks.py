"""Weeks along an axis: by the number by which people call them, or by their first day where the market has a start."""

from matplotlib.axes import Axes

from cxsim.scenario.calendar import day_of


def weeks_along(ax: Axes, start: str, label: str = "week") -> None:
    """Name the weeks of an axis, which count from 1; `start` is the market's, or empty."""
    ax.set_xlabel(label)
    if start:
        ax.xaxis.set_major_formatter(lambda value, _: day_of(value - 1.0, start).isoformat())
