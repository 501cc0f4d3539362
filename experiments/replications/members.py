"""Leenheer, van Heerde, Bijmolt & Smidts (2007); Liu (2007): what do members buy, and how much of it is the programme?

A stamp card in the ready market of four restaurants: members against others, which any table of customers shows, beside the
same people with and without the card, which none does. The same lives are also told by how much people bought before.

    python -m experiments.replications.members [--write]     (two minutes)
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import lived_to
from cxsim.engine.state import MONEY_UNIT
from cxsim.interface.charts.look import BASE, INK, LOOP, NEUTRAL
from cxsim.scenario import Scenario, load
from experiments.pages import asked_to_write, table, write_figures

PAGE = Path(__file__).with_suffix(".md")
REPLICATIONS = 10
START = 8  # the week in which the card begins
EFFECTS = ("goal_gradient", "points_pressure", "rewarded")
TIMES = (0.0, 1.0, 3.0)  # the effects that the programme has by default
PLAN = "plans/restaurant-stamp-card"
BUYERS = ("light", "moderate", "heavy")

Numbers = NDArray[np.float64]


class Lives(NamedTuple):
    """What everybody did, shape (people,): purchases of the brand and of all before and since the card, and with it."""

    before: Numbers
    own: Numbers
    all: Numbers
    margin: Numbers
    member: NDArray[np.bool_]
    cards: Numbers
    rewards: float


def market(times: float, people: int | None = None) -> tuple[Scenario, Scenario]:
    """The restaurants without and with the card, with effects so many times their defaults."""
    settings = [] if people is None else [f"market.people={people}"]
    planned = load(PLAN, settings)
    defaults = planned.loyalty_programme
    sized = [f"loyalty_programme.{name}={times * getattr(defaults, name)}" for name in EFFECTS]
    planned = load(PLAN, [*settings, *sized])
    return planned.model_copy(update={"intervention": []}), planned


def lives(scenario: Scenario, replication: int) -> Lives:
    """A market lived, with a look at everybody when the card begins."""
    focal = scenario.focal
    model = lived_to(LoyaltyModel(scenario, rng=1, replication=replication, collect=False), START)
    bought = model.state.bonds["purchases"].astype(float).copy()
    earned = model.state.bonds["margin"][:, focal].copy()
    state = lived_to(model, scenario.market.horizon_weeks).state
    card = state.bonds["loyalty_programme"][:, focal]
    since = state.bonds["purchases"] - bought
    margin = (state.bonds["margin"][:, focal] - earned) / MONEY_UNIT
    claimed = float(state.counted["rewards_claimed"][:, focal].sum())
    return Lives(
        bought[:, focal],
        since[:, focal],
        since.sum(axis=1),
        margin,
        card["member"].copy(),
        card["cards"] * 1.0,
        claimed,
    )


def share_of_wallet(life: Lives, who: NDArray[np.bool_]) -> float:
    """Mean over people of the share of their purchases that is the brand's, in percent; of those who bought anything."""
    known = who & (life.all > 0.0)
    return float(100.0 * np.mean(life.own[known] / life.all[known]))


def once(times: float, replication: int, people: int | None = None) -> tuple[Numbers, Numbers]:
    """Members and others, shape (6,); and light, moderate and heavy buyers, shape (3, 4)."""
    without, withit = (lives(scenario, replication) for scenario in market(times, people))
    members = withit.member
    others = ~members & (withit.all > 0.0)
    naive = share_of_wallet(withit, members) - share_of_wallet(withit, others)
    both = members & (without.all > 0.0)
    effect = share_of_wallet(withit, both) - share_of_wallet(without, both)
    customers = ~members & (withit.own > 0.0)
    bought = withit.own[members].mean() - withit.own[customers].mean(), (withit.own - without.own)[members].mean()
    earned = (
        withit.margin[members].mean() - withit.margin[customers].mean(),
        (withit.margin - without.margin)[members].mean(),
    )
    return np.array([naive, effect, *bought, *earned]), _by_buyer(without, withit)


def _by_buyer(without: Lives, withit: Lives) -> Numbers:
    """By third of what members bought before the card: purchases a year without it, the change, full cards, rewards."""
    members = np.flatnonzero(withit.member)
    order = members[np.argsort(withit.before[members], kind="stable")]
    rows = []
    for third in np.array_split(order, 3):
        base, change = without.own[third].mean(), (withit.own - without.own)[third].mean()
        rows.append([withit.before[third].mean(), base, 100.0 * change / base, withit.cards[third].mean()])
    return np.array(rows)


def results(
    times: Sequence[float] = TIMES, people: int | None = None, replications: int = REPLICATIONS
) -> dict[float, tuple[Numbers, Numbers]]:
    """`once` for every strength of the effects, stacked by replication."""
    found = {}
    for each in times:
        lived = each_replication(partial(once, each, people=people), replications, workers=2)
        found[each] = np.array([pair[0] for pair in lived]), np.array([pair[1] for pair in lived])
    return found


def said(value: Estimate, digits: int = 1) -> str:
    """A difference with its interval."""
    return f"{value.mean:+.{digits}f} ({value.low:+.{digits}f} to {value.high:+.{digits}f})"


def how_many_times(columns: Numbers) -> str:
    """The naive difference beside the effect, of means; nothing where the effect may be nothing."""
    naive, effect = estimate(columns[:, 0]), estimate(columns[:, 1])
    return f"{naive.mean / effect.mean:.1f}" if effect.decided and effect.mean > 0.0 else "no effect"


def report(found: dict[float, tuple[Numbers, Numbers]]) -> str:
    """The table of members against others."""
    rows = []
    for times, (values, _) in found.items():
        for name, place, digits in (("share of wallet, points", 0, 1), ("purchases", 2, 1), ("earned, EUR", 4, 0)):
            columns = values[:, place : place + 2]
            naive, effect = (said(estimate(column), digits) for column in columns.T)
            rows.append([f"{times:g} times", name, naive, effect, how_many_times(columns)])
    heading = [
        "effects",
        "what",
        "members less others",
        "the same members with less without the card",
        "naive beside true",
    ]
    return (
        f"{REPLICATIONS} replications of 6,000 people, from the week the card begins to the end of two years, 95% intervals. Share of "
        "wallet: of all who ate out; purchases and money: against other customers of the brand.\n\n"
        + table(heading, rows)
    )


def report_of_buyers(found: dict[float, tuple[Numbers, Numbers]]) -> str:
    """The table of light, moderate and heavy buyers."""
    rows = []
    for times, (_, values) in found.items():
        for place, name in enumerate(BUYERS):
            before, base, change, cards = (estimate(column) for column in values[:, place].T)
            rows.append(
                [
                    f"{times:g} times",
                    name,
                    f"{before.mean:.1f}",
                    f"{base.mean:.1f}",
                    f"{said(change)}%",
                    f"{cards.mean:.2f}",
                ]
            )
    heading = [
        "effects",
        "third of members",
        "purchases before",
        "purchases since, without the card",
        "change with it",
        "cards filled each",
    ]
    return "The same members by what they had bought before, in thirds (run-in and first weeks).\n\n" + table(
        heading, rows
    )


def draw(found: dict[float, tuple[Numbers, Numbers]], ax: Axes) -> None:
    """Share of wallet: what is seen, and what is true."""
    for place, (values, _) in enumerate(found.values()):
        for shift, column, colour in ((-0.18, 0, BASE), (0.18, 1, LOOP)):
            value = estimate(values[:, column])
            ax.bar(place + shift, value.mean, 0.32, color=colour)
            ax.errorbar(place + shift, value.mean, yerr=value.high - value.mean, color=INK)
    ax.set_xticks(range(len(found)), [f"effects {times:g} times" for times in found])
    ax.set_ylabel("points of share of wallet")
    ax.axhline(0.0, color=NEUTRAL, linewidth=1)
    ax.set_title(
        "Members less others (grey); the same people with less without (green)",
        loc="left",
        fontweight="bold",
        color=INK,
    )
    ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    found = results()
    print(text := f"{report(found)}\n\n{report_of_buyers(found)}")
    if writing:
        write_figures(PAGE, text)
        figure, ax = plt.subplots(figsize=(8.0, 4.2), layout="constrained")
        draw(found, ax)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
