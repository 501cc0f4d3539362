"""Weeks along an axis: by the number by which people call them, or by their first day where the market has a start."""

from typing import Final

from matplotlib.axes import Axes

from cxsim.scenario.calendar import day_of

TICKS: Final = 7
TICKS_OF_DAYS: Final = 4  # more would touch each other


def weeks_along(ax: Axes, start: str, label: str = "week") -> None:
    """Name the weeks of an axis, which count from 1; `start` is the market's, or empty."""
    ax.set_xlabel(label.replace("week", "week of", 1) if start else label)
    if start:
        ax.xaxis.set_major_formatter(lambda value, _: day_of(value - 1.0, start).isoformat())


def ticks_of_weeks(start: str) -> int:
    """About how many ticks such an axis has room for."""
    return TICKS_OF_DAYS if start else TICKS
