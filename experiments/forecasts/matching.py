"""Fitting a market that has no closed form: simulated moments of the known weeks or years, with the same luck throughout.

Parameters are moved until simulated figures meet the real ones, each weighed by its standard error (McFadden 1989, A
method of simulated moments for estimation of discrete response models without numerical integration, Econometrica
57(5), 995-1026). What satisfaction, rivals and talk do on average is in the real figures already; by refitting latent
rates and loyalties beside them it is not counted twice.
"""

from collections.abc import Callable

import numpy as np
from scipy import optimize

from cxsim.analysis.calibration.solve import ORIGIN, Match
from cxsim.data.histories import Numbers
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import Scenario

STEP = 0.05  # of a logarithm, for differences: large, since a simulation answers in whole customers
FAR = 4.0  # no parameter moves by a factor of more than e to this power
ROUNDS, POLISH = 8, 100  # evaluations, those for derivatives not counted
NOTES_EACH = 100  # room for notes a person
EXACT = 0.01  # of the mean squared miss: a tenth of a standard error, no need to polish
FITS = 10  # of one market, each with luck of its own from the fit to the forecast: their spread is the luck of both
LUCK_OF_FITS = 10_000  # replications from here on are those of fits; forecasts have others
DECISIONS = [Note.STAYS, Note.DOUBTS, Note.LEAVES]


def match(
    start: Numbers,
    allowed: tuple[Numbers, Numbers],
    simulate: Callable[[Numbers], Numbers],
    real: Numbers,
    error: Numbers,
) -> Match:
    """Least squares over simulated moments, on the logarithms of the parameters: Gauss-Newton, then Nelder-Mead.

    Args:
        start: parameters, all above 0, shape (k,).
        allowed: lowest and highest values, shape (k,) each.
        simulate: moments at given parameters, shape (moments,); with the same luck at every call.
        real: shape (moments,).
        error: their standard errors, shape (moments,).
    """
    origin = np.log(start) - ORIGIN
    low = np.maximum(np.log(allowed[0]) - origin, ORIGIN - FAR)
    high = np.minimum(np.log(allowed[1]) - origin, ORIGIN + FAR)

    def misses(at: Numbers) -> Numbers:
        return (simulate(np.exp(at + origin)) - real) / error

    inside = np.clip(np.full(len(start), ORIGIN), low + 1e-6, high - 1e-6)
    rough = optimize.least_squares(
        misses, inside, bounds=(low, high), diff_step=[STEP / ORIGIN] * len(start), max_nfev=ROUNDS, ftol=1e-3
    )
    if np.mean(rough.fun**2) < EXACT:
        return Match(np.exp(rough.x + origin), float(np.mean(rough.fun**2)))
    corners = np.clip(np.vstack([rough.x, rough.x + 2.0 * STEP * np.eye(len(start))]), low, high)
    fine = optimize.minimize(
        lambda at: float(np.mean(misses(at) ** 2)),
        rough.x,
        method="Nelder-Mead",  # which does not mind that a simulation's hill has small steps
        bounds=list(zip(low, high, strict=True)),
        options={"initial_simplex": corners, "maxfev": POLISH, "xatol": 1e-3, "fatol": 1e-4},
    )
    return Match(np.exp(fine.x + origin), float(fine.fun))


def mean_satisfaction(scenario: Scenario) -> float:
    """Mean satisfaction over all decisions to stay with the focal brand, in one run."""
    notes = run_with_log(scenario, 1, 0, EVERYBODY, NOTES_EACH * scenario.market.people).log
    decided = np.isin(notes["what"], DECISIONS) & (notes["brand"] == scenario.focal)
    return float(notes["c"][decided].mean())
