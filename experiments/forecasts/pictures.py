"""The pictures of docs/forecasts.md: what happened, what was forecast, and where the known part ended."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cxsim.data.histories import Numbers
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, LOOP, NEUTRAL, PALE
from experiments.forecasts import bass, retention
from experiments.forecasts.cdnow import Prepared
from experiments.forecasts.cohorts import SPLIT_WEEK, Sealed

TWO_SIDED = 1.96
STYLES = ((LOOP, "-"), (NEUTRAL, "-"), (FIRST_CYCLE, "-"), (FIRST_CYCLE, ":"))  # of the markets under contract


def tracking(prepared: Prepared, sealed: Sealed) -> Figure:
    """Cumulative repeat purchases: real, the headline forecast with the band of one such cohort, and the closed forms."""
    figure, (whole, close) = plt.subplots(1, 2, figsize=(10.0, 4.5), layout="constrained")
    ours = next(each for each in prepared.ours if each.name.endswith(f"full, {prepared.headline}"))
    real = sealed.curve(after=[ours.forecast])
    weeks = np.arange(1, len(real) + 1)
    for ax, since in ((whole, 0), (close, SPLIT_WEEK)):
        shown = slice(since, None)
        mean, half = ours.forecast.cumulative[shown], TWO_SIDED * ours.spread[shown]
        ax.fill_between(weeks[shown], mean - half, mean + half, color=FIRST_CYCLE, alpha=0.15, linewidth=0)
        ax.plot(weeks[shown], mean, color=FIRST_CYCLE, label=f"{ours.name} (band: 95% of such cohorts)")
        for name, colour in (("BG/NBD", LOOP), ("Pareto/NBD", LINE)):
            peer = next(each for each in prepared.peers if each.name == name)
            ax.plot(weeks[shown], peer.cumulative[shown], color=colour, linewidth=1, label=name)
        ax.plot(weeks[shown], real[shown], color=INK, linestyle="--", label="real")
        _tidy(ax, "week", "cumulative repeat purchases")
    whole.axvspan(0, SPLIT_WEEK, color=PALE, alpha=0.5, linewidth=0)
    whole.legend(frameon=False, fontsize=8, loc="upper left")
    _title(whole, "Repeat purchases (grey: known weeks)")
    _title(close, "The sealed weeks")
    return figure


def survivors(every: dict[str, dict[str, Numbers]]) -> Figure:
    """Both segments: the table, the simulated curves and sBG."""
    figure, panels = plt.subplots(1, len(every), figsize=(10.0, 4.5), layout="constrained")
    for ax, (segment, ours) in zip(panels, every.items(), strict=True):
        known, sealed = retention.read(segment)
        peers = retention.peers(known)
        split = len(known.survivors) - 1
        years = np.arange(split + known.ahead + 1)
        ax.axvspan(0, split, color=PALE, alpha=0.5, linewidth=0)
        for (name, runs), (colour, style) in zip(ours.items(), STYLES, strict=True):
            ax.plot(years, runs.mean(axis=0), style, color=colour, label=f"cxsim, {name}")
        ax.plot(years[split + 1 :], peers["sBG"], color=LINE, linewidth=1, label="sBG")
        real = np.append(known.survivors, sealed.curve(after=list(peers.values())))
        ax.plot(years, real, "o", color=INK, markersize=4, label="published table")
        _tidy(ax, "year", "customers still there, %")
        ax.set_ylim(0, 102)
        _title(ax, f"{segment} (grey: known years)")
    panels[0].legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def sales(every: dict[str, dict[str, Numbers]]) -> Figure:
    """Six series: real sales, Bass's curve, the simulated markets."""
    figure, panels = plt.subplots(2, 3, figsize=(11.0, 6.0), layout="constrained")
    for ax, (known, sealed) in zip(panels.flat, bass.read(), strict=True):
        peers, split = bass.peers(known), len(known.sales)
        years = np.arange(1, split + bass.SEALED_YEARS + 1)
        ax.axvspan(0.5, split + 0.5, color=PALE, alpha=0.5, linewidth=0)
        for (name, runs), colour in zip(every[known.series].items(), (LOOP, NEUTRAL, FIRST_CYCLE), strict=True):
            ax.plot(years, runs.mean(axis=0), color=colour, label=f"cxsim, {name}")
        ax.plot(years[split:], peers["Bass"], color=LINE, linewidth=1, label="Bass")
        real = np.append(known.sales, sealed.curve(after=list(peers.values())))
        ax.plot(years, real, "o", color=INK, markersize=3, label="real")
        _tidy(ax, "year", "sales")
        ax.set_ylim(0, None)
        _title(ax, known.series)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*panels.flat[0].get_legend_handles_labels(), frameon=False, ncols=5, loc="outside lower center")
    return figure


def _tidy(ax: Axes, across: str, up: str) -> None:
    ax.set(xlabel=across, ylabel=up)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontweight="bold", color=INK, fontsize=10)
