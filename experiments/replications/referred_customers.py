"""Referred customers stay longer, but only while their referrer stays: what an analyst finds in simulated churn records.

The model is given a hazard ratio of .82 while the referrer is a customer and of 1 afterwards. The analyst sees renewals
only and fits a proportional hazard by time since joining. Twin markets with a ratio of 1, and with customers who are
all alike, tell what is effect, what is selection and what is the sorting of unlike customers.

    python -m experiments.replications.referred_customers [--write]
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.optimize import minimize

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.retention import Durations, kaplan_meier
from cxsim.engine.state import NOBODY, State
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL
from cxsim.scenario import load
from experiments.pages import asked_to_write, table, write_figures

PEOPLE, WEEKS, PERIOD, REPLICATIONS = 20_000, 260, 13.0, 20
PUBLISHED = 0.82
PAGE, BARE = Path(__file__).with_suffix(".md"), Path(__file__).with_name("bare.toml")


# Beta of the chance to leave at a quarterly renewal (mean .2, in the last .02), and the weight of satisfaction in it.
MARKETS = {
    "customers all alike": (200.0, 800.0, 0.0),
    "unlike customers": (0.8, 3.2, 0.0),
    "unlike customers whose satisfaction counts": (0.8, 3.2, 2.0),
    "unlike customers of whom few leave": (0.4, 19.6, 0.0),
}
OTHERS, PRESENT, GONE = 0, 1, 2
TOGETHER = np.array([[0.0], [1.0], [1.0]])  # others, referrer present, referrer gone: one ratio for all referred
APART = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # one for each kind

QUARTERLY = [
    f"market.horizon_weeks={WEEKS}", "need.at_entry=false", "need.spontaneous_annual=0.15", "need.imitation_annual=0.0",
    "need.kind=contract", f"need.period_weeks={PERIOD}", "telling.refer_base=-1.5", "brand.focal.need.reach_annual=0.0",
    "brand.focal.use.failure_rate=0.0",  # renewals at fixed dates: each decision falls on the day of payment
]  # fmt: skip

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Renewals(NamedTuple):
    """Every renewal of every customer: renewals before it, whether the customer left at it, group, and own chance."""

    age: NDArray[np.int64]
    left: Flags
    group: NDArray[np.int64]  # OTHERS, PRESENT or GONE
    own_chance: Numbers  # to leave, by latent loyalty alone: what no analyst sees


def lived(market: str, ratio: float, replication: int, people: int = PEOPLE) -> State:
    """The market after five years."""
    leave_a, leave_b, weight = MARKETS[market]
    customers = [
        f"market.people={people}", f"loyalty.leave_a={leave_a}", f"loyalty.leave_b={leave_b}",
        f"loyalty.satisfaction_weight={weight}", f"loyalty.referred_hazard={ratio}",
    ]  # fmt: skip
    model = LoyaltyModel(load(BARE, QUARTERLY + customers), rng=1, replication=replication, collect=False)
    while model.running:
        model.step()
    return model.state


def renewals(state: State) -> Renewals:
    """The records an analyst has, from the dates of joining, paying and leaving."""
    bonds = state.bonds[:, 0]
    customers = np.flatnonzero(bonds["purchases"] > 0)
    times = bonds["purchases"][customers].astype(int)
    who = np.repeat(customers, times)
    age = np.concatenate([np.arange(count) for count in times])
    left = (age == bonds["purchases"][who] - 1) & np.isfinite(bonds["first_lost_at"][who])
    referrer = bonds["referrer"][who]
    at = bonds["first_bought"][who] + PERIOD * age
    gone_before = bonds["first_lost_at"][referrer] < np.floor(at)  # what others do is known from the next week on
    group = np.where(referrer == NOBODY, OTHERS, np.where(gone_before, GONE, PRESENT))
    own = 1.0 / (1.0 + np.exp(state.people["disposition"][who].astype(float)))
    return Renewals(age, left, group, own)


def hazard_ratios(seen: Renewals, design: Numbers) -> Numbers:
    """Proportional hazards in discrete time (complementary log-log; Prentice & Gloeckler 1978), free at every age.

    Args:
        seen: the renewals.
        design: columns to tell apart for each group, shape (3, columns).
    """
    at_risk, left = np.zeros((seen.age.max() + 1, 3)), np.zeros((seen.age.max() + 1, 3))
    np.add.at(at_risk, (seen.age, seen.group), 1.0)
    np.add.at(left, (seen.age, seen.group), seen.left)
    informative = left.sum(axis=1) > 0.0
    at_risk, left = at_risk[informative], left[informative]

    def loss(parameters: Numbers) -> tuple[float, Numbers]:
        by_age, slopes = parameters[: len(left)], parameters[len(left) :]
        hazard = np.exp(by_age[:, None] + design @ slopes)
        chance = -np.expm1(-hazard)
        score = left * hazard / chance - at_risk * hazard
        likelihood = left * np.log(chance) - (at_risk - left) * hazard
        gradient = np.concatenate([score.sum(axis=1), score.sum(axis=0) @ design])
        return -likelihood.sum() / at_risk.sum(), -gradient / at_risk.sum()

    start = np.concatenate([np.log(left.sum(axis=1) / at_risk.sum(axis=1)), np.zeros(design.shape[1])])
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-7})
    ratios: Numbers = np.exp(found.x[len(left) :])
    return ratios


def findings(market: str, ratio: float, replication: int, people: int = PEOPLE) -> Numbers:
    """(Raw ratio of churn rates; hazard ratio of all referred; while the referrer stays; after; own chances by group).

    The own chances to leave are means over renewals after the fourth, for others, present and gone.
    """
    seen = renewals(lived(market, ratio, replication, people))
    raw = seen.left[seen.group != OTHERS].mean() / seen.left[seen.group == OTHERS].mean()
    later = [seen.own_chance[(seen.age > 4) & (seen.group == group)].mean() for group in (OTHERS, PRESENT, GONE)]
    return np.array([raw, *hazard_ratios(seen, TOGETHER), *hazard_ratios(seen, APART), *later])


def results(market: str, ratio: float, people: int = PEOPLE, replications: int = REPLICATIONS) -> list[Estimate]:
    """`findings` over replications, with intervals."""
    runs = each_replication(partial(findings, market, ratio, people=people), replications, workers=2)
    return [estimate(column) for column in np.array(runs).T]


Found = dict[tuple[str, float], list[Estimate]]


def said(value: Estimate) -> str:
    """A figure with its interval."""
    return f"{value.mean:.3f} ({value.low:.3f} to {value.high:.3f})"


def report(found: Found) -> str:
    """The tables of the page."""
    rows = [[market, f"{ratio:g}", *map(said, row[:4])] for (market, ratio), row in found.items()]
    own = [[market, *map(said, row[4:])] for (market, ratio), row in found.items() if ratio == PUBLISHED]
    return "\n\n".join(
        (
            f"{REPLICATIONS} replications of {PEOPLE:,} people, five years, quarterly renewals, 95% intervals.",
            table(
                [
                    "market",
                    "ratio put in",
                    "raw churn, referred : others",
                    "hazard ratio, all referred",
                    "while the referrer stays",
                    "after the referrer left",
                ],
                rows,
            ),
            "What no analyst sees: the mean own chance to leave of those still there after more than four renewals, at a ratio of "
            f"{PUBLISHED:g}.",
            table(["market", "others", "referred, referrer present", "referred, referrer gone"], own),
        )
    )


def draw(found: Found, axes: tuple[Axes, Axes]) -> None:
    """Retention of referred and other customers in one market; all hazard ratios with their intervals."""
    bonds = lived("unlike customers", PUBLISHED, 0).bonds[:, 0]
    bonds = bonds[bonds["purchases"] > 0]
    weeks = np.arange(0.0, 3.0 * 52.0)
    for referred, colour, word in ((True, LOOP, "referred"), (False, NEUTRAL, "others")):
        mine = bonds[(bonds["referrer"] != NOBODY) == referred]
        ended = np.isfinite(mine["first_lost_at"])
        lasted = np.round(np.where(ended, mine["first_lost_at"], WEEKS) - mine["first_bought"], 3)
        share = kaplan_meier(Durations(lasted[ended].astype(float), lasted[~ended].astype(float)), weeks)
        axes[0].fill_between(
            weeks / 52.0, share["low"], share["high"], color=colour, alpha=0.3, linewidth=0, step="post"
        )
        axes[0].step(weeks / 52.0, share["share"], where="post", color=colour, label=word)
    axes[0].set(xlabel="years since joining", ylabel="share still customers", ylim=(0, 1))
    axes[0].set_title("Referred customers stay longer", loc="left", fontweight="bold", color=INK)
    axes[0].legend(frameon=False)
    for place, (row, colour, word) in enumerate(
        ((2, LOOP, "while the referrer stays"), (3, LINE, "after the referrer left"))
    ):
        for height, market in enumerate(MARKETS):
            value = found[market, PUBLISHED][row]
            label = word if height == 0 else None
            axes[1].errorbar(
                value.mean, height + 0.15 * place, xerr=value.high - value.mean, fmt="o", color=colour, label=label
            )
    axes[1].axvline(PUBLISHED, color=LOOP, linestyle=":", linewidth=1)
    axes[1].axvline(1.0, color=LINE, linestyle=":", linewidth=1)
    axes[1].set_yticks(range(len(MARKETS)), [market.replace(" whose", "\nwhose") for market in MARKETS])
    axes[1].set(xlabel="hazard ratio found; dotted: put in", ylim=(-0.5, len(MARKETS)))
    axes[1].set_title("What an analyst finds", loc="left", fontweight="bold", color=INK)
    axes[1].legend(frameon=False, fontsize=8, loc="upper center")
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    found = {(market, ratio): results(market, ratio) for market in MARKETS for ratio in (PUBLISHED, 1.0)}
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        figure, axes = plt.subplots(1, 2, figsize=(12.0, 4.5), layout="constrained")
        draw(found, axes)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
