"""What a budget buys: the Pareto front of cost against loops."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.analysis.phrases import whole
from cxsim.interface.charts.look import (
    INK,
    LOOP,
    NEUTRAL,
    PALE,
    caption,
    new_axes,
    open_box,
    shown,
    signed,
    thick,
    title,
    written,
)

if TYPE_CHECKING:
    from cxsim.analysis.portfolio.portfolio import Portfolio


def front(portfolio: "Portfolio", ax: Axes | None = None) -> Axes:
    """Loops gained against cost: green the plans that none beats on both, ink the one chosen, small dots all that was tried.

    Bars are 95% intervals over the fresh replications.
    """
    ax = ax or new_axes(8.0, 5.0)
    table, currency = portfolio.front(), shown(portfolio.market.market.currency)
    tried = portfolio.tried()
    ax.scatter(tried["cost"], tried["loops"], s=thick(2.3) ** 2, color=NEUTRAL, alpha=0.45, linewidth=0, zorder=1)
    best = table[table["on_front"]]
    ax.step(best["cost"], best["loops"], where="post", color=LOOP, linewidth=thick(0.8), zorder=2)
    for plan, name in zip(portfolio.finalists, portfolio.names, strict=True):
        cost, loops = portfolio.fresh(plan, "cost"), portfolio.fresh(plan, "loops")
        is_chosen = plan == portfolio.chosen
        colour = INK if is_chosen else LOOP if name in {*best["letter"]} else NEUTRAL
        ax.errorbar(
            cost.mean, loops.mean,
            xerr=[[cost.mean - cost.low], [cost.high - cost.mean]],
            yerr=[[loops.mean - loops.low], [loops.high - loops.mean]],
            fmt="D" if is_chosen else "o", color=colour, markersize=thick(4.7 if is_chosen else 3.3), linewidth=thick(0.8), zorder=3,
        )  # fmt: skip
        ax.annotate(
            name, (cost.mean, loops.high), xytext=(0, 0.4), textcoords="offset fontsize", color=written(colour),
            fontsize="small", fontweight="bold" if is_chosen else "normal", ha="center",
        )  # fmt: skip
    ax.axvline(portfolio.budget, color=NEUTRAL, linewidth=thick(0.5), linestyle=(0, (4, 3)))
    ax.axhline(0.0, color=PALE, linewidth=thick(0.5), zorder=0)
    room = 0.06 * portfolio.budget
    ax.set_xlim(min(0.0, float(table["cost_low"].min())) - room, portfolio.budget + room)
    ax.xaxis.set_major_formatter(lambda value, _: whole(value))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: signed(value))
    ax.set_xlabel(f"cost in {currency}, discounted")
    ax.set_ylabel("loops gained")
    open_box(ax)
    title(ax, "What the budget buys in loops")
    replications, worlds = portfolio.check.shape[2], len(portfolio.worlds)
    caption(
        ax,
        f"A (diamond) is the plan chosen; green: no plan shown has more loops for less. Bars: 95% intervals over "
        f"{replications} replications that had no part in the choice"
        f"{f', means over {worlds} worlds' if worlds > 1 else ''}. Small grey dots: all plans tried, on the luck of the search. Dashed: the budget.",
    )
    return ax
