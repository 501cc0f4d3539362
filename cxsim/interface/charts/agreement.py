"""Closed form against simulation: the formula as a line, what was simulated as points with three standard errors."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cxsim.analysis.verification.limit import ERRORS_ALLOWED, Check, Series, Verified
from cxsim.interface.charts.look import (
    INK,
    LETTER,
    LINE,
    NEUTRAL,
    PALE,
    SIMULATED,
    mean_of,
    new_axes,
    open_box,
    text_size,
    thick,
    written,
)

POINTS_OF_LINE = 200
COLUMNS = 3
TITLE_WIDTH, LABEL_WIDTH = 46, 9  # letters


def agreement(result: Verified, place: int = 0, ax: Axes | None = None) -> Axes:
    """One series of a limit: the closed form and the simulated points; a point that fails its check is orange.

    Args:
        result: a limit that was verified.
        place: which of its series.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes(5.0, 3.6)
    series, checks = result.series[place], _checks_of(result, place)
    if series.labels:
        for at, expected in zip(series.at, series.expected, strict=True):
            ax.plot([at - 0.35, at + 0.35], [expected, expected], color=INK, linewidth=thick(0.8))
        ax.set_xticks(series.at, [textwrap.fill(label, LABEL_WIDTH) for label in series.labels], fontsize="small")
        ax.set_xlim(series.at[0] - 0.6, series.at[-1] + 0.6)
    else:
        along = np.linspace(min(0.0, series.at[0]), series.at[-1], POINTS_OF_LINE)
        ax.plot(along, series.closed_form(along), color=INK, linewidth=thick(0.8))
    for at, check in zip(series.at, checks, strict=True):
        colour = SIMULATED if check.passed else LINE
        bar = ERRORS_ALLOWED * check.standard_error
        ax.errorbar(at, check.simulated, bar, fmt="o", markersize=thick(2.7), capsize=thick(2.0), color=colour)
    _plain(ax, series)
    return ax


def misses(result: Verified, ax: Axes | None = None) -> Axes:
    """How far every check of a limit misses, in standard errors beyond its bias, within the band that is allowed."""
    ax = ax or new_axes(8.0, 2.0)
    z = np.clip([check.z for check in result.checks], -2.0 * ERRORS_ALLOWED, 2.0 * ERRORS_ALLOWED)
    ax.axhspan(-ERRORS_ALLOWED, ERRORS_ALLOWED, color=PALE, alpha=0.6, linewidth=0)
    ax.axhline(0.0, color=INK, linewidth=thick(0.5))
    for number, (miss, check) in enumerate(zip(z, result.checks, strict=True), start=1):
        ax.plot([number, number], [0.0, miss], color=SIMULATED if check.passed else LINE, linewidth=thick(0.7))
        ax.plot(number, miss, "o", markersize=thick(2.7), color=SIMULATED if check.passed else LINE)
    ax.set(xlim=(0.2, len(z) + 0.8), xlabel="check, in the order above", ylabel="standard\nerrors")
    ax.set_ylim(-max(4.0, 1.1 * np.abs(z).max()), max(4.0, 1.1 * np.abs(z).max()))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    open_box(ax)
    return ax


def limit_figure(result: Verified) -> Figure:
    """A figure of the whole limit: every series, and below them how far each check misses."""
    import matplotlib.pyplot as plt

    count = len(result.series)
    columns = min(COLUMNS, count) if count != 4 else 2
    rows, width = -(-count // columns), max(6.0, 4.2 * columns)
    places = range(rows * columns)
    names = [str(place) if place < count else "." for place in places] + ["misses"] * columns
    figure: Figure
    figure, axes = plt.subplot_mosaic(
        np.reshape(names, (rows + 1, columns)).tolist(), figsize=(width, 3.3 * rows + 2.2), layout="constrained",
        height_ratios=[*[3.3] * rows, 1.6],
    )  # fmt: skip
    for place in range(count):
        agreement(result, place, axes[f"{place}"])
    misses(result, axes["misses"])
    what = f"Line: closed form; points: {mean_of(result.replications, 'replication')}, bars: three standard errors"
    figure.suptitle(result.limit.title, x=0.01, ha="left", fontweight="bold", color=INK)
    said = textwrap.fill(f"{what}; band: misses allowed.", int(72.0 * width / (LETTER * text_size("small"))))
    figure.supxlabel(said, x=0.01, ha="left", fontsize="small", color=written(NEUTRAL))
    return figure


def _checks_of(result: Verified, place: int) -> list[Check]:
    before = sum(len(series.at) for series in result.series[:place])
    return result.checks[before : before + len(result.series[place].at)]


def _plain(ax: Axes, series: Series) -> None:
    ax.set_title(textwrap.fill(series.quantity, TITLE_WIDTH), loc="left", fontsize="medium", color=INK)
    ax.set_xlabel(series.x)
    open_box(ax)


def save_limits(results: Sequence[Verified], folder: Path, prefix: str = "", dpi: int = 130) -> None:
    """Save one chart for each limit into a folder."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for result in results:
        figure = limit_figure(result)
        figure.savefig(folder / f"{prefix}{result.limit.name}.png", dpi=dpi, metadata={"Software": None})
        plt.close(figure)
