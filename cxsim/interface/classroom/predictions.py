"""Predict, observe, explain: what every phone says before it sees a result, what the class said, and who was right.

Who has committed to a prediction looks at what comes, and has something to explain (White & Gunstone, Probing
Understanding, 1992). A prediction is right if the board cannot rule it out: any team that luck may have kept from the
first place, any range that the interval of the first touches.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

from cxsim.interface.classroom.board import Board
from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.trial import LinesOfTrial
from cxsim.interface.classroom.words import say

PREDICTION, EXPLANATION = "prediction", "explanation"  # what a phone is asked
MOST_PHONES = 10  # of a team that are counted
MOST_LETTERS = 140  # of an explanation
OFTEN = 5  # reasons offered: those for which most lines end
OTHER = "other"  # a reason that is not offered
MONEY = "net_margin"  # what is predicted


class Prediction(BaseModel):
    """What a phone says before it sees a result.

    Attributes:
        leader: the team that will lead on money.
        gain: which range of `ranges_of` holds what the leading plan brings, more than doing nothing.
        luck: whether luck may decide who is first; in a class of one team, whether its plan does anything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    leader: str = Field(max_length=200)
    gain: int = Field(ge=0, le=3)
    luck: bool


class Explanation(BaseModel):
    """What a phone says when it has seen who leads, and by how much.

    Attributes:
        reason: key of one of `reasons_of`.
        words: in its own words, if it wants.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    reason: str = Field(max_length=80)
    words: str = Field(default="", max_length=MOST_LETTERS)


@dataclass(frozen=True)
class PossibleAnswer:
    """Something that can be said: what is sent, and what is read."""

    value: str | int | bool
    words: str


@dataclass(frozen=True)
class Question:
    """Something that a phone is asked, by the name of the field that holds its answer."""

    field: str
    words: str
    options: list[PossibleAnswer]


@dataclass(frozen=True)
class Tally:
    """What the class said to a question: of each option, how many phones, and whether it came true (None: not told yet)."""

    field: str
    words: str
    options: list[tuple[str, int, bool | None]]


def ranges_of(budget: float) -> list[tuple[float, float]]:
    """What the leading plan may bring, in currency: less than nothing, up to half the budget, up to all of it, more."""
    ends = [-float("inf"), 0.0, 0.5 * budget, budget, float("inf")]
    return list(pairwise(ends))


def questions_of(teams: Sequence[str], budget: float, currency: str) -> list[Question]:
    """What is asked before the reveal: three taps, two where there is one team."""
    ranges = [
        say("predict", "gain_less")
        if low < 0.0
        else say("predict", "gain_more", currency=currency, low=low)
        if high == float("inf")
        else say("predict", "gain_between", currency=currency, low=low, high=high)
        for low, high in ranges_of(budget)
    ]
    alone = "_alone" if len(teams) == 1 else ""
    leader = Question("leader", say("predict", "leader"), [PossibleAnswer(team, team) for team in teams])
    gain = Question(
        "gain", say("predict", "gain"), [PossibleAnswer(place, words) for place, words in enumerate(ranges)]
    )
    luck = Question(
        "luck",
        say("predict", f"luck{alone}"),
        [
            PossibleAnswer(False, say("predict", f"no_luck{alone}")),
            PossibleAnswer(True, say("predict", f"is_luck{alone}")),
        ],
    )
    return [gain, luck] if alone else [leader, gain, luck]


def checked_prediction(said: Prediction, teams: Sequence[str]) -> Prediction:
    """A prediction of one of these teams.

    Raises:
        RefusedError: if it is of another.
    """
    if said.leader not in teams:
        raise RefusedError(say("refused", "no_team", name=said.leader[:60]))
    return said


def came_true(board: Board, budget: float) -> dict[str, set[str | int | bool]]:
    """By question, the answers that the board of a round does not rule out."""
    level, leader = board.level(MONEY), board.lines[0].figures[MONEY]
    touched: set[str | int | bool] = {
        place for place, (low, high) in enumerate(ranges_of(budget)) if leader.low < high and leader.high >= low
    }
    alone = len(board.lines) == 1
    luck = leader.low <= 0.0 <= leader.high if alone else len(level) > 1
    return {"leader": set(level), "gain": touched, "luck": {luck}}


def tallied(
    questions: Sequence[Question],
    said: Sequence[Prediction],
    true: dict[str, set[str | int | bool]] | None = None,
) -> list[Tally]:
    """What the class predicted; beside it what came true, once that may be told."""
    tallies = []
    for question in questions:
        count = Counter(getattr(each, question.field) for each in said)
        options = [
            (option.words, count[option.value], None if true is None else option.value in true[question.field])
            for option in question.options
        ]
        tallies.append(Tally(question.field, question.words, options))
    return tallies


@dataclass(frozen=True)
class Score:
    """Who was right.

    Attributes:
        of: how many questions there were.
        teams: by how many were right, most first: the teams whose phones these are, and how many phones.
        guessing: how many would be right, on average, by choosing at random.
    """

    of: int
    teams: list[tuple[int, list[tuple[str, int]]]]
    guessing: float


def score_of(
    questions: Sequence[Question],
    said: Sequence[tuple[str, Prediction]],
    true: dict[str, set[str | int | bool]],
) -> Score:
    """Who was right, phone by phone.

    Args:
        questions: that were asked.
        said: team and prediction of every phone.
        true: by question, what came true.
    """
    right: dict[int, Counter[str]] = {}
    for team, each in said:
        count = sum(getattr(each, question.field) in true[question.field] for question in questions)
        right.setdefault(count, Counter())[team] += 1
    guessing = sum(
        sum(option.value in true[question.field] for option in question.options) / len(question.options)
        for question in questions
    )
    return Score(
        len(questions), [(count, list(right[count].items())) for count in sorted(right, reverse=True)], guessing
    )


def reasons_of(lines: Sequence[LinesOfTrial], rescued: Sequence[LinesOfTrial]) -> list[PossibleAnswer]:
    """Where and why the rescued lines may have ended: the commonest reasons of all lines and the truth, in the order of words.

    Args:
        lines: where and why lines end in the market as it is, most first.
        rescued: the same of those that the leading plan rescued.
    """
    offered = {_key(each): _in_words(each) for each in (*lines[:OFTEN], *rescued[:1])}
    ordered = sorted(offered.items(), key=lambda item: item[1])
    return [PossibleAnswer(key, words) for key, words in ordered] + [PossibleAnswer(OTHER, say("predict", "other"))]


def explained(options: Sequence[PossibleAnswer], said: Sequence[Explanation], rescued: Sequence[LinesOfTrial]) -> Tally:
    """What the class said why the leading plan leads, beside what came out."""
    known = {option.value for option in options}
    count = Counter(each.reason if each.reason in known else OTHER for each in said)
    truth = _key(rescued[0]) if rescued else None
    counted: list[tuple[str, int, bool | None]] = [
        (option.words, count[str(option.value)], option.value == truth) for option in options
    ]
    return Tally("reason", "", counted)


def _key(ended: LinesOfTrial) -> str:
    return f"{ended.stage}/{ended.cause}"


def _in_words(ended: LinesOfTrial) -> str:
    return say("predict", "reason", stage=say("stage", ended.stage), cause=say("cause", ended.cause))
