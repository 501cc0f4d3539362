"""New products: the last three years of six published sales series, forecast from the years before.

    python -m experiments.forecasts.bass

The rule was fixed before any year was sealed: all but the last three years are known. The peers are Bass's curve, last
year's sales held, and zero.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import qmc

from cxsim.analysis.closed_forms.bass import Bass, fit_bass
from cxsim.data.histories import Numbers
from experiments.forecasts.diffusion import fits_full, skeleton, yearly_sales
from experiments.forecasts.scores import jackknife
from experiments.pages import table

DATA = Path(__file__).parents[2] / "examples/data/sales_of_new_products.csv"
SEALED_YEARS = 3
RUNS, DRAWS = 50, 150
RUNS_A_FIT = 5
USUAL_P, USUAL_Q = 0.03, 0.38  # means of 213 applications in Sultan, Farley & Lehmann (1990), JMR 27(1), 70-77
SPREAD_P, SPREAD_Q = 1.0, 0.5  # standard deviations of their logarithms: assumed, a wide range
TRIED = 4096
HEADING = ["series", "known", "zero", "last year held", "Bass"]


@dataclass(frozen=True)
class Known:
    """All that a forecast may see.

    Attributes:
        series: name.
        sales: of the known years, shape (known years,).
    """

    series: str
    sales: Numbers


class SealedSales:
    """The years after; they score finished forecasts and do nothing else."""

    def __init__(self, sales: Numbers) -> None:
        self.__sales = sales

    def score(self, forecast: Numbers) -> float:
        """Root mean squared error over the sealed years, as a share of their mean sales."""
        if len(forecast) != len(self.__sales):
            raise ValueError(f"the forecast must have {len(self.__sales)} years")
        return float(np.sqrt(np.mean((forecast - self.__sales) ** 2)) / self.__sales.mean())

    def curve(self, after: list[Numbers]) -> Numbers:
        """The sales of these years, for a picture of forecasts that are finished."""
        if not after:
            raise ValueError("the sealed years are shown beside finished forecasts only")
        return self.__sales


def read() -> list[tuple[Known, SealedSales]]:
    """The series, each split."""
    return [
        (Known(str(name), sales[:-SEALED_YEARS]), SealedSales(sales[-SEALED_YEARS:]))
        for name, sales in ((name, rows["sales"].to_numpy(float)) for name, rows in pd.read_csv(DATA).groupby("series"))
    ]


def closed_form(known: Known) -> Numbers:
    """Bass's curve, fitted by nonlinear least squares and continued."""
    edges = np.arange(len(known.sales), len(known.sales) + SEALED_YEARS + 1.0)
    return np.diff(fit_bass(known.sales).adopted(edges))


def peers(known: Known) -> dict[str, Numbers]:
    """Forecasts of the sealed years by name."""
    return {
        "zero": np.zeros(SEALED_YEARS),
        "last year held": np.full(SEALED_YEARS, known.sales[-1]),
        "Bass": closed_form(known),
    }


def plausible(known: Known, draws: int) -> list[Bass]:
    """p, q and m that fit nearly as well, where usual values of p and q count as likelier beforehand.

    Each of many p and q has its least-squares m; they are drawn in proportion to usualness times the likelihood of the
    misses with unknown variance, (sum of squares)**(-(n - 1)/2).
    """
    low, high = np.log([1e-4, 0.05]), np.log([0.3, 2.0])
    logs = low + (high - low) * qmc.Halton(2, rng=1).random(TRIED)
    p, q = np.exp(logs).T
    edges = np.arange(len(known.sales) + 1.0)
    shares = np.diff([Bass(*pair).adopted(edges) for pair in np.exp(logs).tolist()], axis=1).T
    m = known.sales @ shares / (shares**2).sum(axis=0)
    misses = ((m * shares - known.sales[:, None]) ** 2).sum(axis=0)
    usual = ((logs - np.log([USUAL_P, USUAL_Q])) / [SPREAD_P, SPREAD_Q]) ** 2
    log_weight = -(len(known.sales) - 1) / 2.0 * np.log(misses) - usual.sum(axis=1) / 2.0
    weight = np.exp(log_weight - log_weight.max())
    chosen = np.searchsorted(np.cumsum(weight) / weight.sum(), (np.arange(draws) + 0.5) / draws)
    return [Bass(float(p[each]), float(q[each]), float(m[each])) for each in chosen]


def simulated(known: Known, runs: int = RUNS) -> dict[str, Numbers]:
    """Sales of all years in each run, by market, shape (runs, known + sealed years); of the whole market in each fit."""
    years = len(known.sales) + SEALED_YEARS
    best, spread, fits = fit_bass(known.sales), plausible(known, DRAWS), fits_full(known.sales)
    people = np.array([model.m for model in spread])[:, None]
    buyers = np.array([fit.model.m for fit in fits])[:, None]
    whole = yearly_sales([fit.scenario(years) for fit in fits for _ in range(RUNS_A_FIT)], 1000)
    return {
        "skeleton": best.m * yearly_sales([skeleton(best, years)] * runs, 1000),
        "skeleton, plausible": people * yearly_sales([skeleton(model, years) for model in spread], 1000),
        "full": buyers * whole.reshape(len(fits), RUNS_A_FIT, years).mean(axis=1),
    }


def run() -> tuple[str, dict[str, dict[str, Numbers]]]:
    """The table, and the simulated sales by series and market."""
    rows, every = [], {}
    for known, sealed in read():
        every[known.series] = ours = simulated(known)
        scores = [f"{sealed.score(forecast):.3f}" for forecast in peers(known).values()]
        for runs in ours.values():
            found = jackknife(runs[:, -SEALED_YEARS:], sealed.score)
            scores.append(f"{found.mean:.3f} ± {found.high - found.mean:.3f}")
        rows.append([known.series, f"{len(known.sales)} years", *scores])
    return table([*HEADING, *(f"cxsim, {name}" for name in ours)], rows), every


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(run()[0])


if __name__ == "__main__":
    main()
