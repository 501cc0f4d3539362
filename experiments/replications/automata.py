"""Two published cellular automata of word of mouth, programmed anew to stand beside the simulator.

They have a file of their own because compiled code is kept under the name of its module, which a script run by itself
does not have.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled
from cxsim.engine.luck import purpose, uniform

MEETS: Final = purpose("automata: an outsider met in a period")
DECIDES: Final = purpose("automata: adopts, or rejects, in a period")
PLEASED: Final = purpose("automata: satisfied or not")

UNDECIDED, FAN, VICTIM, REJECTER = range(4)

Luck = NDArray[np.uint64]
Numbers = NDArray[np.float64]


@compiled
def talk_of_the_network(
    luck: Luck,
    owns: NDArray[np.bool_],
    will_own: NDArray[np.bool_],
    strong: float,
    weak: float,
    beta_strong: float,
    beta_weak: float,
    alpha: float,
    times: Numbers,
) -> None:
    """Goldenberg, Libai & Muller (2001): adopts with 1 - (1 - alpha)(1 - beta_weak)^j (1 - beta_strong)^m.

    Args:
        luck: of the replication.
        owns: nobody, shape (people,); working space.
        will_own: the same again.
        strong: ties inside the own group of strong + 1, of which m lead to owners.
        weak: people met at random in this period, of whom j are owners.
        beta_strong: chance a period of one strong tie.
        beta_weak: of one weak tie.
        alpha: of advertising.
        times: to be filled with the periods to 16% and 95%, shape (2,), zero before.
    """
    people = owns.shape[0]
    size = int(strong) + 1
    owners = 0
    period = 0
    while owners < 0.95 * people:
        for person in range(people):
            if owns[person]:
                continue
            stays = 1.0 - alpha
            for member in range(person // size * size, min(person // size * size + size, people)):
                if owns[member]:
                    stays *= 1.0 - beta_strong
            for meeting in range(int(weak)):
                if owns[int(uniform(luck, person, MEETS, period * int(weak) + meeting, 0) * people)]:
                    stays *= 1.0 - beta_weak
            if uniform(luck, person, DECIDES, period, 0) >= stays:
                will_own[person] = True
                owners += 1
        period += 1
        for person in range(people):
            owns[person] = will_own[person]
        if times[0] == 0.0 and owners >= 0.16 * people:
            times[0] = period
    times[1] = period


@compiled
def bad_news_spreads(
    luck: Luck,
    state: NDArray[np.int64],
    next_state: NDArray[np.int64],
    strong: int,
    weak: int,
    strength: float,
    weak_strength: float,
    advertising: float,
    dissatisfied: float,
    bad_per_good: float,
    rejecters_tell: bool,
    adopted: Numbers,
) -> None:
    """Goldenberg, Libai, Moldovan & Muller (2007), after the re-implementation named on the page of bad_news.

    The satisfied tell good news; the dissatisfied, and those who rejected, bad ones. Who hears only good ones adopts,
    who hears only bad ones rejects, who hears both does either in proportion to the chances of hearing each.

    Args:
        luck: of the replication.
        state: all UNDECIDED, shape (people,); working space.
        next_state: the same again.
        strong: ties inside the own group of strong + 1.
        weak: people met at random in this period.
        strength: chance a period of good news by one strong tie.
        weak_strength: by one weak tie.
        advertising: chance a period that advertising makes adopt.
        dissatisfied: share of buyers.
        bad_per_good: chance of bad news by a tie, over that of good ones.
        rejecters_tell: whether those who rejected tell.
        adopted: to be filled with the adoptions of each period, zero before.
    """
    people = state.shape[0]
    for period in range(adopted.shape[0]):
        for person in range(people):
            if state[person] != UNDECIDED:
                continue
            no_good = 1.0 - advertising
            no_bad = 1.0
            start = person // (strong + 1) * (strong + 1)
            for contact in range(strong + 1 + weak):
                known = start + contact
                chance = strength
                if contact > strong:
                    known = int(uniform(luck, person, MEETS, period * weak + contact - strong - 1, 0) * people)
                    chance = weak_strength
                if state[known] == FAN:
                    no_good *= 1.0 - chance
                elif state[known] == VICTIM or (rejecters_tell and state[known] == REJECTER):
                    no_bad *= 1.0 - bad_per_good * chance
            good, bad = 1.0 - no_good, 1.0 - no_bad
            adopts = good * no_bad + good * bad * good / (good + bad)
            rejects = bad * no_good + good * bad * bad / (good + bad)
            u = uniform(luck, person, DECIDES, period, 0)
            if u < adopts:
                adopted[period] += 1.0
                next_state[person] = VICTIM if uniform(luck, person, PLEASED, 0, 0) < dissatisfied else FAN
            elif u < adopts + rejects:
                next_state[person] = REJECTER
        for person in range(people):
            state[person] = next_state[person]
