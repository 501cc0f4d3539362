"""The steps in which a class is shown something on the wall, under the teacher's hand: one button on, one back.

A step is what fits on the wall at once in letters that the last row reads, so a long story has several.
"""

from enum import StrEnum

from cxsim.interface.classroom.board import Board
from cxsim.interface.classroom.debrief import Debrief
from cxsim.interface.classroom.rounds import Phase

AT_ONCE = 2  # sentences, or doubts


class WallStep(StrEnum):
    """What the wall shows."""

    way_in = "join"  # how to join, and who is there
    market = "market"  # its story, and where lines end in it
    predictions = "predictions"  # what the class predicted
    leader = "leader"  # who leads, and whether that may be luck
    margin = "margin"  # by how much
    careful = "careful"  # what should be known before that is believed
    reasons = "reasons"  # why: what the class said, and what came out
    places = "places"  # why: where lines end, and where money went
    story = "story"  # why: in sentences
    parts = "parts"  # why: what each choice added
    right = "right"  # who was right


IN_ORDER = list(WallStep)
BEFORE_THE_FIRST_ROUND = [WallStep.way_in, WallStep.market]
EXPLAINING = (WallStep.margin, WallStep.careful)  # the class has seen who leads, and not yet why


def steps_of(board: Board, debrief: Debrief) -> list[WallStep]:
    """The steps of a reveal."""
    return [
        WallStep.predictions,
        WallStep.leader,
        WallStep.margin,
        *[WallStep.careful] * pages(len(debrief.doubts)),
        *[WallStep.reasons] * bool(board.lines[0].chosen),
        WallStep.places,
        *[WallStep.story] * pages(len(debrief.sentences)),
        *[WallStep.parts] * bool(debrief.parts),
        WallStep.right,
    ]


def pages(sentences: int) -> int:
    """How many steps so many sentences take."""
    return -(-sentences // AT_ONCE)


def reached(step: WallStep, shown: WallStep) -> bool:
    """Whether what belongs to a step may be told while another is shown."""
    return IN_ORDER.index(shown) >= IN_ORDER.index(step)


def steps_on_the_wall(phase: Phase, revealed: list[WallStep]) -> list[WallStep]:
    """The steps of a phase.

    Args:
        phase: of the class.
        revealed: the steps of the reveal.
    """
    if phase is Phase.setup:
        return BEFORE_THE_FIRST_ROUND
    return revealed if phase is Phase.revealed else []
