"""How the best plan for a budget is found: a search, a race of the few best, and a check on fresh luck."""

import math
import string
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.guard import spread_doubts
from cxsim.analysis.compare.second_look import doubts_about
from cxsim.analysis.portfolio.front import on_front, outline
from cxsim.analysis.portfolio.menu import PlanMenu
from cxsim.analysis.portfolio.plans import Plan, affordable, nothing, record_with
from cxsim.analysis.portfolio.portfolio import Portfolio
from cxsim.analysis.portfolio.race import Numbers, Ranking, Whole, race
from cxsim.analysis.portfolio.search import COST, FIRST, Search
from cxsim.analysis.portfolio.trials import CHECK, RACE, Trials, places
from cxsim.analysis.portfolio.work import KEPT
from cxsim.analysis.sensitivity.regret import Regret, regret
from cxsim.analysis.sweep.journal import Journal
from cxsim.analysis.sweep.parameters import Values, scenario_with
from cxsim.analysis.workers.backends import Backend
from cxsim.analysis.workers.threads import Silent
from cxsim.engine.simulate import simulate
from cxsim.scenario import Scenario

FIRST_LOOK = 10  # replications, or the next multiple of the number of worlds
SHORTLIST = 12  # plans that race where not all can
LEAST_RUNS, RUNS_A_WORLD = 300, 60  # with fewer there is nothing to choose by
LEAST_CHECKS = 5  # replications of each finalist in each world
MOST_FINALISTS = 6  # of those that the race could not tell apart, and as many of the front
NO_MATTER = 0.01  # of the budget, or of the market's loops: a difference that does not matter
NOTHING = "nothing"


def best_portfolio(
    market: Scenario,
    menu: PlanMenu,
    budget: float,
    aim: str,
    worlds: list[Values],
    backend: Callable[[], Backend],
    runs: int = 3000,
    tolerance: float | None = None,
    seed: int = 1,
    progress: Silent | None = None,
    lives: Journal | None = None,
) -> Portfolio:
    """Find the plan with the highest expected aim whose expected cost is within the budget.

    Args:
        market: the market without a plan.
        menu: what can be done.
        budget: in the market's currency, discounted to the start.
        aim: margin (discounted, after all costs), loops, or rescued (lines that became loops).
        worlds: from `worlds_for`, all as likely.
        backend: calls a backend to live runs; the answer does not depend on it.
        runs: about how many lives it may take.
        tolerance: a difference in the aim that does not matter; 1% of the budget, or of the market's loops, when None.
        seed: key of all luck.
        progress: is told of every run.
        lives: from `remembered`, so that nothing is lost when it is killed.

    Raises:
        ValueError: if the budget holds no plan, or the runs are too few.
        WorkersLostError: if a cluster is gone.
        KeyboardInterrupt: on Ctrl-C.
    """
    refuse_nonsense(menu, budget, worlds, runs, tolerance)
    progress = progress or Silent()
    progress.begin(runs)
    trials = Trials(market, menu, worlds, seed, backend, progress, lives)
    if tolerance is None:
        tolerance = NO_MATTER * (budget if aim == "margin" else max(100.0, simulate(market, seed, 0).figures["loops"]))
    look = len(worlds) * math.ceil(FIRST_LOOK / len(worlds))
    raced, all_raced, climbed = _to_race(trials, budget, KEPT.index(aim), runs, look)
    ranking = _raced(trials, raced, budget, KEPT.index(aim), tolerance, look, runs * 6 // 10 - trials.runs)
    chosen = [raced[runner] for runner in ranking.left][:MOST_FINALISTS]
    finalists, check = _checked(trials, [*chosen, *_front_of(trials, budget)], runs - trials.runs)
    letters = iter(string.ascii_uppercase)
    names = [next(letters) if any(plan) else NOTHING for plan in finalists]
    regrets = _regret_of(check[..., KEPT.index(aim)], names, aim)
    return Portfolio(market, menu, budget, aim, worlds, seed, all_raced, climbed, ranking, raced, tolerance, finalists,
                     names, check, regrets, trials, _doubts(trials, finalists, check, raced[ranking.chosen]))  # fmt: skip


def _doubts(trials: Trials, finalists: list[Plan], check: Numbers, chosen: Plan) -> tuple[Doubt, ...]:
    """About the plan chosen, its effects typical: in the market as it stands, and where its replications hardly differ."""
    if not any(chosen):
        return ()
    plan = scenario_with(record_with(trials.market, trials.menu, chosen), {})
    money = check[finalists.index(chosen), :, :, KEPT.index("margin")].mean(axis=0)
    return (*doubts_about(trials.market, plan, trials.seed), *spread_doubts(money, "money"))


def refuse_nonsense(menu: PlanMenu, budget: float, worlds: list[Values], runs: int, tolerance: float | None) -> None:
    """Check what `best_portfolio` is given.

    Raises:
        ValueError: if the budget holds no plan, or the runs are too few.
    """
    least = max(LEAST_RUNS, RUNS_A_WORLD * len(worlds))
    if not (math.isfinite(budget) and budget > 0.0):
        raise ValueError(f"the budget is {budget:g}; it must be above 0")
    if tolerance is not None and not (math.isfinite(tolerance) and tolerance >= 0.0):
        raise ValueError(f"the difference that does not matter is {tolerance:g}; it must be 0 or more")
    if runs < least:
        raise ValueError(f"{runs} runs are too few to choose by in these worlds; give at least {least:,}")
    cheapest = min((option for options in menu.items.values() for option in options), key=lambda each: each.fixed_cost)
    if cheapest.fixed_cost > budget:
        raise ValueError(
            f"nothing on the menu can be had for {budget:,.0f}: the cheapest, {cheapest.words!r}, costs at least "
            f"{cheapest.fixed_cost:,.0f}"
        )


def _to_race(trials: Trials, budget: float, aim: int, runs: int, look: int) -> tuple[list[Plan], bool, bool]:
    """The plans that race, whether those are all, and whether they were found by climbing."""
    share = runs * 3 // 10  # of the runs, for finding out who races; as many for the race, the rest for the check
    few = affordable(trials.menu, budget, most=runs)
    if few is not None and len(few) * look <= share:
        return few, True, False
    search = Search(trials, aim, budget, share)
    if few is not None and len(few) * (FIRST + math.log2(len(few) / SHORTLIST)) <= share:  # what halving takes
        best = search.halve(few, SHORTLIST)
        return list(dict.fromkeys([nothing(trials.menu), *best])), False, False
    search.climb()
    return search.shortlist(SHORTLIST), False, True


def _raced(
    trials: Trials, raced: list[Plan], budget: float, aim: int, tolerance: float, look: int, runs: int
) -> Ranking:
    def observe(runners: Whole, count: int) -> tuple[Numbers, Numbers]:
        found = trials.observe([raced[runner] for runner in runners], places(RACE, 0, count, len(trials.worlds)))
        return found[:, :, aim], found[:, :, COST]

    return race(observe, len(raced), budget, tolerance, look, runs, len(trials.worlds))


def _front_of(trials: Trials, budget: float) -> list[Plan]:
    """Some plans that look like the front of cost against loops, doing nothing among them."""
    tried = [(plan, trials.seen(plan, CHECK)) for plan in trials.found if plan not in trials.impossible]
    means = [(plan, rows.mean(axis=0)) for plan, rows in tried if len(rows) >= FIRST]
    known = [(plan, mean) for plan, mean in means if mean[COST] <= budget]
    costs, loops = (np.array([mean[figure] for _, mean in known]) for figure in (COST, KEPT.index("loops")))
    front = np.flatnonzero(on_front(costs, loops)).tolist()
    return [nothing(trials.menu), *(known[place][0] for place in outline(front, costs, loops, MOST_FINALISTS))]


def _checked(trials: Trials, plans: Sequence[Plan], runs: int) -> tuple[list[Plan], Numbers]:
    """Plans and what they change on fresh luck, the same in every world: shape (plans, worlds, replications, figures).

    As many of the plans, the first before the others, as the runs allow to be lived `LEAST_CHECKS` times in each world.
    """
    worlds = len(trials.worlds)
    lived = [plan for plan in dict.fromkeys(plans) if any(plan)][: max(1, runs // (LEAST_CHECKS * worlds) - 1)]
    replications = max(LEAST_CHECKS, runs // (worlds * (len(lived) + 1)))  # the market is lived beside them
    different = [plan for plan in dict.fromkeys(plans) if plan in lived or not any(plan)]
    at = [(world, CHECK + number) for world in range(worlds) for number in range(replications)]
    found = trials.observe(different, at)
    possible = np.flatnonzero(np.isfinite(found).all(axis=(1, 2)))
    return [different[place] for place in possible], found[possible].reshape(-1, worlds, replications, len(KEPT))


def _regret_of(values: Numbers, names: Sequence[str], aim: str) -> Regret | None:
    """The regret of the finalists, from shape (finalists, worlds, replications)."""
    if len(names) < 2:
        return None
    places = np.indices(values.shape).reshape(3, -1)
    plans = [names[place] for place in places[0]]
    columns = {"plan": plans, "world": places[1], "replication": places[2], aim: values.reshape(-1)}
    return regret(pd.DataFrame(columns), aim)
