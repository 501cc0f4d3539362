"""What is held against the data: a few figures that a firm's records and a simulated market both have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxsim.analysis.calibration.cohort import Cohort
from cxsim.analysis.calibration.repeat_buying import AnyFit
from cxsim.analysis.calibration.score import MeanLogLikelihood, directions, mean_of_cohort, mean_over, slope
from cxsim.data.histories import Histories, Numbers
from cxsim.engine.measures import Measure

MODEL_ERROR = 0.02  # share of a figure by which even the right model may be off: no simulated market is the real one
# Standard error of a figure that is given as a plain number: nobody says how many customers it was taken from.
PLAIN_ERROR = 0.05  # share of the figure
PLAIN_ERROR_OF_SHARE = 0.005  # at least so much of a share, which is given to a whole percent
PLAIN_ERROR_OF_RATING = 0.05  # stars, which are given to a tenth

Read = Callable[[Cohort, int], float]  # of a cohort and the focal brand's number


@dataclass(frozen=True)
class FittedFigure:
    """One figure.

    Attributes:
        name: in words.
        observed: in the data.
        error: standard error of the observed figure.
        simulated: reads it from a simulated cohort.
        is_check: whether it is only shown beside the fit: what it tells of the parameters is told better by the score.
    """

    name: str
    observed: float
    error: float
    simulated: Read
    is_check: bool = False

    @property
    def tolerance(self) -> float:
        """Standard error of the data and of the model's own roughness together."""
        return float(np.hypot(self.error, MODEL_ERROR * abs(self.observed)))


# ---- the closed form's view ------------------------------------------------------------------------------------------


def moments_of_score(
    fit: AnyFit, customers: float, real: MeanLogLikelihood, simulated: Callable[[Cohort], MeanLogLikelihood]
) -> list[FittedFigure]:
    """What the closed form would have to correct in simulated customers to fit them as well as the real ones.

    Args:
        fit: the closed form at the values most likely for the real customers.
        customers: how many these are.
        real: the mean log-likelihood of their records.
        simulated: that of a cohort.
    """
    across = directions(fit)
    scale = np.sqrt(customers)  # a slope along one standard error; times this, one customer's has standard deviation 1

    def read(direction: Numbers) -> Read:
        return lambda cohort, _: float(scale * slope(fit, direction, simulated(cohort)))

    return [
        FittedFigure(
            f"score of {fit.model.NAME}, direction {number} of {len(across)}",
            float(scale * slope(fit, direction, real)),
            float(np.hypot(1.0 / scale, MODEL_ERROR)),
            read(direction),
        )
        for number, direction in enumerate(across, 1)
    ]


def score_of_purchases(fit: AnyFit, histories: Histories) -> list[FittedFigure]:
    """How often and how lately customers bought, as the closed form weighs it."""
    return moments_of_score(
        fit, len(histories), mean_over(histories), lambda cohort: mean_over(cohort.histories(histories.age))
    )


def score_of_retention(fit: AnyFit, survivors: Numbers, customers: float, period_weeks: float) -> list[FittedFigure]:
    """When contracts ended, as the closed form weighs it; `survivors` are shares, shape (periods + 1,)."""

    def still_there(cohort: Cohort) -> MeanLogLikelihood:
        return mean_of_cohort(np.array([cohort.share_renewed(at, period_weeks) for at in range(len(survivors))]))

    return moments_of_score(fit, customers, mean_of_cohort(survivors), still_there)


def as_checks(moments: Sequence[FittedFigure]) -> list[FittedFigure]:
    """The same figures, shown beside the fit."""
    return [replace(moment, is_check=True) for moment in moments]


# ---- purchases ------------------------------------------------------------------------------------------------------

_CLASSES = ((0, 0), (1, 1), (2, 3), (4, 6))  # repeat purchases; more than six is what is left


def moments_of_purchases(histories: Histories) -> list[FittedFigure]:
    """Mean and distribution of repeat purchases, and how lately repeaters bought."""
    ages = histories.age
    moments = [_mean("repeat purchases per customer", histories.repeats, lambda cohort: cohort.histories(ages).repeats)]
    for low, high in _CLASSES:
        shown = f"{low}" if low == high else f"{low} to {high}"
        name = f"share of customers with {shown} repeat purchases"
        customers = _within(histories, low, high)
        error = _error_of_share(float(customers.mean()), len(customers))
        moments.append(_mean(name, customers, _within_class(ages, low, high), error))
    moments.append(
        _mean(
            "share of a repeater's time before the last purchase",
            _recency(histories),
            lambda cohort: _recency(cohort.histories(ages)),
        )
    )
    return moments


def moments_of_course(histories: Histories, by_third: Numbers) -> list[FittedFigure]:
    """How buying goes on: repeat purchases per customer in the first and in the last third of the time watched.

    Args:
        histories: of the customers.
        by_third: repeat purchases of each by the end of the first and of the second third, shape (2, customers).
    """
    ages = histories.age
    return [
        _mean("... of them in the first third of the time watched", by_third[0], _by_third(ages, 1)),
        _mean(
            "... in the last third",
            histories.repeats - by_third[1],
            lambda cohort: cohort.histories(ages).repeats - _by_third(ages, 2)(cohort),
        ),
    ]


def _by_third(ages: Numbers, third: int) -> Callable[[Cohort], Numbers]:
    def repeats(cohort: Cohort) -> Numbers:
        return cohort.repeats_at(cohort.histories(ages).age * third / 3.0)

    return repeats


def _within_class(ages: Numbers, low: int, high: int) -> Callable[[Cohort], Numbers]:
    return lambda cohort: _within(cohort.histories(ages), low, high)


def _within(histories: Histories, low: int, high: int) -> Numbers:
    return ((histories.repeats >= low) & (histories.repeats <= high)).astype(float)


def _recency(histories: Histories) -> Numbers:
    repeaters = (histories.repeats > 0) & (histories.age > 0)
    return histories.last[repeaters] / histories.age[repeaters]


def _mean(
    name: str, values: Numbers, simulated: Callable[[Cohort], Numbers], error: float | None = None
) -> FittedFigure:
    if error is None:
        error = float(np.std(values) / np.sqrt(len(values)))
    return FittedFigure(name, float(np.mean(values)), error, lambda cohort, _: _mean_or_zero(simulated(cohort)))


def _error_of_share(share: float, customers: float) -> float:
    """Standard error with one success and one failure added: nobody among 100 is no proof that there is nobody."""
    share = (share * customers + 1.0) / (customers + 2.0)
    return float(np.sqrt(share * (1.0 - share) / (customers + 2.0)))


def _mean_or_zero(values: Numbers) -> float:
    return float(np.mean(values)) if len(values) else 0.0


# ---- contracts ------------------------------------------------------------------------------------------------------


def moments_of_retention(survivors: Numbers, customers: float, period_weeks: float) -> list[FittedFigure]:
    """Share of a cohort still there after each period; `survivors` are shares, shape (periods + 1,)."""
    return [
        FittedFigure(
            f"share still there after {period} period{'s' if period > 1 else ''}",
            float(share),
            _error_of_share(float(share), customers),
            _renewed(period, period_weeks),
        )
        for period, share in enumerate(survivors)
        if period > 0
    ]


def _renewed(times: int, period_weeks: float) -> Read:
    return lambda cohort, _: cohort.share_renewed(times, period_weeks)


# ---- experience -----------------------------------------------------------------------------------------------------


def moments_of_recommendation(histogram: Numbers) -> list[FittedFigure]:
    """Promoters and detractors of answers on 0 to 10, shape (11,)."""
    answers = float(histogram.sum())
    promoters, detractors = float(histogram[9:].sum()) / answers, float(histogram[:7].sum()) / answers
    return [
        _share("promoters among answers (9 or 10 of 10)", promoters, answers, Measure.promoters, Measure.answers),
        _share("detractors among answers (0 to 6 of 10)", detractors, answers, Measure.detractors, Measure.answers),
    ]


def moments_of_satisfaction(histogram: Numbers) -> list[FittedFigure]:
    """Share of 4 and 5 among answers on 1 to 5, shape (5,)."""
    answers = float(histogram.sum())
    share = float(histogram[3:].sum()) / answers
    return [_share("satisfied among answers (4 or 5 of 5)", share, answers, Measure.csat_satisfied, Measure.answers)]


def moment_of_contacts(share: float) -> FittedFigure:
    """Contacts per purchase used."""
    return _plain_share("contacts with support per purchase", share, Measure.contacts, Measure.uses)


def moment_of_referrals(share: float) -> FittedFigure:
    """Share of first purchases that a referral led to."""
    name = "share of new customers who were referred"
    return _plain_share(name, share, Measure.referred_purchases, Measure.first_purchases)


def moment_of_failures(share: float, error: float | None = None) -> FittedFigure:
    """Share of uses in which something fails, with its standard error if it is known."""
    return _plain_share("share of uses that fail", share, Measure.failures, Measure.uses, error)


def moment_of_lateness(share: float, error: float | None = None) -> FittedFigure:
    """Share of purchases that are delivered late, with its standard error if it is known."""
    return _plain_share("share of deliveries that come late", share, Measure.late, Measure.purchases, error)


def moment_of_rating(stars: float) -> FittedFigure:
    """Mean public rating."""
    return FittedFigure("mean rating, stars of 5", stars, PLAIN_ERROR_OF_RATING, _ratio(Measure.stars, Measure.reviews))


def _plain_share(name: str, share: float, part: Measure, whole: Measure, error: float | None = None) -> FittedFigure:
    if error is None:
        error = max(PLAIN_ERROR * share, PLAIN_ERROR_OF_SHARE)
    return FittedFigure(name, share, error, _ratio(part, whole))


def _share(name: str, observed: float, answers: float, part: Measure, whole: Measure) -> FittedFigure:
    return FittedFigure(name, observed, _error_of_share(observed, answers), _ratio(part, whole))


def _ratio(part: Measure, whole: Measure) -> Read:
    def read(cohort: Cohort, brand: int) -> float:
        tally = cohort.state.tally[:, brand]
        total = int(tally[:, whole].sum())
        return float(tally[:, part].sum()) / total if total else np.nan

    return read


def read_all(moments: Sequence[FittedFigure], cohort: Cohort, brand: int) -> Numbers:
    """Every moment of a simulated cohort, nan where there is nothing to take it from, shape (m,)."""
    return np.array([moment.simulated(cohort, brand) for moment in moments])
