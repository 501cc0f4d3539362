"""What interventions do to one parameter: a value of a brand's offer, or a trait in dealing with a brand.

Interventions stack in a declared order: all `set`, then all `multiply`, then all `add`. Whether an intervention is
another one's or the same, started or not, a value depends on those alone that move it.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from cxsim.scenario.parameter import record_layout
from cxsim.scenario.schema import OPERATIONS, Intervention, Scenario
from cxsim.scenario.stages import Fees

CHARGE: Final = "charge"  # a cost per use: an addition that holds while it is paid for
NO_BRAND: Final = -1  # where no brand is at stake: the last column of the table of traits
_CHARGED_AT = {"expectation": "research", "loyalty": "use"}  # all that is no stage of its own: at the purchase

Values = NDArray[Any]


class Term(NamedTuple):
    """One parameter, as people meet it in dealing with one brand."""

    of_brand: bool  # in the table of offers; else in that of traits
    stage: str
    name: str
    brand: int  # or NO_BRAND


class Change(NamedTuple):
    """What an intervention, by number, does to a term."""

    place: int
    operation: str
    size: float


def brand_of(scenario: Scenario, item: Intervention) -> int:
    """The number of the brand that does it."""
    return scenario.brands.index(item.brand or scenario.market.focal)


def changes_of(scenario: Scenario) -> dict[Term, list[Change]]:
    """What moves each term that anything moves, in the order in which it acts."""
    changes: dict[Term, list[Change]] = {}
    for operation in OPERATIONS:
        for place, item in enumerate(scenario.intervention):
            for effect in item.effect:
                known, size = effect.at(item.level)
                if known == operation:
                    for term in terms_moved(scenario, item, effect.parameter):
                        changes.setdefault(term, []).append(Change(place, operation, size))
    for place, item in enumerate(scenario.intervention):
        if item.cost.per_use != 0.0:
            fee = Term(True, "fees", stage_charged(item), brand_of(scenario, item))
            changes.setdefault(fee, []).append(Change(place, CHARGE, item.cost.per_use))
    return changes


def terms_moved(scenario: Scenario, item: Intervention, parameter: str) -> list[Term]:
    """The terms that an effect on a parameter acts on.

    A trait is moved in dealing with the brand that does it, never with a rival; and where no brand is at stake.
    """
    stage, name = parameter.split(".")
    brand = brand_of(scenario, item)
    if is_of_brand(parameter, type(scenario)):
        return [Term(True, stage, name, brand)]
    return [Term(False, stage, name, brand), Term(False, stage, name, NO_BRAND)]


def start_values(scenario: Scenario, term: Term, segments: NDArray[np.int64]) -> Values:
    """The values of a term without any intervention for people of these segments, by number, shape (n,)."""
    if term.stage == "fees":
        return np.zeros(len(segments))
    shape: type[BaseModel] = scenario.offer_class if term.of_brand else scenario.traits_class
    kind = record_layout(shape)[term.stage][term.name]
    if term.of_brand:
        section = getattr(scenario.brand[scenario.brands[term.brand]], term.stage)
        return np.full(len(segments), getattr(section, term.name), kind)
    traits = [getattr(getattr(trait, term.stage), term.name) for _, trait in scenario.segments().values()]
    return np.array(traits, kind)[segments]


def moved(values: Values, change: Change, works: NDArray[np.float64] | float) -> Values:
    """Values as an intervention leaves them that works so much, 0 to 1; whole numbers stay whole numbers."""
    with np.errstate(invalid="ignore", over="ignore"):  # what comes of it is outside the range, and refused
        if change.operation == "set":
            whole = np.isinf(values) | (works == 1.0)  # exactly there, not there but for a rounding
            after = np.where(whole, change.size, values + works * (change.size - values))
        elif change.operation == "multiply":
            after = values * (1.0 + works * (change.size - 1.0))
        else:
            after = values + works * change.size
        if values.dtype.kind == "i":
            after = np.rint(np.clip(np.nan_to_num(after, nan=-1e15), -1e15, 1e15))
    return np.where(works > 0.0, after, values).astype(values.dtype)


def stage_charged(item: Intervention) -> str:
    """The stage at which a cost per use falls due: that of the first effect, or the nearest one that customers pass."""
    stage = item.effect[0].parameter.split(".")[0]
    return stage if stage in Fees.model_fields else _CHARGED_AT.get(stage, "purchase")


def is_of_brand(parameter: str, shape: type[Scenario] = Scenario) -> bool:
    """Whether a parameter such as "support.quick_rate" is a brand's and not the customers', in a scenario of this shape."""
    stage, _, name = parameter.partition(".")
    section = shape.offer_class.model_fields.get(stage)
    kind = section.annotation if section else None
    return isinstance(kind, type) and issubclass(kind, BaseModel) and name in kind.model_fields
