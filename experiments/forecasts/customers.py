"""customers.csv of CDNOW, held against what each customer did in the weeks after, beside its peers.

    python -m experiments.forecasts.customers [--full] [--write]     (a quarter of a minute; --full some minutes)

Fitted on weeks 1-39, forecast weeks 40-78. The table is the one that `cxsim calibrate` writes of a file that ends with week 39;
the peers are those of docs/forecasts.md.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from cxsim.analysis.calibration.customers import CustomerForecasts, forecast_customers
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.phrases import DASH
from cxsim.data import read_transactions
from cxsim.data.histories import Numbers
from cxsim.data.records import records_of_purchases
from experiments.forecasts.cohorts import DAYS, FILES, FIRST_DAY, LAST_WEEK, SPLIT_WEEK, cdnow, data_file
from experiments.forecasts.peers import all_peers
from experiments.forecasts.scores import individual_scores
from experiments.pages import table, write_figures

PAGE: Final = Path(__file__).parents[2] / "docs" / "customers.md"
KINDS: Final = (BgNbd, ParetoNbd)
# Correlation of forecast and truth, customer by customer (Fader, Hardie & Lee 2005, Marketing Science 24(2), 275-284, section 4).
PUBLISHED: Final = {"BG/NBD": 0.626, "Pareto/NBD": 0.630}
GROUPS: Final = (
    ("all", 0, np.inf),
    ("no repeat before", 0, 0),
    ("1 or 2 before", 1, 2),
    ("3 or more before", 3, np.inf),
)
SEED: Final = 1


def purchases(which: str) -> pd.DataFrame:
    """Every row of CDNOW with its day from 0: customer_id, date, amount, day."""
    rows = pd.read_csv(data_file(FILES[which]), sep=r"\s+", header=None, skiprows=int(which == "full"), dtype=str)
    id_, date, amount = (0, 1, 3) if which == "full" else (0, 2, 4)
    dates = pd.to_datetime(rows[date], format="%Y%m%d")
    return pd.DataFrame(
        {
            "customer_id": rows[id_],
            "date": dates.dt.date,
            "amount": rows[amount].astype(float),
            "day": (dates - FIRST_DAY).dt.days,
        }
    )


def forecasts(rows: pd.DataFrame) -> dict[str, CustomerForecasts]:
    """What customers.csv says from weeks 1-39 alone, by either closed form; the likelier one is what a calibration takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known.csv"
        rows[rows["day"] < DAYS * SPLIT_WEEK].drop(columns="day").to_csv(path, index=False)
        data = read_transactions(path)
    records = records_of_purchases(data, (data.end - data.start).days)
    ahead = float(LAST_WEEK - SPLIT_WEEK)
    return {kind.NAME: forecast_customers(records, kind, ahead, SEED) for kind in KINDS}


def truth(rows: pd.DataFrame, ids: "pd.Series[str]") -> tuple[Numbers, Numbers]:
    """What each customer bought (days with a purchase) and spent in weeks 40-78, in the order of the ids."""
    later = rows[(rows["day"] >= DAYS * SPLIT_WEEK) & (rows["day"] < DAYS * LAST_WEEK)]
    days = later.drop_duplicates(["customer_id", "day"]).groupby("customer_id").size()
    spent = later.groupby("customer_id")["amount"].sum()
    return ids.map(days).fillna(0.0).to_numpy(float), ids.map(spent).fillna(0.0).to_numpy(float)


def report(which: str) -> str:
    """All tables."""
    rows = purchases(which)
    made = forecasts(rows)
    bought, spent = truth(rows, next(iter(made.values())).table["customer_id"].astype(str))
    chosen = max(made, key=lambda name: made[name].fit.log_likelihood)
    return "\n\n".join(
        [
            f"CDNOW, {len(bought):,} customers: fitted on weeks 1-{SPLIT_WEEK}, forecast weeks {SPLIT_WEEK + 1}-{LAST_WEEK}. A calibration "
            f"takes {chosen} here, the likelier one.",
            "**Purchases of each customer**",
            of_purchases(which, made, bought),
            "**What each customer spends**",
            of_value(rows, made, spent),
            "**Share of customers whose purchases, and spending, lay in the interval of 95%**",
            of_intervals(made, bought, spent),
        ]
    )


def of_purchases(which: str, made: dict[str, CustomerForecasts], bought: Numbers) -> str:
    """Errors and correlations beside the peers' and the published ones."""
    known, sealed = cdnow(which).split(SPLIT_WEEK)
    lines = []
    for peer in all_peers(known, sealed.weeks):
        scores = sealed.score(peer)
        lines.append([peer.name, *_shown(scores.absolute, scores.squared, scores.correlation), DASH])
    for name, each in made.items():
        published = f"{PUBLISHED[name]:.3f}" if which == "sample" else DASH
        misses = individual_scores(each.table["purchases"].to_numpy(float), bought)
        lines.append([f"**customers.csv, {name}**", *_shown(*misses), published])
    return table(["forecast", "MAE", "RMSE", "r", "r, published"], lines)


def of_value(rows: pd.DataFrame, made: dict[str, CustomerForecasts], spent: Numbers) -> str:
    """Errors of value, beside everybody's own count so far, at their own average amount, once more."""
    before = rows[rows["day"] < DAYS * SPLIT_WEEK].groupby("customer_id")["amount"].sum()
    own = next(iter(made.values())).table
    average = own["customer_id"].astype(str).map(before).fillna(0.0) / (own["frequency"] + 1.0)
    again = (own["frequency"] * average / own["T"] * (LAST_WEEK - SPLIT_WEEK)).to_numpy(float)
    values = {"own count again, at the own amount": again} | {
        f"**customers.csv, {name}**": each.table["value"].to_numpy(float) for name, each in made.items()
    }
    lines = [
        [name, *_shown(*individual_scores(each, spent)), f"{each.sum():,.0f}", f"{each.sum() / spent.sum() - 1.0:+.1%}"]
        for name, each in values.items()
    ]
    lines.append(["what they spent", "", "", "", f"{spent.sum():,.0f}", ""])
    return table(["forecast", "MAE", "RMSE", "r", "all together, $", "off by"], lines)


def of_intervals(made: dict[str, CustomerForecasts], bought: Numbers, spent: Numbers) -> str:
    """How often intervals held the truth, with the binomial interval (Wilson), by what was known of the customers before."""
    lines = []
    for name, each in made.items():
        for words, low, high in GROUPS:
            some = each.table["frequency"].between(low, high).to_numpy()
            shares = [
                _held(each.table[some], what, real[some]) for what, real in (("purchases", bought), ("value", spent))
            ]
            lines.append([name, words, f"{some.sum():,}", *shares])
    return table(["closed form", "repeats in weeks 1-39", "customers", "purchases", "value"], lines)


def _held(forecast: pd.DataFrame, what: str, real: Numbers) -> str:
    held = ((forecast[f"{what}_low"] <= real) & (real <= forecast[f"{what}_high"])).to_numpy()
    low, high = stats.binomtest(int(held.sum()), len(held)).proportion_ci(method="wilson")
    return f"{held.mean():.1%} ({low:.1%} to {high:.1%})"


def _shown(*figures: float) -> list[str]:
    return [f"{each:.3f}" if np.isfinite(each) else DASH for each in figures]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all 23,570 customers instead of the sample")
    parser.add_argument("--write", action="store_true", help="update docs/customers.md (the sample)")
    asked = parser.parse_args()
    text = report("full" if asked.full else "sample")
    print(text)
    if asked.write:
        write_figures(PAGE, text)


if __name__ == "__main__":
    main()
