"""Protects a class from any order of events: whatever teams and teacher send, and whenever the server restarts, only what
the moment and the key allow has happened, and nothing that was committed is lost.

Hypothesis sends commands and plans in any order, old ones again too, and holds the class against a plain model of it.
"""

import asyncio
import json
import tempfile
from pathlib import Path

import pytest
from classes import PRICES, Known, begun
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from cxsim.interface.classroom.classroom import Classroom, NoKeyError
from cxsim.interface.classroom.names import looks
from cxsim.interface.classroom.reveal import reveal_for_all
from cxsim.interface.classroom.rounds import Command, NotNowError, Phase, RoundMoment
from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.classroom.views import state_for_all, state_for_team

ROUNDS = 2
NAMES = st.sampled_from(["Ann", "Bob", "ann", "Çelik"])
PLANS = st.lists(st.sampled_from([*PRICES, "a bribe"]), max_size=4)
MOMENTS = st.builds(RoundMoment, st.integers(1, ROUNDS + 1), st.sampled_from(Phase), st.integers(0, 3))
NEXT = {
    (Phase.setup, Command.start): Phase.open,
    (Phase.open, Command.lock): Phase.locked,
    (Phase.locked, Command.reopen): Phase.open,
    (Phase.locked, Command.predict): Phase.predict,
    (Phase.locked, Command.reveal): Phase.revealed,
    (Phase.predict, Command.reveal): Phase.revealed,
    (Phase.revealed, Command.next): Phase.open,
}


class AnyClass(RuleBasedStateMachine):
    keys = Bundle("keys")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.loop = asyncio.new_event_loop()
        self.room = Classroom(begun(self.path, rounds=ROUNDS), Known())
        self.moment = RoundMoment(1, Phase.setup)
        self.owner = {}  # key -> name
        self.plans = {}  # (round, name) -> what it committed
        self.in_round = {}  # round -> names there when it was locked

    def teardown(self):
        self.room.store.close()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        self.folder.cleanup()

    def live(self):
        """Let everything that is to be lived be lived."""

        async def lived():
            for _ in range(500):
                if self.room.round_runner.tend(self.moment.round):
                    return
                await asyncio.sleep(0)
            raise AssertionError("the plans are never lived")

        self.loop.run_until_complete(lived())

    @initialize(target=keys)
    def ann_joins(self):
        return self.join("Ann")

    @rule(target=keys, name=NAMES)
    def somebody_joins(self, name):
        return self.join(name)

    def join(self, name):
        taken = looks(name) in {looks(each) for each in self.owner.values()}
        try:
            key = self.room.join(name)
        except RefusedError:
            assert taken
            return "1.forged"
        assert not taken
        self.owner[key] = name
        return key

    @rule(target=keys, key=keys)
    def new_link(self, key):
        if key not in self.owner:
            return key
        new = self.room.renewed_key(self.owner[key])
        self.owner[new] = self.owner.pop(key)
        return new

    @rule(key=keys)
    def remove(self, key):
        if key in self.owner and self.moment.phase is Phase.setup:
            self.room.remove(self.owner.pop(key))

    @rule(key=keys, round_number=st.integers(1, ROUNDS), chosen=PLANS)
    def commit_for_some_round(self, key, round_number, chosen):
        self.commit(key, round_number, chosen)

    @rule(key=keys, chosen=st.lists(st.sampled_from([*PRICES]), max_size=4, unique=True))
    def commit_for_now(self, key, chosen):
        self.commit(key, self.moment.round, chosen)

    def commit(self, key, round_number, chosen):
        may = key in self.owner and self.moment == RoundMoment(round_number, Phase.open)
        price = sum(PRICES.get(name, 0.0) for name in chosen)
        right = "a bribe" not in chosen and len(set(chosen)) == len(chosen) and price <= 1000.0
        try:
            self.room.commit(self.room.team(key), round_number, chosen)
        except (NoKeyError, RefusedError):
            assert not (may and right)
        else:
            assert may and right
            self.plans[round_number, self.owner[key]] = set(chosen)

    @rule(command=st.sampled_from(Command), seen=MOMENTS)
    def command_for_some_moment(self, command, seen):
        self.command(command, seen)

    @rule(command=st.sampled_from(Command))
    def command_for_now(self, command):
        self.command(command, self.moment)

    def command(self, command, seen):
        if command in (Command.forward, Command.back):
            return self.step(seen, 1 if command is Command.forward else -1)
        phase = NEXT.get((seen.phase, command))
        may = seen == self.moment and phase is not None and (self.owner or command not in (Command.start, Command.lock))
        may = bool(may) and not (command is Command.next and seen.round == ROUNDS)
        if may and command is Command.reveal:
            self.live()
        try:
            new = self.room.command(command, seen)
        except NotNowError:
            assert not may
            return
        assert may
        self.moment = RoundMoment(seen.round + (command is Command.next), phase)
        assert new == self.moment
        if phase is Phase.locked:
            self.in_round[seen.round] = set(self.owner.values())

    def step(self, seen, by):
        """On the wall: one on or back, within what there is to show."""
        steps = len(self.room.steps())
        may = seen == self.moment and 0 <= seen.step + by < steps
        try:
            new = self.room.command(Command.forward if by > 0 else Command.back, seen)
        except NotNowError:
            assert not may
            return
        assert may
        self.moment = RoundMoment(seen.round, seen.phase, seen.step + by)
        assert new == self.moment

    @rule()
    def restart(self):
        self.room.store.close()
        self.room = Classroom(ClassStore(self.path / "class.sqlite"), Known())

    @invariant()
    def the_class_is_where_it_should_be(self):
        assert self.room.store.moment() == self.moment

    @invariant()
    def keys_open_their_own_team_alone(self):
        assert {self.room.team(key).name for key in self.owner} == set(self.owner.values())

    @invariant()
    def a_team_sees_its_own_plan_and_no_other(self):
        async def seen():
            everybody = json.dumps(state_for_all(self.room))
            return everybody, {name: state_for_team(self.room, self.room.team(key)) for key, name in self.owner.items()}

        everybody, own = self.loop.run_until_complete(seen())
        assert self.moment.phase is Phase.predict or not any(choice in everybody for choice in PRICES)
        for name, state in own.items():
            plan = self.plans.get((self.moment.round, name))
            assert (None if state["plan"] is None else set(state["plan"])) == plan

    @invariant()
    def plans_are_shown_after_the_reveal_alone(self):
        for round_number in range(1, ROUNDS + 1):
            now = self.moment.round == round_number
            revealed = round_number < self.moment.round or (now and self.moment.phase is Phase.revealed)
            if not revealed:
                with pytest.raises(NotNowError):
                    reveal_for_all(self.room, round_number)
                continue
            told = self.loop.run_until_complete(self.board(round_number))
            if now and self.moment.step < 2:  # predictions, then who leads, and not by how much
                assert "board" not in told and ("order" in told) == (self.moment.step == 1)
                continue
            lines = told["board"]["lines"]
            assert {line["team"]: set(line["chosen"]) for line in lines} == {
                name: self.plans.get((round_number, name), set()) for name in self.in_round[round_number]
            }

    async def board(self, round_number):
        return reveal_for_all(self.room, round_number)


AnyClass.TestCase.settings = settings(settings(), max_examples=40, stateful_step_count=30)
TestAnyClass = AnyClass.TestCase
