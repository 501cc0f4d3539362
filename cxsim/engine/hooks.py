"""Where mechanisms join the rules of the journey.

Which rules are joined is a matter of the state's type: `State.mechanisms` names them. So Numba compiles the journey once
for each set of mechanisms, with their rules in it; without any, a term is a constant and an event is nothing, and the
machine code is that of a journey without hooks. Called from Python, the same functions look the rules up.
"""

from collections.abc import Callable
from functools import cache, reduce
from pathlib import Path
from typing import Any, Final

from numba.extending import overload

from cxsim.engine.compiled import OPTIONS, compiled, machine_code
from cxsim.engine.journey.bookkeeping import books_changed
from cxsim.engine.state import State
from cxsim.scenario.mechanism import Mechanism, Rule, by_mark

NOTHING: Final = -0.0  # what it is added to stays bit for bit what it was
NO_CAUSE: Final = 0


@cache
def compiled_rule(mark: str, hook: str) -> Rule:
    """A rule of the mechanism with this mark as machine code; kept on disk where its file is."""
    mechanism = by_mark(mark)
    rule = mechanism.rule(hook) if mechanism else None
    assert rule is not None
    if hasattr(rule, "py_func"):
        return rule
    return machine_code(rule, cached=Path(rule.__code__.co_filename).is_file())


def _joined(rule: Callable[..., Any]) -> Rule:
    return machine_code(rule, cached=False)


def having(state: Any, hook: str) -> list[type[Mechanism]]:
    """The mechanisms of a state, or of Numba's type of one, that do something there, as the scenario names them."""
    if isinstance(state, State):
        marks = state.mechanisms.dtype.names or ()
    else:
        marks = state.types[state.fields.index("mechanisms")].dtype.fields
    found = [by_mark(mark) for mark in marks]
    return [each for each in found if each is not None and each.rule(hook) is not None]


def _rules(state: Any, hook: str) -> list[Rule]:
    return [compiled_rule(each.mark(), hook) for each in having(state, hook)]


def _term(hook: str) -> Rule:
    """The sum of what mechanisms add there; `NOTHING` without any."""

    def both(first: Rule, second: Rule) -> Rule:
        return _joined(lambda state, person, brand: first(state, person, brand) + second(state, person, brand))

    def term(state: State, person: int, brand: int) -> float:
        return sum((rule(state, person, brand) for rule in _rules(state, hook)), start=NOTHING)

    @overload(term, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int, brand: int) -> Rule:
        if not having(state, hook):
            return lambda state, person, brand: NOTHING
        joined = reduce(both, _rules(state, hook))
        return lambda state, person, brand: joined(state, person, brand)

    return term


def _cause(hook: str) -> Rule:
    """The cause of the mechanism whose term weighs most against the brand."""

    def explained(mechanism: type[Mechanism]) -> Rule:
        rule, cause = compiled_rule(mechanism.mark(), hook), mechanism.cause(hook)
        return _joined(lambda state, person, brand: (rule(state, person, brand), cause))

    def heavier(first: Rule, second: Rule) -> Rule:
        def of_both(state: State, person: int, brand: int) -> tuple[float, int]:
            one: tuple[float, int] = first(state, person, brand)
            other: tuple[float, int] = second(state, person, brand)
            return one if one[0] <= other[0] else other

        return _joined(of_both)

    def cause(state: State, person: int, brand: int) -> int:
        terms = [explained(each)(state, person, brand) for each in having(state, hook)]
        return min(terms, key=lambda term: term[0])[1] if terms else NO_CAUSE

    @overload(cause, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int, brand: int) -> Rule:
        if not having(state, hook):
            return lambda state, person, brand: NO_CAUSE
        heaviest = reduce(heavier, map(explained, having(state, hook)))
        return lambda state, person, brand: heaviest(state, person, brand)[1]

    return cause


@compiled
def _nothing(state: State, person: int) -> None:
    pass


def _event(hook: str) -> Rule:
    """What mechanisms do when an event of a stage has been lived."""

    def both(first: Rule, second: Rule) -> Rule:
        def one_after_the_other(state: State, person: int) -> None:
            first(state, person)
            second(state, person)

        return _joined(one_after_the_other)

    def event(state: State, person: int) -> None:
        for rule in _rules(state, hook):
            rule(state, person)

    @overload(event, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int) -> Rule:
        joined = reduce(both, _rules(state, hook)) if having(state, hook) else _nothing
        if not all(each.is_ready() for each in having(state, hook)):
            joined = both(joined, books_changed)  # for they may have written into them
        return lambda state, person: joined(state, person)

    return event


@compiled
def _no_change(state: State, person: int, brand: int) -> None:
    pass


def _event_with(hook: str) -> Rule:
    """What mechanisms do when something has happened between a person and a brand."""

    def both(first: Rule, second: Rule) -> Rule:
        def one_after_the_other(state: State, person: int, brand: int) -> None:
            first(state, person, brand)
            second(state, person, brand)

        return _joined(one_after_the_other)

    def event(state: State, person: int, brand: int) -> None:
        for rule in _rules(state, hook):
            rule(state, person, brand)

    @overload(event, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int, brand: int) -> Rule:
        joined = reduce(both, _rules(state, hook)) if having(state, hook) else _no_change
        return lambda state, person, brand: joined(state, person, brand)

    return event


def _factor(hook: str) -> Rule:
    """The product of the factors of all mechanisms; 1 without any."""

    def both(first: Rule, second: Rule) -> Rule:
        return _joined(lambda state, person: first(state, person) * second(state, person))

    def factor(state: State, person: int) -> float:
        return reduce(lambda product, rule: product * float(rule(state, person)), _rules(state, hook), 1.0)

    @overload(factor, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int) -> Rule:
        if not having(state, hook):
            return lambda state, person: 1.0
        joined = reduce(both, _rules(state, hook))
        return lambda state, person: joined(state, person)

    return factor


def _change(hook: str) -> Rule:
    """A number of weeks, as every mechanism leaves it to the next."""

    def both(first: Rule, second: Rule) -> Rule:
        return _joined(
            lambda state, person, since, weeks: second(state, person, since, first(state, person, since, weeks))
        )

    def change(state: State, person: int, since: float, weeks: float) -> float:
        return reduce(lambda left, rule: float(rule(state, person, since, left)), _rules(state, hook), weeks)

    @overload(change, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int, since: float, weeks: float) -> Rule:
        if not having(state, hook):
            return lambda state, person, since, weeks: weeks
        joined = reduce(both, _rules(state, hook))
        return lambda state, person, since, weeks: joined(state, person, since, weeks)

    return change


def _keeping(hook: str) -> Rule:
    """Whether a mechanism keeps somebody for now; once one does the others are not asked."""

    def either(first: Rule, second: Rule) -> Rule:
        return _joined(
            lambda state, person, stage, cause, chance: (
                first(state, person, stage, cause, chance) or second(state, person, stage, cause, chance)
            )
        )

    def keeping(state: State, person: int, stage: int, cause: int, chance: float) -> bool:
        return any(rule(state, person, stage, cause, chance) for rule in _rules(state, hook))

    @overload(keeping, jit_options=OPTIONS, strict=False)
    def of_type(state: State, person: int, stage: int, cause: int, chance: float) -> Rule:
        if not having(state, hook):
            return lambda state, person, stage, cause, chance: False
        joined = reduce(either, _rules(state, hook))
        return lambda state, person, stage, cause, chance: joined(state, person, stage, cause, chance)

    return keeping


arising: Final = _factor("arising")
waiting: Final = _change("waiting")
expecting: Final = _term("expecting")
choosing: Final = _term("choosing")
choosing_cause: Final = _cause("choosing")
staying: Final = _term("staying")
staying_cause: Final = _cause("staying")
telling: Final = _term("telling")
leaving: Final = _keeping("leaving")
tier: Final = _term("tier")
channel: Final = _term("channel")
customer_changed: Final = _event_with("customer_changed")
after_need: Final = _event("after_need")
after_expectation: Final = _event("after_expectation")
after_research: Final = _event("after_research")
after_purchase: Final = _event("after_purchase")
after_use: Final = _event("after_use")
after_support: Final = _event("after_support")
after_listening: Final = _event("after_listening")
after_telling: Final = _event("after_telling")
after_loyalty: Final = _event("after_loyalty")
