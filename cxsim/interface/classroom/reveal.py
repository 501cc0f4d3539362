"""What may be told of a round, step by step: nothing leaves the server before the teacher has shown it on the wall."""

from dataclasses import asdict

from cxsim.interface.classroom.board import SHOWN, Board
from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.debrief import Debrief
from cxsim.interface.classroom.predictions import (
    EXPLANATION,
    PREDICTION,
    Explanation,
    Prediction,
    Tally,
    came_true,
    explained,
    reasons_of,
    score_of,
    tallied,
)
from cxsim.interface.classroom.ranks import WRONG
from cxsim.interface.classroom.rounds import NotNowError, Phase, is_revealed
from cxsim.interface.classroom.steps import AT_ONCE, WallStep, reached
from cxsim.interface.classroom.words import listed, say

Json = dict[str, object]


def reveal_for_all(classroom: Classroom, round_number: int) -> Json:
    """What has been shown of a round; of an earlier one all.

    Raises:
        NotNowError: if it is not revealed, or something is still to be lived.
    """
    return _told(classroom, round_number, _shown(classroom, round_number))


def reveal_for_teacher(classroom: Classroom, round_number: int) -> Json:
    """All of a round that is revealed, and what phones explained in their own words.

    Raises:
        NotNowError: if it is not revealed, or something is still to be lived.
    """
    said = [(team, each.words) for team, each in _explanations(classroom, round_number) if each.words]
    return _told(classroom, round_number, WallStep.right) | {"words": said}


def _shown(classroom: Classroom, round_number: int) -> WallStep:
    moment = classroom.store.moment()
    if not is_revealed(round_number, moment):
        raise NotNowError(say("refused", "not_revealed", round=round_number))
    return (classroom.shown() or WallStep.predictions) if round_number == moment.round else WallStep.right


def _told(classroom: Classroom, round_number: int, shown: WallStep) -> Json:
    board, debrief = classroom.board(round_number)
    told: Json = {
        "round": round_number,
        "step": shown,
        "currency": classroom.menu.base.market.currency,
        "at_once": AT_ONCE,
        "predictions": _predictions(classroom, round_number, board, shown),
    }
    if reached(WallStep.leader, shown):
        told |= {
            "ahead": {figure: _ahead(board, figure) for figure in SHOWN},
            "order": [{"team": line.team, "chosen": line.chosen} for line in board.lines],
        }
    if reached(WallStep.margin, shown):
        told |= {
            "board": board.as_record(),
            "how_sure": say("board", "how_sure", worlds=board.worlds, wrong=WRONG),
            "not_forecast": say("board", "not_forecast"),
            "reasons": _offered(debrief) if board.lines[0].chosen else [],
            "leader": debrief.leader,
        }
    if reached(WallStep.careful, shown):
        told |= {"doubts": [doubt.sentence for doubt in debrief.doubts]}
    if reached(WallStep.reasons, shown):
        told |= {"debrief": debrief.as_record(), "explained": asdict(_explained(classroom, round_number, debrief))}
    return told


def _predictions(classroom: Classroom, round_number: int, board: Board, shown: WallStep) -> Json:
    """What the class predicted, and, once it may be told, who was right."""
    said = [
        (team, Prediction.model_validate_json(text)) for team, text in classroom.store.answers(round_number, PREDICTION)
    ]
    questions = classroom.questions(round_number)
    true = came_true(board, classroom.store.rules().budget) if reached(WallStep.right, shown) else None
    tallies = tallied(questions, [each for _, each in said], true)
    found: Json = {"phones": len(said), "tallies": [asdict(tally) for tally in tallies]}
    return found if true is None else found | {"score": asdict(score_of(questions, said, true))}


def _offered(debrief: Debrief) -> list[Json]:
    return [asdict(option) for option in reasons_of(debrief.lines, debrief.rescued_from)]


def _explained(classroom: Classroom, round_number: int, debrief: Debrief) -> Tally:
    options = reasons_of(debrief.lines, debrief.rescued_from)
    said = [each for _, each in _explanations(classroom, round_number)]
    return explained(options, said, debrief.rescued_from)


def _explanations(classroom: Classroom, round_number: int) -> list[tuple[str, Explanation]]:
    answers = classroom.store.answers(round_number, EXPLANATION)
    return [(team, Explanation.model_validate_json(text)) for team, text in answers]


def questions_for_all(classroom: Classroom) -> Json:
    """Every plan, what is asked about them, and how many phones have answered: while the class predicts."""
    store, moment = classroom.store, classroom.store.moment()
    if moment.phase is not Phase.predict:
        return {}
    teams = [team for team, _ in store.answers(moment.round, PREDICTION)]
    return {
        "plans": store.plans(moment.round),
        "questions": [asdict(question) for question in classroom.questions(moment.round)],
        "predicted": len(teams),
        "teams_predicted": len(set(teams)),
    }


def said_by(classroom: Classroom, phone: str | None) -> Json:
    """What one phone has predicted and explained in this round."""
    moment = classroom.store.moment()
    if phone is None or moment.phase not in (Phase.predict, Phase.revealed):
        return {"prediction": None, "explanation": None}
    prediction = classroom.store.answer_of(phone, moment.round, PREDICTION)
    explanation = classroom.store.answer_of(phone, moment.round, EXPLANATION)
    return {
        "prediction": Prediction.model_validate_json(prediction).model_dump() if prediction else None,
        "explanation": Explanation.model_validate_json(explanation).model_dump() if explanation else None,
    }


def _ahead(board: Board, figure: str) -> str:
    """Who is truly ahead in a figure."""
    leader, *others = board.level(figure)
    what = say("page", f"figure_{figure}").lower()
    if len(board.lines) == 1:
        return say("board", "one_team", team=leader)
    if not others:
        return say("board", "alone_ahead", team=leader, what=what)
    if len(others) == len(board.lines) - 1:
        return say("board", "level_all", what=what)
    return say("board", "level_some", team=leader, others=listed(others), what=what)
