"""What is said of a test that is planned, in plain words."""

import math

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.experiment.planning import ExperimentPlan, Length
from cxsim.analysis.phrases import Writer, decimals, estimated, fitting, interval, percent, whole

_COLUMNS = ("weeks", "difference of arms", "left out", "everybody", "people in each arm")


def experiment_lines(found: ExperimentPlan) -> list[str]:
    """Lines to print: the table by length, the answer, and what such a test does not see. Rows of the table begin with a blank."""
    who = "customers who had bought before it starts" if found.customers else "everybody in the market"
    lines = [
        f"A test of {found.plan.name!r} in {found.base.name!r}: half of {who} get it by lot, from week {math.ceil(found.start_week) + 1} on, and all live in one "
        "market. Counted are purchases of a person since then; each with the 95% interval of 20 simulated markets."
    ]
    lines += ["", *_table(found), ""]
    chosen = found.chosen
    if chosen is None:
        lines.append(_nothing_decides(found))
    else:
        lines += [_answer(found, chosen), "", _not_seen(chosen)]
    lines += [
        "",
        "It holds if people live like this and the plan does what its file says; a test is planned because neither is known. If the plan does half "
        "as much, four times as many people are needed.",
    ]
    return lines


def _table(found: ExperimentPlan) -> list[str]:
    rows = [[*_COLUMNS]]
    for each in found.lengths:
        write = fitting(each.difference.mean, each.everybody.mean, signed=True, most=4)
        cells = [_cell(value, write) for value in (each.difference, each.left_out, each.everybody)]
        rows.append([str(each.weeks), *cells, _people(each)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _cell(value: Estimate, write: Writer) -> str:
    return "none" if value.mean == value.low == value.high == 0.0 else estimated(value, write)


def _people(each: Length) -> str:
    if not each.difference.decided:
        return "cannot be told"
    return interval(each.people, *each.people_between, _up)


def _up(people: float) -> str:
    return whole(math.ceil(people)) if math.isfinite(people) else "any number"


def _answer(found: ExperimentPlan, chosen: Length) -> str:
    enough = chosen.people <= found.there
    words = (
        f"To decide it at 80% power (two-sided, 5%) a test of {chosen.weeks} weeks needs {_people(chosen)} people in each arm, if "
        f"purchases differ between people as here (standard deviation {chosen.spread:.3g})."
    )
    if not enough:
        words += (
            f" This market has {found.there:,.0f} for each arm: too few. No shorter or longer test needs fewer people."
        )
    power = estimated(found.power, percent)
    return (
        f"{words} Of {found.tests} tests with {found.people:,} in each arm, each in a market with luck of its own, {found.decided} decided: a power of {power}; the usual "
        f"formula says {percent(found.by_formula)}."
    )


def _nothing_decides(found: ExperimentPlan) -> str:
    longest = found.lengths[-1]
    if longest.difference.mean == longest.difference.low == longest.difference.high == 0.0:
        return "The arms do not differ at all: no test of purchases can decide this plan."
    low, _ = longest.people_between
    return (
        f"Whether the arms differ cannot be told from 20 markets: after {longest.weeks} weeks the difference is {estimated(longest.difference, decimals(4, signed=True))} purchases a "
        f"person. A test would need at least {_up(low)} people in each arm, perhaps any number; a larger market (--set market.people) says more."
    )


def _not_seen(chosen: Length) -> str:
    write = fitting(chosen.difference.mean, chosen.everybody.mean, signed=True, most=4)
    left, all_of_them = chosen.left_out, chosen.everybody
    words = "What such a test does not see: those who are left out live in the same market, where people talk, rate and queue. Here "
    if _cell(left, write) == "none":
        words += "nothing that the others meet reaches them: they buy to the last as without the plan."
    else:
        words += f"the plan changes their purchases by {estimated(left, write)} each"
        words += "." if left.decided else ", which is not told from nothing."
    if all_of_them.decided:
        share = chosen.difference.mean / all_of_them.mean
        seen = f"{percent(share)} of that" if left.decided else "as much, as far as 20 markets tell"
        words += (
            f" If everybody got it, each would buy {estimated(all_of_them, write)} more; the difference of the arms is {seen}. "
            "(The plan's costs, and people who become customers later, are not in it.)"
        )
    return words
