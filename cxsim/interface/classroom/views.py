"""What each may see: everybody, a team, the teacher. Nothing of a plan leaves the store here before its reveal."""

from cxsim.interface.classroom.board import SHOWN, Board
from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.menu import LEVELS, menu_names
from cxsim.interface.classroom.ranks import WRONG
from cxsim.interface.classroom.rounds import Phase, possible_commands
from cxsim.interface.classroom.rules import MOST_CHOSEN
from cxsim.interface.classroom.store import Team
from cxsim.interface.classroom.words import listed, say

Json = dict[str, object]


def state_for_all(classroom: Classroom) -> Json:
    """What the projector and every phone may know: where the class stands and who has committed."""
    store = classroom.store
    moment, rules = store.moment(), store.rules()
    committed = store.committed(moment.round)
    state: Json = {
        "round": moment.round,
        "phase": moment.phase,
        "rounds": rules.rounds,
        "rules": rules.model_dump_json(),  # whoever sees it change asks for the menu again
        "teams": [{"name": team.name, "committed": team.name in committed} for team in store.teams()],
    }
    if moment.phase is Phase.open:
        classroom.round_runner.ahead(moment.round)
    if moment.phase is Phase.locked:
        state["lived"] = classroom.round_runner.tend(moment.round)
        state["to_do"] = max(
            1, classroom.round_runner.to_do
        )  # one that was begun while the round was open is not counted
    return state


def state_for_team(classroom: Classroom, team: Team) -> Json:
    """That, and the team's own plan."""
    state = state_for_all(classroom)
    store = classroom.store
    moment = store.moment()
    own = store.plans(moment.round).get(team.name)
    before = store.plans(moment.round - 1).get(team.name, ())
    is_own = team.name in store.committed(moment.round)
    return state | {"team": team.name, "plan": own if is_own else None, "plan_before": before}


def state_for_teacher(classroom: Classroom) -> Json:
    """That, and what the teacher can do now."""
    store = classroom.store
    moment, rules = store.moment(), store.rules()
    return state_for_all(classroom) | {
        "commands": possible_commands(moment, rules.rounds),
        "settings": rules.model_dump(),
        "markets": list(dict.fromkeys([rules.market, *menu_names()])),
        "levels": LEVELS,
    }


def menu_for_all(classroom: Classroom) -> Json:
    """The market, what may be chosen in it, and at what price."""
    menu, rules, briefing = classroom.menu, classroom.store.rules(), classroom.store.briefing()
    market = menu.base.market
    return {
        "market": menu.base.name,
        "story": menu.base.story.strip(),
        "brand": market.focal,
        "people": market.people,
        "weeks": market.horizon_weeks,
        "currency": market.currency,
        "budget": rules.budget,
        "level": rules.level,
        "most_chosen": MOST_CHOSEN,
        "lines": [line.model_dump() | {"cause": say("cause", line.cause)} for line in briefing.lines],
        "worlds": briefing.worlds,
        "choices": [
            {
                "name": name,
                "stage": menu.stage_of(name),
                "story": item.story.strip(),
                "price": briefing.prices[name],
                "evidence": item.evidence,
                "source": item.source.strip(),
            }
            for name, item in menu.choices.items()
        ],
    }


def board_for_all(classroom: Classroom, round_number: int) -> Json:
    """Board and debrief of a round that is revealed, with the sentences that go with them."""
    board, debrief = classroom.board(round_number)
    return {
        "round": round_number,
        "currency": classroom.menu.base.market.currency,
        "ahead": {figure: _ahead(board, figure) for figure in SHOWN},
        "how_sure": say("board", "how_sure", worlds=board.worlds, wrong=WRONG),
        "not_forecast": say("board", "not_forecast"),
        "shown": SHOWN,
        "board": board.as_record(),
        "debrief": debrief.as_record(),
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
