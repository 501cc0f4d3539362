"""Survey scores and non-response: what NPS, CSAT and a mean rating show when the satisfied, or the extreme, answer more.

Surveys change nobody's life here, so every way of answering is compared with everybody answering about the very same
episodes: the difference is non-response and nothing else. (The noise of an answer is in both.)

    python -m experiments.replications.survey_scores [--write]
"""

import tomllib
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import EVERYBODY
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, LOOP, NEUTRAL
from cxsim.scenario import Scenario
from experiments.pages import asked_to_write, table, write_figures

PEOPLE, WEEKS, REPLICATIONS = 4_000, 26, 20
NOTES_PER_PERSON = 150  # more than anybody's half year holds
PAGE = Path(__file__).with_suffix(".md")


class Answering(NamedTuple):
    """Who answers: logit at neutral, and what a unit of satisfaction away from neutral, or above it, adds."""

    base: float
    extremity: float
    valence: float


EVERYBODY_ANSWERS = Answering(50.0, 0.0, 0.0)
BASES = (-4.0, -3.0, -2.0, -1.0, 0.0, 2.0)
VALENCES = (1.0, 2.0, 4.0)
WAYS = {
    "the default: extremes and the satisfied a little more": Answering(-1.4, 1.0, 1.0),
    "the satisfied more": Answering(-1.4, 0.0, 3.0),
    "the extremes more": Answering(-1.4, 4.0, 0.0),
    "the extremes, the angry above all": Answering(-1.4, 4.0, -2.0),
}
QUALITIES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
USUAL_QUALITY = 0.7

MARKET = """
[market]
people = {people}
horizon_weeks = {weeks}
[need]
at_entry = true
[purchase]
outside = -inf               # one firm, which everybody needs and nobody leaves: all episodes can be surveyed
[loyalty]
exit = 0.0
[listening]
response_base = {base}
response_extremity = {extremity}
response_valence = {valence}
[brand.focal]
expectation.awareness = 1.0
expectation.promise = {promise}
use.quality = {quality}
listening.survey_rate = 1.0
"""

Numbers = NDArray[np.float64]


def scores(answering: Answering, quality: float, replication: int, people: int = PEOPLE) -> Numbers:
    """(response rate, NPS, CSAT, mean rating of 0 to 10, true NPS, true CSAT, true mean satisfaction) of such a firm."""
    text = MARKET.format(people=people, weeks=WEEKS, quality=quality, promise=quality + 0.05, **answering._asdict())
    scenario = Scenario.model_validate(tomllib.loads(text))
    world = run_with_log(scenario, 1, replication, EVERYBODY, NOTES_PER_PERSON * people)
    count, notes = world.tally[:, 0].sum(axis=0).astype(float), world.log
    answers, episodes = count[Measure.answers], count[Measure.episodes]
    return np.array(
        [
            answers / count[Measure.surveys],
            100.0 * (count[Measure.promoters] - count[Measure.detractors]) / answers,
            100.0 * count[Measure.csat_satisfied] / answers,
            notes["a"][notes["what"] == Note.SURVEYED].mean(),
            100.0 * (count[Measure.true_promoters] - count[Measure.true_detractors]) / episodes,
            100.0 * count[Measure.true_satisfied] / episodes,
            count[Measure.satisfaction_sum] / 1e6 / episodes,
        ]
    )


def flattery(answering: Answering, quality: float, replication: int, people: int = PEOPLE) -> Numbers:
    """Response rate, then the three scores less what everybody would have said, then the three truths, shape (7,)."""
    seen, everybody = (scores(each, quality, replication, people) for each in (answering, EVERYBODY_ANSWERS))
    return np.concatenate([seen[:1], (seen - everybody)[1:4], everybody[4:]])


def results(
    answering: Answering, quality: float = USUAL_QUALITY, people: int = PEOPLE, replications: int = REPLICATIONS
) -> list[Estimate]:
    """`flattery` over replications, with intervals."""
    runs = each_replication(partial(flattery, answering, quality, people=people), replications, workers=2)
    return [estimate(column) for column in np.array(runs).T]


Bars = dict[tuple[str, float], list[Estimate]]  # by way of answering, and quality
Rates = dict[tuple[float, float], list[Estimate]]  # by valence, and base


def said(value: Estimate, digits: int = 1) -> str:
    """A difference with its interval."""
    return f"{value.mean:+.{digits}f} ({value.low:+.{digits}f} to {value.high:+.{digits}f})"


def report(by_rate: Rates, by_way: Bars) -> str:
    """The tables of the page."""
    rate_rows = [
        [
            f"{valence:g}",
            *(f"{said(by_rate[valence, base][1])} at {by_rate[valence, base][0].mean:.0%}" for base in BASES),
        ]
        for valence in VALENCES
    ]
    parts = [
        f"{REPLICATIONS} replications of {PEOPLE:,} people and {WEEKS} weeks, 95% intervals; all differences from everybody "
        "answering about the same episodes.",
        f"Points of NPS too high, and the response rate, when nothing but satisfaction decides who answers (quality "
        f"{USUAL_QUALITY:g}, true NPS {by_way[next(iter(WAYS)), USUAL_QUALITY][4].mean:.0f}); from rare answers to many:",
        table(["`response_valence`", *(f"`response_base` {base:g}" for base in BASES)], rate_rows),
    ]
    for way in WAYS:
        rows = [
            [
                f"{quality:g}",
                f"{found[6].mean:.2f}",
                f"{found[4].mean:.0f}",
                f"{found[0].mean:.0%}",
                said(found[1]),
                said(found[2]),
                said(found[3], 2),
            ]
            for quality, found in ((quality, by_way[way, quality]) for quality in QUALITIES)
        ]
        heading = ["quality", "true satisfaction", "true NPS", "response", "NPS", "CSAT", "mean rating, 0 to 10"]
        parts += [
            f"Answering: {way} (base {WAYS[way].base:g}, extremity {WAYS[way].extremity:g}, valence {WAYS[way].valence:g}).",
            table(heading, rows),
        ]
    return "\n\n".join(parts)


def draw(by_rate: Rates, by_way: Bars, axes: tuple[Axes, Axes]) -> None:
    """Points of NPS too high by response rate; points of CSAT too high by true satisfaction."""
    colours = (FIRST_CYCLE, LOOP, LINE, NEUTRAL)
    for valence, colour in zip(VALENCES, colours, strict=False):
        line = [by_rate[valence, base] for base in BASES]
        rates, points = ([100.0 * found[0].mean for found in line], [found[1].mean for found in line])
        axes[0].plot(rates, points, "o-", color=colour, label=f"response_valence {valence:g}")
    axes[0].set(xlabel="response rate, percent", ylabel="points of NPS too high", xlim=(0, 100), ylim=(0, None))
    axes[0].set_title("The fewer answer, the more they flatter", loc="left", fontweight="bold", color=INK)
    for way, colour in zip(WAYS, colours, strict=True):
        line = [by_way[way, quality] for quality in QUALITIES]
        axes[1].plot(
            [found[6].mean for found in line], [found[2].mean for found in line], "o-", color=colour, label=way
        )
    axes[1].axhline(0.0, color=INK, linewidth=1)
    axes[1].set(xlabel="true mean satisfaction", ylabel="points of CSAT too high")
    axes[1].set_title("Who answers decides which way", loc="left", fontweight="bold", color=INK)
    axes[1].set_ylim(-18.0, None)  # room for the legend
    for ax in axes:
        ax.legend(frameon=False, fontsize=8, loc="lower right" if ax is axes[1] else "upper right")
        ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    by_rate = {(valence, base): results(Answering(base, 0.0, valence)) for valence in VALENCES for base in BASES}
    by_way = {(way, quality): results(answering, quality) for way, answering in WAYS.items() for quality in QUALITIES}
    print(text := report(by_rate, by_way))
    if writing:
        write_figures(PAGE, text)
        figure, axes = plt.subplots(1, 2, figsize=(12.0, 4.8), layout="constrained")
        draw(by_rate, by_way, axes)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
