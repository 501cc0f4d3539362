"""The trade's words with their numbers, as terminals and summaries show them."""

from collections.abc import Iterable, Sequence

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import TradeRow, trade_estimates, trade_rows
from cxsim.analysis.phrases import DASH, Writer, decimals, fitting, interval
from cxsim.analysis.trade_words import Word

HINT = "(`cxsim explain churn` says what such a word is exactly)"


def unit_of(word: Word, currency: str) -> str:
    """What the numbers are in, as people read it; shares are percent."""
    return "%" if word.unit == "share" else word.unit.replace("currency", currency)


def amount(word: Word, value: Estimate, signed: bool = False) -> str:
    """A number of the trade with its interval, in the unit of `unit_of`; a dash where there was nothing to measure."""
    if value.mean != value.mean:
        return DASH
    times = 100.0 if word.unit == "share" else 1.0
    mean, low, high = times * value.mean, times * value.low, times * value.high
    return interval(mean, low, high, _writer(word, (mean, low, high), signed), replications=value.replications)


def _writer(word: Word, values: Sequence[float], signed: bool) -> Writer:
    return decimals(1, signed) if word.unit in ("share", "points") else fitting(*values, signed=signed, most=2)


def trade_of_runs(runs: Runs) -> str:
    """One line a word, for a terminal."""
    currency = runs.scenario.market.currency
    rows = [(word.name, amount(word, value), unit_of(word, currency)) for word, value in trade_estimates(runs)]
    return "\n".join([f"  In the trade's words {HINT}", *_aligned(rows)])


def trade_of_plan(base: Runs, plan: PlanResult) -> str:
    """Base, plan and change of every word, for a terminal."""
    currency = base.scenario.market.currency
    rows = [("", "base", "plan", "change", ""), *(_cells(row, currency) for row in trade_rows(base, plan))]
    return "\n".join([f"  In the trade's words {HINT}", *_aligned(rows)])


def _cells(row: TradeRow, currency: str) -> tuple[str, ...]:
    ends = (Estimate(value.mean, float("nan"), float("nan")) for value in (row.base, row.plan))
    change = amount(row.word, row.change.estimate, signed=True)
    unit = unit_of(row.word, currency)
    return (
        row.word.name,
        *(amount(row.word, end) for end in ends),
        change,
        "%, change in points" if unit == "%" else unit,
    )


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Names to the left, numbers to the right, the unit behind."""
    table = list(rows)
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    lines = []
    for first, *numbers, unit in table:
        middle = "  ".join(number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True))
        lines.append(f"    {first.ljust(widths[0])}  {middle}  {unit}".rstrip())
    return lines
