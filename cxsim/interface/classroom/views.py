"""What each may see: everybody, a team, the teacher. Nothing of a plan leaves the store here before its reveal."""

from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.menu import LEVELS, menu_names
from cxsim.interface.classroom.reveal import Json, questions_for_all, said_by
from cxsim.interface.classroom.rounds import Phase, possible_commands
from cxsim.interface.classroom.rules import MOST_CHOSEN
from cxsim.interface.classroom.store import Team
from cxsim.interface.classroom.words import say


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
    steps = classroom.steps()
    if steps:
        number = min(moment.step, len(steps) - 1)
        state |= {
            "step": steps[number],
            "part": steps[:number].count(steps[number]),
            "steps": steps,
            "number": number + 1,
        }
    if moment.phase is Phase.open:
        classroom.round_runner.ahead(moment.round)
    if moment.phase in (Phase.locked, Phase.predict):
        state["lived"] = classroom.round_runner.tend(moment.round)
        state["to_do"] = max(
            1, classroom.round_runner.to_do
        )  # one that was begun while the round was open is not counted
    return state | questions_for_all(classroom)


def state_for_team(classroom: Classroom, team: Team, phone: str | None = None) -> Json:
    """That, the team's own plan, and what this phone has said."""
    state = state_for_all(classroom)
    store = classroom.store
    moment = store.moment()
    own = store.plans(moment.round).get(team.name)
    before = store.plans(moment.round - 1).get(team.name, ())
    is_own = team.name in store.committed(moment.round)
    return (
        state | {"team": team.name, "plan": own if is_own else None, "plan_before": before} | said_by(classroom, phone)
    )


def state_for_teacher(classroom: Classroom) -> Json:
    """That, and what the teacher can do now."""
    store = classroom.store
    moment, rules = store.moment(), store.rules()
    return state_for_all(classroom) | {
        "commands": possible_commands(moment, rules.rounds, len(classroom.steps())),
        "step_seen": moment.step,
        "step_number": min(moment.step, max(0, len(classroom.steps()) - 1)),
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
