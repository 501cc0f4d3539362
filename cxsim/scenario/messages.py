"""From a failed validation to a sentence its author can act on."""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cxsim.scenario.errors import Problem
from cxsim.scenario.history import History, When
from cxsim.scenario.schema import Channel, Effect, Intervention, Reaction, Scenario, Segment
from cxsim.scenario.toml_lines import Path

Where = Callable[[Path], str]

LONGEST = 80  # characters of what was given are shown
SHORT = 4  # letters: names of fewer are too much alike to guess at


def nearest(given: str, known: Iterable[str]) -> str:
    """A question after the key that was meant, or nothing when none is near: `price` is near to `purchase.price`."""
    names = list(known)
    given = given[:LONGEST]
    ends = [name for name in names if "." not in given and name.endswith(f".{given}")]
    matches = ends[:1] or difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    return f"Did you mean {matches[0]!r}?" if matches else ""


def misspelt(given: str, known: Iterable[str]) -> str:
    """The name that a new one is most likely a slip of; nothing where it may well be new: shop 1 and shop 2, A and B."""
    if len(given) < SHORT:
        return ""
    for name in difflib.get_close_matches(given, [each for each in known if len(each) >= SHORT], n=1, cutoff=0.8):
        return name if _letters(name) != _letters(given) or name.casefold() == given.casefold() else ""
    return next((name for name in known if name.casefold() == given.casefold()), "")


def _letters(name: str) -> str:
    return re.sub(r"\W*\d+\W*", "", name).casefold()


def faults_of(error: ValidationError) -> list[ErrorDetails]:
    """What pydantic found, once each: of a size that is neither a number nor a range, the number is spoken of."""
    faults = error.errors()
    return [fault for fault in faults if not _is_of_the_other_kind(fault)]


def _is_of_the_other_kind(fault: ErrorDetails) -> bool:
    last = str(fault["loc"][-1]) if fault["loc"] else ""
    if "Range" in last:
        return not isinstance(fault["input"], dict)
    return last == "float" and isinstance(fault["input"], dict)


def problem_of(fault: ErrorDetails, where: Where, shape: type[Scenario] = Scenario) -> Problem:
    """One pydantic fault as a problem with place, value given, what is allowed, and the nearest valid key."""
    path: Path = tuple(part for part in fault["loc"] if not _is_alternative(part))
    key = shortened(".".join(map(str, path)))
    given = fault["input"]
    if fault["type"] == "extra_forbidden":
        return Problem(where(path), key, "there is no such key", hint_for_unknown(path, shape))
    if fault["type"] == "missing":
        return Problem(where(path[:-1]), key, "is required and missing")
    shown = f"given {shortened(repr(given))}; " if isinstance(given, str | int | float | bool) else ""
    if isinstance(given, date):
        shown = f"given {given}; "
    hint = allowed_range(path, shape)
    if isinstance(given, str) and given.strip().endswith("%"):
        hint = f"Write 5% as 0.05, and 5% more as multiply = 1.05. {hint}".rstrip()
    return Problem(where(path), key, shown + in_plain_words(fault), hint)


def shortened(text: str) -> str:
    """A text that a line has room for."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _is_alternative(part: str | int) -> bool:
    """Whether a part of pydantic's path names one of several allowed types, not a key."""
    return part in ("float", "Range", "[key]") or str(part).startswith("function-")


_SECTION = "it should be a section, with keys of its own"
_PLAIN = {  # what pydantic finds, by its name for it
    "int_type": "it should be a whole number", "int_parsing": "it should be a whole number",
    "int_from_float": "it should be a whole number", "int_parsing_size": "it should be a whole number, and not so large",
    "float_type": "it should be a number", "float_parsing": "it should be a number",
    "finite_number": "it should be a finite number",
    "bool_type": "it should be true or false", "bool_parsing": "it should be true or false",
    "string_type": "it should be text in quotes", "list_type": "it should be a list, in [ ]", "tuple_type": "it should be a list of numbers, in [ ]",
    "dict_type": _SECTION, "model_type": _SECTION, "model_attributes_type": _SECTION,
    "string_pattern_mismatch": "it may hold letters, digits, spaces, - and _ only, and begins with a letter, a digit or _",
    "recursion_loop": "it goes round in a circle",
}  # fmt: skip


def in_plain_words(fault: ErrorDetails) -> str:
    """What pydantic finds, for somebody who has never heard of it."""
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind in ("too_long", "too_short", "string_too_long", "string_too_short"):
        what = "characters" if kind.startswith("string") else "items"
        if kind == "too_long":
            return f"there are more than {limits['max_length']} of them, and no more are possible"
        least, most = limits.get("min_length"), limits.get("max_length")
        return f"it should have {f'{least} or more' if most is None else f'{most} or fewer'} {what}"
    if kind == "float_type" and fault["loc"][-1:] == ("float",):
        return "it should be a number, or a range: { low = ..., typical = ..., high = ... }"
    message = fault["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return _PLAIN.get(kind, message[:1].lower() + message[1:])


def section_at(path: Path, shape: type[Scenario] = Scenario) -> type[BaseModel] | None:
    """The schema class of the table at `path`."""
    if not path:
        return shape
    if path[0] == "brand" and len(path) > 1:
        return _inner(shape.offer_class, path[2:])
    if path[0] == "segment" and len(path) > 1:
        return _inner(_segment_of(shape), path[2:])
    if path[0] == "intervention" and len(path) > 1:
        named: dict[str | int, type[BaseModel]] = {"effect": Effect, "when": When}
        return named[path[2]] if len(path) > 2 and path[2] in named else _inner(Intervention, path[2:])
    if path[0] == "reaction" and len(path) > 1:
        return _inner(Reaction, path[2:])
    if path[0] == "channel" and len(path) > 1:
        return Effect if path[2:3] == ("effect",) else _inner(Channel, path[2:])
    return _inner(shape, path)


def _segment_of(shape: type[Scenario]) -> type[BaseModel]:
    """The traits of a segment, its share aside where a mechanism brings sections of its own."""
    return shape.traits_class if shape.own else Segment


def _inner(section: type[BaseModel], path: Path) -> type[BaseModel] | None:
    for part in path:
        field = section.model_fields.get(str(part))
        kind = field.annotation if field else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return None
        section = kind
    return section


def allowed_range(path: Path, shape: type[Scenario] = Scenario) -> str:
    """The declared range and unit of the parameter at `path`, if it is one."""
    from cxsim.scenario.parameter import about, bounds

    section = section_at(path[:-1], shape)
    field = section.model_fields.get(str(path[-1])) if section else None
    if field is None or "unit" not in about(field):
        return ""
    low, high = bounds(field)
    limits = (
        ""
        if (low, high) == (-float("inf"), float("inf"))
        else f"Allowed: {low:g} to {high:g} ({about(field)['unit']}). "
    )
    return f"{limits}{field.description}"


def hint_for_unknown(path: Path, shape: type[Scenario] = Scenario) -> str:
    """The nearest valid key in this section, or the section where a key of that name belongs."""
    section = section_at(path[:-1], shape)
    unknown = str(path[-1])
    if section is When:
        seen = ", ".join(known.name for known in History)
        near = nearest(unknown, [known.name for known in History])
        return near or f"No firm sees that of a person. In its books stand: {seen}."
    if section is not None:
        near = nearest(unknown, section.model_fields)
        if near:
            return near
    for side, prefix in ((shape.offer_class, "brand.NAME."), (shape.traits_class, "")):
        for stage in side.model_fields:
            field = side.model_fields.get(stage)
            kind = field.annotation if field else None
            if isinstance(kind, type) and issubclass(kind, BaseModel) and unknown in kind.model_fields:
                return f"{unknown!r} belongs in [{prefix}{stage}]."
    return f"Keys here: {', '.join(section.model_fields)}." if section else ""
