"""What the search for a portfolio is worth: against random search with as many runs, and its race against procedure KN.

    python benchmarks/search_peers.py [--seeds 4] [--runs 1500] [--people 1500]

Random search fills a random share of the budget in random order, lives each plan once in every world, and takes the best
of those whose mean cost is within the budget. What both chose is then lived on the same fresh luck, so the ratio is of true values. KN is Kim & Nelson (2001), "A fully
sequential procedure for indifference-zone selection in simulation", ACM TOMACS 11(3), 251-273, with c = 1 and common random
numbers; it is asked for the same probability and the same difference that matters.
"""

import argparse
import sys

import numpy as np
from _common import heading, table
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.portfolio.choosing import best_portfolio
from cxsim.analysis.portfolio.menu import PlanMenu, menu_from_library
from cxsim.analysis.portfolio.plans import Plan, agrees, fixed_cost, nothing
from cxsim.analysis.portfolio.race import CONFIDENCE, race
from cxsim.analysis.portfolio.trials import Trials, places
from cxsim.analysis.portfolio.work import KEPT
from cxsim.analysis.portfolio.worlds import worlds_for
from cxsim.analysis.workers.backends import Backend, Processes
from cxsim.analysis.workers.threads import Silent, usable_cores
from cxsim.engine.luck import key_of, purpose, uniform
from cxsim.scenario import load

TRUTH = 5_000_000  # replications that neither search has seen
TRUE_REPLICATIONS = 54
BUDGET = 6000.0
LOOPS, COST = KEPT.index("loops"), KEPT.index("cost")
Numbers = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=1500)
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=usable_cores())
    arguments = parser.parse_args()
    heading(
        f"The most loops for {BUDGET:,.0f}: restaurant with {arguments.people:,} people, the whole library, 52 weeks"
    )
    against_random(arguments)
    heading("Observations until the best of 11 is known, nine exactly as far behind as matters; means of 100 races")
    against_kn()


def against_random(arguments: argparse.Namespace) -> None:
    market = load("restaurant", [f"market.people={arguments.people}", "market.horizon_weeks=52"])
    menu = menu_from_library(market, "loops")

    def backend() -> Backend:
        return Processes(arguments.workers)

    rows, ratios = [], []
    for seed in range(1, arguments.seeds + 1):
        worlds = worlds_for(market, menu, None, seed)
        found = best_portfolio(market, menu, BUDGET, "loops", worlds, backend, arguments.runs, seed=seed)
        trials = Trials(market, menu, worlds, seed, backend, Silent())
        plan, claimed = random_search(trials, found.trials.runs, seed)
        fresh = trials.observe([found.chosen, plan], places(TRUTH, 0, TRUE_REPLICATIONS, len(worlds)))
        ours, theirs = fresh[:, :, LOOPS].mean(axis=1)
        costs = fresh[:, :, COST].mean(axis=1)
        ratios.append(ours / theirs)
        print(f"  seed {seed}: {ours:.1f} against {theirs:.1f} loops", file=sys.stderr, flush=True)
        told = found.fresh(found.chosen, "loops").mean
        rows.append((seed, found.trials.runs, f"{ours:.1f}", f"{told:.1f}", f"{costs[0]:,.0f}", f"{theirs:.1f}",
                     f"{claimed:.1f}", f"{costs[1]:,.0f}", f"{ours / theirs:.2f}"))  # fmt: skip
    table(("seed", "runs", "loops", "told", "cost", "random", "told", "cost", "ratio"), rows)
    ratio = estimate(np.array(ratios))
    print(f"ratio {ratio.mean:.2f} ({ratio.low:.2f} to {ratio.high:.2f}, 95% over seeds)\n")


def random_search(trials: Trials, runs: int, seed: int) -> tuple[Plan, float]:
    """The best of random plans, each lived once in every world, and how many loops it seemed to bring."""
    at = places(0, 0, len(trials.worlds), len(trials.worlds))
    draws = (runs - len(at)) // len(at)
    plans = [random_plan(trials.menu, seed, number) for number in range(draws)]
    means = trials.observe(plans, at).mean(axis=1)
    fair = np.where(means[:, COST] <= BUDGET, means[:, LOOPS], -np.inf)
    best = int(np.argmax(fair))
    return plans[best], float(fair[best])


ORDER, CHOICE = purpose("benchmark: order of interventions"), purpose("benchmark: option of an intervention")
SHARE = purpose("benchmark: share of the budget")


def random_plan(menu: PlanMenu, seed: int, number: int) -> Plan:
    """Interventions in random order, each in a random way, as many as a random share of the budget holds."""
    luck = key_of(seed, number)
    limit = BUDGET * float(
        uniform(luck, 0, SHARE, 0, 0)
    )  # by fixed costs; the whole budget leaves no room for the others
    plan = list(nothing(menu))
    sizes = [len(options) for options in menu.items.values()]
    for item in sorted(range(len(plan)), key=lambda item: float(uniform(luck, item, ORDER, 0, 0))):
        plan[item] = 1 + int(sizes[item] * uniform(luck, item, CHOICE, 0, 0))
        if not agrees(menu, tuple(plan)) or fixed_cost(menu, tuple(plan)) > limit:
            plan[item] = 0
    return tuple(plan)


def against_kn() -> None:
    rows = []
    for spread in (1.0, 2.0, 4.0):
        counts: dict[str, list[tuple[int, bool]]] = {"race": [], "KN": []}
        for seed in range(100):
            means = np.array([0.0] + [9.0] * 9 + [10.0])
            values = means[:, None] + spread * stats.norm.rvs(size=(11, 8192), random_state=seed)
            free = np.zeros_like(values)
            found = race(lambda runners, n, v=values, c=free: (v[runners, :n], c[runners, :n]), 11, 1.0, 1.0, 10, 10**6)
            used = sum(found.out.values()) + len(found.left) * found.replications
            counts["race"].append((used, found.chosen == 10))
            counts["KN"].append(kn(values, 1.0, 10))
        for name, results in counts.items():
            used, right = np.mean(np.array(results, float), axis=0)
            rows.append((f"{name}, standard deviation {spread:g}", f"{used:,.0f}", f"{right:.0%}"))
    table(("procedure", "observations", "best chosen"), rows)


def kn(values: Numbers, difference: float, first: int) -> tuple[int, bool]:
    """Observations until one is left, and whether it is the last: procedure KN on values of shape (runners, replications)."""
    runners = len(values)
    eta = 0.5 * ((2.0 * (1.0 - CONFIDENCE) / (runners - 1)) ** (-2.0 / (first - 1)) - 1.0)
    h2 = 2.0 * eta * (first - 1)
    spread = np.var(values[:, None, :first] - values[None, :, :first], axis=2, ddof=1)
    still, count = np.arange(runners), first
    used = runners * first
    while True:
        sums = values[still, :count].sum(axis=1)
        reach = np.maximum(0.0, (h2 * spread[np.ix_(still, still)] / difference - difference * count) / 2.0)
        np.fill_diagonal(reach, np.inf)
        still = still[(sums[:, None] >= sums[None, :] - reach).all(axis=1)]
        if len(still) == 1:
            return used, int(still[0]) == runners - 1
        count += 1
        used += len(still)


if __name__ == "__main__":
    main()
