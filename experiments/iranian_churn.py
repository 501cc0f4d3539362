"""Complaint and churn among real mobile customers, beside those of the ready mobile operator counted in the same way.

3,150 customers of an Iranian operator (UCI 563): whether they complained and how many calls failed in nine months, and whether they
were gone three months later. Nobody was made to complain, so this is an association: a plausibility check and no calibration.

    python -m experiments.iranian_churn [--write]     (half a minute; the table comes from the folder CXSIM_DATA)
"""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

import cxsim
from cxsim.analysis.phrases import DASH
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY, Outcome
from experiments.face_validity import episodes
from experiments.forecasts.cohorts import data_file
from experiments.pages import asked_to_write, table, write_figures

PAGE: Final = Path(__file__).parents[1] / "docs" / "complaints.md"
FILE: Final = "iranian_churn.csv"
MARKET: Final = "mobile-operator"
PEOPLE, REPLICATIONS = 6000, 3
SEEN, LATER, MONTH = (
    39.0,
    52.0,
    4.333,
)  # weeks: until when all is counted, when who is gone is counted, a contract period
CALLS: Final = (
    ("none", 0, 0),
    ("1 to 5", 1, 5),
    ("6 to 10", 6, 10),
    ("11 or more", 11, 10**6),
)  # failed calls of nine months
PROBLEMS: Final = (("none", 0, 0), ("1", 1, 1), ("2", 2, 2), ("3 or more", 3, 10**6))
Z: Final = 1.96


class Customers(NamedTuple):
    """Customers of one operator, shapes (customers,).

    Attributes:
        complained: in nine months.
        unhelped: complained without being helped; the real table does not say.
        failures: in nine months.
        gone: three months later.
    """

    complained: NDArray[np.bool_]
    unhelped: NDArray[np.bool_] | None
    failures: NDArray[np.int64]
    gone: NDArray[np.bool_]


def real() -> Customers:
    """The table without its 300 rows that repeat another one.

    Raises:
        FileNotFoundError: where it is not there.
    """
    rows = pd.read_csv(data_file(FILE))
    rows.columns = pd.Index([" ".join(name.split()) for name in rows.columns])
    rows = rows.drop_duplicates()
    return Customers(
        rows["Complains"].to_numpy(bool), None, rows["Call Failure"].to_numpy(np.int64), rows["Churn"].to_numpy(bool)
    )


def simulated(replications: int = REPLICATIONS, people: int = PEOPLE) -> Customers:
    """Customers of the focal brand in their 39th week, and whether they still pay in the 52nd."""
    scenario = cxsim.load(MARKET, {"market.people": people, "market.horizon_weeks": int(LATER) + 1})
    parts = [
        _customers(run_with_log(scenario, 0, number, EVERYBODY, 60 * people).log, people)
        for number in range(replications)
    ]
    return Customers(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _customers(log: np.ndarray, people: int) -> Customers:
    def counted(note: Note, since: float, until: float, which: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        chosen = (log["what"] == note) & (log["brand"] == 0) & (log["at"] > since) & (log["at"] <= until)
        return np.bincount(log["person"][chosen if which is None else chosen & which], minlength=people)

    there = counted(Note.BUYS, SEEN - MONTH, SEEN) > 0
    asked = log["a"] != Outcome.SILENT
    complained = counted(Note.SUPPORT, 0.0, SEEN, asked)
    unhelped = counted(Note.SUPPORT, 0.0, SEEN, log["a"] == Outcome.UNRESOLVED)
    failures, paid = counted(Note.FAILS, 0.0, SEEN), counted(Note.BUYS, LATER - MONTH, LATER)
    return Customers(complained[there] > 0, unhelped[there] > 0, failures[there], paid[there] == 0)


def from_month_to_month(people: int = PEOPLE) -> Customers:
    """Months of customers of the focal brand: a problem told, or not helped, in the month, and whether the next one was not paid."""
    seen = episodes(
        cxsim.load(MARKET, {"market.people": people, "market.horizon_weeks": int(LATER) + 1}), replications=1
    )
    told = np.isin(seen.outcome, (Outcome.UNRESOLVED, Outcome.RESOLVED, Outcome.QUICK))
    return Customers(told, seen.outcome == Outcome.UNRESOLVED, (seen.severity > 0.0).astype(np.int64), ~seen.again)


def log_odds(split: NDArray[np.bool_], gone: NDArray[np.bool_]) -> tuple[float, float]:
    """How much larger the logit of being gone is on one side of a split, and half its 95% interval (Woolf 1955)."""
    cells = np.array(
        [[np.sum(gone[split]), np.sum(~gone[split])], [np.sum(gone[~split]), np.sum(~gone[~split])]], float
    )
    (a, b), (c, d) = cells
    return float(np.log(a * d / (b * c))), float(Z * np.sqrt((1.0 / cells).sum()))


def report(every: dict[str, Customers], months: Customers) -> str:
    """Both tables."""
    rows = []
    for name, each in (*every.items(), (f"{MARKET}, months", months)):
        splits = {"who complained": each.complained} | (
            {"... and was not helped": each.unhelped} if each.unhelped is not None else {}
        )
        for words, split in splits.items():
            odds, half = log_odds(split, each.gone)
            rows.append(
                [name, f"{len(split):,}", words, f"{split.mean():.1%}", _share(each.gone[split]), _share(each.gone[~split]), f"{odds:+.2f} ({odds - half:.2f} to {odds + half:.2f})"]
            )  # fmt: skip
    groups = []
    for (name, each), kinds in zip(every.items(), (CALLS, PROBLEMS), strict=True):
        for words, low, high in kinds:
            some = (each.failures >= low) & (each.failures <= high)
            groups.append([name, words, f"{some.sum():,}", _share(each.gone[some]), _share(each.complained[some])])
    return "\n\n".join(
        [
            table(
                [
                    "customers",
                    "how many",
                    "split by",
                    "share",
                    "of these gone",
                    "of the others gone",
                    "difference in logit",
                ],
                rows,
            ),
            table(
                ["customers", "failures in nine months", "how many", "gone three months later", "complained"], groups
            ),
        ]
    )


def _share(which: NDArray[np.bool_]) -> str:
    if not len(which):
        return DASH
    low, high = stats.binomtest(int(which.sum()), len(which)).proportion_ci(method="wilson")
    return f"{which.mean():.1%} ({low:.1%} to {high:.1%})"


def main() -> None:
    write = asked_to_write(__doc__)
    figures = report({"real": real(), MARKET: simulated()}, from_month_to_month())
    print(figures)
    if write:
        write_figures(PAGE, figures)


if __name__ == "__main__":
    main()
