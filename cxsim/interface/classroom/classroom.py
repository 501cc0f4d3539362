"""A class: who may do what, and when."""

from cxsim.interface.classroom.access import new_secret, team_key
from cxsim.interface.classroom.board import Board, board_of
from cxsim.interface.classroom.briefing import MarketBriefing, briefing
from cxsim.interface.classroom.debrief import Debrief, debrief_of
from cxsim.interface.classroom.menu import ClassMenu, load_menu, menu_names
from cxsim.interface.classroom.names import checked_name
from cxsim.interface.classroom.predictions import (
    EXPLANATION,
    MOST_PHONES,
    PREDICTION,
    Explanation,
    Prediction,
    Question,
    checked_prediction,
    questions_of,
)
from cxsim.interface.classroom.round_runner import Round, RoundRunner
from cxsim.interface.classroom.rounds import Command, NotNowError, Phase, RoundMoment, after, is_revealed
from cxsim.interface.classroom.rules import RefusedError, Rules, checked_choice, usual_budget
from cxsim.interface.classroom.steps import EXPLAINING, WallStep, steps_of, steps_on_the_wall
from cxsim.interface.classroom.store import ClassStore, Team
from cxsim.interface.classroom.words import say
from cxsim.interface.web.pool import WorkerPool

MOST_TEAMS = 60
MOST_TEAMS_OF_ONE = 20  # address: a third, so that no single phone takes all places


class NoKeyError(Exception):
    """Who asks holds no key for it."""


class Classroom:
    """A class in a store, its plans lived by `runs`.

    Args:
        store: with a class that has begun.
        runs: the workers.
    """

    def __init__(self, store: ClassStore, runs: WorkerPool) -> None:
        self.store = store
        self._runs = runs
        self._joined: dict[int, str] = {}  # from which address each team came, since the server began
        self.round_runner = RoundRunner(store, runs)
        self._told: tuple[Round, Board, Debrief] | None = None  # the round that everybody asks for now

    @property
    def menu(self) -> ClassMenu:
        """What may be chosen."""
        return load_menu(self.store.rules().market)

    # ---- who is there ----

    def team(self, key: str | None) -> Team:
        """The team that holds a key.

        Raises:
            NoKeyError: if there is no key, or it opens no team.
        """
        if not key:
            raise NoKeyError(say("refused", "not_in_team"))
        team = self.store.team_with(key)
        if team is None:
            raise NoKeyError(say("refused", "forged"))
        return team

    def teacher(self, key: str | None) -> None:
        """Nothing, if this is the teacher's key.

        Raises:
            NoKeyError: if it is not.
        """
        if not key or not self.store.is_teacher(key):
            raise NoKeyError(say("refused", "teacher_only"))

    def join(self, name: str, where: str = "") -> str:
        """A new team, and its key.

        Args:
            name: what it wants to be called.
            where: the address from which it joins.

        Raises:
            RefusedError: if the name does not do, the class is full, or very many have joined from there.
        """
        name, secret = checked_name(name), new_secret()
        there = {team.id for team in self.store.teams()}
        if sum(self._joined.get(number) == where for number in there) >= MOST_TEAMS_OF_ONE and where:
            raise RefusedError(say("refused", "full_of_one", most=MOST_TEAMS_OF_ONE))
        team = self.store.add_team(name, secret, MOST_TEAMS)
        if team is None and self.store.is_taken(name):
            raise RefusedError(say("refused", "name_taken", name=name))
        if team is None:
            raise RefusedError(say("refused", "full", most=MOST_TEAMS))
        self._joined[team.id] = where
        return team_key(team.id, secret)

    def renewed_key(self, name: str) -> str:
        """A new key for a team whose phone is lost; the old one opens nothing any more.

        Raises:
            RefusedError: if there is no such team.
        """
        team, secret = self._team_named(name), new_secret()
        self.store.set_key(team, secret)
        return team_key(team.id, secret)

    def remove(self, name: str) -> None:
        """Without a team.

        Raises:
            RefusedError: if there is no such team.
        """
        self.store.remove(self._team_named(name))

    def _team_named(self, name: str) -> Team:
        team = self.store.team_named(name)
        if team is None:
            raise RefusedError(say("refused", "no_team", name=name[:60]))
        return team

    # ---- what happens ----

    def commit(self, team: Team, round_number: int, chosen: list[str]) -> None:
        """A team's plan for the round; committing again replaces it, until the round is locked.

        Raises:
            NotNowError: if the round is another one, or is not open.
            RefusedError: if the rules do not allow the choice.
            ScenarioError: if its interventions cannot go together.
        """
        now = self.store.moment()
        if round_number != now.round:
            raise NotNowError(say("refused", "other_round", given=round_number, round=now.round))
        ordered = checked_choice(chosen, self.menu, self.store.briefing().prices, self.store.rules())
        if not self.store.commit(team, ordered, RoundMoment(round_number, Phase.open)):
            now = self.store.moment()
            raise NotNowError(say("refused", "not_open", round=now.round, phase=say("phase", now.phase)))

    def command(self, command: Command, seen: RoundMoment) -> RoundMoment:
        """Do what the teacher asks, who saw the class at a moment: a command that comes twice is done once.

        Raises:
            NotNowError: if the class has left that moment, the command does not fit it, or plans are still being lived.
        """
        if seen != self.store.moment():
            raise self._moved_on()
        new = after(seen, command, self.store.rules().rounds, len(self.steps()))
        if command in (Command.start, Command.lock) and not self.store.teams():
            raise NotNowError(say("refused", "no_teams"))
        if command is Command.reveal:
            self._see_to(seen.round)
        if not self.store.move(seen, new):
            raise self._moved_on()
        return new

    def _moved_on(self) -> NotNowError:
        now = self.store.moment()
        return NotNowError(say("refused", "moved_on", round=now.round, phase=say("phase", now.phase)))

    # ---- what phones say ----

    def predict(self, team: Team, phone: str, round_number: int, said: Prediction) -> None:
        """What a phone of a team predicts; another prediction replaces it, until the reveal.

        Raises:
            NotNowError: if the class does not predict in that round.
            RefusedError: if there is no such team, or very many phones of this one have predicted.
        """
        checked_prediction(said, list(self.store.plans(round_number)))
        self._answer(team, phone, PREDICTION, said.model_dump_json(), RoundMoment(round_number, Phase.predict))

    def explain(self, team: Team, phone: str, round_number: int, said: Explanation) -> None:
        """Why a phone of a team believes that the leading plan leads; another explanation replaces it.

        Raises:
            NotNowError: if the class is not asked for that.
            RefusedError: if very many phones of this team have explained.
        """
        now = self.store.moment()
        if now.round != round_number or self.shown() not in EXPLAINING:
            raise NotNowError(say("refused", "not_asked"))
        self._answer(team, phone, EXPLANATION, said.model_dump_json(), now)

    def _answer(self, team: Team, phone: str, question: str, said: str, when: RoundMoment) -> None:
        if not self.store.answer(team, phone, question, said, when, MOST_PHONES):
            if self.store.moment() != when:
                raise NotNowError(say("refused", "not_asked"))
            raise RefusedError(say("refused", "many_phones", most=MOST_PHONES))

    def questions(self, round_number: int) -> list[Question]:
        """What phones are asked before the reveal of a round."""
        rules = self.store.rules()
        return questions_of(list(self.store.plans(round_number)), rules.budget, self.menu.base.market.currency)

    # ---- what is on the wall ----

    def steps(self) -> list[WallStep]:
        """The steps that the class is led through in this phase; none where what they show is still to be lived."""
        now = self.store.moment()
        told = self._known(now.round) if now.phase is Phase.revealed else None
        return steps_on_the_wall(now.phase, steps_of(*told) if told else [])

    def shown(self) -> WallStep | None:
        """The step that is on the wall."""
        steps = self.steps()
        return steps[min(self.store.moment().step, len(steps) - 1)] if steps else None

    def _known(self, round_number: int) -> tuple[Board, Debrief] | None:
        return (
            self.board(round_number)
            if self.round_runner.tend(round_number) and self.store.plans(round_number)
            else None
        )

    async def set_rules(self, rules: Rules) -> None:
        """Other rules, before the first round. A budget that stayed while the market changed is the new market's usual one.

        Raises:
            NotNowError: if the first round has started.
            RefusedError: if there is no such market.
        """
        if self.store.moment().phase is not Phase.setup:
            raise NotNowError(say("refused", "rules_fixed"))
        before = self.store.rules()
        known = list(dict.fromkeys([before.market, *menu_names()]))
        if rules.market not in known:  # a file can be named only where the server was started
            raise RefusedError(say("refused", "no_market", market=rules.market[:60], known=", ".join(known)))
        found = await self._runs.answer(briefing, MarketBriefing(market=rules.market))
        if rules.market != before.market and rules.budget == before.budget:
            rules = rules.model_copy(update={"budget": usual_budget(found.prices)})
        if not self.store.set_rules(rules, found):  # the round was started meanwhile
            raise NotNowError(say("refused", "rules_fixed"))

    # ---- what came of it ----

    def board(self, round_number: int) -> tuple[Board, Debrief]:
        """The board and the debrief of a round.

        Raises:
            NotNowError: if it is not revealed.
        """
        if round_number < 1 or not is_revealed(round_number, self.store.moment()):
            raise NotNowError(say("refused", "not_revealed", round=round_number))
        self._see_to(round_number)
        this = self.round_runner.round(round_number)
        if self._told is None or self._told[0] != this:
            self._told = (this, *self._tell(this))
        return self._told[1], self._told[2]

    def _tell(self, this: Round) -> tuple[Board, Debrief]:
        entries = self.round_runner.entries(this)
        if not entries:
            raise RefusedError(say("refused", "no_teams"))
        board = board_of(entries)
        return board, debrief_of(
            entries, board, self.round_runner.lives_of(this), self.menu, self.store.briefing().prices
        )

    def _see_to(self, round_number: int) -> None:
        if not self.round_runner.tend(round_number):
            raise NotNowError(say("refused", "still_living"))
