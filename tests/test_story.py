"""Protects the told life: it is the life that was lived, in sentences a person can read."""

import math
import re

import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, notes_of, scenario_from, state_of

from cxsim.engine.measures import Note, Trigger
from cxsim.engine.outcomes import story
from cxsim.engine.outcomes.status import Status, outcomes
from cxsim.engine.outcomes.story import DEEDS, Moment, follow, parting, sentence
from cxsim.engine.state import EVERYBODY, Cause, Outcome, Stage

MARKET = scenario_from('name = "base"\n' + EVERYTHING_HAPPENS, "market.people=200")
BETTER = """
[[intervention]]
name = "better"
start_week = 10.0
effect = [{parameter = "use.quality", add = 0.2}]
"""


@pytest.fixture(scope="module")
def everybody():
    """Every moment of every life in a market where everything happens."""
    past = ["market.run_in_weeks=8", "brand.focal.purchase.customers_at_start=0.2"]
    everything = scenario_from(EVERYTHING_HAPPENS, "brand.focal.need.similar=0.5", *past)
    model = lived(everything, watch=EVERYBODY, room_for_notes=100_000)
    return story._moments(notes_of(model), model.settings.brands)


def status_told(life, brand):
    """The status with a brand that the notes of a life amount to."""
    status, purchases = Status.never, 0
    for moment in life:
        if moment.brand != brand:
            continue
        if moment.what == Note.BUYS:
            purchases += 1
            status = Status.loop if purchases > 1 else Status.new
        elif moment.what == Note.EXPECTS and purchases == 0:  # a lost customer's line begins anew with a purchase only
            status = Status.new
        elif moment.what == Note.LINE_ENDS:
            status = Status.line
    return status


# ---- the life told is the life lived --------------------------------------------------------------------------------


def test_every_life_ends_with_the_persons_real_status():
    world = lived(MARKET).state
    real = [outcomes(world, brand).status for brand in (0, 1)]
    seen = set()
    for person in range(0, 200, 5):
        life = follow(MARKET, person)
        for brand, name in enumerate(MARKET.brands):
            assert status_told(life, name) == real[brand][person]
            assert (
                sum(moment.what == Note.BUYS for moment in life if moment.brand == name)
                == (world.bonds["purchases"][person, brand])
            )
            seen.add(Status(int(real[brand][person])))
    assert seen == set(Status)


def test_weeks_never_run_backwards():
    for person in range(20):
        weeks = [moment.week for moment in follow(MARKET, person)]
        assert weeks == sorted(weeks)


def test_being_watched_changes_nothing():
    unseen, seen = state_of(lived(MARKET)), state_of(lived(MARKET, watch=7, room_for_notes=500))
    assert unseen.pop("log") == b"" != seen.pop("log")
    assert unseen == seen


def test_a_life_is_that_of_its_seed_and_replication():
    assert follow(MARKET, 3, seed=4, replication=2) == follow(MARKET, 3, seed=4, replication=2)
    assert follow(MARKET, 3, seed=4, replication=2) != follow(MARKET, 3, seed=4, replication=1)


def test_a_long_life_is_told_to_its_end():
    busy = ["market.people=2", "need.at_entry=true", "need.rate_shape=1000.0", "need.rate_scale_weeks=50.0"]
    faithful = ["loyalty.leave_a=0.01", "loyalty.leave_b=1000.0", "brand.focal.expectation.awareness=1.0"]
    faithful += ["loyalty.satisfaction_weight=0.0", "loyalty.failure_weight=0.0", "support.recovery_weight=0.0"]
    faithful += ["brand.focal.purchase.ease=1.0", "brand.focal.research.findability=1.0", "purchase.outside=-inf"]
    faithful += ["brand.focal.use.delivery_weeks=0.0", "brand.focal.use.late_weeks=0.0"]
    life = follow(scenario_from("", *busy, *faithful), 0)
    assert len(life) > 2_000
    assert life[-1].week > 103.0


@pytest.mark.parametrize("person", [-1, 200])
def test_there_is_no_such_person(person):
    with pytest.raises(ValueError, match="people 0 to 199"):
        follow(MARKET, person)


# ---- where two lives part -------------------------------------------------------------------------------------------


def test_a_plan_that_changes_nothing_parts_nobody():
    nothing = scenario_from(EVERYTHING_HAPPENS + BETTER.replace("0.2", "0.0"), "market.people=200")
    lives = [(follow(MARKET, person), follow(nothing, person)) for person in range(10)]
    assert [parting(*pair) for pair in lives] == [None] * 10
    assert sum(len(life) for life, _ in lives) > 100


def test_lives_part_only_once_the_plan_works():
    better = scenario_from(EVERYTHING_HAPPENS + BETTER, "market.people=200")
    parted = 0
    for person in range(40):
        base, plan = follow(MARKET, person), follow(better, person)
        places = parting(base, plan)
        if places is not None:
            parted += 1
            pasts = [life[:place] for life, place in zip((base, plan), places, strict=True)]
            deeds = [[(each.what, each.brand) for each in past if each.what in DEEDS] for past in pasts]
            assert deeds[0] == deeds[1]
            assert (
                max(life[place].week for life, place in zip((base, plan), places, strict=True) if place < len(life))
                >= 10.0
            )
    assert parted >= 5


def moment(what, *numbers, brand="Mill", week=1.0):
    return Moment(week, what, brand, (*numbers, *[0.0] * (4 - len(numbers))))


def test_lives_part_by_deeds_and_not_by_beliefs():
    silent, helped = moment(Note.SUPPORT, 1.0), moment(Note.SUPPORT, 4.0)
    believes, believes_more = moment(Note.EXPECTS, 0.5), moment(Note.EXPECTS, 0.7)
    buys, wrong = moment(Note.BUYS, 20.0, 1.0, 0.0, 1.0), moment(Note.BUYS, 20.0, 1.0, 0.0, 0.0)
    assert parting([believes, silent], [believes, helped]) == (1, 1)
    assert parting([believes], [believes_more]) is None
    assert parting([silent], [moment(Note.SUPPORT, 1.0, week=2.0)]) is None
    assert parting([silent], [moment(Note.SUPPORT, 1.0, brand="Inn")]) == (0, 0)
    assert parting([believes], [believes, silent]) == (1, 1)
    assert parting([silent, buys], [believes, silent, believes_more, wrong]) == (1, 3)
    assert parting([buys, believes], [moment(Note.BUYS, 10.0, 1.0, 1.0, 1.0), moment(Note.TELLS, 3.0)]) is None
    assert parting([], []) is None


# ---- the sentences --------------------------------------------------------------------------------------------------


def test_every_kind_of_note_happens_and_reads_as_a_sentence(everybody):
    assert {what.what for what in everybody} == set(Note)
    for said in {sentence(what) for what in everybody}:
        assert re.fullmatch(r"[A-Z].*[.]", said), said
        assert not re.search(r"nan|inf\b|None|_|  |\{|\}|\b1 (tries|friends|stars|messages)\b", said), said


@pytest.mark.parametrize(
    ("what", "numbers", "said"),
    [
        (Note.NEED, (Trigger.SPONTANEOUS,), "A need arises, unprompted."),
        (Note.NEED, (Trigger.REFERRAL,), "A friend recommends Mill: a journey starts."),
        (Note.NEED, (Trigger.ADVERTISING,), "An advertisement for Mill starts a journey."),
        (Note.NEED, (Trigger.NEIGHBOURS,), "Seeing what others use (Mill) starts a journey."),
        (Note.EXPECTS, (0.5, 0.75, 0.0, 0.0), "Expects 0.50 of Mill (promised 0.75)."),
        (Note.EXPECTS, (0.5, 0.75, 3.0, 4.2), "Expects 0.50 of Mill (promised 0.75, rated 4.2 stars, 3 messages heard)."),
        (Note.EXPECTS, (0.5, 0.75, 1.0, 0.0), "Expects 0.50 of Mill (promised 0.75, 1 message heard)."),
        (Note.BUYS, (20.0, 3.0, 1.0, 1.0), "Buys again without searching: purchase 3 of Mill for 20."),
        (Note.BUYS, (20.0, 1.0, 0.0, 0.0), "Buys: purchase 1 of Mill for 20. It is the wrong variant."),
        (Note.SUPPORT, (Outcome.SILENT, 0.0, 0.25), "Says nothing to Mill (chance to make contact was 25%)."),
        (Note.SUPPORT, (Outcome.QUICK, 1.0, 0.5, 2.0), "Contacts Mill, waits 7.0 days (effort 2.0); the problem is resolved quickly."),
        (Note.FROM_BEFORE, (1.0, 0.5, 3.25, 1.0), "Is a customer of Mill from before: bought once, last 3.2 weeks ago; satisfaction over time 0.50."),
        (Note.FROM_BEFORE, (4.0, math.nan, 30.0, 0.0), "Has left Mill before: bought 4 times, last 30.0 weeks ago."),
        (Note.STAYS, (0.75, 0.4, 0.5), "Stays with Mill (chance 75%, drew 0.40; satisfaction over time 0.50)."),
        (Note.STAYS, (1.0, 0.0, 0.5), "Stays with Mill (no decision before the next need; satisfaction over time 0.50)."),
        (Note.STAYS, (0.2, 0.9, 0.5), "Stays with Mill (nobody leaves after the first purchase here; satisfaction over time 0.50)."),
        (Note.LINE_ENDS, (Stage.USE, Cause.SILENT_FAILURE), "The line with Mill ends in use: silent failure."),
        (Note.TELLS, (1.0, 0.5), "Tells 1 friend about Mill (satisfaction 0.50)."),
        (Note.REVIEWS, (1.0,), "Reviews Mill: 1 star."),
        (Note.SURVEYED, (6.0, 1.0), "Answers Mill's survey: 6 of 10 and is called back."),
    ],
)  # fmt: skip
def test_what_is_said(what, numbers, said):
    assert sentence(moment(what, *map(float, numbers))) == said


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_can_be_told(cause):
    told = sentence(moment(Note.LEAVES, 0.5, 0.6, 0.5, float(cause)))
    assert cause.name.lower().replace("_", " ") in told


def test_a_moment_says_its_week():
    assert str(moment(Note.NO_PURCHASE, week=np.pi)) == "week    3.1  The journey ends without a purchase."
