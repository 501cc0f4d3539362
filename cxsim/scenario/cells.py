"""Histories that no rule tells apart are one cell: each variable of a brand is cut where rules compare it.

Ten tiers on purchases make eleven cells. Rules on several variables, or on several brands, make their product.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.scenario.history import SCALES, History, When

Books = tuple[int, History]  # a variable in a brand's books


class Step(NamedTuple):
    """Who has at least `edge` of a variable is in a cell that is `stride` further on."""

    brand: int
    variable: int
    is_first: bool  # of those of its variable
    edge: float
    stride: int


@dataclass(frozen=True)
class Cells:
    """Where the variables that rules ask for are cut.

    Attributes:
        edges: of each variable of a brand in ascending order. The first edge of one that may be unknown is minus
            infinity: only what is known reaches it.
    """

    edges: dict[Books, tuple[float, ...]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many cells there are; 1 without rules."""
        return math.prod(len(each) + 1 for each in self.edges.values())

    def holding(self, brand: int, when: When) -> NDArray[np.bool_]:
        """In which cells a rule of a brand holds, shape (cells,); each of its variables has to be cut where it compares."""
        cell, stride = np.arange(self.count), 1
        asked = when.conditions()
        holds = np.ones(self.count, bool)
        for (whose, variable), edges in self.edges.items():
            if whose == brand and variable in asked:
                below = math.nan if SCALES[variable].may_be_unknown else math.nextafter(edges[0], -math.inf)
                inside = [all(each.holds(value) for each in asked[variable]) for value in (below, *edges)]
                holds &= np.array(inside)[cell // stride % (len(edges) + 1)]
            stride *= len(edges) + 1
        return holds

    def cuts(self) -> list[Step]:
        """The sum of the strides of all edges that a history reaches is the number of its cell."""
        cuts, stride = [], 1
        for (brand, variable), edges in self.edges.items():
            cuts += [Step(brand, variable.value, place == 0, edge, stride) for place, edge in enumerate(edges)]
            stride *= len(edges) + 1
        return cuts


def cells_of(rules: Iterable[tuple[int, When]]) -> Cells:
    """The cells that these rules, each of a brand, tell apart."""
    edges: dict[Books, set[float]] = {}
    for brand, when in rules:
        for variable, asked in when.conditions().items():
            known = {-math.inf} if SCALES[variable].may_be_unknown else set()
            edges.setdefault((brand, variable), known).update(each.edge() for each in asked)
    return Cells({books: tuple(sorted(found)) for books, found in sorted(edges.items())})
