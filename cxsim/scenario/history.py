"""What a firm can know of a person: the history that an intervention may ask for in `when`.

One more variable is a name in `History`, what it can be in `SCALES`, a key of `When`, and where the books hold it
(`cxsim.engine.journey.history.known_of`).
"""

import math
import re
from enum import IntEnum
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from cxsim.scenario.parameter import Section


class History(IntEnum):
    """What stands in a brand's books about a person."""

    purchases = 0
    weeks_since_purchase = 1
    spend = 2
    complained = 3
    last_score = 4
    customer = 5
    tier = 6  # both as a mechanism keeps them
    channel = 7


TIERS: Final = ("none", "silver", "gold")
USUAL: Final = "usual"  # the way of dealing with a brand that its stages describe


class Scale(NamedTuple):
    """What a variable can be.

    Attributes:
        low: the least.
        high: the most.
        whole: whether it is a whole number.
        may_be_unknown: whether there are people of whom it is not known: then no comparison holds.
    """

    low: float
    high: float
    whole: bool
    may_be_unknown: bool


SCALES: Final = {
    History.purchases: Scale(0.0, math.inf, True, False),
    History.weeks_since_purchase: Scale(0.0, math.inf, False, True),
    History.spend: Scale(0.0, math.inf, False, False),
    History.complained: Scale(0.0, 1.0, True, True),
    History.last_score: Scale(0.0, 10.0, True, True),
    History.customer: Scale(0.0, 1.0, True, False),
    History.tier: Scale(0.0, 2.0, True, False),
    History.channel: Scale(0.0, 1.0, True, False),
}

_COMPARISON = re.compile(r"\s*(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)\s*")
_HOW = 'a comparison in quotes such as ">= 5", "< 5", or ">= 3, < 5" for what lies between'


class Condition(NamedTuple):
    """A condition on a number: ">=" and 5."""

    operation: str
    number: float

    def holds(self, value: float) -> bool:
        """Whether it does for this value; never for one that is not known (nan)."""
        if self.operation == ">=":
            return value >= self.number
        if self.operation == ">":
            return value > self.number
        return value <= self.number if self.operation == "<=" else value < self.number

    def edge(self) -> float:
        """The least number on the upper side of it: from here on what holds is another thing than below."""
        upper = self.operation in (">", "<=")  # the number itself still belongs below
        return math.nextafter(self.number, math.inf) if upper else self.number


def conditions_in(text: str) -> list[Condition]:
    """Read ">= 3, < 5".

    Raises:
        ValueError: if that is something else, saying what is allowed.
    """
    found = [_COMPARISON.fullmatch(part) for part in text.split(",")]
    if not all(found):
        raise ValueError(f"it should be {_HOW}")
    return [Condition(each[1], float(each[2])) for each in found if each]


def tiers_in(text: str) -> list[Condition]:
    """Read "gold", or "silver or gold".

    Raises:
        ValueError: if it names something else, or leaves out what lies between.
    """
    words = text.split(" or ")
    places = sorted({TIERS.index(word) for word in words if word in TIERS})
    if not set(words) <= set(TIERS) or places != list(range(places[0], places[-1] + 1)):
        raise ValueError('it should be "none", "silver", "gold", or neighbours such as "silver or gold"')
    return [Condition(">=", float(places[0])), Condition("<", places[-1] + 1.0)]


def _tiers(value: object) -> object:
    tiers_in(value if isinstance(value, str) else "")
    return value


def _condition(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"it should be {_HOW}")
    conditions_in(value)
    return value


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("it should be true or false, without quotes")
    return value


_Compared = Annotated[str | None, BeforeValidator(_condition), WithJsonSchema({"type": "string"})]
_Flag = Annotated[bool | None, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
_Tiers = Annotated[str | None, BeforeValidator(_tiers), WithJsonSchema({"type": "string"})]
_Word = Annotated[str, StringConstraints(min_length=1)]


def _asked(meaning: str) -> Any:
    return Field(None, description=meaning, validate_default=False)


class When(Section):
    """Whom an intervention means: those for whom all of this holds in the books of its brand, as the week begins."""

    purchases: _Compared = _asked("Purchases of the brand so far; 0 of who never bought it.")
    weeks_since_purchase: _Compared = _asked("Weeks since the last purchase of the brand; unknown before the first.")
    spend: _Compared = _asked("What this person has paid the brand so far, in currency; 0 before the first purchase.")
    complained: _Flag = _asked(
        "Whether a failure was reported to the desk within the last 52 weeks; unknown of who never bought."
    )
    last_score: _Compared = _asked("The last answer to the survey, 0 to 10; unknown of who never answered one.")
    customer: _Flag = _asked(
        "Whether this is a customer now. Without contracts no firm sees who has left; it sees weeks_since_purchase."
    )
    tier: _Tiers = _asked(
        "The tier that a mechanism such as loyalty_programme keeps of this person: none, silver, gold, or neighbours."
    )
    channel: _Word | None = _asked(
        f"The channel by which this person deals with the brand, or would: a [[channel]] of the brand, or {USUAL}."
    )

    @model_validator(mode="before")
    @classmethod
    def _is_a_table(cls, value: object) -> object:
        if not isinstance(value, dict | When):
            raise ValueError('it should be a table such as {purchases = ">= 5", customer = true}')
        if isinstance(value, When):
            return value
        return {name: said for name, said in value.items() if said is not None}  # as a folder of results keeps them

    @model_validator(mode="after")
    def _may_hold(self) -> Self:
        if not self.conditions():
            raise ValueError(f"it asks for nothing; it can ask for {', '.join(known.name for known in History)}")
        for variable, asked in self.conditions().items():
            if not _possible(asked, SCALES[variable]):
                low, high, whole, _ = SCALES[variable]
                kind = "a whole number" if whole else "a number"
                span = f"from {low:g} on" if high == math.inf else f"from {low:g} to {high:g}"
                raise ValueError(
                    f"{variable.name} = {getattr(self, variable.name)!r} holds for nobody; it is {kind} {span}"
                )
        return self

    def __str__(self) -> str:
        said = {name: getattr(self, name) for name in type(self).model_fields}
        return " and ".join(
            f"{'' if given else 'not '}{name}" if isinstance(given, bool) else f"{name} {given}"
            for name, given in said.items()
            if given is not None
        )

    def conditions(self) -> dict[History, list[Condition]]:
        """What is asked of each variable; yes is 1 and no is 0."""
        given = {variable: getattr(self, variable.name) for variable in History}
        return {variable: _conditions(variable, said) for variable, said in given.items() if said is not None}


def _conditions(variable: History, said: str | bool) -> list[Condition]:
    if variable == History.channel:
        said = said != USUAL  # a brand has one channel beside the usual way
    if isinstance(said, bool):
        return [Condition(">=" if said else "<", 1.0)]
    return tiers_in(said) if variable == History.tier else conditions_in(said)


def _possible(asked: list[Condition], scale: Scale) -> bool:
    low, high = scale.low, scale.high
    for operation, number in asked:
        if operation in (">", ">="):
            low = max(low, number if operation == ">=" else math.nextafter(number, math.inf))
        else:
            high = min(high, number if operation == "<=" else math.nextafter(number, -math.inf))
    if scale.whole:
        low, high = float(math.ceil(low)), high if high == math.inf else float(math.floor(high))
    return low <= high
