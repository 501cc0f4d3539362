"""Linked records as figures to be reproduced: rates, who bought again after what, and the parameters they have something to say about."""

import math
import threading
import weakref
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.calibration.cohort import Cohort
from cxsim.analysis.calibration.linked import (
    DAYS,
    LATE,
    Linked,
    WithError,
    how_often,
    of_cohort,
    rate,
    slopes,
    what_happened,
)
from cxsim.analysis.calibration.moments import FittedFigure, Read
from cxsim.analysis.calibration.observed import Cohorts, Observed
from cxsim.analysis.calibration.priors import COUNTED, around_share
from cxsim.analysis.calibration.survey_moments import OF_THE_PRODUCT, OF_WHO_ANSWERS, Told
from cxsim.data import DataError, LinkedRecords, read_episodes
from cxsim.data.histories import Numbers

GAPS_WITHIN: Final = 0.8  # share of the times between purchases that the window holds
FEWEST_CASES: Final = 20  # of a thing, below which nothing is said of what follows it
FEWEST_WITH_BOTH: Final = 30  # customers who met it in one purchase and not in another, to compare them with themselves
MOST_UNKNOWN: Final = 0.1  # share of the rows whose customers are not in the data
COMPLETE: Final = 0.9  # of the purchases of the customers in them, that linked records must hold
RATE, SAME, ASSOCIATION = "rate", "same customers", "association"
RATES: Final = {  # by column: name, and the parameter that it tells directly
    "failed": ("share of purchases in which something failed", "use.failure_rate"),
    "late": ("share of purchases delivered late", "use.late_rate"),
    "contact": ("share of purchases with a contact", "support.contact_base"),
    "resolved": ("share of contacts resolved", "support.resolve_rate"),
}
MEAN_SCORE: Final = "mean answer, 0 to 10"
POINT: Final = "each point of the answer"
ABOUT_SLOPES: Final = {LATE: ("use.lateness_cost",), POINT: (*OF_THE_PRODUCT, *OF_WHO_ANSWERS)}


class Recipe(NamedTuple):
    """What is computed of records: the same of real and of simulated ones.

    Attributes:
        columns: which columns the firm's records hold.
        weeks: the window in which customers may buy again.
        things: after which it is asked whether they do.
        within: those of them, and perhaps the answer, that enough customers met in one purchase and not in another.
    """

    columns: tuple[str, ...]
    weeks: float
    things: tuple[str, ...]
    within: tuple[str, ...]


class LinkedFigure(NamedTuple):
    """One figure: what it is of, and whether it is a rate, a slope within the same customers, or one across all."""

    of: str
    kind: str

    def name(self, weeks: float) -> str:
        """In words."""
        if self.kind == RATE:
            return f"{self.of} (linked records)"
        return f"bought again within {weeks:.0f} weeks, after {self.of} ({self.kind})"


def told_by_records(path: Path, observed: Observed) -> Told:
    """Rates and slopes of linked records of the customers that were observed.

    Raises:
        DataError: if the file cannot be read, or its purchases are not those of the customers.
    """
    records = read_episodes(path)
    if observed.cohorts is None:
        raise DataError(
            path, f"{observed.name} names no customers to link to.", "Give a list of purchases or a table of customers."
        )
    linked, said = of_firm(records, observed.cohorts)
    columns = tuple(name for name in (*RATES, "score") if np.isfinite(getattr(linked, name)).any())
    if not columns:
        raise DataError(
            path,
            "no column says what became of the purchases.",
            "Give at least one of promised and delivered, failed, contact, outcome, score.",
        )
    recipe, thin = _recipe(linked, columns)
    found = figures_of(linked, recipe)
    read = _Once(observed.cohorts.ages, recipe)
    moments = [
        FittedFigure(key.name(recipe.weeks), *each, read(key), key.kind == ASSOCIATION and key.of in recipe.within)
        for key, each in found.items()
    ]
    rates = [RATES[each] for each in columns if each in RATES]
    things = [*recipe.things, *([POINT] if "score" in columns else [])]
    summary = [
        f"{path.name}: {records.rows:,} rows, {len(linked.customer):,} purchases of customers used to fit",
        *said,
    ]
    return Told(
        moments=tuple(moments),
        about=(*(key for _, key in rates), *(key for thing in things for key in ABOUT_SLOPES.get(thing, ()))),
        summary=(*summary, *(f"{path.name}: {each}" for each in records.assumptions), *thin, *_in_words(recipe, found)),
        name=path.name,
        given=records.sha256,
        counted={key: around_share(*found[LinkedFigure(of, RATE)]) for of, key in rates if key in COUNTED},
        needs_notes=True,
    )


def of_firm(records: LinkedRecords, cohorts: Cohorts) -> tuple[Linked, list[str]]:
    """The records of customers who are used to fit, up to the day that is used; and what was left out, in words.

    Raises:
        DataError: if they are of other customers, or hold only some of these customers' purchases.
    """
    place = {customer: number for number, customer in enumerate(cohorts.used)}
    known = np.isin(records.customers, cohorts.known)[records.customer]
    unknown = int(np.count_nonzero(~known))
    if unknown > MOST_UNKNOWN * len(known):
        first = records.customers[records.customer[np.argmin(known)]]
        raise DataError(
            records.path,
            f"{unknown:,} of {len(known):,} rows ({unknown / len(known):.0%}) are of customers who are not in the data, the first is {first!r}.",
            "Export both files with the same ids, of the same customers and time.",
        )
    number = np.array([place.get(customer, -1) for customer in records.customers])[records.customer]
    last = int(records.ordered.max()) if cohorts.until is None else (cohorts.until - date(1970, 1, 1)).days
    used = (number >= 0) & (records.ordered <= last)
    said = [f"{unknown:,} rows are of customers who are not in the data: left out"] if unknown else []
    others = int(np.count_nonzero(known & ~used))
    if others:
        said.append(f"{others:,} rows are of customers or days that are not used to fit: left out")
    if not used.any():
        raise DataError(records.path, "no row is of a customer and day that is used to fit.", "Choose another --until.")
    _refuse_parts(records, number[used], records.ordered[used], cohorts.purchases)
    columns = [getattr(records, name)[used] for name in ("late", "failed", "contact", "resolved", "score")]
    ordered = records.ordered[used] / DAYS
    return Linked(number[used], ordered, np.full(len(ordered), last / DAYS), *columns), said


def _refuse_parts(
    records: LinkedRecords, number: NDArray[np.int64], ordered: NDArray[np.int64], purchases: Numbers
) -> None:
    """Records of those purchases only of which there is something to report say nothing of rates."""
    days = len(np.unique(np.column_stack([number, ordered]), axis=0))
    made = float(purchases[np.unique(number)].sum())
    if not COMPLETE * made <= days <= made / COMPLETE:
        raise DataError(
            records.path,
            f"it holds {days:,} days with a purchase of these customers; your data hold {made:,.0f} ({days / made:.0%}).",
            "Rates and comparisons need every purchase of a customer, also those of which there is nothing to report. A sample "
            "of customers is fine, a sample of their purchases is not.",
        )


def _recipe(linked: Linked, columns: tuple[str, ...]) -> tuple[Recipe, list[str]]:
    """What to compute, and what happened too rarely, in words."""
    gaps = np.diff(linked.ordered)[linked.customer[1:] == linked.customer[:-1]]
    longest = float(np.ptp(linked.ordered))
    weeks = max(1.0, math.ceil(min(np.quantile(gaps, GAPS_WITHIN), longest / 3.0))) if len(gaps) else 1.0
    counts = how_often(linked, what_happened(linked, columns), weeks)
    thin = [
        f"{name[0].upper()}{name[1:]} happened {many} times with {weeks:.0f} weeks watched after it: too few to say what follows"
        for name, (many, _) in counts.items()
        if many < FEWEST_CASES
    ]
    things = tuple(name for name, (many, _) in counts.items() if many >= FEWEST_CASES)
    if "score" in columns:
        counts |= how_often(linked, {POINT: linked.score}, weeks)
    within = tuple(name for name, (_, both) in counts.items() if both >= FEWEST_WITH_BOTH)
    return Recipe(columns, weeks, things, within), thin


def figures_of(linked: Linked, recipe: Recipe) -> dict[LinkedFigure, WithError]:
    """Every figure; of each thing the slope across all customers, and where there are enough the one within the same."""
    rates = {RATES[name][0]: getattr(linked, name) for name in recipe.columns if name in RATES}
    happened = what_happened(linked, recipe.columns)
    regressors = [{name: happened[name] for name in recipe.things}]
    if "score" in recipe.columns:
        rates[MEAN_SCORE] = linked.score
        regressors.append({POINT: linked.score})
    found = {LinkedFigure(of, RATE): rate(values, linked.customer) for of, values in rates.items()}
    for together in filter(None, regressors):
        for kind in (SAME, ASSOCIATION):
            for of, slope in slopes(linked, together, recipe.weeks, kind == SAME).items():
                if kind == ASSOCIATION or of in recipe.within:
                    found[LinkedFigure(of, kind)] = slope
    return found


def _in_words(recipe: Recipe, found: dict[LinkedFigure, WithError]) -> list[str]:
    """What the records say by themselves, of which none is an effect yet."""
    said = [
        f"{key.of}: {value:.3g} (standard error {error:.2g})"
        for key, (value, error) in found.items()
        if key.kind == RATE
    ]
    for key, (value, error) in found.items():
        if key.kind == RATE or (key.kind == ASSOCIATION and key.of in recipe.within):
            continue
        how = (
            "compared within the same customers"
            if key.kind == SAME
            else "an association across customers: those whom it happens to may differ from others, and this does not say that it is an effect"
        )
        said.append(
            f"Bought again within {recipe.weeks:.0f} weeks after {key.of}: {100.0 * value:+.1f} points of a hundred (standard error "
            f"{100.0 * error:.1f}); {how}"
        )
    return said


class _Once:
    """Figures of simulated cohorts; all of one are computed together, and kept until the thread comes to the next."""

    def __init__(self, ages: Numbers, recipe: Recipe) -> None:
        self._ages, self._recipe, self._kept = ages, recipe, threading.local()

    def __call__(self, key: LinkedFigure) -> Read:
        """Reads one of them."""

        def read(cohort: Cohort, brand: int) -> float:
            if getattr(self._kept, "cohort", _nobody)() is not cohort:
                self._kept.figures = figures_of(of_cohort(cohort, brand, self._ages), self._recipe)
                self._kept.cohort = weakref.ref(cohort)
            return float(self._kept.figures[key].value)

        return read


def _nobody() -> None:
    return None


def disagreements(moments: pd.DataFrame) -> tuple[str, ...]:
    """Associations that the fitted market does not give back although it gives back what follows within the same customers.

    Args:
        moments: of the fit, as `Fitted.moments`.
    """
    checks = moments[(moments["use"] == "check") & moments["figure"].str.endswith(f"({ASSOCIATION})")]
    return tuple(
        f"Customers who met it and who did not differ: {figure} is {100.0 * observed:+.1f} points in your records and {100.0 * simulated:+.1f} in the "
        "fitted market, which was fitted to the same customers compared with themselves. Who meets it buys more or less often anyway; "
        "the comparison within customers is used."
        for figure, observed, simulated, error in checks[["figure", "observed", "simulated", "error"]].itertuples(
            index=False
        )
        if abs(observed - simulated) > 3.0 * error
    )
