"""A life as a strip of a few panels in plain words: what somebody hoped, found, got, felt, told and did where base and plan part."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from pydantic import BaseModel

from cxsim.engine.measures import Note
from cxsim.engine.outcomes.status import cause_name
from cxsim.engine.outcomes.story import Moment, parting
from cxsim.engine.state import Outcome
from cxsim.scenario.calendar import day_of

PanelName = Literal["hoped", "found", "got", "felt", "told", "then"]
PANELS: Final[tuple[PanelName, ...]] = get_args(PanelName)

# What a hope and a satisfaction are called, from the largest; 0 is nothing, 1 a perfect offer as most people see it.
_HOPES: Final = ((0.9, "very much"), (0.75, "a lot"), (0.6, "something"), (0.4, "little"))
_MOODS: Final = ((0.9, "very satisfied"), (0.75, "satisfied"), (0.5, "half satisfied"))
_SURPRISE: Final = 0.02  # as `cxsim.engine.outcomes.story` calls it
_TRYING: Final = (Note.CHECKOUT_FAILS, Note.CHOOSES, Note.BUYS)


class Panel(BaseModel):
    """One picture of the strip; `differs` where base and plan are not told alike."""

    name: PanelName
    said: str
    differs: bool = False


class Scene(BaseModel):
    """One journey of a life, when it begins; without panels where no other comes."""

    when: str
    panels: list[Panel]


class Strip(BaseModel):
    """The journey in which base and plan part, or the last where they never do.

    Attributes:
        parted: whether they part.
        purchases: how many there were before it, the same in both, of any brand.
        base: as it is.
        plan: under the plan.
    """

    parted: bool
    purchases: int
    base: Scene
    plan: Scene


def strip_of(base: Sequence[Moment], plan: Sequence[Moment], focal: str, start: str = "") -> Strip:
    """What to draw of a life in base and plan.

    Args:
        base: the life in the market as it is.
        plan: the same person's under the plan.
        focal: the brand that this is about.
        start: the day on which week 0 begins; empty where the market has none.
    """
    places = parting(base, plan)
    ends = (len(base) - 1, len(plan) - 1) if places is None else places
    journeys = [_journey(life, place) for life, place in zip((base, plan), ends, strict=True)]
    scenes = [_scene(journey, focal, start) for journey in journeys]
    for one, other in zip(*(scene.panels for scene in scenes), strict=False):
        one.differs = other.differs = one.said != other.said
    before = base[: base.index(journeys[0][0])] if journeys[0] else base
    bought = sum(moment.what == Note.BUYS for moment in before)
    return Strip(parted=places is not None, purchases=bought, base=scenes[0], plan=scenes[1])


def when(week: float, start: str) -> str:
    """A moment of a market: its week, or its day where the market has a start."""
    return str(day_of(week, start)) if start else f"week {week:.1f}"


def _journey(life: Sequence[Moment], place: int) -> Sequence[Moment]:
    """The moments from one need to the next around one of them; none where the life is over before it."""
    needs = [number for number, moment in enumerate(life) if moment.what == Note.NEED]
    if not 0 <= place < len(life):
        return []
    first = max((need for need in needs if need <= place), default=0)
    return life[first : min((need for need in needs if need > place), default=len(life))]


def _scene(journey: Sequence[Moment], focal: str, start: str) -> Scene:
    if not journey:
        return Scene(when="", panels=[])
    brand = _at_stake(journey, focal)
    of_it = [moment for moment in journey if moment.brand == brand]
    telling = {
        "hoped": _hoped(of_it, brand),
        "found": _found(journey, of_it, brand),
        "got": _got(journey),
        "felt": _felt(journey),
        "told": _told(journey),
        "then": _then(journey, focal),
    }
    return Scene(when=when(journey[0].week, start), panels=[Panel(name=name, said=telling[name]) for name in PANELS])


def _at_stake(journey: Sequence[Moment], focal: str) -> str:
    """The brand that is tried first; where none is, the focal one if it was thought of, else the one most hoped of."""
    tried = next((moment.brand for moment in journey if moment.what in _TRYING), None)
    hopes = {moment.brand: moment.numbers[0] for moment in journey if moment.what == Note.EXPECTS}
    if tried or not hopes:
        return tried or focal
    return focal if focal in hopes else max(hopes, key=hopes.__getitem__)


def _hoped(of_it: Sequence[Moment], brand: str) -> str:
    hopes = [moment.numbers[0] for moment in of_it if moment.what == Note.EXPECTS]
    hopes += [moment.numbers[2] for moment in of_it if moment.what == Note.FOUND]
    return (
        f"{_called(hopes[-1], _HOPES, 'hardly anything').capitalize()} of {brand} ({hopes[-1]:.2f})." if hopes else ""
    )


def _found(journey: Sequence[Moment], of_it: Sequence[Moment], brand: str) -> str:
    for moment in of_it:
        if moment.what == Note.NOT_FOUND:
            return f"No answer about {brand}; gave up looking."
        if moment.what == Note.FOUND:
            tries, before, after, _ = moment.numbers
            turn = "better" if after > before + _SURPRISE else "worse" if after < before - _SURPRISE else "no other"
            return f"An answer {'at once' if tries == 1 else f'after {tries:.0f} tries'}: {turn} than hoped.".replace(
                "no other than", "as"
            )
    asked = any(moment.what in (Note.FOUND, Note.NOT_FOUND) for moment in journey)
    return f"Nothing new about {brand}." if asked else "Did not look around."


def _got(journey: Sequence[Moment]) -> str:
    return " ".join(said for moment in journey if (said := _happened(moment))) or "Nothing."


def _happened(moment: Moment) -> str:
    brand, (first, second, third, fits) = moment.brand, moment.numbers
    if moment.what == Note.CHECKOUT_FAILS:
        return f"Gave up at {brand}'s checkout."
    if moment.what == Note.BUYS_NOTHING:
        return "Bought nothing: nothing was worth it."
    if moment.what == Note.BUYS:
        again = "again " if third else ""
        return f"Bought {again}from {brand}, for {round(first, 2):g}.{'' if fits else ' It was the wrong one.'}"
    if moment.what == Note.FAILS:
        return f"Something went {'badly ' if first >= 0.5 else ''}wrong."
    if moment.what == Note.SUPPORT and first != Outcome.SILENT:
        solved = {Outcome.RESOLVED: "solved", Outcome.QUICK: "solved quickly"}.get(Outcome(int(first)), "not solved")
        return f"Asked for help: {solved}, after {second * 7:.0f} days."
    return "Told nobody there." if moment.what == Note.SUPPORT else ""


def _felt(journey: Sequence[Moment]) -> str:
    used = [moment.numbers for moment in journey if moment.what == Note.USES]
    if not used:
        return "Nothing: there was nothing to use."
    _, expected, perceived, satisfaction = used[-1]
    surprise = perceived - expected
    mood = "Better than" if surprise > _SURPRISE else "Worse than" if surprise < -_SURPRISE else "As"
    return f"{mood} hoped; {_called(satisfaction, _MOODS, 'dissatisfied')} ({satisfaction:.2f})."


def _told(journey: Sequence[Moment]) -> str:
    parts = []
    for moment in journey:
        number = f"{moment.numbers[0]:.0f}"
        if moment.what == Note.TELLS:
            parts.append(f"{number} {'friend' if number == '1' else 'friends'}")
        elif moment.what == Note.REVIEWS:
            parts.append(f"everybody, with {number} {'star' if number == '1' else 'stars'}")
        elif moment.what == Note.REFERS:
            parts.append(f"a friend to go to {moment.brand}")
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}." if told else "Nobody."


def _then(journey: Sequence[Moment], focal: str) -> str:
    """How it went on: of decisions the last, and the end of the line with the focal brand."""
    parts = []
    for moment in journey:
        if moment.what == Note.STAYS:
            parts.append(f"Stays with {moment.brand}.")
        elif moment.what == Note.DOUBTS:
            parts.append(f"Will look around next time ({_cause(moment, 3)}).")
        elif moment.what == Note.LEAVES:
            parts.append(f"Leaves {moment.brand} for good ({_cause(moment, 3)}).")
        elif moment.what == Note.LINE_ENDS and moment.brand == focal:
            parts.append(f"The line with {focal} ends ({_cause(moment, 1)}).")
    return " ".join(parts) or "Nothing more."


def _cause(moment: Moment, place: int) -> str:
    return cause_name(int(moment.numbers[place]))


def _called(value: float, words: tuple[tuple[float, str], ...], least: str) -> str:
    return next((word for low, word in words if value >= low), least)
