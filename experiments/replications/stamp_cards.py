"""Kivetz, Urminsky & Zheng (2006): is a 12-stamp card with 2 given filled faster than a 10-stamp card?

The same customers with the same luck hold a card of ten, a card of twelve of which two are stamped, and a card of twelve with
nothing on it. The rule shortens the wait for the next need by the share of the way gone, so the answer has a closed form.

    python -m experiments.replications.stamp_cards [--write]     (under a minute)
"""

import math
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, LOOP
from cxsim.scenario import load
from experiments.pages import asked_to_write, table, write_figures

PAGE = Path(__file__).with_suffix(".md")
REPLICATIONS = 6
PEOPLE = 1000
WEEKS = 26
TO_BUY = 10  # with each of the first two cards
CARDS = {"10 stamps": (10, 0), "12 stamps, 2 given": (12, 2), "12 stamps": (12, 0)}
GRADIENTS = (0.0, 0.1, 0.3, 1.0, 3.0)
MARKET = """
extends = "{bare}"
mechanisms = ["loyalty_programme"]
[market]
people = {people}
horizon_weeks = {weeks}
[need]
rate_shape = 40.0                 # nearly everybody comes twice a week, as to a cafe on a campus
rate_scale_weeks = 20.0
[loyalty]
leave_a = 0.01
leave_b = 1000.0                  # nobody leaves before the card is full
[loyalty_programme]
goal_gradient = {gradient}
points_pressure = 0.0
rewarded = 0.0
[brand.focal.loyalty_programme]
join = 1.0
points_needed = {needed}
points_given = {given}
reward_value = 3.0
"""

Numbers = NDArray[np.float64]


def waits(card: tuple[int, int], gradient: float, replication: int, people: int = PEOPLE) -> Numbers:
    """Mean wait from the k-th purchase to the next, in days, shape (purchases to fill the card less one,)."""
    needed, given = card
    bare = PAGE.with_name("bare.toml").as_posix()
    text = MARKET.format(bare=bare, people=people, weeks=WEEKS, gradient=gradient, needed=needed, given=given)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cafe.toml"
        file.write_text(text, encoding="utf-8")
        state = run_with_log(load(file), 1, replication, EVERYBODY, 400 * people)
    log = state.log[state.log["what"] == Note.BUYS]
    purchases = needed - given
    at = np.full((purchases, people), np.nan)
    first = log[log["b"] <= purchases]
    at[first["b"].astype(int) - 1, first["person"]] = first["at"]
    there = np.isfinite(at).all(axis=0)  # who filled the card in time: all but a handful
    days: Numbers = 7.0 * np.diff(at[:, there], axis=0).mean(axis=1)
    return days


def expected_ratio(card: tuple[int, int], than: tuple[int, int], gradient: float) -> float:
    """How long one card takes beside another, both of ten purchases: the sums of the shortened waits."""

    def whole(needed: int, given: int) -> float:
        return sum(math.exp(-gradient * (given + bought) / needed) for bought in range(1, TO_BUY))

    return whole(*card) / whole(*than)


def results(
    gradients: Sequence[float] = GRADIENTS, people: int = PEOPLE, replications: int = REPLICATIONS
) -> dict[tuple[str, float], Numbers]:
    """`waits` of every card and gradient, shape (replications, waits)."""
    return {
        (name, gradient): np.array(
            each_replication(partial(waits, card, gradient, people=people), replications, workers=2)
        )
        for name, card in CARDS.items()
        for gradient in gradients
    }


def ratio(found: Mapping[tuple[str, float], Numbers], card: str, gradient: float) -> Estimate:
    """Time of the first nine waits with a card beside that with ten stamps."""
    own, ten = (found[name, gradient][:, : TO_BUY - 1].sum(axis=1) for name in (card, "10 stamps"))
    return estimate(own / ten)


def said(value: Estimate, digits: int = 3) -> str:
    return f"{value.mean:.{digits}f} ({value.low:.{digits}f} to {value.high:.{digits}f})"


def report(found: Mapping[tuple[str, float], Numbers]) -> str:
    """The tables of the page."""
    gradients = sorted({gradient for _, gradient in found})
    rows = []
    for gradient in gradients:
        ten = found["10 stamps", gradient]
        last = estimate(ten[:, TO_BUY - 2] / ten[:, 0])
        rows.append(
            [
                f"{gradient:g}",
                said(estimate(ten[:, : TO_BUY - 1].sum(axis=1)), 1),
                said(last, 2),
                said(ratio(found, "12 stamps, 2 given", gradient)),
                f"{expected_ratio((12, 2), (10, 0), gradient):.3f}",
                said(ratio(found, "12 stamps", gradient)),
            ]
        )
    heading = [
        "`goal_gradient`", "days to fill 10 stamps", "last wait beside the first", "12 stamps with 2 given beside 10 stamps",
        "closed form", "12 stamps with none given, its first ten purchases",
    ]  # fmt: skip
    return (
        f"{REPLICATIONS} replications of {PEOPLE:,} customers, 95% intervals; the same customers with the same luck hold each "
        f"card. Times from the first purchase to the tenth.\n\n{table(heading, rows)}"
    )


def draw(found: Mapping[tuple[str, float], Numbers], axes: tuple[Axes, Axes]) -> None:
    """Waits along the card at one gradient; the advantage of two stamps given by gradient."""
    gradient = 1.0
    for (name, (needed, given)), colour in zip(CARDS.items(), (INK, LOOP, LINE), strict=True):
        mean = found[name, gradient].mean(axis=0)
        axes[0].plot(np.arange(1, needed - given), mean, "o-", color=colour, label=name)
    axes[0].set(xlabel="purchases so far", ylabel="days until the next", ylim=(0, None))
    axes[0].set_title(f"Sooner and sooner (goal_gradient {gradient:g})", loc="left", fontweight="bold", color=INK)
    axes[0].legend(frameon=False, fontsize=8)
    at = np.linspace(0.0, max(GRADIENTS), 61)
    axes[1].plot(
        at, [100 * (expected_ratio((12, 2), (10, 0), g) - 1) for g in at], color=FIRST_CYCLE, label="closed form"
    )
    points = [ratio(found, "12 stamps, 2 given", g) for g in GRADIENTS]
    axes[1].errorbar(
        GRADIENTS, [100 * (p.mean - 1) for p in points], yerr=[100 * (p.high - p.mean) for p in points], fmt="o",
        color=INK, label="simulated",
    )  # fmt: skip
    axes[1].set(xlabel="goal_gradient", ylabel="12 with 2 given beside 10: change of time, percent")
    axes[1].set_title("Two stamps for nothing save little time", loc="left", fontweight="bold", color=INK)
    axes[1].legend(frameon=False, fontsize=8)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    found = results()
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        figure, axes = plt.subplots(1, 2, figsize=(12.0, 4.4), layout="constrained")
        draw(found, axes)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
