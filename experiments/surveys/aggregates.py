"""Small aggregates of real surveys and panels, the only form in which these data are stored here.

`python -m experiments.surveys.aggregates` computes them anew from the raw files in the folder that the environment
variable CXSIM_DATA names. One half of the people (odd rows, odd households, odd bins) is for calibration, the other
half is held out. Origins and licences: data/SOURCES.md.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "data"
CALIBRATION, HELD_OUT = "calibration", "held out"
CONSTRUCTS = ["expectation", "quality", "satisfaction", "loyalty"]

_ITEMS = {
    "mobile": ("ecsi_mobi.csv", {"expectation": ("CUEX", 3), "quality": ("PERQ", 7), "satisfaction": ("CUSA", 3), "loyalty": ("CUSL", 3)}),
    "bank": ("ecsi_satisfaction_bank.csv", {"expectation": ("expe", 5), "quality": ("qual", 5), "satisfaction": ("sat", 4), "loyalty": ("loy", 4)}),
}  # fmt: skip
DELAYS = {  # last day of a delay against the promised date -> what it is called
    -14: "more than 14 days early",
    0: "up to 14 days early",
    7: "up to 7 days late",
    400: "more than 7 days late",
}
PANELS = ("catsup", "cracker", "yogurt")


def half(numbers: pd.Series) -> pd.Series:
    """Which half people, bins or households with these numbers (from 1) belong to."""
    return (numbers % 2 == 1).map({True: CALIBRATION, False: HELD_OUT})


def cronbach_alpha(items: pd.DataFrame) -> float:
    """Reliability of the mean of these items, k/(k - 1) * (1 - sum of variances / variance of the sum)."""
    k = items.shape[1]
    return float(k / (k - 1) * (1 - items.var().sum() / items.sum(axis=1).var()))


def ecsi(raw: Path) -> pd.DataFrame:
    """Per survey, half and construct: mean, standard deviation, alpha, correlations of the scores (0 to 1)."""
    rows = []
    for survey, (file, constructs) in _ITEMS.items():
        people = pd.read_csv(raw / file)
        items = {name: [f"{stem}{n + 1}" for n in range(k)] for name, (stem, k) in constructs.items()}
        for part, answers in people.groupby(half(pd.Series(np.arange(1, len(people) + 1)))):
            scores = pd.DataFrame({name: (answers[own].mean(axis=1) - 1) / 9 for name, own in items.items()})
            for name in CONSTRUCTS:
                rows.append(
                    {"survey": survey, "half": part, "customers": len(answers), "construct": name}
                    | {"mean": scores[name].mean(), "sd": scores[name].std()}
                    | {"alpha": cronbach_alpha(answers[items[name]])}
                    | scores.corr()[name].to_dict()
                )
    return pd.DataFrame(rows)


def olist(raw: Path) -> pd.DataFrame:
    """Per half of the bins and group of delays: orders, mean and standard deviation of stars, shares of 1 and 5."""
    bins = pd.read_csv(raw / "olist_delay_vs_review_aggregate.csv")
    bins = bins.rename(columns={"size": "orders", "std": "sd", "p1": "ones", "p5": "fives"})
    last_day = bins["days_late_vs_promise"].str.extract(r"(-?\d+)\]")[0].astype(int)
    group = np.array(list(DELAYS.values()))[np.searchsorted(list(DELAYS), last_day)]
    parts = bins.groupby([half(pd.Series(np.arange(1, len(bins) + 1))), group], sort=False)
    table = pd.DataFrame([{"half": part, "delivery": name} | pooled(own) for (part, name), own in parts])
    return table.sort_values("half", kind="stable", ignore_index=True)


def pooled(groups: pd.DataFrame) -> dict[str, float]:
    """Stars of several groups of orders taken together: orders, mean, sd, ones, fives (the columns of the groups)."""
    n = groups["orders"].to_numpy(np.float64)
    mean, ones, fives = (float(np.average(groups[column], weights=n)) for column in ("mean", "ones", "fives"))
    squares = ((n - 1) * groups["sd"] ** 2 + n * (groups["mean"] - mean) ** 2).sum()
    return {
        "orders": int(n.sum()),
        "mean": mean,
        "sd": float(np.sqrt(squares / (n.sum() - 1))),
        "ones": ones,
        "fives": fives,
    }


def panel_brands(raw: Path) -> pd.DataFrame:
    """Per category, half and brand: households, buyers, purchases, the spread of purchases among buyers."""
    rows = []
    for category, part, purchases in _halves_of_panels(raw):
        for brand, own in purchases.groupby("choice"):
            each = own.groupby("id").size()
            rows.append(
                {"category": category, "half": part, "brand": brand, "households": purchases["id"].nunique()}
                | {"buyers": len(each), "purchases": len(own), "purchases_sd": each.std()}
            )
    return pd.DataFrame(rows)


def panel_households(raw: Path) -> pd.DataFrame:
    """Per category and half: households, purchases and brands each, share of purchases that repeat the last brand."""
    rows = []
    for category, part, purchases in _halves_of_panels(raw):
        each = purchases.groupby("id")
        before = each["choice"].shift()
        rows.append(
            {"category": category, "half": part, "households": each.ngroups}
            | {"purchases": each.size().mean(), "purchases_sd": each.size().std(), "fewest": each.size().min()}
            | {"brands": each["choice"].nunique().mean()}
            | {"repeats": (purchases["choice"] == before)[before.notna()].mean()}
        )
    return pd.DataFrame(rows)


def _halves_of_panels(raw: Path) -> list[tuple[str, str, pd.DataFrame]]:
    parts = []
    for category in PANELS:
        purchases = pd.read_csv(raw / f"ecdat_{category}.csv")
        parts += [(category, str(part), own) for part, own in purchases.groupby(half(purchases["id"]))]
    return parts


AGGREGATES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "ecsi": ecsi,
    "olist": olist,
    "panel_brands": panel_brands,
    "panel_households": panel_households,
}


def stored(name: str) -> pd.DataFrame:
    """An aggregate as it is stored."""
    return pd.read_csv(FOLDER / f"{name}.csv")


def main() -> None:
    raw = Path(os.environ["CXSIM_DATA"])
    for name, compute in AGGREGATES.items():
        compute(raw).round(6).to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
