"""What the engine and the golden life left behind, side by side."""

import math

import numpy as np

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import NOBODY, Cause, Stage, State
from golden.people import Market, Noted

PERSON_FIELDS = (
    "stage", "target", "last_brand", "by_habit", "left", "needs", "searches", "choices", "uses", "entry", "rate", "disposition", "met",
    "patience", "bought_at", "effort", "misfit", "late", "outcome", "raised", "grievance", "severity", "episode", "harm",
    "delight", "relief", "misread", "gap", "mean_basket", "basket",
)  # fmt: skip
BOND_FIELDS = (
    "considered", "in_play", "customer", "purchases", "streak", "loop_purchases", "complaints", "converts", "referrer",
    "expectation", "satisfaction", "failures", "reference", "grudge", "taste", "doubt_stage", "doubt_cause", "ended_stage", "ended_cause",
    "first_lost_at", "first_bought", "looped_at", "last_bought", "margin",
    "spent", "reported_week", "last_score",
)  # fmt: skip
NEWS_OF_BOND = {"heard": "news", "heard_good": "news_good", "heard_sum": "news_sum"}
TENURE_RELATIVE = 1e-6  # with a tenure shape the engine takes exp of a single, in single precision
CHOSEN_AGAINST = (Cause.LOW_EXPECTATION, Cause.PRICE, Cause.BAD_WORD, Cause.RIVAL, Cause.NO_NEED)


def notes_of(state: State) -> list[Noted]:
    """The notes of the engine."""
    return [
        Noted(float(line["at"]), int(line["person"]), Note(line["what"]), int(line["brand"]),
              (float(line["a"]), float(line["b"]), float(line["c"]), float(line["d"])))
        for line in state.log
    ]  # fmt: skip


def different_notes(found: list[Noted], wanted: list[Noted], relative: float = 0.0) -> list[str]:
    """The first note that differs by more than `relative`, with what came before it in this person's life."""
    for place, (one, other) in enumerate(zip(found, wanted, strict=False)):
        if one[1:4] != other[1:4] or not alike((one.at, *one.numbers), (other.at, *other.numbers), relative):
            before = [f"before: {note}" for note in wanted[:place] if note.person == other.person][-3:]
            return [*before, f"engine: {one}", f"golden: {other}"]
    return [] if len(found) == len(wanted) else [f"engine: {len(found)} notes, golden: {len(wanted)}"]


def different_people(state: State, market: Market) -> list[str]:
    """Fields of people and of bonds that differ."""
    found = []
    for me in market.people:
        record, who = state.people[me.number], f"person {me.number}"
        found += [f"{who}.{name}: {record[name]}, golden {getattr(me, name)}" for name in PERSON_FIELDS
                  if not alike((record[name],), (getattr(me, name),))]  # fmt: skip
        if not alike((state.due[me.number],), (me.due,)):
            found.append(f"{who}.due: {state.due[me.number]}, golden {me.due}")
        pursuing = me.pursuing[0] if me.pursuing else NOBODY
        if record["stage"] != Stage.GONE and record["pursuing_call"] != pursuing:
            found.append(f"{who}.pursuing: {record['pursuing_call']}, golden {pursuing}")
        for brand, bond in enumerate(me.bonds):
            theirs = state.bonds[me.number, brand]
            values = {name: (theirs[name], getattr(bond, name)) for name in BOND_FIELDS}
            values |= {name: (theirs[name] + theirs[news], getattr(bond, name)) for name, news in NEWS_OF_BOND.items()}
            values["aware"] = (theirs["aware"] or theirs["news"] > 0, bond.aware)
            found += [f"{who}, brand {brand}: {name} {one}, golden {other}" for name, (one, other) in values.items()
                      if not alike((one,), (other,))]  # fmt: skip
    return found


def different_brands(state: State, market: Market) -> list[str]:
    """Standings and cells of the tally that differ."""
    found = []
    for brand, standing in enumerate(market.standings):
        theirs = state.standings[brand]
        owners = sum(bonds[brand].customer for bonds in market.seen)
        one = (theirs["stars"], theirs["reviews"], theirs["backlog"], theirs["owners"])
        other = (standing.stars, standing.reviews, standing.backlog, owners)
        if not alike(one, other):
            found.append(f"brand {brand}: {one}, golden {other}")
    for (week, brand, measure), theirs in np.ndenumerate(state.tally):
        golden = market.tally.get((week, brand, Measure(measure)), 0)
        if int(theirs) != golden:
            found.append(f"week {week}, brand {brand}, {Measure(measure).name}: {theirs}, golden {golden}")
    return found


def alike(one: tuple, other: tuple, relative: float = 0.0) -> bool:
    """Whole numbers and words equal; others bit for bit, or within `relative`."""
    return all(_same(float(a), float(b), relative) for a, b in zip(one, other, strict=True))


def _same(a: float, b: float, relative: float) -> bool:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return True
    fractions = math.isfinite(a) and math.isfinite(b) and not (a.is_integer() and b.is_integer())
    return fractions and math.isclose(a, b, rel_tol=relative)
