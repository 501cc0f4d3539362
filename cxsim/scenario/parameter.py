"""What a parameter of a scenario is: a number with a unit, a range, a default and an answer to "who says so?".

Every stage of the journey declares its parameters once, as a `Section`. That one declaration is the schema of the
scenario file, the row in the register of assumptions, and the layout of the record the compiled rules read.
"""

from enum import Enum, IntEnum
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo

Evidence = Literal["published", "derived", "fitted", "assumed"]

WEEKS_PER_YEAR = 52.0
LONGEST: Final = 1040  # weeks of a run, and of a run-in before it: twenty years
INFINITE_IN_JSON = ("Infinity", "-Infinity", "NaN")


class Section(BaseModel):
    """One section of a scenario file. Unknown keys are refused; values never change after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=True, validate_default=True, ser_json_inf_nan="strings"
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_meant(cls, value: object, info: ValidationInfo) -> object:
        """`true` is no number, and neither is "100"; JSON, which has no word for infinity, may write it as one."""
        kind = cls.model_fields[str(info.field_name)].annotation
        number = kind in (int, float) or float in get_args(kind)
        if number and isinstance(value, bool):
            raise ValueError("it should be a number, not true or false")
        if number and isinstance(value, str) and value not in INFINITE_IN_JSON:
            raise ValueError("it should be a number, not text")
        if kind is bool and isinstance(value, str):
            raise ValueError("it should be true or false, not text")
        return value


def parameter(
    default: float | int | bool | IntEnum | tuple[float, ...],
    meaning: str,
    unit: str,
    low: float,
    high: float,
    evidence: Evidence,
    source: str,
    *,
    plausible: tuple[float, float] | None = None,
) -> Any:
    """Declare one parameter of a `Section`.

    Args:
        default: the value when a scenario says nothing; a tuple where it takes a list of numbers, which no record holds.
        meaning: one plain sentence.
        unit: what the number counts ("probability", "weeks", "currency", ...).
        low: the least value allowed.
        high: the largest value allowed.
        evidence: what backs the default: `published` (the number stands in the source), `derived` (calculated from
            the source), `fitted` (estimated from data) or `assumed` (a choice, honestly).
        source: the reference, the derivation, or why the assumption is reasonable.
        plausible: where an ordinary market may have it, for worlds in which it is uncertain and for calibration; always
            a judgement. None where the scenario must know.
    """
    about: dict[str, Any] = {"unit": unit, "evidence": evidence, "source": source}
    if plausible is not None:
        about["plausible"] = list(plausible)
    if isinstance(default, bool | Enum):
        return Field(default, description=meaning, json_schema_extra=about)
    if isinstance(default, tuple):
        about["each"] = [low, high]
        return Field(default, description=meaning, json_schema_extra=about)
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra=about)


def about(field: FieldInfo) -> dict[str, str]:
    """The unit, evidence and source a parameter was declared with."""
    extra = field.json_schema_extra
    return {key: str(value) for key, value in extra.items()} if isinstance(extra, dict) else {}


def plausible_range(field: FieldInfo) -> tuple[float, float] | None:
    """Where an ordinary market may have a parameter, or None where it was declared without."""
    extra = field.json_schema_extra
    given = extra.get("plausible") if isinstance(extra, dict) else None
    if not isinstance(given, list):
        return None
    low, high = given
    return float(str(low)), float(str(high))


def bounds(field: FieldInfo) -> tuple[float, float]:
    """The allowed range (low, high) of a parameter, of each number where it takes a list; infinite where it has none."""
    extra: Any = field.json_schema_extra
    low, high = extra["each"] if isinstance(extra, dict) and "each" in extra else (-np.inf, np.inf)
    for limit in field.metadata:
        low = getattr(limit, "ge", low)
        high = getattr(limit, "le", high)
    return float(low), float(high)


Choice = TypeVar("Choice", bound=IntEnum)


def by_name(kind: type[Choice]) -> Any:
    """The pydantic type of an enumeration that scenario files write as a word, never as its number."""
    words = [member.name for member in kind]

    def read(value: object) -> object:
        if isinstance(value, kind):
            return value
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        raise ValueError(f"must be one of {', '.join(words)}")

    return Annotated[
        kind,
        BeforeValidator(read),
        PlainSerializer(lambda member: member.name, return_type=str),
        WithJsonSchema({"type": "string", "enum": words}),
    ]


@lru_cache
def recorded_fields(section: type[BaseModel]) -> tuple[str, ...]:
    """Names of the fields that a record holds, inherited ones last; lists of numbers are tables of their own.

    Numba takes a record that begins like another one for that other one; a shape that adds sections must not.
    """
    inherited = {name for base in section.__bases__ for name in getattr(base, "model_fields", {})}
    names = [name for name, field in section.model_fields.items() if not isinstance(field.default, tuple)]
    return tuple(sorted(names, key=lambda name: name in inherited))


@lru_cache
def record_layout(section: type[BaseModel]) -> np.dtype[np.void]:
    """The NumPy record that holds a section (nested sections nest): 64-bit floats and integers under the same names."""
    fields: list[tuple[str, Any]] = []
    for name in recorded_fields(section):
        kind = section.model_fields[name].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields.append((name, record_layout(kind)))
        elif isinstance(kind, type) and issubclass(kind, bool):
            fields.append((name, np.bool_))
        elif isinstance(kind, type) and issubclass(kind, int):
            fields.append((name, np.int64))
        else:
            fields.append((name, np.float64))
    return np.dtype(fields, align=True)


def record_values(section: BaseModel) -> tuple[Any, ...]:
    """The values of a section in the order of `record_layout`, nested sections as nested tuples."""
    values = (getattr(section, name) for name in recorded_fields(type(section)))
    return tuple(record_values(value) if isinstance(value, BaseModel) else value for value in values)
