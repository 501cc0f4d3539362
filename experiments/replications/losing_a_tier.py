"""Wagner, Hennig-Thurau & Rudolph (2009): what does it do to people to lose a tier, and what do tiers do in sum?

A silver tier in the ready market of four restaurants. Nobody can lose it before the first quarter has left the window; who
loses it then is known, and lives three times: without tiers, with a loss that means nothing, and with one that does.

    python -m experiments.replications.losing_a_tier [--write]     (two minutes)
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import lived_to
from cxsim.interface.charts.look import BASE, INK, LINE, NEUTRAL
from cxsim.scenario import Scenario, load
from experiments.pages import asked_to_write, table, write_figures

PAGE = Path(__file__).with_suffix(".md")
REPLICATIONS = 10
SILVER = 6  # visits in 52 weeks
PRIDE = 0.1
LOST = 66  # the first demotions are those of the review before this week
DEMOTIONS = (0.0, 0.1, 0.3, 1.0)
GROUPS = ("lost silver", "kept silver", "never silver")

Numbers = NDArray[np.float64]


def market(tiers: bool, demotion: float, people: int | None = None) -> Scenario:
    """Membership for everybody from week 0 on, without points; with silver or without."""
    programme = "brand.Olive.loyalty_programme"
    settings = [
        f"{programme}.silver_from={SILVER if tiers else 'inf'}", f"{programme}.reward_cost=0", f"{programme}.reward_value=0",
        "intervention.stamp card.start_week=0", "intervention.stamp card.effect.loyalty_programme.join=1",
        f"loyalty_programme.tier_pride={PRIDE}", f"loyalty_programme.demotion={demotion}",
    ]  # fmt: skip
    return load("plans/restaurant-stamp-card", settings + ([] if people is None else [f"market.people={people}"]))


def visits(scenario: Scenario, replication: int) -> tuple[Numbers, NDArray[np.void]]:
    """Visits of everybody after the first demotions, shape (people,), and their cards at that time."""
    model = lived_to(LoyaltyModel(scenario, rng=1, replication=replication, collect=False), LOST)
    before = model.state.bonds["purchases"][:, scenario.focal].astype(float).copy()
    cards = model.state.bonds["loyalty_programme"][:, scenario.focal].copy()
    state = lived_to(model, scenario.market.horizon_weeks).state
    return state.bonds["purchases"][:, scenario.focal] - before, cards


def once(replication: int, demotions: Sequence[float] = DEMOTIONS, people: int | None = None) -> Numbers:
    """For each size of demotion: people, visits without tiers, and the change by tiers, by group; and naive; shape (n, 10)."""
    without, _ = visits(market(False, 0.0, people), replication)
    rows = []
    for demotion in demotions:
        since, cards = visits(market(True, demotion, people), replication)
        lost = cards["member"] & cards["demoted"]
        kept = cards["member"] & (cards["tier"] > 0) & ~lost
        never = cards["member"] & (cards["tier"] == 0) & ~lost
        groups = [(who.sum(), without[who].mean(), (since - without)[who].mean()) for who in (lost, kept, never)]
        rows.append([*np.ravel(groups), since[lost].mean() - since[never].mean()])
    return np.array(rows)


def results(people: int | None = None, replications: int = REPLICATIONS) -> Numbers:
    """`once`, shape (replications, demotions, 10)."""
    return np.array(each_replication(partial(once, people=people), replications, workers=2))


def said(value: Estimate, digits: int = 2) -> str:
    """A difference with its interval."""
    return f"{value.mean:+.{digits}f} ({value.low:+.{digits}f} to {value.high:+.{digits}f})"


def report(found: Numbers) -> str:
    """The table of the page."""
    rows = []
    for place, demotion in enumerate(DEMOTIONS):
        columns = [estimate(column) for column in found[:, place].T]
        naive = columns[9]
        for number, name in enumerate(GROUPS):
            count, base, change = columns[3 * number : 3 * number + 3]
            rows.append(
                [
                    f"{demotion:g}",
                    name,
                    f"{count.mean:,.0f}",
                    f"{base.mean:.1f}",
                    said(change),
                    said(naive) if number == 0 else "",
                ]
            )
    heading = [
        "`demotion`",
        "who",
        "people",
        "visits since, without tiers",
        "change by tiers",
        "lost less never, as a table shows it",
    ]
    return (
        f"{REPLICATIONS} replications of 6,000 people, 95% intervals; silver from {SILVER} visits in 52 weeks, `tier_pride` {PRIDE:g}; visits from "
        f"week {LOST} to 104.\n\n{table(heading, rows)}"
    )


def draw(found: Numbers, ax: Axes) -> None:
    """The change by tiers of who lost silver and who kept it, by demotion."""
    for number, (name, colour) in enumerate(zip(GROUPS, (LINE, INK, BASE), strict=True)):
        values = [estimate(found[:, place, 3 * number + 2]) for place in range(len(DEMOTIONS))]
        ax.errorbar(
            np.arange(len(DEMOTIONS)) + 0.06 * (number - 1), [value.mean for value in values],
            yerr=[value.high - value.mean for value in values], fmt="o", color=colour, label=name,
        )  # fmt: skip
    ax.axhline(0.0, color=NEUTRAL, linewidth=1)
    ax.set_xticks(range(len(DEMOTIONS)), [f"demotion {each:g}" for each in DEMOTIONS])
    ax.set_ylabel("visits each, with tiers less without")
    ax.set_title(
        "What tiers did to whom, in the weeks after the first losses", loc="left", fontweight="bold", color=INK
    )
    ax.legend(frameon=False, fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    found = results()
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        figure, ax = plt.subplots(figsize=(8.0, 4.2), layout="constrained")
        draw(found, ax)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
