"""What linked records say, computed in the same way of real and of simulated purchases: rates, and who bought again after what.

Who bought again is regressed on what happened, once across all customers and once within each: the differences from a customer's own mean. What
makes some customers both luckier and more loyal than others moves the first and not the second. Both are auxiliary figures: nothing
has to be true of them but that a market that is right gives them back (indirect inference: Gouriéroux, Monfort & Renault 1993,
J. Applied Econometrics 8(S1), S85-S118).
"""

from collections.abc import Collection
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.calibration.cohort import Cohort
from cxsim.data.histories import Numbers
from cxsim.engine.outcomes.episodes import Resolved, episodes

DAYS: Final = 7.0  # records hold days
LATE: Final = "a late delivery"


class Linked(NamedTuple):
    """Purchases with what became of them, by customer and then by time; arrays of shape (purchases,), nan where it is not known.

    Attributes:
        customer: whose, a number.
        ordered: when, weeks.
        until: when the watch of this customer ends, weeks.
        late: 1 or 0.
        failed: 1 or 0.
        contact: 1 or 0.
        resolved: 1 or 0; nan without a contact.
        score: 0 to 10.
    """

    customer: NDArray[np.int64]
    ordered: Numbers
    until: Numbers
    late: Numbers
    failed: Numbers
    contact: Numbers
    resolved: Numbers
    score: Numbers


class WithError(NamedTuple):
    """A figure and its standard error, which allows for purchases of one customer being alike."""

    value: float
    error: float


def of_cohort(cohort: Cohort, brand: int, ages: Numbers) -> Linked:
    """The records that a firm would have of simulated customers, each watched for one of `ages`, by the day."""
    found = episodes(cohort.state, brand)
    place = np.full(len(cohort.state.people), -1)
    place[cohort.people] = np.arange(len(cohort.people))
    until = cohort.watched_until(ages)
    mine = place[found.person] >= 0
    mine[mine] = found.ordered[mine] <= until[place[found.person[mine]]]
    customer = place[found.person[mine]]
    promised, delivered = (np.floor(DAYS * each[mine]) for each in (found.promised, found.delivered))
    outcome = found.outcome[mine]
    return Linked(
        customer=customer,
        ordered=np.floor(DAYS * found.ordered[mine]) / DAYS,
        until=until[customer],
        late=np.where(np.isnan(delivered), np.nan, (delivered > promised).astype(float)),
        failed=found.failed[mine],
        contact=(outcome != Resolved.NONE).astype(float),
        resolved=np.where(outcome == Resolved.NONE, np.nan, (outcome == Resolved.YES).astype(float)),
        score=found.score[mine],
    )


def bought_again(linked: Linked, weeks: float) -> tuple[Numbers, NDArray[np.bool_]]:
    """Whether each purchase was followed by another within so many weeks, and of which the watch was long enough to tell."""
    following = np.full(len(linked.ordered), np.inf)
    same = linked.customer[1:] == linked.customer[:-1]
    following[:-1][same] = linked.ordered[1:][same]
    within = following - linked.ordered <= weeks
    return within.astype(float), linked.ordered + weeks <= linked.until


def what_happened(linked: Linked, columns: Collection[str]) -> dict[str, Numbers]:
    """What may have happened with each purchase, by name, 1 or 0, nan where it is not known.

    Args:
        linked: the purchases.
        columns: which of late, failed, contact, resolved the records hold; more cannot be told apart.
    """
    happened: dict[str, Numbers] = {}
    if "late" in columns:
        happened[LATE] = linked.late
    if "failed" in columns and "contact" in columns:
        happened["a failure that nobody reported"] = linked.failed * (1.0 - linked.contact)
    elif "failed" in columns:
        happened["a failure"] = linked.failed
    if "resolved" in columns:
        happened["a contact that was resolved"] = np.where(linked.contact == 0.0, 0.0, linked.resolved)
        happened["a contact that was not resolved"] = np.where(linked.contact == 0.0, 0.0, 1.0 - linked.resolved)
    elif "contact" in columns:
        happened["a contact"] = linked.contact
    return happened


def rate(values: Numbers, customer: NDArray[np.int64]) -> WithError:
    """Mean of what is known; the error of a share counts one more of either kind: none in a hundred is no proof."""
    known = np.isfinite(values)
    seen, many = values[known], int(known.sum())
    if not many:
        return WithError(np.nan, np.nan)
    (mean,) = regression(seen, np.ones((many, 1)), customer[known])
    share = (seen.sum() + 1.0) / (many + 2.0)
    least = np.sqrt(share * (1.0 - share) / (many + 2.0)) if seen.max() <= 1.0 else 0.0
    return WithError(mean.value, max(mean.error, float(least)))


def slopes(linked: Linked, happened: dict[str, Numbers], weeks: float, within: bool) -> dict[str, WithError]:
    """By how much oftener customers buy again within so many weeks after each thing than after nothing, as a share; by name.

    Args:
        linked: the purchases.
        happened: what may have happened with each, all at once, as `what_happened` or a score.
        weeks: the window.
        within: whether the same customers are compared with themselves.
    """
    again, told = bought_again(linked, weeks)
    what = np.column_stack([*happened.values()])
    used = told & np.isfinite(what).all(axis=1)
    if not used.any():
        return {name: WithError(np.nan, np.nan) for name in happened}
    customer = np.unique(linked.customer[used], return_inverse=True)[1].reshape(-1)
    outcome, columns = again[used], what[used]
    if within:
        outcome, columns = _from_own_mean(outcome[:, None], customer)[:, 0], _from_own_mean(columns, customer)
    else:
        columns = np.column_stack([columns, np.ones(len(columns))])
    return dict(zip(happened, regression(outcome, columns, customer), strict=False))


def how_often(linked: Linked, happened: dict[str, Numbers], weeks: float) -> dict[str, tuple[int, int]]:
    """Of each thing, how often it happened, and how many customers met it in one purchase and not, or differently, in another."""
    if not happened:
        return {}
    _, told = bought_again(linked, weeks)
    used = told & np.isfinite(np.column_stack([*happened.values()])).all(axis=1)
    if not used.any():
        return dict.fromkeys(happened, (0, 0))
    customer = np.unique(linked.customer[used], return_inverse=True)[1].reshape(-1)
    counts = {}
    for name, values in happened.items():
        own = _from_own_mean(values[used][:, None], customer)[:, 0]
        counts[name] = int(np.count_nonzero(values[used])), len(np.unique(customer[np.abs(own) > 1e-9]))
    return counts


def regression(outcome: Numbers, columns: Numbers, customer: NDArray[np.int64]) -> list[WithError]:
    """Least squares, with errors clustered by customer (Liang & Zeger 1986, Biometrika 73(1), 13-22).

    Args:
        outcome: shape (n,).
        columns: shape (n, k).
        customer: 0, 1, ..., shape (n,).
    """
    bread = np.linalg.pinv(columns.T @ columns)
    found = bread @ (columns.T @ outcome)
    pulls = columns * (outcome - columns @ found)[:, None]
    groups = np.unique(customer, return_inverse=True)[1].reshape(-1)
    by_customer = np.column_stack([np.bincount(groups, weights=pull) for pull in pulls.T])
    many = len(by_customer)
    spread = bread @ (by_customer.T @ by_customer) @ bread * (many / max(many - 1.0, 1.0))
    return [
        WithError(float(value), float(np.sqrt(variance)))
        for value, variance in zip(found, np.diag(spread), strict=True)
    ]


def _from_own_mean(values: Numbers, customer: NDArray[np.int64]) -> Numbers:
    """Less each customer's own mean, shape (n, k); customers are 0, 1, ..."""
    sizes = np.bincount(customer)
    means = np.column_stack([np.bincount(customer, weights=column) / sizes for column in values.T])
    return np.asarray(values - means[customer])
