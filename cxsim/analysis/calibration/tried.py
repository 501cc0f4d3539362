"""An experiment that was made, as a figure to be reproduced: the plan is lived by the same share of customers, and the arms differ as they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.calibration.cohort import Cohort, live_cohort
from cxsim.analysis.calibration.moments import FittedFigure
from cxsim.analysis.calibration.observed import Cohorts, Observed
from cxsim.analysis.calibration.simulated import MarketToFit
from cxsim.analysis.calibration.survey_moments import Told
from cxsim.analysis.experiment.arms import Tried, as_experiment, treated_in, tried_in
from cxsim.analysis.experiment.power import difference_of_arms
from cxsim.data import DataError, TrialRecords, read_trial
from cxsim.data.histories import Numbers
from cxsim.data.trials import FEWEST
from cxsim.scenario import load

FEWEST_WEEKS: Final = 2
MOST_UNKNOWN: Final = 0.1  # share of the customers of the experiment who are not in the data


@dataclass(frozen=True)
class _Arms:
    """Customers who had bought before the start, and what they bought since."""

    treated: NDArray[np.bool_]
    outcome: Numbers
    share: float  # of all such customers, that got the plan
    age: float  # weeks since their first purchase when it starts, on average
    weeks: int
    whether: bool  # whether they bought, not how often


def told_by_experiment(path: Path, plan: str | Path, market: str | Path, observed: Observed) -> Told:
    """The difference of the arms of an experiment.

    The plan starts in a simulated market when its customers are as old, on average, as yours were.

    Args:
        path: of the file.
        plan: what was tried, as a plan for the market.
        market: that is calibrated.
        observed: the purchases of the same customers.

    Raises:
        DataError: if the file cannot be read, or does not belong to the purchases.
        ScenarioError: if the plan is none for this market.
    """
    records = read_trial(path)
    if observed.cohorts is None or observed.cohorts.until is None:
        raise DataError(
            path, f"{observed.name} names no days of purchases.", "An experiment needs a list of purchases beside it."
        )
    arms, said = _arms(records, observed.cohorts)
    base, tried = load(market), load(plan)
    items = tried_in(base, tried)
    difference, error = difference_of_arms(arms.outcome[arms.treated], arms.outcome[~arms.treated])
    if error == 0.0:
        raise DataError(path, "all customers of the experiment bought equally often.", "There is nothing to compare.")
    bare = MarketToFit(market, base, {}, [], observed.watch_weeks, 1)
    joined = float(np.mean(live_cohort(bare.scenario({}), bare.weeks, 1, 0).first))
    start = min(round(joined + arms.age), bare.horizon_weeks - arms.weeks)
    given = Tried(tuple(items), arms.share, float(start))
    as_experiment(base, given.items, given.share, given.start_week)  # refused now, not after the search

    def read(cohort: Cohort, _: int) -> float:
        bought = cohort.purchases[start + arms.weeks] - cohort.purchases[start]
        before = cohort.first < start
        outcome = (bought > 0.0).astype(float) if arms.whether else bought
        treated = treated_in(cohort.state, arms.share)[cohort.people]
        if not (before & treated).any() or not (before & ~treated).any():
            return float("nan")
        return float(outcome[before & treated].mean() - outcome[before & ~treated].mean())

    what = "share who bought" if arms.whether else "purchases a customer"
    name = f"experiment: {what} in {arms.weeks} weeks, those with the plan less those without"
    words = (
        f"{path.name}: {arms.treated.sum():,} customers with {tried.name!r}, {(~arms.treated).sum():,} without, from {records.start} on, {arms.weeks} weeks; "
        f"{what}: {difference:+.3g} (standard error {error:.2g}). It is lived by {arms.share:.0%} of the customers, so that what reaches the others is in it"
    )
    return Told(
        moments=(FittedFigure(name, difference, error, read),),
        about=(),
        summary=(words, *said, *(f"{path.name}: {each}" for each in records.assumptions)),
        name=path.name,
        given=records.sha256,
        tried=given,
    )


def the_one_tried(told: Sequence[Told]) -> Tried | None:
    """The experiment among what was told.

    Raises:
        ValueError: if there are two.
    """
    tried = [each.tried for each in told if each.tried is not None]
    if len(tried) > 1:
        raise ValueError("two experiments are given; one can be lived at a time")
    return tried[0] if tried else None


def _arms(records: TrialRecords, cohorts: Cohorts) -> tuple[_Arms, list[str]]:
    """The customers of an experiment who can be compared, and what was left out, in words."""
    assert cohorts.until is not None
    _refuse_outside(records, cohorts)
    unknown = ~np.isin(records.customers, cohorts.known)
    if unknown.mean() > MOST_UNKNOWN:
        raise DataError(
            records.path,
            f"{int(unknown.sum()):,} of {len(unknown):,} customers ({unknown.mean():.0%}) are not in the data, the first is "
            f"{records.customers[np.argmax(unknown)]!r}.",
            "Export both files with the same ids, of the same customers and time.",
        )
    place = {customer: number for number, customer in enumerate(cohorts.used)}
    number = np.array([place.get(customer, -1) for customer in records.customers])
    bought = cohorts.bought(records.start - timedelta(days=1), cohorts.until)
    age = cohorts.ages - (cohorts.until - records.start) / timedelta(weeks=1)
    there = age > 0.0  # had bought before the start
    part = (number >= 0) & there[np.maximum(number, 0)]
    said = []
    if not part.all():
        said.append(
            f"{int((~part).sum()):,} customers of {records.path.name} had not bought before it started, or are not used to fit: left out"
        )
    treated = records.treated[part]
    for many, name in ((int(treated.sum()), "the plan"), (int((~treated).sum()), "no plan")):
        if many < FEWEST:
            raise DataError(
                records.path,
                f"of the customers who had bought before {records.start}, {many or 'nobody'} got {name}.",
                f"An arm needs {FEWEST} of them: take a later start, or another --until.",
            )
    outcome = records.outcome[part] if records.outcome is not None else bought[number[part]]
    whether = records.outcome is not None and float(records.outcome.max()) <= 1.0
    if whether:
        said.append("No outcome is above 1, so it is taken for whether they bought at all")
    weeks = round((cohorts.until - records.start) / timedelta(weeks=1))
    share = float(treated.sum() / np.count_nonzero(there))
    return _Arms(treated, outcome, share, float(age[number[part]].mean()), weeks, whether), said


def _refuse_outside(records: TrialRecords, cohorts: Cohorts) -> None:
    """An experiment has to lie within the time that is used to fit."""
    assert cohorts.until is not None
    first = cohorts.until - timedelta(days=round(float(cohorts.ages.max()) * 7.0))
    last = cohorts.until - timedelta(weeks=FEWEST_WEEKS)
    if not first < records.start <= last:
        raise DataError(
            records.path,
            f"the experiment starts on {records.start}, outside the data that are used to fit ({first} to {cohorts.until}).",
            f"Allowed: a start after {first} and not after {last}. --until takes a later end of what is used to fit.",
        )
