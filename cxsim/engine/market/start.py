"""From a scenario and a key of luck to a state in which people can live."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from cxsim.engine import luck as keyed
from cxsim.engine.journey.history import count_all_whom_rules_meant, tell_cells
from cxsim.engine.market import links, population
from cxsim.engine.market.base import begin_with_customers, note_history
from cxsim.engine.measures import MEASURES, NOTE
from cxsim.engine.state import BOND, CUT, LOOK, NOBODY, PERSON, STANDING, WEEK, State, bytes_copied, extended
from cxsim.scenario.checks import SET_AT_THE_START
from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.likeness import named_rules
from cxsim.scenario.schedule import Schedule, Strata, Terms, build_schedule
from cxsim.scenario.schema import LinkKind, Scenario
from cxsim.scenario.season import seasons_of


def state_at_start(
    scenario: Scenario, seed: int, replication: int = 0, watched: int = NOBODY, room_for_notes: int = 0
) -> State:
    """A state in which nobody has lived yet: at the start of week 0, or of the run-in before it.

    In a run-in no plan is at work, nobody is watched, and the books hold its weeks alone, the last one last, so that
    its weeks, which have numbers below 0, are where they are sought.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1; together with `replication` the key of all luck.
        replication: 0 to 2**32 - 1.
        watched: the person whose life is noted (NOBODY, EVERYBODY, or their number).
        room_for_notes: how many notes the log keeps.
    """
    luck = keyed.key_of(seed, replication)
    begin = -scenario.market.run_in_weeks
    if begin < 0:
        scenario, watched, room_for_notes = before_plans(scenario), NOBODY, 0
    schedule = build_schedule(scenario)
    network = make_links(scenario, luck)  # first: what it needs on the way is free again before people are made
    due, people, strata = _who_there_is(scenario, schedule, luck, begin)
    terms = schedule.terms(strata)
    bonds = _what_they_know(scenario, terms, luck, people, begin)
    state = State(
        due=due,
        people=people,
        bonds=bonds,
        standings=np.zeros(len(scenario.brand), _with_own(scenario, "Standing", STANDING)),
        seasons=seasons_of(scenario),
        **tables_of(terms),
        **nobody_meant(people, schedule, begin),
        first_friend=network.first,
        friends=network.friends,
        luck=luck,
        clock=np.array([begin, watched, 0], np.int64),
        mechanisms=np.zeros(0, [(mark, "?") for mark in [each.mark() for each in scenario.own] or ["none"]]),
        **empty_books(scenario, room_for_notes),
    )
    if scenario.channel:
        tell_cells(state, True)  # customers from before know what they have got in theirs
    begin_with_customers(state, terms.offers["purchase"]["customers_at_start"].copy())
    tell_cells(state, True)
    if begin == 0:
        note_history(state)
    return state


def _who_there_is(
    scenario: Scenario, schedule: Schedule, luck: NDArray[np.uint64], begin: int
) -> tuple[NDArray[np.float64], NDArray[np.void], Strata]:
    """People with all that is their own: (due, people), and what strata they are of."""
    layout = _with_own(scenario, "Person", PERSON)
    weeks = entry_weeks(scenario)
    due, people = population.populate(luck, scenario.market.people, schedule.shares, weeks, begin, layout)
    population.endow(luck, people, [trait for _, trait in scenario.segments().values()])
    return due, people, covered_by(schedule, luck, people)


def _what_they_know(
    scenario: Scenario, terms: Terms, luck: NDArray[np.uint64], people: NDArray[np.void], begin: int
) -> NDArray[np.void]:
    """Everybody's bonds with all brands: what they know and like of them."""
    taste_sd = np.array([trait.use.taste_sd for _, trait in scenario.segments().values()])
    awareness = terms.offers["expectation"]["awareness"].copy()
    return population.meet(luck, people, taste_sd, awareness, begin, _with_own(scenario, "Bond", BOND))


def covered_by(schedule: Schedule, luck: NDArray[np.uint64], people: NDArray[np.void]) -> Strata:
    """The strata of these people, whose numbers are their kinds until cells are told."""
    return population.cover(luck, people, len(schedule.shares), schedule.coverages, schedule.coverage_keys)


def _with_own(scenario: Scenario, record: str, layout: np.dtype[np.void]) -> np.dtype[np.void]:
    return extended(layout, {each.name: each.fields(record) for each in scenario.own})


def before_plans(scenario: Scenario) -> Scenario:
    """The market of the run-in: the same without interventions, as long as the run-in."""
    market = scenario.market.model_copy(update={"horizon_weeks": scenario.market.run_in_weeks})
    return scenario.model_copy(update={"intervention": [], "market": market})


class Books(TypedDict):
    """What is counted and noted of a market."""

    tally: NDArray[np.int64]
    log: NDArray[np.void]
    counted: NDArray[np.void]


def empty_books(scenario: Scenario, room_for_notes: int) -> Books:
    """Books of a whole horizon in which nothing is written yet."""
    weeks, brands = scenario.market.horizon_weeks, len(scenario.brand)
    names = [name for each in scenario.own for name in each.counts]
    return {
        "tally": np.zeros((weeks, brands, MEASURES), np.int64),
        "log": np.zeros(room_for_notes, NOTE),
        "counted": np.zeros((weeks, brands), [(name, "i8") for name in names or ["none"]]),
    }


class RulesMeaning(TypedDict):
    """What a state holds of whom rules by history mean."""

    looks: NDArray[np.void]
    heed: NDArray[np.float64]
    weeks_meant: NDArray[np.uint16]


def nobody_meant(people: NDArray[np.void], schedule: Schedule, week: int) -> RulesMeaning:
    """Before anybody has looked into the books, as a week begins."""
    looked_at = len(people) if schedule.rules else 0
    looks = np.zeros(looked_at, LOOK)
    looks["since"] = week
    return {
        "looks": looks,
        "heed": np.zeros(looked_at),
        "weeks_meant": np.zeros((len(people), len(schedule.rules)), np.uint16),
    }


class Tables(TypedDict):
    """What a state holds of the terms."""

    offers: NDArray[np.void]
    traits: NDArray[np.void]
    first_row: NDArray[np.int64]
    cuts: NDArray[np.void]
    cells: NDArray[np.int64]
    meant: NDArray[np.bool_]


def tables_of(terms: Terms) -> Tables:
    """Terms as rules read them."""
    cuts = np.zeros(len(terms.cuts), CUT)
    for place, cut in enumerate(terms.cuts):
        for name, value in cut._asdict().items():
            cuts[name][place] = value
    return {
        "offers": _without_start_values(terms.offers),
        "traits": _without_start_values(terms.traits),
        "first_row": terms.first_row,
        "cuts": cuts,
        "cells": terms.cells,
        "meant": terms.meant,
    }


def state_under(state: State, schedule: Schedule, before: Schedule | None = None) -> State:
    """The same records, which go on under other terms of the same people; who is covered by what is drawn anew.

    Args:
        state: as a week begins; changed.
        schedule: from then on.
        before: the one lived under until then; rules that both have go on counting whom they mean.
    """
    terms = schedule.terms(covered_by(schedule, state.luck, state.people))
    # copies, for a life may write its terms, and those of a plan serve many
    offers, traits = bytes_copied(terms.offers), bytes_copied(terms.traits)
    tables = tables_of(replace(terms, offers=offers, traits=traits))
    meant = nobody_meant(state.people, schedule, int(state.clock[WEEK]))
    known = [] if before is None else named_rules(before)
    count_all_whom_rules_meant(state)
    for place, rule in enumerate(named_rules(schedule)):
        if rule in known:
            meant["weeks_meant"][:, place] = state.weeks_meant[:, known.index(rule)]
    under = state._replace(**tables, **meant)
    tell_cells(under, True)
    return under


def _without_start_values(table: NDArray[np.void]) -> NDArray[np.void]:
    """The same records, in which what people were drawn from has no name: written in mid-run, it would change nobody."""
    return table.view(_shown(table.dtype))


def _shown(layout: np.dtype[np.void], stage: str = "") -> np.dtype[np.void]:
    names = [name for name in layout.names or () if f"{stage}.{name}" not in SET_AT_THE_START]
    fields = [(layout[name], layout.fields[name][1]) for name in names] if layout.fields else []
    return np.dtype(
        {
            "names": names,
            "formats": [
                _shown(kind, name) if kind.names else kind for name, (kind, _) in zip(names, fields, strict=True)
            ],
            "offsets": [offset for _, offset in fields],
            "itemsize": layout.itemsize,
        },
        align=True,
    )


def entry_weeks(scenario: Scenario) -> NDArray[np.float64]:
    """Week of entry of one round of people, in order of entering."""
    # Nobody beyond the number of people is needed, however many could enter.
    counts = [min(count, scenario.market.people) for count in scenario.market.entry_counts]
    return np.repeat(np.arange(len(counts)) * scenario.market.entry_step_weeks, counts).astype(float)


def make_links(scenario: Scenario, luck: NDArray[np.uint64]) -> links.Network:
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
