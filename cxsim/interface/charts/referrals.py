"""How referrals go on: buyers brought by each buyer, generation by generation."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, student_t
from cxsim.analysis.compare.runs import Runs
from cxsim.data.histories import Numbers
from cxsim.interface.charts.look import (
    BASE,
    REFERRAL,
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

FEWEST: Final = 20.0  # buyers of a generation, on average, below which nothing is said of it
APART: Final = 0.16  # of base and plan side by side


def referrals(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """The reproduction number of each generation: generation 0 came by themselves, 1 were brought by them, and so on.

    Purple is what is looked at, grey the base. Above one, each generation would be larger than the one before.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    ax = ax or new_axes()
    most, aside = 1, APART if worlds.base else 0.0
    for _, runs, colour in worlds.shown:
        hue, side = (BASE, -1) if colour == BASE else (REFERRAL, 1)
        rates = _rates(runs)
        most = max(most, len(rates))
        for generation, (_, rate) in enumerate(rates):
            at = generation + side * aside
            ax.plot([at, at], [rate.low, rate.high], color=hue, linewidth=thick(2.0), solid_capstyle="butt")
            ax.plot(at, rate.mean, "o", color=hue)
            end = np.fmax(rate.high, rate.mean)
            ax.annotate(
                f"{rate.mean:.3g}", (at, float(end)), xytext=(0, 5), textcoords="offset points",
                ha="right" if side < 0 else "left" if aside else "center", va="bottom", fontsize="small", color=written(hue),
            )  # fmt: skip
    ax.set_ylim(0.0, max(1e-3, 1.35 * ax.get_ylim()[1]))
    ax.set_xlim(-0.7, most - 0.3)
    ax.set_xticks(range(most), [_named(worlds, place) for place in range(most)], fontsize="small")
    ax.set_ylabel("buyers brought by each buyer")
    open_box(ax)
    title(ax, "How far referrals carry")
    caption(ax, _caption(worlds))
    return ax


def _named(worlds: ChartSource, generation: int) -> str:
    """A generation, and how many buyers it has in base and plan."""
    rates = [_rates(runs)[generation:] for _, runs, _ in worlds.shown]
    buyers = [f"{of_one[0][0]:,.0f} buyers" for of_one in rates if of_one]
    return "\n".join([f"generation {generation}" if generation else "came alone", *buyers])


def _rates(runs: Runs) -> list[tuple[float, Estimate]]:
    """Mean buyers of each generation, and how many each of them brought, while there are enough of them."""
    tables = [
        runs.referrals.pivot(index="replication", columns="generation", values=column).fillna(0.0).to_numpy(float)
        for column in ("buyers", "referred")
    ]
    columns = zip(*(table.T for table in tables), strict=True)
    return [(float(buyers.mean()), _ratio(referred, buyers)) for buyers, referred in columns if buyers.mean() >= FEWEST]


def _ratio(part: Numbers, whole: Numbers) -> Estimate:
    """Sum over sum with the 95% interval of a ratio of means over replications (linearised)."""
    ratio, count = float(part.sum() / whole.sum()), len(whole)
    if count == 1:
        return Estimate(ratio, np.nan, np.nan)
    half = student_t(count) * float(np.std(part - ratio * whole, ddof=1)) / float(whole.mean())
    return Estimate(ratio, max(0.0, ratio - half), ratio + half)


def _caption(worlds: ChartSource) -> str:
    colours = [f"{'grey' if colour == BASE else 'purple'}: {shown(name)}" for name, _, colour in worlds.shown]
    count = worlds.runs.replications
    interval = "bars: 95% interval" if count > 1 else "so no interval"
    return (
        f"{sentence('; '.join(colours))}. {sentence(mean_of(count, 'replication'))}, {interval}. At 1 referrals would "
        f"keep themselves going. Late buyers had less time to tell; generations of fewer than {FEWEST:.0f} are left out."
    )
