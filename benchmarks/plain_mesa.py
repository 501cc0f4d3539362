"""The same journey as a plain Mesa model: what a modeller would write without cxsim.

One agent a person with ordinary attributes, one small object for each brand a person may deal with, `model.random`
for luck, `agents.shuffle_do` for the order, friends as lists of agents. It reads the same parameters from the same
`Scenario` and lives the same stages with the same formulas: need, expectation, research, purchase, use, support,
listening, telling, loyalty, with money, ratings and a queue. It is simpler where a plain model may be: news reach
others at once and not at the tick, luck is a single stream (so no two plans share it), no life can be watched, and
only what the scenario needs is built: needs that repeat, departure after use, small-world links. A person stands in plain_person.py (need, expectation, research),
plain_purchase.py and plain_shopper.py (use to loyalty), the market here.
"""

from itertools import product
from typing import Any, TypeVar, cast

import mesa
import networkx as nx
import numpy as np
from plain_person import Brand
from plain_shopper import Shopper

from cxsim.scenario import Scenario
from cxsim.scenario.parameter import Section
from cxsim.scenario.schedule import Strata, build_schedule, partial_interventions
from cxsim.scenario.schema import LinkKind
from cxsim.scenario.stages import Deal, Traits
from cxsim.scenario.stages.loyalty import Departure
from cxsim.scenario.stages.need import NextNeed

Schedule = TypeVar("Schedule", bound=Section)


def as_section(section: type[Schedule], record: Any) -> Schedule:
    """A section of the scenario as an object with plain Python numbers, from a row of the week's terms."""
    values: dict[str, Any] = {}
    for name, info in section.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            values[name] = as_section(kind, record[name])
        elif name in (record.dtype.names or ()):  # a season is no record, and this model knows none
            values[name] = record[name].item()
    return cast(Schedule, section.model_construct(**values))


class PlainMarket(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A market of `Shopper`s; one week a step.

    Raises:
        ValueError: if the scenario asks for what this plain version leaves out.
    """

    traits: list[Traits]  # of this week, by kind
    offers: list[list[Deal]]

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        super().__init__(seed=seed)
        traits = [trait for _, trait in scenario.segments().values()]
        repeat = all(trait.need.kind == NextNeed.repeat for trait in traits)
        after_use = all(trait.loyalty.departure == Departure.after_use for trait in traits)
        everybody_at_once = scenario.market.entry_step_weeks == 0.0
        small_world = scenario.market.links.kind == LinkKind.small_world
        if not (repeat and after_use and everybody_at_once and small_world):
            raise ValueError("the plain model knows repeat needs, departure after use, one entry and small worlds only")
        self.week = 0
        self.brands = [Brand() for _ in scenario.brand]
        self._prepare_terms(scenario)
        shares = [share for share, _ in scenario.segments().values()]
        coverages = [scenario.intervention[place].coverage for place in partial_interventions(scenario)]
        for _ in range(scenario.market.people):
            segment = self.random.choices(range(len(shares)), shares)[0]
            kind = sum(1 << place for place, coverage in enumerate(coverages) if self.random.random() < coverage)
            kind = kind * len(shares) + segment
            Shopper(self, kind, self._weeks[0][0][kind], self._weeks[0][1][kind])
        shoppers = list(self.agents)
        wanted = scenario.market.links
        graph = nx.watts_strogatz_graph(len(shoppers), wanted.neighbours, wanted.rewiring, seed=seed)
        for shopper, friends in zip(shoppers, graph.adjacency(), strict=True):
            shopper.friends = [shoppers[friend] for friend in friends[1]]

    def _prepare_terms(self, scenario: Scenario) -> None:
        """The week's terms for each kind of person, as objects with plain numbers."""
        schedule = build_schedule(scenario)
        combinations = np.array(list(product([False, True], repeat=len(schedule.partial))), bool)[:, ::-1]
        segments = len(schedule.shares)
        strata = Strata(np.tile(np.arange(segments), len(combinations)), np.repeat(combinations, segments, axis=0))
        terms, kinds = schedule.terms(strata), segments * len(combinations)
        periods = [
            (
                [as_section(Traits, terms.traits[row, -1]) for row in range(first, first + kinds)],
                [[as_section(Deal, offer) for offer in terms.offers[row]] for row in range(first, first + kinds)],
            )
            for first in range(0, len(terms.traits), kinds)
        ]
        self._weeks = [periods[first // kinds] for first in terms.first_row]
        self.traits, self.offers = self._weeks[0]

    def step(self) -> None:
        """One week."""
        self.traits, self.offers = self._weeks[self.week]
        self.agents.shuffle_do("step")
        for number, brand in enumerate(self.brands):
            capacity = self.offers[0][number].support.capacity
            brand.backlog = max(0.0, brand.backlog + brand.contacts - capacity)
            brand.contacts = 0
        self.week += 1
