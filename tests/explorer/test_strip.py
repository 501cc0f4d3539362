"""The strip of a life shows the journey in which base and plan truly part, says what the notes say, and nothing from elsewhere."""

import math

import pytest

from cxsim.engine.measures import Note, Trigger
from cxsim.engine.outcomes.story import Moment, follow_together, parting
from cxsim.engine.state import Cause, Outcome, Stage
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan, pair_of
from cxsim.interface.explorer.strip import PANELS, strip_of

PLAN = VisitorPlan(
    people=300, interventions=(ChosenIntervention(name="on-time-delivery"), ChosenIntervention(name="better-product"))
)


def moment(week, what, *numbers, brand="Mill"):
    return Moment(week, what, brand, (*map(float, numbers), *[0.0] * (4 - len(numbers))))


def need(week):
    return moment(week, Note.NEED, Trigger.NEXT_NEED, brand="")


FIRST = [
    need(3.0),
    moment(3.0, Note.EXPECTS, 0.5, 0.8),
    moment(3.0, Note.BUYS, 20, 1, 0, 1),
    moment(3.0, Note.USES, 0.9, 0.5, 0.9, 0.95),
]
GIVES_UP = [
    need(9.0),
    moment(9.0, Note.EXPECTS, 0.95, 0.8),
    moment(9.1, Note.CHECKOUT_FAILS, 1),
    moment(9.1, Note.LINE_ENDS, Stage.PURCHASE, Cause.CHECKOUT),
]
BUYS = [
    need(9.2),
    moment(9.2, Note.EXPECTS, 0.95, 0.8),
    moment(9.2, Note.BUYS, 20, 2, 1, 0),
    moment(9.2, Note.USES, 0.6, 0.95, 0.6, 0.4),
    moment(9.2, Note.FAILS, 0.7),
    moment(9.2, Note.SUPPORT, Outcome.QUICK, 2 / 7, 0.5, 1),
    moment(9.2, Note.TELLS, 1, 0.4),
    moment(9.2, Note.REVIEWS, 2),
    moment(9.2, Note.STAYS, 0.8, 0.2, 0.6),
]


def said(scene):
    return {panel.name: panel.said for panel in scene.panels}


def test_the_journey_in_which_they_part_is_told_in_plain_words():
    strip = strip_of([*FIRST, *GIVES_UP], [*FIRST, *BUYS, need(20.0)], "Mill")
    assert (strip.parted, strip.purchases) == (True, 1)
    assert (strip.base.when, strip.plan.when) == ("week 9.0", "week 9.2")
    assert said(strip.base) == {
        "hoped": "Very much of Mill (0.95).",
        "found": "Did not look around.",
        "got": "Gave up at Mill's checkout.",
        "felt": "Nothing: there was nothing to use.",
        "told": "Nobody.",
        "then": "The line with Mill ends (checkout).",
    }
    assert said(strip.plan) == {
        "hoped": "Very much of Mill (0.95).",
        "found": "Did not look around.",
        "got": "Bought again from Mill, for 20. It was the wrong one. Something went badly wrong. Asked for help: solved quickly, after 2 days.",
        "felt": "Worse than hoped; dissatisfied (0.40).",
        "told": "1 friend; everybody, with 2 stars.",
        "then": "Stays with Mill.",
    }
    assert [panel.name for panel in strip.base.panels if panel.differs] == ["got", "felt", "told", "then"]


def test_the_same_a_little_later_parts_nobody_and_the_last_journey_is_shown():
    later = [Moment(each.week + 0.1, *[each.what, each.brand, each.numbers]) for each in FIRST]
    strip = strip_of(FIRST, later, "Mill")
    assert not strip.parted
    assert strip.purchases == 0
    assert said(strip.base)["got"] == "Bought from Mill, for 20."


def test_where_one_life_has_no_journey_more_its_strip_is_empty():
    strip = strip_of(FIRST, [*FIRST, *BUYS], "Mill")
    assert strip.parted
    assert strip.base.panels == []
    assert strip_of([], [], "Mill").base.panels == []


def test_a_market_with_a_start_has_days():
    assert strip_of(FIRST, FIRST, "Mill", "2027-01-04").base.when == "2027-01-25"


@pytest.mark.parametrize("person", range(0, 300, 23))
def test_of_real_lives_the_strip_shows_the_moment_of_parting(person):
    base, plan = follow_together(pair_of(PLAN), person)
    strip = strip_of(base, plan, "Olive")
    places = parting(base, plan)
    assert strip.parted == (places is not None)
    for life, place, scene in zip((base, plan), places or (math.inf, math.inf), (strip.base, strip.plan), strict=True):
        assert [panel.name for panel in scene.panels] in ([], list(PANELS))
        assert all(panel.said.endswith(".") and "nan" not in panel.said for panel in scene.panels)
        if scene.panels and place < len(life):
            assert float(scene.when.split()[1]) <= life[place].week + 0.05
    if strip.parted and strip.base.panels and strip.plan.panels:
        assert any(panel.differs for panel in strip.base.panels) or strip.base.when != strip.plan.when
