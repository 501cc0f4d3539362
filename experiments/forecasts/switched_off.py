"""Which mechanism moves a full market away from its closed form? Effects switched off, the rest refitted each time.

    python -m experiments.forecasts.switched_off

Held against the closed form's own forecast, fitted to what is known: no sealed week or year is opened.
"""

import argparse

import numpy as np

from cxsim.closed_forms.likelihood import fit_retention
from cxsim.closed_forms.pareto_nbd import ParetoNbd
from cxsim.closed_forms.retention import BetaDiscreteWeibull
from cxsim.study.paired import estimate
from cxsim.study.replications import each_replication
from experiments.forecasts.cohorts import LAST_WEEK, SPLIT_WEEK, Cohort, cdnow
from experiments.forecasts.contracts import fit_full, survival_curves
from experiments.forecasts.lives import live
from experiments.forecasts.peers import expected_by, fitted
from experiments.forecasts.refit import refit_full
from experiments.forecasts.retention import CUSTOMERS, KNOWN_YEARS, SEGMENTS, read
from experiments.forecasts.scores import jackknife, percentage_error
from experiments.pages import table

NO_EXPERIENCE = ("loyalty.satisfaction_weight=0.0", "loyalty.failure_weight=0.0", "support.recovery_weight=0.0")
NO_RETURN = ("loyalty.exit=1.0",)
MARKETS = {
    "as shipped": (),
    "no effect of satisfaction, failures, support": NO_EXPERIENCE,
    "who does not stay leaves for good": NO_RETURN,
    "both": (*NO_EXPERIENCE, *NO_RETURN),
}
RUNS = 20


def distance(segment: str, settings: tuple[str, ...]) -> str:
    """Mean absolute difference from BdW over the years after the known ones, per cent, with its 95% interval."""
    known, _ = read(segment)
    customers = CUSTOMERS / 100.0 * known.survivors
    years = KNOWN_YEARS + known.ahead
    peer = fit_retention(BetaDiscreteWeibull, customers).model.survival(np.arange(years + 1.0))[KNOWN_YEARS + 1 :]
    market = fit_full(SEGMENTS[segment], customers, *settings).scenario(years)
    runs = survival_curves([market] * RUNS, 1000)[:, KNOWN_YEARS + 1 :]
    found = jackknife(runs, lambda curve: percentage_error(curve, peer))
    return f"{found.mean:.1%} ± {found.high - found.mean:.1%}"


def growth(known: Cohort, settings: tuple[str, ...]) -> list[str]:
    """How far the fit of the online market (`anytime`) is off, and its purchases of the weeks to come by Pareto/NBD's."""
    closed = fitted(ParetoNbd, known)
    expected = expected_by(closed, known, LAST_WEEK) - expected_by(closed, known, SPLIT_WEEK)
    fit = refit_full(ParetoNbd, known, *settings)
    scenario = fit.scenario(known, LAST_WEEK)

    def later(run: int) -> float:
        curve = live(scenario, 100 + run, SPLIT_WEEK).cumulative
        return float(curve[-1] - curve[SPLIT_WEEK - 1])

    found = estimate(np.array(each_replication(later, RUNS)) * len(known) / expected)
    return [f"{fit.miss:.2f}", f"{found.mean:.1%} ± {found.high - found.mean:.1%}"]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    rows = [[name, *(distance(segment, settings) for segment in SEGMENTS)] for name, settings in MARKETS.items()]
    print(table(["newspaper market: distance from BdW", *SEGMENTS], rows), end="\n\n")
    known, _ = cdnow("full").split(SPLIT_WEEK)
    rows = [[name, *growth(known, settings)] for name, settings in MARKETS.items()]
    print(table(["online market, anytime, all customers", "score off by", "growth / Pareto/NBD's"], rows))


if __name__ == "__main__":
    main()
