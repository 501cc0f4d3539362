"""The debrief of a round: why the leading plan leads, what each part and each stage of it contributed, in plain words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.guard import spread_doubts
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.phrases import estimated, signed
from cxsim.interface.classroom.board import Board, TeamEntry
from cxsim.interface.classroom.menu import STAGES, ClassMenu
from cxsim.interface.classroom.rules import price_of
from cxsim.interface.classroom.trial import LinesOfTrial, TrialOutcome
from cxsim.interface.classroom.words import say

Chosen = tuple[str, ...]


@dataclass(frozen=True)
class PlanPart:
    """What is missing when a part of the leading plan is taken away: the same customers, the same luck.

    Attributes:
        name: the intervention, or the stage.
        price: by list, in currency.
        net_margin: margin after cost that the part adds, in currency.
        rescued: rescued lines that it adds, in people.
    """

    name: str
    price: float
    net_margin: Estimate
    rescued: Estimate


@dataclass(frozen=True)
class Place:
    """A stage: what ends there in the market as it is, and what was spent on it.

    Attributes:
        stage: its name.
        lines: lines that end there, mean people.
        rescued: of the lines that the leader rescued, those that used to end there.
        spent: list price that the leader spent on it.
        spent_by_dearest: list price that the dearest plan spent on it.
    """

    stage: str
    lines: float
    rescued: float
    spent: float
    spent_by_dearest: float


@dataclass(frozen=True)
class Debrief:
    """The story of a round.

    Attributes:
        leader: the team with the highest mean margin.
        dearest: the team with the highest list price.
        doubts: what should be known before the leading plan is believed.
        sentences: why it came out so, to read aloud.
        parts: of the leading plan, one an intervention.
        stages: of the leading plan, one a stage.
        places: where lines end, and where money went, stage by stage.
        lines: where and why lines end in the market as it is, most first.
        rescued_from: the same of the lines that the leader rescued.
    """

    leader: str
    dearest: str
    doubts: list[Doubt]
    sentences: list[str]
    parts: list[PlanPart]
    stages: list[PlanPart]
    places: list[Place]
    lines: list[LinesOfTrial]
    rescued_from: list[LinesOfTrial]

    def as_record(self) -> dict[str, object]:
        """Ready for JSON, by stage and not by cause."""
        return {name: value for name, value in asdict(self).items() if name not in ("lines", "rescued_from")}


def stages_of(chosen: Chosen, menu: ClassMenu) -> dict[str, Chosen]:
    """The interventions of a plan by the stage they act on."""
    stages = {
        menu.stage_of(name): tuple(other for other in chosen if menu.stage_of(other) == menu.stage_of(name))
        for name in chosen
    }
    return {stage: stages[stage] for stage in STAGES if stage in stages}


def plans_to_compare(chosen: Chosen, menu: ClassMenu) -> list[Chosen]:
    """The plans, besides itself, that tell what each part of a plan contributes: it without them."""
    parts = [(name,) for name in chosen] + list(stages_of(chosen, menu).values())
    return list(dict.fromkeys(without(chosen, part) for part in parts))


def without(chosen: Chosen, part: Chosen) -> Chosen:
    """A plan with a part taken away."""
    return tuple(name for name in chosen if name not in part)


def debrief_of(
    entries: list[TeamEntry],
    board: Board,
    lives: Mapping[Chosen, TrialOutcome],
    menu: ClassMenu,
    prices: Mapping[str, float],
) -> Debrief:
    """Tell the story of a round.

    Args:
        entries: one a team.
        board: of these entries.
        lives: of the plans of all teams, and of those in `plans_to_compare` of the leading one.
        menu: of the class.
        prices: by list.
    """
    by_team = {entry.team: entry for entry in entries}
    leader = by_team[board.lines[0].team]
    dearest = max((by_team[line.team] for line in board.lines), key=lambda entry: entry.price)

    def part(name: str, what: Chosen) -> PlanPart:
        rest = lives[without(leader.chosen, what)]
        net = _difference(leader.lives.net_margin, rest.net_margin)
        return PlanPart(name, price_of(what, prices), net, _difference(leader.lives.rescued, rest.rescued))

    parts = [part(name, (name,)) for name in leader.chosen]
    stages = [part(stage, names) for stage, names in stages_of(leader.chosen, menu).items()]
    places = _places(leader, dearest, menu, prices)
    currency = menu.base.market.currency
    sentences = [
        _led(leader, currency),
        *_where(leader, places),
        *_dearer(leader, dearest, places, currency),
        *_worth(parts, currency),
        *_together(leader, parts, lives, currency),
        *_other_on_loops(leader, board),
    ]
    ended = leader.lives.lines, leader.lives.rescued_from
    return Debrief(leader.team, dearest.team, _doubts(leader), sentences, parts, stages, places, *ended)


def _doubts(leader: TeamEntry) -> list[Doubt]:
    money = np.array(leader.lives.net_margin)
    return [*(leader.lives.doubts or []), *(spread_doubts(money, "money") if leader.chosen else [])]


def _difference(more: list[float], less: list[float]) -> Estimate:
    return estimate(np.array(more) - np.array(less))


def _places(leader: TeamEntry, dearest: TeamEntry, menu: ClassMenu, prices: Mapping[str, float]) -> list[Place]:
    ends = [each.stage for each in leader.lives.lines]
    spending = [menu.stage_of(name) for name in (*leader.chosen, *dearest.chosen)]
    return [
        Place(
            stage,
            _people(leader.lives.lines, stage),
            _people(leader.lives.rescued_from, stage),
            _spent(leader, stage, menu, prices),
            _spent(dearest, stage, menu, prices),
        )
        for stage in STAGES
        if stage in ends or stage in spending
    ]


def _people(ended: list[LinesOfTrial], stage: str) -> float:
    return sum(each.people for each in ended if each.stage == stage)


def _spent(entry: TeamEntry, stage: str, menu: ClassMenu, prices: Mapping[str, float]) -> float:
    return price_of([name for name in entry.chosen if menu.stage_of(name) == stage], prices)


def _led(leader: TeamEntry, currency: str) -> str:
    net = estimate(np.array(leader.lives.net_margin))
    if not (net.decided and net.mean > 0.0):
        return say("debrief", "led_without_gain", team=leader.team, currency=currency, net=estimated(net))
    return say(
        "debrief",
        "led",
        team=leader.team,
        currency=currency,
        net=estimated(net),
        price=leader.price,
        rescued=estimated(estimate(np.array(leader.lives.rescued))),
        broken=float(np.mean(leader.lives.broken)),
    )


def _where(leader: TeamEntry, places: list[Place]) -> list[str]:
    lines = sum(place.lines for place in places)
    if not lines:
        return []
    most = max(places, key=lambda place: place.lines)
    cause = _first_cause(leader.lives.lines, most.stage)
    stage = say("stage", most.stage)
    sentences = [say("debrief", "where", lines=lines, stage=stage, share=most.lines / lines, cause=cause)]
    rescued = sum(place.rescued for place in places)
    if rescued >= 0.5:
        source = max(places, key=lambda place: place.rescued)
        cause = _first_cause(leader.lives.rescued_from, source.stage)
        values = {"share": source.rescued / rescued, "stage": say("stage", source.stage), "cause": cause}
        sentences.append(say("debrief", "rescued_where", team=leader.team, **values))
    return sentences


def _first_cause(ended: list[LinesOfTrial], stage: str) -> str:
    return say("cause", next(each.cause for each in ended if each.stage == stage))


def _dearer(leader: TeamEntry, dearest: TeamEntry, places: list[Place], currency: str) -> list[str]:
    if not leader.chosen:
        return []
    if dearest.price <= leader.price or leader.price <= 0.0:
        return [say("debrief", "dearest_won", team=leader.team)] if leader.price > 0.0 else []
    lines = sum(place.lines for place in places)
    most = max(places, key=lambda place: place.spent_by_dearest)
    unit = _counted_by(float(np.mean(leader.lives.rescued)) / leader.price)
    return [
        say(
            "debrief",
            "dearer",
            dear=dearest.team,
            team=leader.team,
            times=dearest.price / leader.price,
            currency=currency,
            dear_price=dearest.price,
            dear_stage=say("stage", most.stage),
            dear_share=most.lines / lines if lines else 0.0,
            dear_net=estimated(estimate(np.array(dearest.lives.net_margin))),
            unit=unit,
            dear_rescued=unit * float(np.mean(dearest.lives.rescued)) / dearest.price,
            rescued=unit * float(np.mean(leader.lives.rescued)) / leader.price,
        )
    ]


def _counted_by(people: float) -> float:
    """A thousand of the currency, or so many tens of it that these people for each of the currency are ten and more."""
    return 10.0 ** min(9.0, max(3.0, 1.0 + np.ceil(-np.log10(people)))) if people > 0.0 else 1000.0


def _worth(parts: list[PlanPart], currency: str) -> list[str]:
    """The part that adds most, and those that cost more than they bring; the rest stands in the table."""
    sentences = []
    best = max(parts, key=lambda part: part.net_margin.mean, default=None)
    if best is not None and len(parts) > 1 and best.net_margin.decided and best.net_margin.mean > 0.0:
        sentences.append(say("debrief", "pays", part=best.name, currency=currency, net=estimated(best.net_margin)))
    for part in parts:
        net = part.net_margin
        if net.decided and net.mean < 0.0:
            lost = replace(net, mean=-net.mean, low=-net.high, high=-net.low)
            sentences.append(say("debrief", "hurts", part=part.name, currency=currency, net=estimated(lost)))
    return sentences


def _together(
    leader: TeamEntry, parts: list[PlanPart], lives: Mapping[Chosen, TrialOutcome], currency: str
) -> list[str]:
    """Whether the parts help each other or do the same work, if that is more than luck."""
    if len(parts) < 2:
        return []
    whole = np.array(leader.lives.net_margin)
    one_by_one = sum(whole - np.array(lives[without(leader.chosen, (part.name,))].net_margin) for part in parts)
    more = estimate(np.asarray(one_by_one) - whole)
    if not more.decided:
        return []
    key = "complements" if more.mean > 0.0 else "substitutes"
    total = sum(part.net_margin.mean for part in parts)
    return [say("debrief", key, currency=currency, sum=total, whole=float(whole.mean()))]


def _other_on_loops(leader: TeamEntry, board: Board) -> list[str]:
    own = next(line for line in board.lines if line.team == leader.team).figures["loops"]
    other = max(board.lines, key=lambda line: line.figures["loops"].mean)
    loops = other.figures["loops"]
    if own.level_with_leader:
        return []
    values = {"other_loops": signed(loops.mean), "loops": signed(own.mean)}
    return [say("debrief", "other_on_loops", other=other.team, team=leader.team, **values)]
