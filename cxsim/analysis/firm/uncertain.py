"""What the figures cannot tell: draws from the ranges of the register, each made to give the figures back, or left out.

History matching with rejection, as McCulloch, Ge, Ward, Heppenstall, Polhill & Malleson (2022, JASSS 25(2) 1) do it for
agent-based models: a draw stays if its market gives back every figure that the central one does, but for its tolerance and luck.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from cxsim.analysis.calibration.ensemble import IMPLAUSIBLE, prior_guesses
from cxsim.analysis.calibration.priors import Uncertain, of_experience
from cxsim.analysis.calibration.simulated import rounded
from cxsim.analysis.firm.founded import Founded
from cxsim.analysis.firm.hidden import Hidden
from cxsim.analysis.firm.measured import measured
from cxsim.analysis.firm.solving import Solved, solved
from cxsim.analysis.sweep.parameters import Values, in_every_segment
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.figures import Figures
from cxsim.data.histories import Numbers

DRAWS: Final = 60
ROUNDS: Final = 5  # lives of one draw, the last of which decides
OWN_LUCK: Final = 1000  # the first replication of the draws, none of which is that of the search
ALWAYS: Final = ("use.lateness_cost", "support.quick_rate", "listening.leniency")
IF_NOT_GIVEN: Final = {
    ("late",): "use.late_rate",
    ("failures",): "use.failure_rate",
    ("first_contact",): "support.resolve_rate",
    ("nps", "csat"): "use.quality",
    ("contacts",): "support.contact_base",
    ("referral",): "telling.refer_base",
}  # parameters that figures tell, and that are uncertain without them


def what_is_uncertain(market: Founded, figures: Figures) -> list[Uncertain]:
    """What differs between worlds: what calibration leaves free too, and whatever a missing figure would have told."""
    told = [parameter for keys, parameter in IF_NOT_GIVEN.items() if set(keys) & figures.keys()]
    missing = [parameter for parameter in IF_NOT_GIVEN.values() if parameter not in told]
    free = of_experience(market.scenario(), [*ALWAYS, *missing])
    known = {each for each in told} | {f"brand.{market.focal}.{each}" for each in told}
    by_key = {each.key: each for each in free if each.key not in known}
    return list(by_key.values())


def plausible_worlds(
    market: Founded,
    figures: Figures,
    hidden: list[Hidden],
    centre: Solved,
    lives: Sequence[dict[str, float]],
    seed: int,
    draws: int,
    lived: Callable[[int], None],
) -> pd.DataFrame:
    """Draws whose market gives the figures back, one row each, one column a full key.

    Args:
        market: the central one.
        figures: of the firm.
        hidden: what was searched for.
        centre: where the search ended.
        lives: of the central market, whose spread is luck.
        seed: of all luck.
        draws: how many are tried.
        lived: is told of every life.
    """
    uncertain = what_is_uncertain(market, figures)
    guesses = prior_guesses(draws, len(uncertain), seed)
    aims = np.asarray(stats.norm.ppf(stats.qmc.LatinHypercube(max(len(hidden), 1), rng=seed + 1).random(draws))) / 2.0
    error = _errors(hidden, lives)
    scenario = market.scenario()

    def draw(number: int) -> Values | None:
        values: Values = {}
        for free, point in zip(uncertain, guesses[number], strict=True):
            values[free.key] = rounded(float(np.clip(free.value_inside(point), free.low, free.high)))
        values = in_every_segment(scenario, values)
        steps, away = _solved(
            market, hidden, centre, values, aims[number, : len(hidden)], (seed, OWN_LUCK + number), lived
        )
        for each, step in zip(hidden, steps.tolist(), strict=True):
            values |= each.values(step)
        return values if bool(np.all(np.abs(away) <= error)) else None

    found = [values for values in each_replication(draw, draws) if values is not None]
    return pd.DataFrame(found)


def _errors(hidden: Sequence[Hidden], lives: Sequence[dict[str, float]]) -> Numbers:
    """By how many tolerances a draw may miss each figure; what the centre misses too decides nothing, shape (k,)."""
    allowed = []
    for each in hidden:
        missed = np.array([each.target.missed(life[each.target.key]) for life in lives]) / each.target.error
        luck = IMPLAUSIBLE * float(np.std(missed, ddof=1))
        allowed.append(np.hypot(1.0, luck) if abs(float(np.mean(missed))) <= 1.5 else np.inf)
    return np.array(allowed)


def _solved(
    market: Founded,
    hidden: Sequence[Hidden],
    centre: Solved,
    values: Values,
    aims: Numbers,
    luck: tuple[int, int],
    lived: Callable[[int], None],
) -> tuple[Numbers, Numbers]:
    """The hidden values of one draw, and by what it still misses the figures, in tolerances."""
    if not hidden:
        lived(ROUNDS)
        return np.zeros(0), np.zeros(0)

    def missed(steps: Numbers) -> Numbers:
        own = dict(values)
        for each, step in zip(hidden, steps.tolist(), strict=True):
            own |= each.values(step)
        life = measured(market.scenario(own), *luck)
        lived(1)
        return np.array([each.target.missed(life[each.target.key]) / each.target.error for each in hidden])

    low, high = np.array([each.ends for each in hidden], float).T
    found = solved(centre.steps, centre.slopes, (low, high), lambda steps: missed(steps) - aims, ROUNDS, 0.3)
    lived(ROUNDS - found.rounds)
    return found.steps, found.missed + aims
