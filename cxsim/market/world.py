"""From a scenario and a key of luck to a world in which people can live."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim import luck as keyed
from cxsim.market import links, population
from cxsim.measures import MEASURES, NOTE
from cxsim.records import NOBODY, STANDING, World
from cxsim.scenario.problems import Problem, ScenarioError
from cxsim.scenario.schema import LinkKind, Scenario
from cxsim.scenario.terms import build_terms


def make_world(
    scenario: Scenario, seed: int, replication: int = 0, watched: int = NOBODY, room_for_notes: int = 0
) -> World:
    """A world at the start of week 0.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1; together with `replication` the key of all luck.
        replication: 0 to 2**32 - 1.
        watched: the person whose life is noted (NOBODY, EVERYBODY, or their number).
        room_for_notes: how many notes the log keeps.
    """
    luck = keyed.key_of(seed, replication)
    terms, _ = build_terms(scenario)
    market = scenario.market
    network = make_links(scenario, luck)  # first: what it needs on the way is free again before people are made
    due, people = population.populate(
        luck, market.people, terms.shares, terms.coverages, terms.coverage_keys, entry_weeks(scenario)
    )
    traits = [trait for _, trait in scenario.segments().values()]
    population.endow(luck, people, traits)
    taste_sd = np.array([trait.use.taste_sd for trait in traits])
    bonds = population.meet(luck, people, taste_sd, terms.offers["expectation"]["awareness"].copy())
    return World(
        due=due,
        people=people,
        bonds=bonds,
        standings=np.zeros(len(scenario.brand), STANDING),
        offers=terms.offers,
        traits=terms.traits,
        first_row=terms.first_row,
        first_friend=network.first,
        friends=network.friends,
        luck=luck,
        clock=np.array([0, watched, 0], np.int64),
        tally=np.zeros((market.horizon_weeks, len(scenario.brand), MEASURES), np.int64),
        log=np.zeros(room_for_notes, NOTE),
    )


def entry_weeks(scenario: Scenario) -> NDArray[np.float64]:
    """Week of entry of one round of people, in order of entering."""
    # Nobody beyond the number of people is needed, however many could enter.
    counts = [min(count, scenario.market.people) for count in scenario.market.entry_counts]
    return np.repeat(np.arange(len(counts)) * scenario.market.entry_step_weeks, counts).astype(float)


def make_links(scenario: Scenario, luck: NDArray[np.uint64]) -> links.Links:
    """Who talks to whom."""
    people = scenario.market.people
    wanted = scenario.market.links
    if people == 1:
        return links.from_edges(people, np.zeros((0, 2), np.int32))
    if wanted.kind == LinkKind.small_world:
        return links.small_world(luck, people, wanted.neighbours, wanted.rewiring)
    if wanted.kind == LinkKind.scale_free:
        return links.scale_free(luck, people, wanted.neighbours)
    if wanted.kind == LinkKind.communities:
        return links.communities(luck, people, wanted.neighbours, wanted.community_size, wanted.bridges)
    if wanted.kind == LinkKind.complete:
        return links.complete()
    return links.from_edges(people, read_edges(wanted.edges, people))


def read_edges(path: str, people: int) -> NDArray[np.int32]:
    """Pairs of person numbers from a CSV of two columns, with or without a heading.

    Raises:
        ScenarioError: naming the line that is not two different person numbers below `people`.
    """
    edges = []
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(path, "edges", f"cannot be read: {error}")]) from None
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        if number == 1 and not all(cell.strip().isdecimal() for cell in row):
            continue
        numbers = [int(cell) for cell in row if cell.strip().isdecimal()]
        if len(row) != 2 or len(numbers) != 2 or max(numbers) >= people or numbers[0] == numbers[1]:
            allowed = f"A link is two different person numbers, 0 to {people - 1}, with a comma between."
            raise ScenarioError([Problem(f"{path}, line {number}", "edges", f"given {','.join(row)!r}", allowed)])
        edges.append(numbers)
    return np.array(edges, np.int32).reshape(-1, 2)
