"""The recovery paradox: does a failure that is put right leave customers happier, and more loyal, than no failure?

The same customers live two episodes three times, with the same luck: nothing fails, everything fails and is put right
quickly, everything fails and is never put right. Everybody complains, as in the studies, and nobody is lost to sight.

    python -m experiments.replications.recovery [--write]
"""

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.journey.support import MILD as MILD_BELOW
from cxsim.engine.model import LoyaltyModel
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL
from cxsim.scenario import Scenario
from experiments.pages import asked_to_write, table, write_figures

PEOPLE, REPLICATIONS, PERIOD = 5_000, 20, 4
DEFAULT_BONUS = 0.05
BONUSES = (0.0, DEFAULT_BONUS, 0.1, 0.2, 0.3)
SEVERITIES = (0.0, 0.05, 0.2, 0.5, 1.0)  # edges of bands
TRIVIAL, SMALL, MILD, SEVERE = 0, 1, 4, 5  # places among the results: two of the bands, and the two halves
PAGE = Path(__file__).with_suffix(".md")
GOOD, POOR = "failed, put right quickly", "failed, never put right"
CALM = "nothing failed"
FIGURES = ("surveyed", "stays")

MARKET = """
[market]
people = {people}
horizon_weeks = {weeks}
[need]
at_entry = true
kind = "contract"
period_weeks = {period}
[research]
duration_weeks = 0.0
[purchase]
outside = -inf               # one firm, and everybody needs it: those who look around come back to it
[loyalty]
exit = 0.0                   # so that the second failure meets the same people as the first
[support]
contact_base = 20.0          # everybody complains
paradox_bonus = {bonus}
[brand.focal]
expectation.awareness = 1.0
research.findability = 1.0
purchase.ease = 1.0
use.delivery_weeks = 0.0
use.late_weeks = 0.0
use.failure_rate = {failure_rate}
support.resolve_rate = {resolve_rate}
support.quick_rate = 1.0
"""

Numbers = NDArray[np.float64]
Key = tuple[str, int, str]  # how the failure ended, 0 for the first and 1 for the second, figure
Results = dict[Key, list[Estimate]]


@dataclass(frozen=True)
class Episode:
    """One episode of everybody in one world, arrays of shape (people,)."""

    surveyed: Numbers  # satisfaction as a survey without noise sees it
    stays: Numbers  # 1 for those who decide to stay
    severity: Numbers


def world(failure_rate: float, resolve_rate: float, bonus: float, people: int) -> Scenario:
    """The market in which this share of episodes fails and this share of complaints is resolved."""
    text = MARKET.format(
        people=people, weeks=2 * PERIOD, period=float(PERIOD), bonus=bonus,
        failure_rate=failure_rate, resolve_rate=resolve_rate,
    )  # fmt: skip
    return Scenario.model_validate(tomllib.loads(text))


def episodes(scenario: Scenario, replication: int) -> tuple[Episode, Episode]:
    """The first and the second episode, each read two weeks after its purchase."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    found = []
    for week in range(1, 2 * PERIOD + 1):
        model.step()
        if week % PERIOD == 2:
            people, bonds = model.state.people, model.state.bonds[:, 0]
            seen = bonds["satisfaction"].astype(float) + people["delight"]
            found.append(Episode(seen, people["by_habit"].astype(float), people["severity"].astype(float)))
    return found[0], found[1]


def differences(replication: int, bonus: float, people: int) -> dict[Key, list[float]]:
    """Mean difference from the same customers without a failure: one for each band of severity, then all mild, severe."""
    calm, good, poor = (
        episodes(world(*rates, bonus, people), replication) for rates in ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
    )
    found = {}
    for what, lived in ((GOOD, good), (POOR, poor)):
        for turn, (failed, without) in enumerate(zip(lived, calm, strict=True)):
            bands = [
                *((failed.severity > low) & (failed.severity <= high) for low, high in pairwise(SEVERITIES)),
                failed.severity < MILD_BELOW,
                failed.severity >= MILD_BELOW,
            ]
            for figure in FIGURES:
                change = getattr(failed, figure) - getattr(without, figure)
                found[what, turn, figure] = [float(change[band].mean()) for band in bands]
    for turn, without in enumerate(calm):
        found[CALM, turn, "stays"] = [float(without.stays.mean())]
    return found


def results(bonus: float = DEFAULT_BONUS, people: int = PEOPLE, replications: int = REPLICATIONS) -> Results:
    """`differences` over replications, with intervals."""
    runs = each_replication(lambda number: differences(number, bonus, people), replications, workers=2)
    return {key: [estimate(column) for column in np.array([run[key] for run in runs]).T] for key in runs[0]}


def said(value: Estimate, digits: int = 3) -> str:
    """A difference with its interval."""
    return f"{value.mean:+.{digits}f} ({value.low:+.{digits}f} to {value.high:+.{digits}f})"


def report(by_bonus: dict[float, Results]) -> str:
    """The two tables of the page."""
    default = by_bonus[DEFAULT_BONUS]
    rows = [
        [
            f"{('first', 'second')[turn]} time {what}",
            *(said(default[what, turn, figure][band]) for figure in FIGURES for band in (TRIVIAL, MILD, SEVERE)),
        ]
        for turn in (0, 1)
        for what in (GOOD, POOR)
    ]
    bands = ("trivial", "mild", "severe")
    heading = ["what happened", *(f"{word}, {band}" for word in ("satisfaction", "staying") for band in bands)]
    bonus_rows = [
        [f"{bonus:g}", *(said(found[GOOD, 0, "surveyed"][band]) for band in (TRIVIAL, SMALL, MILD))]
        for bonus, found in by_bonus.items()
    ]
    return (
        f"Difference from the same customers without a failure (`paradox_bonus` {DEFAULT_BONUS:g}, the default). Trivial: "
        f"severity up to {SEVERITIES[1]:g}; mild: below {MILD_BELOW:g}; severe: above it. {REPLICATIONS} replications of "
        f"{PEOPLE:,} people, 95% intervals. Without a failure {default[CALM, 0, 'stays'][0].mean:.1%} stay after the first "
        f"episode, {default[CALM, 1, 'stays'][0].mean:.1%} after the second.\n\n{table(heading, rows)}\n\n"
        "Satisfaction after a first failure that was put right quickly, against no failure, for other sizes of the bonus:\n\n"
        f"{table(['paradox_bonus', 'trivial', f'severity {SEVERITIES[1]:g} to {SEVERITIES[2]:g}', 'all mild'], bonus_rows)}"
    )


def draw(found: Results, axes: tuple[Axes, Axes]) -> None:
    """Change in satisfaction and in staying by severity, for both turns and both ways to end."""
    middles = (np.array(SEVERITIES[:-1]) + np.array(SEVERITIES[1:])) / 2.0
    words = ("surveyed satisfaction", "share who stay")
    for ax, figure, word in zip(axes, FIGURES, words, strict=True):
        for what, colour in ((GOOD, LOOP), (POOR, LINE)):
            for turn, style in ((0, "-"), (1, "--")):
                values = found[what, turn, figure][: len(middles)]
                label = f"{what}, {('first', 'second')[turn]} time"
                ax.plot(middles, [value.mean for value in values], style, color=colour, marker="o", label=label)
        ax.axhline(0.0, color=NEUTRAL, linewidth=1)
        ax.set(xlabel="severity of the failure", xlim=(0, 0.8))
        ax.set_title(f"Change in {word}", loc="left", fontweight="bold", color=INK)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")


def main() -> None:
    writing = asked_to_write(__doc__)
    by_bonus = {bonus: results(bonus) for bonus in BONUSES}
    print(text := report(by_bonus))
    if writing:
        write_figures(PAGE, text)
        figure, axes = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
        draw(by_bonus[DEFAULT_BONUS], axes)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
