"""Where a class stands, and which of the teacher's commands leads on from there."""

from dataclasses import dataclass, replace
from enum import StrEnum

from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.words import say


class Phase(StrEnum):
    """What a class is doing."""

    setup = "setup"  # teams join; the teacher may change the rules
    open = "open"  # teams choose and commit
    locked = "locked"  # nobody can change anything; the plans are lived
    predict = "predict"  # everybody sees the plans, and says what will come of them
    revealed = "revealed"  # everybody sees what came of them, step by step


class Command(StrEnum):
    """What the teacher may do."""

    start = "start"
    lock = "lock"
    predict = "predict"
    reopen = "reopen"  # locked too early
    reveal = "reveal"
    forward = "forward"  # on the wall: to the next step
    back = "back"
    next = "next"


class NotNowError(RefusedError):
    """A command or a plan came for a moment that is over, or has not come yet."""


@dataclass(frozen=True)
class RoundMoment:
    """A round, counted from 1, what happens in it, and which step of that is on the wall, from 0."""

    round: int
    phase: Phase
    step: int = 0


START = RoundMoment(1, Phase.setup)

_LEADS = {
    (Phase.setup, Command.start): Phase.open,
    (Phase.open, Command.lock): Phase.locked,
    (Phase.locked, Command.predict): Phase.predict,
    (Phase.locked, Command.reveal): Phase.revealed,
    (Phase.locked, Command.reopen): Phase.open,
    (Phase.predict, Command.reveal): Phase.revealed,
    (Phase.revealed, Command.next): Phase.open,
}


def after(moment: RoundMoment, command: Command, rounds: int, steps: int = 1) -> RoundMoment:
    """Where a command leads.

    Args:
        moment: where the class stands.
        command: what the teacher wants.
        rounds: how many there are in all.
        steps: how many this phase has on the wall.

    Raises:
        NotNowError: if the command does not fit the moment.
    """
    if command is Command.next and moment.phase is Phase.revealed and moment.round >= rounds:
        raise NotNowError(say("refused", "last_round", round=moment.round))
    possible = possible_commands(moment, rounds, steps)
    if command not in possible:
        raise NotNowError(
            say(
                "refused",
                "not_now",
                command=command.value,
                round=moment.round,
                phase=say("phase", moment.phase),
                possible=", ".join(each.value for each in possible) or say("refused", "nothing_possible"),
            )
        )
    if command in (Command.forward, Command.back):
        return replace(moment, step=moment.step + (1 if command is Command.forward else -1))
    return RoundMoment(moment.round + (command is Command.next), _LEADS[moment.phase, command])


def possible_commands(moment: RoundMoment, rounds: int, steps: int = 1) -> list[Command]:
    """The commands that fit the moment, the usual one first."""
    fitting = [command for phase, command in _LEADS if phase is moment.phase]
    if moment.phase is Phase.revealed and moment.round >= rounds:
        fitting.remove(Command.next)
    forward = [Command.forward] if moment.step + 1 < steps else []
    back = [Command.back] if moment.step > 0 else []
    if moment.phase is Phase.setup:
        return [*fitting, *forward, *back]
    return [*forward, *fitting, *back]


def is_revealed(round_number: int, moment: RoundMoment) -> bool:
    """Whether everybody may see the plans and results of a round."""
    return round_number < moment.round or (round_number == moment.round and moment.phase is Phase.revealed)
