"""Goldenberg, Libai, Moldovan & Muller (2007): what a few dissatisfied customers cost through what they tell.

Their automaton (as we understand it) and the simulator live the same market: groups of nine, weak ties to anybody, one
purchase for life. What is lost is split by switching off what the dissatisfied tell, everything else the same.

    python -m experiments.replications.bad_news [--write]     (about two minutes)
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.luck import key_of
from cxsim.engine.outcomes.money import contribution, discount_factors
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, NEUTRAL, new_axes
from cxsim.scenario import Scenario
from experiments.pages import asked_to_write, table, write_figures
from experiments.replications.automata import bad_news_spreads
from experiments.replications.weak_ties import edges, with_ties

PEOPLE = 2970
WEEKS = 260
REPLICATIONS = 20
ADVERTISING, STRONG, STRENGTH, WEAK_STRENGTH = 0.005, 8, 0.04, 0.01  # a week; weak: of each of the weak ties
GOOD_MESSAGES = 2.0
SHARES = (0.02, 0.05, 0.10, 0.15, 0.20)
WEAK_TIES = (0, 8, 16)
PAGE = Path(__file__).with_suffix(".md")

Numbers = NDArray[np.float64]


class Case(NamedTuple):
    """A market: the share dissatisfied, how much bad is told for each good (0: nothing), weak ties, weight of talk."""

    dissatisfied: float
    bad_per_good: float = 2.0
    weak: int = 8
    heard_weight: float = 0.4  # purchase.heard_weight; the automaton has none

    def all_satisfied(self) -> "Case":
        return self._replace(dissatisfied=0.0, bad_per_good=2.0)

    def silent(self) -> "Case":
        """The dissatisfied tell nobody; everything else is the same, luck included."""
        return self._replace(bad_per_good=0.0)


LOUDER = {
    "as above": Case(0.1),
    "talk weighs ten times as much in a choice": Case(0.1, heard_weight=4.0),
    "and the dissatisfied tell five times as much, ten messages each": Case(0.1, bad_per_good=5.0, heard_weight=4.0),
}

# One purchase for life of a product that is as good as promised, or fails and leaves nothing of its quality. Who has
# heard nothing buys with chance .9 (a logit of 2.2). The dissatisfied leave, and are owners no longer.
COMMON = """
need.rate_scale_weeks = 10000.0
need.spontaneous_annual = 0.0
expectation.prior = 0.8
expectation.norm_weight = 0.0
expectation.imagination_sd = 0.0
research.duration_weeks = 0.0
research.asks = 0
purchase.price_weight = 0.0
use.taste_sd = 0.0
use.failure_cost = 0.8
use.assimilation = 0.0
use.surprise_weight = 0.0
support.contact_base = -20.0
support.recovery_weight = 0.0
loyalty.leave_a = 1000.0
loyalty.leave_b = 1000.0
loyalty.satisfaction_weight = 50.0
loyalty.exit = 1.0
telling.base = 0.0
telling.refer_base = -50.0
telling.review_base = -50.0
"""
BRAND = """
[brand.{name}]
need.reach_annual = {reach}
expectation = {{promise = 0.8, awareness = 1.0}}
research.findability = 1.0
purchase = {{price = 1.0, ease = 1.0, fit = 1.0, appeal = {appeal}}}
use = {{quality = {quality}, quality_sd = 0.0, delivery_weeks = 0.0, late_rate = 0.0, failure_rate = {failure_rate}, severity = 0.98}}
money.unit_cost = 0.0
"""


def market(case: Case, refusal_is_final: bool, people: int = PEOPLE) -> Scenario:
    """The market of a case; a week is a period of the original.

    A refusal is a delay in this model: the need may come back. Where it shall be final, a second brand that nobody
    talks about stands for the decision against the product: those who take it are gone.
    """
    frame = f"""
need.imitation_annual = {52 * (STRONG * STRENGTH + case.weak * WEAK_STRENGTH)}
telling.good = {GOOD_MESSAGES / 0.3}
telling.bad = {case.bad_per_good * GOOD_MESSAGES / 0.5}
purchase.heard_weight = {case.heard_weight}
purchase.outside = {"-inf" if refusal_is_final else 4.0 * 0.8 - 2.2}
market.people = {people}
market.horizon_weeks = {WEEKS}
market.links.kind = "complete"
"""
    offer = BRAND.format(name="focal", reach=52 * ADVERTISING, appeal=0.0, quality=0.8, failure_rate=case.dissatisfied)
    against = BRAND.format(name="against", reach=0.0, appeal=-2.2, quality=0.5, failure_rate=0.0)
    return Scenario.model_validate(tomllib.loads(COMMON + frame + offer + (against if refusal_is_final else "")))


def lived(cases: list[Case], refusal_is_final: bool, replication: int, people: int = PEOPLE) -> Numbers:
    """Discounted sales per person in the simulator, shape (cases,)."""
    values = []
    for case in cases:
        scenario = market(case, refusal_is_final, people)
        ties = edges(key_of(1, replication), (STRONG, case.weak, STRENGTH, WEAK_STRENGTH), people)
        model = with_ties(scenario, replication, ties)
        while model.running:
            model.step()
        values.append(float(np.sum(contribution(model.state, scenario, 0) * discount_factors(scenario))) / people)
    return np.array(values)


def relived(cases: list[Case], rejecters_tell: bool, replication: int, people: int = PEOPLE) -> Numbers:
    """Discounted adoptions per person by the original's rules, shape (cases,)."""
    values = []
    for case in cases:
        adopted = np.zeros(WEEKS)
        state = np.zeros(people, np.int64)
        ties = (STRONG, case.weak, STRENGTH, WEAK_STRENGTH, ADVERTISING)
        news = (float(case.dissatisfied), float(case.bad_per_good), rejecters_tell)
        bad_news_spreads(key_of(1, replication), state, state.copy(), *ties, *news, adopted)
        values.append(float(np.sum(adopted * 1.12 ** (-np.arange(WEEKS) / 52.0))) / people)
    return np.array(values)


MODELS: dict[str, Callable[[list[Case], int], Numbers]] = {
    "their rules": lambda cases, number: relived(cases, True, number),
    "their rules, the rejecting silent": lambda cases, number: relived(cases, False, number),
    "simulator, refusal final": lambda cases, number: lived(cases, True, number),
    "simulator, refusal a delay": lambda cases, number: lived(cases, False, number),
}


class Loss(NamedTuple):
    """In percent of the value when everybody is satisfied; replications paired."""

    total: Estimate
    by_talk: Estimate  # of it, through what the dissatisfied tell


def losses(model: Callable[[list[Case], int], Numbers], cases: list[Case], replications: int) -> dict[Case, Loss]:
    """What dissatisfaction costs in each case."""
    every = list(dict.fromkeys(kind for case in cases for kind in (case.all_satisfied(), case.silent(), case)))
    values = np.array(each_replication(lambda number: model(every, number), replications, workers=2))
    at = {case: values[:, place] for place, case in enumerate(every)}
    return {
        case: Loss(
            estimate(100.0 * (1.0 - at[case] / at[case.all_satisfied()])),
            estimate(100.0 * (at[case.silent()] - at[case]) / at[case.all_satisfied()]),
        )
        for case in cases
    }


def said(loss: Loss) -> str:
    """A loss with its interval, and how much of it is talk."""
    total, talk = loss
    return f"{total.mean:.1f} ({total.low:.1f} to {total.high:.1f}); talk {talk.mean:.1f} ({talk.low:.1f} to {talk.high:.1f})"


def report(found: dict[str, dict[Case, Loss]]) -> str:
    """The tables of the page."""
    by_share = [
        [f"{share:.0%} dissatisfied", *(said(loss[Case(share)]) for loss in found.values())] for share in SHARES
    ]
    by_ties = [
        [f"{weak} weak ties", *(said(loss[Case(0.1, weak=weak)]) for loss in found.values())] for weak in WEAK_TIES
    ]
    final = found["simulator, refusal final"]
    return "\n\n".join([
        "Lost of discounted sales, %, and of this through what the dissatisfied tell",
        table(["", *found], by_share),
        "The same at 10% dissatisfied, by the number of weak ties beside eight strong ones",
        table(["", *found], by_ties),
        "The same at 10% dissatisfied, simulator with final refusals, when talk weighs and spreads more than assumed",
        table(["", "lost"], [[name, said(final[case])] for name, case in LOUDER.items()]),
    ])  # fmt: skip


def draw(found: dict[str, dict[Case, Loss]], ax: Axes | None = None) -> Axes:
    """What is lost, by the share dissatisfied."""
    ax = ax or new_axes(7.5, 4.8)
    for colour, (name, loss) in zip((LINE, "#E69F00", FIRST_CYCLE, NEUTRAL), found.items(), strict=True):
        totals = [loss[Case(share)].total for share in SHARES]
        total = np.array([(0.0, 0.0, 0.0), *((value.mean, value.low, value.high) for value in totals)])
        shares = 100.0 * np.array([0.0, *SHARES])
        ax.fill_between(shares, total[:, 1], total[:, 2], color=colour, alpha=0.2, linewidth=0)
        ax.plot(shares, total[:, 0], marker="o", markersize=3, color=colour, label=name)
    ax.axline((0, 0), slope=1, color=INK, linewidth=0.8, linestyle=":")
    ax.annotate("as much as the share dissatisfied", (13.2, 9.5), color=INK, fontsize=8)
    ax.set(xlabel="dissatisfied buyers, %", ylabel="lost of discounted sales, %", xlim=(0, 20.5), ylim=(0, None))
    ax.set_title("What a few dissatisfied buyers cost", loc="left", fontweight="bold", color=INK)
    ax.legend(frameon=False, fontsize=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def main() -> None:
    writing = asked_to_write(__doc__)
    cases = list(dict.fromkeys([*map(Case, SHARES), *(Case(0.1, weak=weak) for weak in WEAK_TIES)]))
    found = {}
    for name, model in MODELS.items():
        also = list(LOUDER.values()) if name == "simulator, refusal final" else []
        found[name] = losses(model, cases + also, REPLICATIONS)
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        draw(found).figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
