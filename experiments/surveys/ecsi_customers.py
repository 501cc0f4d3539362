"""A simulated satisfaction survey against two real ones: mobile phones and a bank, 250 customers each (ECSI).

The simulated customers are calibrated to half of the real ones by the method of simulated moments with common random
numbers: means, standard deviations and correlations of four construct scores, each in units of its sampling error.
Then the six correlations of the other half are predicted. Answers are noisy, so standard deviations and correlations
of the simulated scores are attenuated (Spearman 1904) by a noise that Cronbach's alpha of the calibration half gives.

Tables and picture: ecsi.py.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxsim import load
from cxsim.engine.measures import Note
from experiments.surveys.aggregates import CALIBRATION, CONSTRUCTS, stored
from experiments.surveys.calibration import Fit, Free, Numbers, Values, calibrated
from experiments.surveys.watched import last_notes, lived

MARKET = Path(__file__).with_name("ecsi.toml")
SURVEYS = ("mobile", "bank")
PAIRS = np.triu_indices(len(CONSTRUCTS), 1)
PAIR_NAMES = [f"{CONSTRUCTS[i]} - {CONSTRUCTS[j]}" for i, j in zip(*PAIRS, strict=True)]
REPLICATIONS = 20  # of the final prediction
NOTES_PER_PERSON = 60


@dataclass(frozen=True)
class Moments:
    """Of four scores: means and standard deviations, shape (4,), and correlations, shape (6,), in the order of PAIRS."""

    means: Numbers
    sds: Numbers
    correlations: Numbers


@dataclass(frozen=True)
class RealHalf:
    """Half of a real survey."""

    customers: int
    moments: Moments
    noise: Numbers  # standard deviation of the measurement error of each score, shape (4,)

    def distance(self, simulated: Moments) -> Numbers:
        """Simulated minus real moments, each in standard errors of the real one, shape (14,)."""
        n, real = self.customers, self.moments
        return np.concatenate(
            [
                (simulated.means - real.means) / (real.sds / np.sqrt(n)),
                np.log(simulated.sds / real.sds) * np.sqrt(2 * (n - 1)),
                misses(simulated.correlations, real.correlations, n),
            ]
        )


def misses(predicted: Numbers, real: Numbers, customers: int) -> Numbers:
    """Predicted minus real correlations in standard errors of the real ones, on Fisher's z scale."""
    differences: Numbers = (np.arctanh(predicted) - np.arctanh(real)) * np.sqrt(customers - 3)
    return differences


def interval(real: Numbers, customers: int) -> tuple[Numbers, Numbers]:
    """Fisher's 95% interval of correlations in so many people."""
    half_width = 1.96 / np.sqrt(customers - 3)
    return np.tanh(np.arctanh(real) - half_width), np.tanh(np.arctanh(real) + half_width)


def real_half(survey: str, half: str) -> RealHalf:
    """The moments of half of a survey, and its measurement error sd * sqrt(1 - alpha)."""
    rows = stored("ecsi").query("survey == @survey and half == @half").set_index("construct").loc[CONSTRUCTS]
    means, sds, alphas = (rows[column].to_numpy(np.float64) for column in ("mean", "sd", "alpha"))
    correlations = rows[CONSTRUCTS].to_numpy(np.float64)[PAIRS]
    return RealHalf(int(rows["customers"].iloc[0]), Moments(means, sds, correlations), sds * np.sqrt(1 - alphas))


# Where the scales lie, how unequal people are, and how satisfaction and latent loyalty move the chance to stay.
SPREADS = {
    "brand.firm.use.quality": Free(0.0, 1.5, (0.7,)),
    "brand.firm.expectation.promise": Free(0.0, 1.5, (0.8,)),
    "use.satisfaction_base": Free(-1.0, 1.0, (0.0,)),
    "use.taste_sd": Free(0.0, 1.0, (0.12,)),
    "brand.firm.use.quality_sd": Free(0.0, 1.0, (0.08,)),
    "expectation.imagination_sd": Free(0.0, 1.0, (0.08,)),
    "loyalty.satisfaction_weight": Free(0.0, 20.0, (5.0,)),
    "mean chance to leave": Free(0.01, 0.99, (0.35,)),
    "sameness of that chance": Free(1.0, 200.0, (10.0,)),  # a + b of its Beta distribution
}
# How a mind works; elsewhere the defaults, which are assumed.
MINDS = {
    "expectation.learning": Free(0.0, 1.0, (0.25,)),
    "use.assimilation": Free(-1.0, 1.0, (0.2, 0.8)),
    "use.surprise_weight": Free(0.0, 5.0, (0.4,)),
}
SPREADS_FREE, MINDS_FREE = "spreads free", "minds free too"
MODELS = {SPREADS_FREE: SPREADS, MINDS_FREE: SPREADS | MINDS}


def simulated(values: Values, real: RealHalf, replication: int, people: int) -> Moments:
    """What a survey of the simulated customers finds after their last use, measurement error added."""
    return attenuated(answers(values, real.moments.means[2], replication, people), real.noise)


def answers(values: Values, reference: float, replication: int, people: int) -> Numbers:
    """True scores of everybody: expectation, perceived quality, cumulative satisfaction, chance to stay, shape (people, 4)."""
    settings = dict(values)
    leave, sameness = settings.pop("mean chance to leave"), settings.pop("sameness of that chance")
    settings |= {"loyalty.leave_a": leave * sameness, "loyalty.leave_b": (1 - leave) * sameness}
    settings |= {"loyalty.satisfaction_reference": reference, "market.people": people}
    model = lived(load(MARKET, [f"{key}={value}" for key, value in settings.items()]), replication, NOTES_PER_PERSON)
    use, decision = last_notes(model, Note.USES), last_notes(model, Note.STAYS, Note.DOUBTS)
    return np.column_stack([use["b"], use["c"], decision["c"], decision["a"]])


def attenuated(scores: Numbers, noise: Numbers) -> Moments:
    """Moments of scores to which an independent measurement error is added."""
    true = scores.std(axis=0, ddof=1)
    seen = np.hypot(true, noise)
    share = true / seen
    return Moments(scores.mean(axis=0), seen, (np.corrcoef(scores.T) * np.outer(share, share))[PAIRS])


def calibrate(real: RealHalf, free: dict[str, Free], people: int = 4000) -> Fit:
    """The simulated customers whose moments are nearest to those of half of a survey."""
    return calibrated(free, lambda values: real.distance(simulated(values, real, 0, people)), step=3e-3)


def predicted(fit: Fit, real: RealHalf) -> tuple[Numbers, Numbers]:
    """The correlations of calibrated customers, and their Monte Carlo standard errors, shape (6,) each."""
    each = np.array([simulated(fit.values, real, 1 + r, 5000).correlations for r in range(REPLICATIONS)])
    return each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(REPLICATIONS)


def inside(predictions: Numbers, real: RealHalf) -> int:
    """How many predicted correlations lie within the 95% interval of the real ones."""
    return int((np.abs(misses(predictions, real.moments.correlations, real.customers)) < 1.96).sum())


def peers(survey: str) -> dict[str, Numbers]:
    """What needs no model: the calibration half's correlations, and their mean for every pair."""
    own = real_half(survey, CALIBRATION).moments.correlations
    return {"calibration half itself": own, "one number for all": np.full(len(own), own.mean())}


def assimilations(survey: str, values: tuple[float, ...] = (-0.2, 0.2, 0.4, 0.6, 0.8, 0.9)) -> dict[float, float]:
    """The misfit to the calibration half when assimilation is held at each value and everything else is free."""
    real, held = real_half(survey, CALIBRATION), {}
    for value in values:
        free = MODELS[MINDS_FREE] | {"use.assimilation": Free(value - 1e-6, value + 1e-6, (value,))}
        held[value] = calibrate(real, free, 1000).misfit
    return held
