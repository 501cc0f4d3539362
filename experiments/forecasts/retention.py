"""Customers under contract: two published survival curves, fitted on years 0-7 and forecast to year 12.

    python -m experiments.forecasts.retention

The peers are sBG, BdW and the last rate held. The simulator forecasts with its contract market: the skeleton, in which
a readers' latent loyalty alone decides (BdW), and the whole newspaper market with rivals, failures and talk.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.analysis.closed_forms.likelihood import fit_retention
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull, Sbg
from cxsim.analysis.compare.intervals import Estimate
from cxsim.data.histories import Numbers
from experiments.forecasts.contracts import FEWER_RETURN, fits_full, skeleton, survival_curves
from experiments.forecasts.scores import jackknife, percentage_error
from experiments.pages import table

DATA = Path(__file__).parents[2] / "examples/data/retention.csv"
SEGMENTS = {"High End": "high_end", "Regular": "regular"}
KNOWN_YEARS = 7
RUNS = 50
RUNS_A_FIT = 10
DRAWS, PEOPLE_A_DRAW = 400, 2_500  # lives for the plausible set: many parameters, few people each
CUSTOMERS = 1000.0  # the table gives per cent to one decimal: it tells as much as a thousand customers would


@dataclass(frozen=True)
class Known:
    """All that a forecast may see.

    Attributes:
        segment: of the table.
        survivors: per cent at the end of years 0, 1, ..., shape (known years + 1,).
        ahead: years to forecast.
    """

    segment: str
    survivors: Numbers
    ahead: int


class SealedYears:
    """The years after; they score finished forecasts and do nothing else."""

    def __init__(self, survivors: Numbers) -> None:
        self.__survivors = survivors

    def score(self, forecast: Numbers) -> float:
        """Mean absolute percentage error over the sealed years, as a share; the forecast starts with the first one."""
        if len(forecast) != len(self.__survivors):
            raise ValueError(f"the forecast must have {len(self.__survivors)} years")
        return percentage_error(forecast, self.__survivors)

    def curve(self, after: list[Numbers]) -> Numbers:
        """The survivors of these years, for a picture of forecasts that are finished."""
        if not after:
            raise ValueError("the sealed years are shown beside finished forecasts only")
        return self.__survivors


def read(segment: str, known_years: int = KNOWN_YEARS) -> tuple[Known, SealedYears]:
    """A segment's curve, split."""
    survivors = pd.read_csv(DATA)[f"{SEGMENTS[segment]}_pct"].to_numpy(float)
    before, after = survivors[: known_years + 1], survivors[known_years + 1 :]
    return Known(segment, before, len(after)), SealedYears(after)


def peers(known: Known) -> dict[str, Numbers]:
    """Survivors in the sealed years, in per cent, by name of the method; fitted to the known years."""
    years = np.arange(1.0, known.ahead + 1.0) + len(known.survivors) - 1.0
    last_rate = known.survivors[-1] / known.survivors[-2]
    models = [fit_retention(kind, CUSTOMERS / 100.0 * known.survivors).model for kind in (Sbg, BetaDiscreteWeibull)]
    return {
        "nobody leaves": np.full(known.ahead, known.survivors[-1]),
        "last rate held": known.survivors[-1] * last_rate ** np.arange(1.0, known.ahead + 1.0),
        **{model.NAME: 100.0 * model.survival(years) for model in models},
    }


def simulated(known: Known, runs: int = RUNS) -> dict[str, Numbers]:
    """Survivors of all years in per cent in each run, by market, shape (runs, years + 1).

    "plausible" lives every run at other parameters of the set that fits nearly as well, `DRAWS` of them. For the whole
    market a row is the mean of the runs that share a fit.
    """
    customers = CUSTOMERS / 100.0 * known.survivors
    years = len(known.survivors) - 1 + known.ahead
    best = fit_retention(BetaDiscreteWeibull, customers)
    spread = [BetaDiscreteWeibull(*draw) for draw in best.plausible(DRAWS).tolist()]

    def whole(*settings: str) -> Numbers:
        fits = fits_full(SEGMENTS[known.segment], customers, *settings)
        lived = survival_curves([fit.scenario(years) for fit in fits for _ in range(RUNS_A_FIT)], 1000)
        return np.asarray(lived.reshape(len(fits), RUNS_A_FIT, -1).mean(axis=1))

    return {
        "skeleton": 100.0 * survival_curves([skeleton(best.model, years)] * runs, 1000),
        "skeleton, plausible": 100.0
        * survival_curves([skeleton(model, years, PEOPLE_A_DRAW) for model in spread], 1000),
        "full": 100.0 * whole(),
        "full, fewer return": 100.0 * whole(FEWER_RETURN),
    }


def score_of_mean(runs: Numbers, known: Known, sealed: SealedYears) -> Estimate:
    """The score of the mean of all runs, with its 95% interval over their luck (jackknife)."""
    return jackknife(runs[:, len(known.survivors) :], sealed.score)


def run() -> tuple[str, dict[str, dict[str, Numbers]]]:
    """The table, and the simulated curves by segment and market."""
    rows, every = [], {}
    for segment in SEGMENTS:
        known, sealed = read(segment)
        every[segment] = ours = simulated(known)
        scores = {name: f"{sealed.score(curve):.2%}" for name, curve in peers(known).items()}
        for name, runs in ours.items():
            found = score_of_mean(runs, known, sealed)
            scores[f"cxsim, {name}"] = f"{found.mean:.2%} ± {found.high - found.mean:.2%}"
        rows.append([segment, *scores.values()])
    return table(["segment", *scores], rows), every


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(run()[0])


if __name__ == "__main__":
    main()
