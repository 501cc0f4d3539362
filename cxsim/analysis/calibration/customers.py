"""Each customer by themselves: what they will buy, whether they are still there, what they are worth. From closed forms.

What one customer will do is mostly luck, so every figure has an interval that holds this luck too: of futures drawn at parameters
that fit about as well, the middle 95%. How often such intervals held the truth is counted on what was held back.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.futures import draw_purchases, draw_spending
from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.closed_forms.likelihood import Fit, fit_repeat_buying, fit_spending
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Histories, Numbers
from cxsim.data.records import CustomerRecords, Paid

FUTURES = 400  # of each customer
AT_ONCE = 20_000  # customers, so that memory does not grow with their number
TAIL = 0.025
FEWEST_WITH_AMOUNT = 30
DEPENDENT = 0.2  # correlation of amount and number of purchases from which Gamma-Gamma is doubted

RepeatFit = Fit[BgNbd] | Fit[ParetoNbd] | Fit[BgBb]


@dataclass(frozen=True)
class Judged:
    """Forecasts of single customers against what these did in the time held back.

    Attributes:
        customers: how many.
        time: how long, in the unit of the records.
        rmse: root of the mean squared error, purchases.
        correlation: of forecast and truth.
        covered: share of the customers whose purchases lay in their interval.
        covered_repeaters: the same of those alone who had bought again before.
        forecast: purchases of all together.
        low: 2.5% of the futures of all together lie below.
        high: 2.5% lie above.
        real: what they were.
    """

    customers: int
    time: float
    rmse: float
    correlation: float
    covered: float
    covered_repeaters: float
    forecast: float
    low: float
    high: float
    real: float


@dataclass(frozen=True)
class CustomerForecasts:
    """What came of it.

    Attributes:
        table: one row a customer, in the order of the records.
        fit: the closed form of their purchases, on all of the data.
        spending: Gamma-Gamma, its gamma in units of `unit_of_money`; None without amounts that allow it.
        unit_of_money: mean of the customers' average amounts.
        ahead: how far, in the unit of the records.
        unit: that unit.
        weeks: how far, in weeks.
        judged: on what was held back; None without.
        notes: what a reader should know, in words.
    """

    table: pd.DataFrame
    fit: RepeatFit
    spending: Fit[GammaGamma] | None
    unit_of_money: float
    ahead: float
    unit: str
    weeks: float
    judged: Judged | None
    notes: tuple[str, ...]


def forecast_customers(
    records: CustomerRecords, kind: type[BgNbd] | type[ParetoNbd] | type[BgBb], weeks: float, seed: int
) -> CustomerForecasts:
    """Forecast each customer from the end of the data on.

    Args:
        records: of the customers.
        kind: the closed form; it is fitted to all of the data here.
        weeks: how far to look; taken to the nearest opportunity, but one at least, where purchases go by these.
        seed: of the futures.

    Raises:
        ValueError: if nobody bought twice.
    """
    ahead = max(1.0, float(np.rint(weeks / records.weeks))) if records.by_opportunity else weeks
    fit = _fitted(kind, records.histories)
    spending, unit, notes = _spending(records.paid)
    if _nobody_seen_to_leave(fit):
        notes = (*notes, _ALIVE_NOT_TOLD)
    elif isinstance(fit.model, BgNbd):
        notes = (*notes, _ALIVE_UNKNOWN)
    return CustomerForecasts(
        table=_table(records, fit, spending, unit, ahead, seed),
        fit=fit,
        spending=spending,
        unit_of_money=unit,
        ahead=ahead,
        unit=records.unit,
        weeks=ahead * records.weeks,
        judged=_judged(records, kind, seed),
        notes=notes,
    )


LEAVING = {"BG/NBD": {"a", "b"}, "Pareto/NBD": {"s", "beta"}, "BG/BB": {"gamma", "delta"}}  # parameters of it
_ALIVE_NOT_TOLD = (
    "**Careful:** in these data nobody can be told to have left, so that who is still there is not told either: `alive` is left empty, and "
    "purchases are expected as of customers who never leave."
)
_ALIVE_UNKNOWN = (
    "In BG/NBD nobody can leave before a first repeat, so it says nothing of whether those without one are still there: "
    "their `alive` is left empty, and what it expects them to buy is as for somebody who is there."
)


def _nobody_seen_to_leave(fit: RepeatFit) -> bool:
    """Whether leaving ran to an end of what is allowed, so that the chance of being there would be 1 for all, for no reason."""
    return bool(LEAVING[fit.model.NAME] & {*fit.at_a_limit})


def _fitted(kind: type[BgNbd] | type[ParetoNbd] | type[BgBb], histories: Histories) -> RepeatFit:
    if kind is BgNbd:
        return fit_repeat_buying(BgNbd, histories)
    return fit_repeat_buying(ParetoNbd, histories) if kind is ParetoNbd else fit_repeat_buying(BgBb, histories)


def _spending(paid: Paid | None) -> tuple[Fit[GammaGamma] | None, float, tuple[str, ...]]:
    """Gamma-Gamma on those whose amounts are known, the unit of money it is in, and what is to be said of it."""
    if paid is None:
        return None, 1.0, ("No amounts are given, so nothing is said of value.",)
    known = paid.purchases > 0
    if known.sum() < FEWEST_WITH_AMOUNT or np.ptp(paid.average[known]) == 0.0:
        return None, 1.0, ("Amounts are known of too few customers, or are all the same: nothing is said of value.",)
    unit = float(paid.average[known].mean())
    fit = fit_spending(Spending(paid.purchases[known], paid.average[known] / unit))
    if fit.model.q <= 1.0:
        return (
            None,
            unit,
            ("A few customers spend so much more than the others that a mean has no limit: no value is given.",),
        )
    notes = []
    if not known.all():
        notes.append(
            f"Of {(~known).sum():,} customers no amount is known, or nothing is left after returns: theirs is taken from all."
        )
    together = (
        float(np.corrcoef(paid.purchases[known], paid.average[known])[0, 1]) if np.ptp(paid.purchases[known]) else 0.0
    )
    if abs(together) > DEPENDENT:
        notes.append(
            f"**Careful:** who buys often spends {'more' if together > 0 else 'less'} at a time (correlation {together:+.2f}); "
            "Gamma-Gamma takes the two for independent, so values lean."
        )
    return fit, unit, tuple(notes)


def _table(
    records: CustomerRecords, fit: RepeatFit, spending: Fit[GammaGamma] | None, unit: float, ahead: float, seed: int
) -> pd.DataFrame:
    histories = records.histories
    expected = fit.model.expected_more(histories, ahead)
    alive = fit.model.chance_alive(histories)
    if _nobody_seen_to_leave(fit):
        alive = np.full(len(histories), np.nan)
    elif isinstance(fit.model, BgNbd):
        alive = np.where(histories.repeats > 0, alive, np.nan)
    columns: dict[str, object] = {
        "customer_id": records.customers,
        "frequency": histories.repeats.astype(int),
        "recency": histories.last.round(4),
        "T": histories.age.round(4),
        "alive": alive,
        "purchases": expected,
    }
    known = None
    if spending is not None and records.paid is not None:
        known = Spending(records.paid.purchases, records.paid.average / unit)
        columns["amount"] = spending.model.expected_amount(known) * unit
        columns["value"] = expected * spending.model.expected_amount(known) * unit
    futures = _futures(histories, fit, known, spending, ahead, seed)
    columns["purchases_low"], columns["purchases_high"] = futures.bought
    if futures.spent is not None:
        columns["value_low"], columns["value_high"] = futures.spent * unit
    order = ["purchases", "purchases_low", "purchases_high", "amount", "value", "value_low", "value_high"]
    first = ["customer_id", "frequency", "recency", "T", "alive"]
    return pd.DataFrame(columns)[[*first, *(name for name in order if name in columns)]]


@dataclass(frozen=True)
class _Futures:
    """Ends of the middle 95%: of each customer's purchases and spending, shape (2, customers); of all purchases, shape (2,)."""

    bought: Numbers
    spent: Numbers | None
    together: Numbers


def _futures(
    histories: Histories,
    fit: RepeatFit,
    known: Spending | None,
    spending: Fit[GammaGamma] | None,
    ahead: float,
    seed: int,
) -> _Futures:
    """Each future has other plausible parameters, the same for all customers."""
    models = [type(fit.model)(*row) for row in fit.plausible(FUTURES, seed).tolist()]
    amounts = [] if spending is None else [GammaGamma(*row) for row in spending.plausible(FUTURES, seed).tolist()]
    bought: list[Numbers] = []
    spent: list[Numbers] = []
    together = np.zeros(FUTURES)
    for first in range(0, len(histories), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        part = Histories(histories.repeats[some], histories.last[some], histories.age[some])
        lucks = [seed + (first + 1) * FUTURES + number for number in range(FUTURES)]
        counts = np.array([draw_purchases(model, part, ahead, luck) for model, luck in zip(models, lucks, strict=True)])
        together += counts.sum(axis=1)
        bought.append(_middle(counts))
        if known is not None:
            of_part = Spending(known.purchases[some], known.average[some])
            futures = zip(amounts, counts, lucks, strict=True)
            spent.append(
                _middle(np.array([draw_spending(each, of_part, count, luck) for each, count, luck in futures]))
            )
    return _Futures(np.concatenate(bought, axis=1), np.concatenate(spent, axis=1) if spent else None, _middle(together))


def _middle(futures: Numbers) -> Numbers:
    """Ends between which at least 95% of the futures lie, themselves futures: purchases are whole, shape (2, ...)."""
    low = np.quantile(futures, TAIL, axis=0, method="lower")
    return np.array([low, np.quantile(futures, 1.0 - TAIL, axis=0, method="higher")])


def _judged(records: CustomerRecords, kind: type[BgNbd] | type[ParetoNbd] | type[BgBb], seed: int) -> Judged | None:
    """The same forecast made at the earlier time, from what was known then."""
    earlier = records.earlier
    if earlier is None or not np.any(earlier.histories.repeats > 0):
        return None
    fit = _fitted(kind, earlier.histories)
    expected = fit.model.expected_more(earlier.histories, earlier.time)
    futures = _futures(earlier.histories, fit, None, None, earlier.time, seed)
    low, high = futures.bought
    held = (low <= earlier.later) & (earlier.later <= high)
    again = earlier.histories.repeats > 0
    return Judged(
        customers=len(expected),
        time=earlier.time,
        rmse=float(np.sqrt(np.mean((expected - earlier.later) ** 2))),
        correlation=float(np.corrcoef(expected, earlier.later)[0, 1])
        if np.ptp(earlier.later) and np.ptp(expected)
        else float("nan"),
        covered=float(held.mean()),
        covered_repeaters=float(held[again].mean()),
        forecast=float(expected.sum()),
        low=float(futures.together[0]),
        high=float(futures.together[1]),
        real=float(earlier.later.sum()),
    )
