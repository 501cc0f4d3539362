"""Goldenberg, Libai & Muller (2001): are weak ties as strong as strong ones? Their rules rerun, and ours on fixed ties.

Their cellular automaton is run here as published. Beside it the simulator lives the same markets: strong ties inside
small groups, weak ties to anybody, the strength of a tie written as links repeated.

    python -m experiments.replications.weak_ties [--write]     (about a minute)
"""

import itertools
import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.luck import key_of, purpose, uniform
from cxsim.engine.market.links import from_edges
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, new_axes
from cxsim.scenario import Scenario
from experiments.pages import asked_to_write, table, write_figures
from experiments.replications.automata import talk_of_the_network
from experiments.replications.bass_on_a_network import ADOPTION_ONLY

SHUFFLE: Final = purpose("weak ties: who meets whom")

PEOPLE = 2970  # 3,000 there; this divides into groups of 6, 18 and 30
MOST_PERIODS = 600
REPLICATIONS = 4
UNIT = 0.005  # weekly chance that one link passes the product on; stronger ties are several links
LEVELS = {
    "strong ties": (5, 17, 29),
    "weak ties": (5, 17, 29),
    "strength of strong ties": (0.01, 0.04, 0.07),
    "strength of weak ties": (0.005, 0.01, 0.015),
    "advertising": (0.0005, 0.00525, 0.01),
}
PAGE = Path(__file__).with_suffix(".md")

Numbers = NDArray[np.float64]
Point = tuple[float, ...]  # one value of each of LEVELS, in that order


def edges(luck: NDArray[np.uint64], point: Point, people: int = PEOPLE) -> NDArray[np.int64]:
    """Pairs of people, a pair as often as its tie is strong; shape (links, 2).

    Groups of strong + 1 all know each other; weak ties are paired at random over the whole market, and fixed.
    """
    strong, weak = int(point[0]), int(point[1])
    times_strong, times_weak = _links_per_tie(point)
    one, other = np.triu_indices(strong + 1, 1)
    starts = np.arange(0, people, strong + 1)[:, None]
    inside = np.column_stack([(starts + one).ravel(), (starts + other).ravel()])
    ends = np.repeat(np.arange(people), weak)
    order = np.argsort([uniform(luck, int(person), SHUFFLE, place, 0) for place, person in enumerate(ends)])
    across = ends[order].reshape(-1, 2)
    across = across[across[:, 0] != across[:, 1]]
    return np.vstack([np.repeat(inside, times_strong, axis=0), np.repeat(across, times_weak, axis=0)])


def _links_per_tie(point: Point) -> tuple[int, int]:
    in_units = round(point[2] / UNIT), round(point[3] / UNIT)
    common = math.gcd(*in_units)
    return in_units[0] // common, in_units[1] // common


def with_ties(scenario: Scenario, replication: int, ties: NDArray[np.int64]) -> LoyaltyModel:
    """The market with these links. What `links.kind = "file"` does, without the minutes it takes to read such files."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    links = from_edges(scenario.market.people, ties.astype(np.int32))
    model.state = model.state._replace(first_friend=links.first, friends=links.friends)
    return model


def market(point: Point, people: int = PEOPLE) -> Scenario:
    """The market of a point of the design. A week is a period; each tie has the hazard of its strength."""
    times_strong, times_weak = _links_per_tie(point)
    links = point[0] * times_strong + point[1] * times_weak
    need = f"""
need.spontaneous_annual = 0.0
need.imitation_annual = {52 * links * point[2] / times_strong}
brand.focal.need.reach_annual = {52 * point[4]}
market.people = {people}
market.horizon_weeks = {MOST_PERIODS}
market.links.kind = "complete"
"""
    return Scenario.model_validate(tomllib.loads(ADOPTION_ONLY + need))


def lived(points: list[Point], replication: int, people: int = PEOPLE) -> Numbers:
    """Weeks to 16% and 95% in the simulator, shape (points, 2)."""
    times = []
    for point in points:
        ties = edges(key_of(1, replication), point, people)
        model = with_ties(market(point, people), replication, ties)
        bought = 0
        weeks: list[int] = []
        while model.running and len(weeks) < 2:
            model.step()
            bought += int(model.state.tally[model.week - 1, 0, Measure.first_purchases])
            weeks += [model.week] * (int(bought >= 0.16 * people) + int(bought >= 0.95 * people) - len(weeks))
        times.append(weeks)
    return np.array(times, float)


def relived(points: list[Point], replication: int, people: int = PEOPLE) -> Numbers:
    """Periods to 16% and 95% by the original's rules, shape (points, 2)."""
    times = np.zeros((len(points), 2))
    for place, point in enumerate(points):
        owns = np.zeros(people, np.bool_)
        talk_of_the_network(key_of(1, replication), owns, owns.copy(), *map(float, point), times[place])
    return times


def effects(points: list[Point], times: Numbers) -> Numbers:
    """Standardized coefficient of each of LEVELS on a time, by ordinary least squares as in the original."""
    causes = np.array(points)
    standard = (causes - causes.mean(axis=0)) / causes.std(axis=0)
    coefficients: Numbers = np.linalg.lstsq(standard, (times - times.mean()) / times.std(), rcond=None)[0]
    return coefficients


def weak_over_strong(points: list[Point], times: Numbers, by_percent: bool = True) -> float:
    """Effect on a time of the strength of weak ties over that of strong ties: per percent of strength, or per unit."""
    causes = np.array(points)
    causes, outcome = (np.log(causes), np.log(times)) if by_percent else (causes, times)
    design = np.column_stack([np.ones(len(causes)), causes])
    slopes = np.linalg.lstsq(design, outcome, rcond=None)[0][1:]
    return float(slopes[3] / slopes[2])


def over(replications: Numbers, figure: Callable[[Numbers], float]) -> str:
    """A figure of each replication's times, shape (replications, points, 2), as mean and interval."""
    value = estimate(np.array([figure(times) for times in replications]))
    return f"{value.mean:.2f} ({value.low:.2f} to {value.high:.2f})"


def report(points: list[Point], theirs: Numbers, ours: Numbers) -> str:
    """The tables of the page: standardized effects, and weak against strong ties on three yardsticks."""
    outcomes: dict[str, Callable[[Numbers], Numbers]] = {
        "to 16%": lambda times: times[:, 0],
        "to 95%": lambda times: times[:, 1],
        "from 16% to 95%": lambda times: times[:, 1] - times[:, 0],
    }
    rules = {"their rules": theirs, "simulator": ours}
    heading = [f"{outcome}, {rule}" for outcome in outcomes for rule in rules]
    first = [
        [level]
        + [
            over(many, lambda t, o=o, i=i: effects(points, o(t))[i])
            for o in outcomes.values()
            for many in rules.values()
        ]
        for i, level in enumerate(LEVELS)
    ]
    second = []
    groups = LEVELS["strong ties"]
    subsets = {
        "per unit of strength, all markets": (groups, False),
        "per percent of strength, all markets": (groups, True),
    }
    subsets |= {f"per percent, {size} strong ties": ((size,), True) for size in groups}
    for name, (sizes, by_percent) in subsets.items():
        mine = [place for place, point in enumerate(points) if point[0] in sizes]
        some = [points[place] for place in mine]
        row = [
            over(many[:, mine], lambda t, o=o, some=some, b=by_percent: weak_over_strong(some, o(t), b))
            for o in list(outcomes.values())[:2]
            for many in rules.values()
        ]
        second.append([name, *row])
    late = estimate((ours / theirs).mean(axis=1)[:, 1])
    return "\n\n".join([
        "Effect on the time (standardized; negative is faster)",
        table(["", *heading], first),
        "Effect of the strength of weak ties over that of strong ties (1: equal; above 1: weak ties matter more)",
        table(["", *heading[:4]], second),
        f"The simulator needs {late.mean:.2f} ({late.low:.2f} to {late.high:.2f}) times as long to 95% as the original's rules, mean over the design.",
    ])  # fmt: skip


def draw(points: list[Point], theirs: Numbers, ours: Numbers, ax: Axes | None = None) -> Axes:
    """Every market of the design: time by their rules against time in the simulator."""
    ax = ax or new_axes(6.5, 5.5)
    for place, (word, colour) in enumerate((("16%", FIRST_CYCLE), ("95%", LINE))):
        ax.loglog(
            theirs[:, :, place].mean(axis=0), ours[:, :, place].mean(axis=0), ".", color=colour, label=f"to {word}"
        )
    ax.plot([2, 200], [2, 200], color=INK, linewidth=0.8)  # equally fast
    ax.set(xlabel="periods by the rules of the original", ylabel="weeks in the simulator")
    ax.set_title(f"{len(points)} markets: ties redrawn and ties fixed", loc="left", fontweight="bold", color=INK)
    ax.legend(frameon=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def main() -> None:
    writing = asked_to_write(__doc__)
    points: list[Point] = list(itertools.product(*LEVELS.values()))
    theirs = np.array([relived(points, number) for number in range(REPLICATIONS)])
    ours = np.array(each_replication(lambda number: lived(points, number), REPLICATIONS, workers=2))
    print(text := report(points, theirs, ours))
    if writing:
        write_figures(PAGE, text)
        draw(points, theirs, ours).figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
