"""Protects the story told after a round: it says what the numbers say, also when they are unwelcome or undecided."""

import pytest
from classes import DOUBT, PRICES, entry, lives, menu_file

from cxsim.engine.outcomes.figures import STAGES_OF_LINES
from cxsim.engine.outcomes.status import cause_name, stage_name
from cxsim.engine.state import Cause
from cxsim.interface.classroom.board import board_of
from cxsim.interface.classroom.debrief import debrief_of, plans_to_compare, stages_of, without
from cxsim.interface.classroom.menu import STAGES, load_menu
from cxsim.interface.classroom.words import say

CHEAP = ("Plain pages", "Kind desk")
DEAR = ("Plain pages", "Short form")
STEADY = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5]


@pytest.fixture
def menu(tmp_path):
    return load_menu(str(menu_file(tmp_path)))


def around(mean):
    return [mean + each for each in STEADY]


def story(menu, entries, rest):
    """The debrief; `rest` holds the mean margin of plans without a part."""
    known = {chosen: lives(around(mean)[::-1]) for chosen, mean in rest.items()}  # so that pairs differ
    return debrief_of(entries, board_of(entries), known, menu, PRICES)


def test_the_cheap_fix_that_wins(menu):
    cheap = entry("Cheap", around(900.0), CHEAP, 500.0, loops=around(50.0))
    dear = entry("Dear", around(100.0), DEAR, 700.0, loops=around(5.0))
    told = story(menu, [dear, cheap], {("Plain pages",): 300.0, ("Kind desk",): 500.0})
    assert (told.leader, told.dearest) == ("Cheap", "Dear")
    text = "\n".join(told.sentences)
    assert "Cheap leads with EUR 900" in text
    assert "10 lines end in this market, most of them in use (60%)" in text
    assert "Dear paid 1.4 times as much (EUR 700), most of it in purchase, where 40% of the lines end" in text
    assert "“Kind desk” adds most: without it the plan would bring EUR 600 (597 to 603) less." in text
    assert {part.name: part.net_margin.mean for part in told.parts} == {"Plain pages": 400.0, "Kind desk": 600.0}
    assert "Taken away one by one, the parts come to EUR 1,000, all together to EUR 900: each is worth more" in text
    spent = {place.stage: (place.spent, place.spent_by_dearest) for place in told.places}
    assert spent == {"research": (300.0, 300.0), "purchase": (0.0, 400.0), "support": (200.0, 0.0), "use": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("cheap", "dear", "said"),
    [
        (500.0, 700.0, "20 rescued lines for each EUR 1,000 of list price; Cheap rescues 103"),
        (50_000.0, 70_000.0, "2 rescued lines for each EUR 10,000 of list price; Cheap rescues 10"),
    ],
)
def test_rescued_lines_are_counted_by_as_much_money_as_rescues_some(menu, cheap, dear, said):
    lived = [
        entry("Dear", around(100.0), DEAR, dear, loops=[14.0] * 6),
        entry("Cheap", around(900.0), CHEAP, cheap, loops=[51.5] * 6),
    ]
    assert said in "\n".join(story(menu, lived, {("Plain pages",): 300.0, ("Kind desk",): 500.0}).sentences)


def test_what_is_doubted_about_the_leading_plan_is_told_with_its_money_that_hardly_differs(menu):
    steady = entry("A", [900.0, 900.0, 901.0, 900.0, 901.0, 900.0], CHEAP, 500.0, doubts=[DOUBT])
    idle = entry("B", around(0.0))
    told = story(menu, [steady, idle], {("Plain pages",): 950.0, ("Kind desk",): 100.0})
    assert [doubt.kind for doubt in told.doubts] == [DOUBT.kind, "few differences"]
    assert told.as_record()["doubts"][0]["sentence"] == DOUBT.sentence
    assert story(menu, [idle], {}).doubts == []


def test_a_part_that_does_harm_is_named(menu):
    leader = entry("A", around(900.0), CHEAP, 500.0)
    told = story(menu, [leader], {("Plain pages",): 950.0, ("Kind desk",): 100.0})
    text = "\n".join(told.sentences)
    assert "“Kind desk” costs more than it brings: without it the plan would bring EUR 50 (47 to 53) more." in text
    assert "also the dearest" in text
    assert "“Plain pages” adds most" in text


def test_parts_that_do_the_same_work(menu):
    leader = entry("A", around(900.0), CHEAP, 500.0)
    told = story(menu, [leader], {("Plain pages",): 800.0, ("Kind desk",): 800.0})
    assert any("they partly do the same work" in sentence for sentence in told.sentences)


def test_nobody_gains(menu):
    wild = entry("Wild", [-500.0, 600.0, -400.0, 500.0, -300.0, 200.0], ("Kind desk",), 200.0)
    told = story(menu, [wild], {(): 0.0})
    assert told.sentences[0].startswith(
        "No plan is sure to earn more than doing nothing. The best, of Wild, comes to EUR 17"
    )


def test_nobody_chose(menu):
    idle = [entry(team, [0.0] * 6, rescued_from=[], rescued=[0.0] * 6) for team in ("A", "B")]
    told = story(menu, idle, {})
    assert told.parts == [] and told.stages == []
    assert told.sentences[0].startswith("No plan is sure to earn more")
    assert len(told.sentences) == 2  # and where lines end


def test_a_market_without_lines_can_be_told(menu):
    happy = entry("A", around(10.0), ("Kind desk",), 200.0, lines=[], rescued_from=[])
    assert story(menu, [happy], {(): 0.0}).sentences


def test_money_and_loyalty_may_part(menu):
    miser = entry("Miser", around(900.0), ("Kind desk",), 200.0, loops=around(-50.0))
    friend = entry("Friend", around(100.0), ("Plain pages",), 300.0, loops=around(80.0))
    told = story(menu, [miser, friend], {(): 0.0})
    assert told.sentences[-1] == (
        "On loops Friend is ahead of Miser, and not by luck: +80 more loops than doing nothing, against -50. "
        "The most money now is not the most loyalty."
    )


def test_stages_with_several_parts_are_taken_away_whole(menu, tmp_path):
    file = menu_file(tmp_path)
    file.write_text(file.read_text().replace('use = "agents-may-decide"', 'use = "clear-pages"'), encoding="utf-8")
    load_menu.cache_clear()
    menu = load_menu(str(file))
    assert stages_of(CHEAP, menu) == {"research": CHEAP}
    assert plans_to_compare(CHEAP, menu) == [("Kind desk",), ("Plain pages",), ()]
    assert without(CHEAP, ("Kind desk",)) == ("Plain pages",)


def test_every_cause_and_stage_has_words():
    for cause in Cause:
        assert cause is Cause.NONE or say("cause", cause_name(cause))
    for stage in (*STAGES, *map(stage_name, STAGES_OF_LINES)):
        assert say("stage", stage)
