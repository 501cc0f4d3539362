"""Where a class stands, and which of the teacher's commands leads on from there."""

from dataclasses import dataclass
from enum import StrEnum

from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.words import say


class Phase(StrEnum):
    """What a class is doing."""

    setup = "setup"  # teams join; the teacher may change the rules
    open = "open"  # teams choose and commit
    locked = "locked"  # nobody can change anything; the plans are lived
    revealed = "revealed"  # everybody sees everything


class Command(StrEnum):
    """What the teacher may do."""

    start = "start"
    lock = "lock"
    reopen = "reopen"  # locked too early
    reveal = "reveal"
    next = "next"


class NotNowError(RefusedError):
    """A command or a plan came for a moment that is over, or has not come yet."""


@dataclass(frozen=True)
class RoundMoment:
    """A round, counted from 1, and what happens in it."""

    round: int
    phase: Phase


START = RoundMoment(1, Phase.setup)

_LEADS = {
    (Phase.setup, Command.start): Phase.open,
    (Phase.open, Command.lock): Phase.locked,
    (Phase.locked, Command.reopen): Phase.open,
    (Phase.locked, Command.reveal): Phase.revealed,
    (Phase.revealed, Command.next): Phase.open,
}


def after(moment: RoundMoment, command: Command, rounds: int) -> RoundMoment:
    """Where a command leads.

    Args:
        moment: where the class stands.
        command: what the teacher wants.
        rounds: how many there are in all.

    Raises:
        NotNowError: if the command does not fit the moment.
    """
    phase = _LEADS.get((moment.phase, command))
    if phase is None:
        possible = ", ".join(each.value for each in possible_commands(moment, rounds))
        raise NotNowError(
            say(
                "refused",
                "not_now",
                command=command.value,
                round=moment.round,
                phase=say("phase", moment.phase),
                possible=possible or say("refused", "nothing_possible"),
            )
        )
    if command is not Command.next:
        return RoundMoment(moment.round, phase)
    if moment.round >= rounds:
        raise NotNowError(say("refused", "last_round", round=moment.round))
    return RoundMoment(moment.round + 1, phase)


def possible_commands(moment: RoundMoment, rounds: int) -> list[Command]:
    """The commands that fit the moment, the usual one first."""
    fitting = [command for phase, command in _LEADS if phase is moment.phase]
    if moment.phase is Phase.revealed and moment.round >= rounds:
        return []
    return sorted(fitting, key=lambda command: command is Command.reopen)


def is_revealed(round_number: int, moment: RoundMoment) -> bool:
    """Whether everybody may see the plans and results of a round."""
    return round_number < moment.round or (round_number == moment.round and moment.phase is Phase.revealed)
