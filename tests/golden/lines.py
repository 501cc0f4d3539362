"""Section 7.12: a line ends, begins anew, and who is a customer."""

import math

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import BEFORE, Cause, Stage
from golden.people import Market, Person

MEASURE_OF_LINE = {
    Stage.RESEARCH: Measure.lines_research,
    Stage.PURCHASE: Measure.lines_purchase,
    Stage.USE: Measure.lines_use,
    Stage.SUPPORT: Measure.lines_support,
    Stage.LOYALTY: Measure.lines_loyalty,
}


def end_line(market: Market, me: Person, brand: int, stage: Stage, cause: int) -> None:
    """The story with a brand ends here, unless it has ended already."""
    bond = me.bonds[brand]
    if bond.ended_stage != Stage.OUTSIDE:
        return
    bond.ended_stage, bond.ended_cause = stage, cause
    bond.doubt_stage, bond.doubt_cause = Stage.OUTSIDE, Cause.NONE
    bond.streak = 0
    if bond.purchases > 0 and math.isnan(bond.first_lost_at):
        bond.first_lost_at = me.due
    market.count(brand, MEASURE_OF_LINE[stage])
    market.note(me, Note.LINE_ENDS, brand, stage, cause)
    market.remember("line", me, brand, stage=stage, cause=cause)
    if bond.customer:
        bond.customer = False
        market.count(brand, Measure.customers_lost)


def reopen(market: Market, me: Person, brand: int) -> None:
    """A line that had ended begins anew."""
    bond = me.bonds[brand]
    if bond.ended_stage != Stage.OUTSIDE:
        market.count(brand, Measure.reopened, int(bond.ended_stage != BEFORE))
        bond.ended_stage, bond.ended_cause = Stage.OUTSIDE, Cause.NONE
        market.remember("reopened", me, brand)
