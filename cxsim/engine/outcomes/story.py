"""One simulated customer's life told in sentences, with the numbers behind each step."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.event_log import run_together_with_log
from cxsim.engine.measures import Note, Trigger
from cxsim.engine.outcomes.status import cause_name, stage_name
from cxsim.engine.state import NO_BRAND, Outcome
from cxsim.scenario import Scenario
from cxsim.scenario.calendar import day_of

Numbers = tuple[float, float, float, float]

NOTES_EXPECTED = 2_000


@dataclass(frozen=True)
class Moment:
    """One step of a life: when (weeks), what, and about which brand."""

    week: float
    what: Note
    brand: str
    numbers: Numbers

    def __str__(self) -> str:
        return self.told()

    def told(self, start: str = "") -> str:
        """When and what, in a line; by day where the market has a start."""
        when = f"{day_of(self.week, start)} " if start else f"week {self.week:6.1f}"
        return f"{when}  {sentence(self)}"


def follow(scenario: Scenario, person: int, seed: int = 1, replication: int = 0) -> list[Moment]:
    """Live the scenario again and note everything that happens to one person.

    Args:
        scenario: as loaded.
        person: number from 0.
        seed: 0 to 2**63 - 1.
        replication: which replication.

    Raises:
        ValueError: if there is no such person.
    """
    (life,) = follow_together([scenario], person, seed, replication)
    return life


def follow_together(
    scenarios: Sequence[Scenario], person: int, seed: int = 1, replication: int = 0
) -> list[list[Moment]]:
    """The same of a base, which is the first, and its plans, lived as one until they part."""
    people = scenarios[0].market.people
    if not 0 <= person < people:
        raise ValueError(f"there is no person {person}; the market has people 0 to {people - 1}")
    states = run_together_with_log(scenarios, seed, replication, person, NOTES_EXPECTED)
    return [_moments(state.log, scenario.brands) for state, scenario in zip(states, scenarios, strict=True)]


def _moments(log: NDArray[np.void], brands: list[str]) -> list[Moment]:
    return [
        Moment(
            float(line["at"]),
            Note(line["what"]),
            brands[line["brand"]] if line["brand"] != NO_BRAND else "",
            (float(line["a"]), float(line["b"]), float(line["c"]), float(line["d"])),
        )
        for line in log
    ]


def parting(base: Sequence[Moment], plan: Sequence[Moment]) -> tuple[int, int] | None:
    """The numbers, in each life, of the moments with which two lives part for the first time; None when they never do.

    They part where a choice, an outcome or a purchase differs. What is believed, felt or told differently has not parted
    anybody yet, nor has the same deed a little earlier or later. A life in which no deed is left parts at its end.
    """
    deeds = ([place for place, moment in enumerate(life) if moment.what in DEEDS] for life in (base, plan))
    for one, other in itertools.zip_longest(*deeds):
        if one is None or other is None or _deed(base[one]) != _deed(plan[other]):
            return len(base) if one is None else one, len(plan) if other is None else other
    return None


# What people do or meet, beside what they believe, feel and tell.
DEEDS: Final = frozenset(
    {
        Note.NOT_FOUND, Note.CHOOSES, Note.BUYS_NOTHING, Note.CHECKOUT_FAILS, Note.BUYS, Note.FAILS, Note.SUPPORT, Note.STAYS,
        Note.DOUBTS, Note.LEAVES, Note.LINE_ENDS, Note.NO_PURCHASE, Note.BUYS_SIMILAR,
    }
)  # fmt: skip


def _deed(moment: Moment) -> tuple[Note, str, float]:
    how = {Note.SUPPORT: 0, Note.BUYS: 3, Note.LINE_ENDS: 0}.get(moment.what)  # its ending; whether it fits; the stage
    return moment.what, moment.brand, 0.0 if how is None else moment.numbers[how]


def sentence(moment: Moment) -> str:
    """What happened, in plain words."""
    return _SENTENCES[moment.what](moment.brand, *moment.numbers)


def _need(brand: str, trigger: float, *_: float) -> str:
    by = f" for {brand}" if brand else ""
    return {
        Trigger.SPONTANEOUS: "A need arises, unprompted.",
        Trigger.ADVERTISING: f"An advertisement{by} starts a journey.",
        Trigger.NEIGHBOURS: f"Seeing what others use ({brand}) starts a journey.",
        Trigger.NEXT_NEED: "The need arises again.",
        Trigger.REFERRAL: f"A friend recommends {brand}: a journey starts.",
    }.get(Trigger(int(trigger)), "A need arises.")


def _from_before(brand: str, purchases: float, satisfaction: float, since: float, customer: float) -> str:
    times = "once" if purchases == 1 else f"{purchases:.0f} times"
    felt = "" if isnan(satisfaction) else f"; satisfaction over time {satisfaction:.2f}"
    who, when = ("Is a customer of", " from before") if customer else ("Has left", " before")
    return f"{who} {brand}{when}: bought {times}, last {since:.1f} weeks ago{felt}."


def _expects(brand: str, expected: float, promise: float, heard: float, stars: float) -> str:
    rating = f", rated {stars:.1f} stars" if stars else ""
    talk = f", {heard:.0f} {_plural('message', heard)} heard" if heard else ""
    return f"Expects {expected:.2f} of {brand} (promised {promise:.2f}{rating}{talk})."


def _found(brand: str, tries: float, before: float, after: float, truth: float) -> str:
    effort = "at once" if tries == 1 else f"after {tries:.0f} tries"
    return f"Finds out about {brand} {effort}: expectation {before:.2f} becomes {after:.2f} (it would deliver {truth:.2f})."


def _not_found(brand: str, tries: float, *_: float) -> str:
    return f"Does not find the answer about {brand} in {tries:.0f} {_plural('try', tries)} and drops it."


def _chooses(brand: str, utility: float, with_luck: float, expected: float, price: float) -> str:
    return f"Chooses {brand} at {price:g}, expecting {expected:.2f} (utility {utility:.2f}, with this person's luck {with_luck:.2f})."


def _buys(brand: str, paid: float, purchases: float, by_habit: float, fits: float) -> str:
    how = "Buys again without searching" if by_habit else "Buys"
    wrong = "" if fits else " It is the wrong variant."
    return f"{how}: purchase {purchases:.0f} of {brand} for {round(paid, 2):g}.{wrong}"


def _uses(brand: str, quality: float, expected: float, perceived: float, satisfaction: float) -> str:
    surprise = perceived - expected
    mood = "a pleasant surprise" if surprise > 0.02 else "a disappointment" if surprise < -0.02 else "as expected"
    return f"Uses {brand}: quality {quality:.2f} against {expected:.2f} expected, {mood} ({surprise:+.2f}); satisfaction {satisfaction:.2f}."


def _support(brand: str, outcome: float, wait: float, chance: float, effort: float) -> str:
    if outcome == Outcome.SILENT:
        return f"Says nothing to {brand} (chance to make contact was {chance:.0%})."
    ending = {
        Outcome.UNRESOLVED: "the problem is not resolved",
        Outcome.RESOLVED: "the problem is resolved",
        Outcome.QUICK: "the problem is resolved quickly",
    }[Outcome(int(outcome))]
    return f"Contacts {brand}, waits {wait * 7:.1f} days (effort {effort:.1f}); {ending}."


def _surveyed(brand: str, score: float, called: float, *_: float) -> str:
    back = " and is called back" if called else ""
    return f"Answers {brand}'s survey: {score:.0f} of 10{back}."


def _tells(brand: str, messages: float, satisfaction: float, *_: float) -> str:
    return f"Tells {messages:.0f} {_plural('friend', messages)} about {brand} (satisfaction {satisfaction:.2f})."


def _stays(brand: str, chance: float, luck: float, satisfaction: float, _: float) -> str:
    drawn = f"chance {chance:.0%}, drew {luck:.2f}" if luck else "no decision before the next need"
    if luck >= chance and luck:
        drawn = "nobody leaves after the first purchase here"
    return f"Stays with {brand} ({drawn}; satisfaction over time {satisfaction:.2f})."


def _doubts(brand: str, chance: float, luck: float, satisfaction: float, cause: float) -> str:
    return f"Will look around next time ({_odds(chance, luck)}; satisfaction over time {satisfaction:.2f}; {cause_name(int(cause))})."


def _leaves(brand: str, chance: float, luck: float, satisfaction: float, cause: float) -> str:
    return (
        f"Leaves for good ({_odds(chance, luck)}; satisfaction over time {satisfaction:.2f}; {cause_name(int(cause))})."
    )


def _odds(chance: float, luck: float) -> str:
    return f"chance to stay {chance:.0%}, drew {luck:.2f}" if luck else "between purchases"


def _plural(word: str, count: float) -> str:
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


_SENTENCES: dict[Note, Callable[..., str]] = {
    Note.NEED: _need,
    Note.EXPECTS: _expects,
    Note.NOT_FOUND: _not_found,
    Note.FOUND: _found,
    Note.CHOOSES: _chooses,
    Note.BUYS_NOTHING: lambda *_: "Buying nothing is worth more.",
    Note.CHECKOUT_FAILS: lambda brand, effort, *_: f"Gives up {brand}'s checkout (effort so far {effort:.0f}).",
    Note.BUYS: _buys,
    Note.USES: _uses,
    Note.FAILS: lambda brand, severity, *_: f"Something goes wrong with {brand} (severity {severity:.2f}).",
    Note.SUPPORT: _support,
    Note.SURVEYED: _surveyed,
    Note.TELLS: _tells,
    Note.REVIEWS: lambda brand, stars, *_: f"Reviews {brand}: {stars:.0f} {_plural('star', stars)}.",
    Note.REFERS: lambda brand, friend, chance, *_: f"Recommends {brand} to person {friend:.0f} (chance {chance:.0%}).",
    Note.STAYS: _stays,
    Note.DOUBTS: _doubts,
    Note.LEAVES: _leaves,
    Note.LINE_ENDS: lambda brand, stage, cause, *_: (
        f"The line with {brand} ends in {stage_name(int(stage))}: {cause_name(int(cause))}."
    ),
    Note.FROM_BEFORE: _from_before,
    Note.BUYS_SIMILAR: lambda brand, price, *_: f"Buys something similar from {brand} too, for {price:g}.",
    Note.NO_PURCHASE: lambda *_: "The journey ends without a purchase.",
}
