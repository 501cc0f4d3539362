"""Living the plans of a locked round: each different plan once, then what the debrief needs; kept as they come."""

import asyncio
import logging
from dataclasses import dataclass

from cxsim.interface.classroom.board import TeamEntry, board_of
from cxsim.interface.classroom.debrief import plans_to_compare
from cxsim.interface.classroom.menu import load_menu
from cxsim.interface.classroom.rules import price_of
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.classroom.trial import Trial, TrialOutcome, doubted, lived
from cxsim.interface.web.pool import WorkerPool

_log = logging.getLogger(__name__)

Chosen = tuple[str, ...]


@dataclass(frozen=True)
class Round:
    """A round and the plans in it, by team: what its results depend on, beside the rules."""

    number: int
    plans: tuple[tuple[str, Chosen], ...]


class RoundRunner:
    """Sees to it that every plan of a round is lived. What is lived stays in the store, whatever happens to the server.

    Args:
        store: of the class.
        runs: the workers.
    """

    def __init__(self, store: ClassStore, runs: WorkerPool) -> None:
        self._store, self._runs = store, runs
        self._task: asyncio.Task[None] | None = None
        self._complete: Round | None = None  # known to be lived, so that it is not looked up at every question
        self._ahead: Round | None = None  # of an open round: all that is committed has been lived
        self.to_do = 0  # trials that are not lived yet, as far as is known

    def round(self, number: int) -> Round:
        """A round as it stands in the store."""
        return Round(number, tuple(self._store.plans(number).items()))

    def tend(self, number: int) -> bool:
        """Go on with a round unless it is done or under way; whether it is done. Call it as often as you like."""
        this = self.round(number)
        if this == self._complete:
            return True
        if self._task is not None and not self._task.done():
            return False
        self.to_do = len(self.missing(this))
        if self.to_do == 0:
            self._complete = this
            return True
        self._task = asyncio.get_running_loop().create_task(self._live(this))
        return False

    def ahead(self, number: int) -> None:
        """While teams still choose: live one committed plan after the other, so that less is to do once it is locked.

        Then what their debrief would need. One at a time, and only what is committed now: a team that commits again and again gets no more than its turn.
        """
        this = self.round(number)
        if this == self._ahead or (self._task is not None and not self._task.done()):
            return
        missing = self.missing(this)
        if missing:
            self._task = asyncio.get_running_loop().create_task(self._tried(missing[0]))
        else:
            self._ahead = this

    def entries(self, this: Round) -> list[TeamEntry]:
        """The teams of a round whose plans have been lived."""
        rules, prices = self._store.rules(), self._store.briefing().prices
        entries = []
        for team, chosen in this.plans:
            lives = self._store.lives(rules.trial(this.number, chosen))
            if lives is not None:
                entries.append(TeamEntry(team, chosen, price_of(chosen, prices), lives))
        return entries

    def wanted(self, this: Round) -> list[Trial]:
        """All that has to be lived before a round can be revealed, as far as is known."""
        rules = self._store.rules()
        chosen = dict.fromkeys(plan for _, plan in this.plans)
        entries = self.entries(this)
        if entries and len(entries) == len(this.plans):
            leader = board_of(entries).lines[0]
            chosen |= dict.fromkeys(plans_to_compare(leader.chosen, load_menu(rules.market)))
        return [rules.trial(this.number, each) for each in chosen]

    def missing(self, this: Round) -> list[Trial]:
        """Those of them that have not been lived; then the leading plan, until it has been doubted."""
        wanted = self.wanted(this)
        missing = [trial for trial in wanted if self._store.lives(trial) is None]
        entries = self.entries(this)
        if missing or not entries:
            return missing
        leader = board_of(entries).lines[0].chosen
        lives = {trial.chosen: self._store.lives(trial) for trial in wanted}[leader]
        undoubted = bool(leader) and lives is not None and lives.doubts is None
        return [trial for trial in wanted if undoubted and trial.chosen == leader]

    def lives_of(self, this: Round) -> dict[Chosen, TrialOutcome]:
        """What came of every plan that was lived for a round."""
        known = {trial.chosen: self._store.lives(trial) for trial in self.wanted(this)}
        return {chosen: lives for chosen, lives in known.items() if lives is not None}

    async def _live(self, this: Round) -> None:
        """Everything missing, then what turns out to be missing after that; trouble leaves the rest for next time."""
        while missing := self.missing(this):
            self.to_do = len(missing)
            results = await asyncio.gather(*map(self._one, missing), return_exceptions=True)
            troubles = [result for result in results if isinstance(result, Exception)]
            for trouble in troubles:
                _log.warning("a plan of round %d was not lived: %s", this.number, trouble)
            if troubles:
                return

    async def _tried(self, trial: Trial) -> None:
        """One trial with all workers at once: nobody else needs them, and the next plan waits for it."""
        try:
            if self._store.lives(trial) is not None:
                return await self._doubt(trial)
            pieces = await asyncio.gather(*(self._runs.answer(lived, piece) for piece in trial.pieces()))
        except Exception as trouble:
            _log.warning("a plan was not lived ahead of its round: %s", trouble)
        else:
            self._store.keep(trial, TrialOutcome.joined(pieces))

    async def _one(self, trial: Trial) -> None:
        if self._store.lives(trial) is None:
            pieces = [await self._runs.answer(lived, piece) for piece in trial.pieces()]
            self._store.keep(trial, TrialOutcome.joined(pieces))
        else:
            await self._doubt(trial)
        self.to_do -= 1

    async def _doubt(self, trial: Trial) -> None:
        """What should be known before a plan that was lived is believed."""
        lives = self._store.lives(trial)
        if lives is not None:
            found = await self._runs.answer(doubted, trial)
            self._store.keep(trial, lives.model_copy(update={"doubts": found}))
