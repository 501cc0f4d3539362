"""The trade's figures of runs and plans, from the tables that every run leaves: revenue, active customers, churn, ..."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, PairedDifference, estimate_within, paired_difference
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.trade_words import TRADE, Word
from cxsim.engine.outcomes.figures import FROM_ZERO, NET_PROMOTERS, OPEN, SHARE
from cxsim.scenario.parameter import WEEKS_PER_YEAR

Numbers = NDArray[np.float64]

_FIGURES: Final = {
    "active_customers": "customers", "nps": "nps_measured", "csat": "csat_measured", "clv": "clv", "cac": "acquisition_cost",
    "utilisation": "utilisation",
}  # fmt: skip
QUARTER: Final = 13  # weeks
_SCALES: Final = {"nps": NET_PROMOTERS, "csat": SHARE, "retention": SHARE, "clv": OPEN}  # of the others: from zero on


@dataclass(frozen=True)
class TradeRow:
    """A word of the trade with its number in the base and in a plan, and the paired change."""

    word: Word
    base: Estimate
    plan: Estimate
    change: PairedDifference

    @property
    def unit(self) -> str:
        """Of the word."""
        return self.word.unit

    @property
    def good(self) -> int:
        """As in `Word`."""
        return self.word.good


def last_year(horizon_weeks: int) -> int:
    """How many weeks the last year of a horizon has here: 52, or the second half of less than two years."""
    return int(min(WEEKS_PER_YEAR, max(1, horizon_weeks // 2)))


def by_week(runs: Runs, *columns: str) -> Numbers:
    """Columns of the focal brand's weeks added up, shape (replications, weeks); zeros for what older folders do not know."""
    weeks = runs.weeks[runs.weeks["brand"] == runs.scenario.market.focal]
    known = [column for column in columns if column in weeks]
    total = weeks[known].sum(axis=1).to_numpy(float)
    table = pd.DataFrame({"replication": weeks["replication"], "week": weeks["week"], "total": total})
    return np.asarray(table.pivot(index="replication", columns="week", values="total").to_numpy(float))


def active_by_week(runs: Runs) -> Numbers:
    """Active customers at the end of every week, shape (replications, weeks)."""
    change = np.cumsum(by_week(runs, "customers_gained") - by_week(runs, "customers_lost"), axis=1)
    at_the_end = runs.figures["customers"].to_numpy(float)[:, np.newaxis]
    stock: Numbers = change + (at_the_end - change[:, -1:])
    return stock


def a_year_for_each(runs: Runs, column: str) -> Numbers:
    """What happens in the last year for each active customer of it, shape (replications,); nan where there are none."""
    year = last_year(runs.scenario.market.horizon_weeks)
    counted = by_week(runs, column)[:, -year:].sum(axis=1) * (WEEKS_PER_YEAR / year)
    return ratio(counted, active_by_week(runs)[:, -year:].mean(axis=1))


def ratio(of: Numbers, to: Numbers) -> Numbers:
    """One divided by the other; nan where there is nothing to divide by."""
    quotient: Numbers = np.divide(of, to, out=np.full(np.shape(of), np.nan), where=np.asarray(to) > 0.0)
    return quotient


def retained(runs: Runs) -> Numbers:
    """Share of first-time buyers kept a year after the first purchase, or as long as was simulated, shape (replications,)."""
    table = runs.retention[runs.retention["weeks"] <= WEEKS_PER_YEAR]
    at = table[table["weeks"] == table["weeks"].max()]
    kept: Numbers = at.set_index("replication")["kept"].reindex(np.arange(runs.replications)).to_numpy(float)
    return kept


def trade_values(runs: Runs) -> dict[str, Numbers]:
    """Every word's number in every replication, by key, shape (replications,); nan where there was nothing to measure."""
    values = {key: runs.figures[name].to_numpy(float) for key, name in _FIGURES.items()}
    values |= {
        "revenue": by_week(runs, "revenue_money").sum(axis=1),
        "churn": a_year_for_each(runs, "customers_lost"),
        "retention": retained(runs),
        "contact_rate": 100.0 * a_year_for_each(runs, "contacts"),
    }
    return {word.key: values[word.key] for word in TRADE}


def trade_by_quarter(runs: Runs, word: str) -> Numbers | None:
    """Mean over replications of a word's number in each quarter, shape (quarters,); None of words that are not counted by week.

    Quarters of 13 weeks, eighths of a horizon below a year; what is left at the end is left out. nan where nothing was there
    to measure.
    """
    horizon = runs.scenario.market.horizon_weeks
    width = QUARTER if horizon >= WEEKS_PER_YEAR else max(1, horizon // 8)
    whole = horizon // width * width

    def each(weeks: Numbers) -> Numbers:
        parts: Numbers = weeks[:, :whole].reshape(len(weeks), -1, width)
        return parts

    def sums(*columns: str) -> Numbers:
        total: Numbers = each(by_week(runs, *columns)).sum(axis=2)
        return total

    a_year = WEEKS_PER_YEAR / width
    made: dict[str, Callable[[], Numbers]] = {
        "revenue": lambda: sums("revenue_money"),
        "active_customers": lambda: each(active_by_week(runs))[:, :, -1],
        "churn": lambda: ratio(a_year * sums("customers_lost"), each(active_by_week(runs)).mean(axis=2)),
        "nps": lambda: 100.0 * ratio(sums("promoters") - sums("detractors"), sums("answers")),
        "csat": lambda: ratio(sums("csat_satisfied"), sums("answers")),
        "contact_rate": lambda: 100.0 * ratio(a_year * sums("contacts"), each(active_by_week(runs)).mean(axis=2)),
    }
    if word not in made:
        return None
    values = made[word]()
    known = np.isfinite(values)
    return ratio(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0).astype(float))


def trade_estimates(runs: Runs) -> list[tuple[Word, Estimate]]:
    """Every word with its mean and 95% interval over replications."""
    values = trade_values(runs)
    return [(word, estimate_within(values[word.key], _SCALES.get(word.key, FROM_ZERO))) for word in TRADE]


def trade_rows(base: Runs, plan: PlanResult) -> list[TradeRow]:
    """Every word in the base and in a plan, with the paired change."""
    before, after, reach = trade_values(base), trade_values(plan.runs), plan.half_width_factor
    rows = []
    for word in TRADE:
        scale = _SCALES.get(word.key, FROM_ZERO)
        here, there = before[word.key], after[word.key]
        change = paired_difference(here, there, word.good, reach)
        rows.append(TradeRow(word, estimate_within(here, scale, reach), estimate_within(there, scale, reach), change))
    return rows


def trade_table(base: Runs, plan: PlanResult) -> pd.DataFrame:
    """One row a word: word, unit, base, plan_mean, difference with low and high; shares are shares of one."""
    rows = [
        (row.word.key, row.word.unit, row.base.mean, row.plan.mean, row.change.estimate.mean, row.change.estimate.low,
         row.change.estimate.high)
        for row in trade_rows(base, plan)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["word", "unit", "base", "plan_mean", "difference", "low", "high"])


def trade_summary(runs: Runs) -> pd.DataFrame:
    """One row a word: word, unit, mean, low, high, meaning."""
    rows = [(word.key, word.unit, each.mean, each.low, each.high, word.means) for word, each in trade_estimates(runs)]
    return pd.DataFrame(rows, columns=["word", "unit", "mean", "low", "high", "meaning"])


def is_known(value: Estimate) -> bool:
    """Whether there was anything to measure."""
    return not math.isnan(value.mean)
