"""Which mechanism moves a full market away from its closed form? Effects switched off, the rest refitted each time.

    python -m experiments.forecasts.switched_off [--only contracts purchases]

Held against the closed form's own forecast, fitted to what is known: no sealed week or year is opened.
"""

import argparse

import numpy as np

from cxsim.analysis.closed_forms.likelihood import fit_retention
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull
from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Numbers
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import Scenario
from experiments.forecasts.cohorts import LAST_WEEK, SPLIT_WEEK, Cohort, cdnow
from experiments.forecasts.contracts import FIRST_WEEKS, MID_YEAR, fits_full, survival_curves
from experiments.forecasts.lives import live
from experiments.forecasts.matching import NOTES_EACH
from experiments.forecasts.peers import expected_by, fitted
from experiments.forecasts.refit import refits_full
from experiments.forecasts.retention import CUSTOMERS, KNOWN_YEARS, SEGMENTS, read
from experiments.forecasts.returning import fit_returning
from experiments.forecasts.scores import percentage_error
from experiments.pages import table

NO_EXPERIENCE = ("loyalty.satisfaction_weight=0.0", "loyalty.failure_weight=0.0", "support.recovery_weight=0.0")
NO_RETURN = ("loyalty.exit=1.0",)
NEWSPAPERS = {
    "as shipped": (),
    "no effect of satisfaction, failures, support": NO_EXPERIENCE,
    "who does not stay leaves for good": NO_RETURN,
}
SHOPS = {
    "as shipped": (),
    "of those who do not stay .6 leave for good": ("loyalty.exit=0.6",),
    "who does not stay leaves for good": NO_RETURN,
}
FITS, RUNS_A_FIT = 4, 8
SHARES = (0.0, 0.2, 0.4)  # of those about to leave who renew after all
EARLIER_YEARS = 5  # known to a forecast of the other known years


def by_arithmetic(segment: str) -> list[list[str]]:
    """BdW with second thoughts, by share: how well it fits, forecasts known years, and differs from BdW in the end."""
    known, _ = read(segment)
    customers = CUSTOMERS / 100.0 * known.survivors
    last = KNOWN_YEARS + known.ahead
    peer = fit_returning(0.0, customers)
    rows = []
    for share in SHARES:
        fit, earlier = fit_returning(share, customers), fit_returning(share, customers[: EARLIER_YEARS + 1])
        gained = fit.log_likelihood(customers) - peer.log_likelihood(customers)
        forecast = customers[0] * earlier.survival(KNOWN_YEARS)[EARLIER_YEARS + 1 :]
        missed = percentage_error(forecast, customers[EARLIER_YEARS + 1 :])
        beyond = fit.survival(last)[-1] / peer.survival(last)[-1] - 1.0
        rows.append([segment, f"{share:.0%}", f"{gained:+.2f}", f"{missed:.2%}", f"{beyond:+.1%}"])
    return rows


def by_simulation(segment: str, settings: tuple[str, ...]) -> list[str]:
    """Share of those about to leave who renew; the distance from BdW at the end of the known years, and of all."""
    known, _ = read(segment)
    customers, last = CUSTOMERS / 100.0 * known.survivors, KNOWN_YEARS + known.ahead
    peer = fit_retention(BetaDiscreteWeibull, customers).model.survival(np.arange(last + 1.0))
    markets = [fit.scenario(last) for fit in fits_full(SEGMENTS[segment], customers, *settings, fits=FITS)]
    runs = survival_curves([market for market in markets for _ in range(RUNS_A_FIT)], 1000)
    off = runs.reshape(len(markets), RUNS_A_FIT, -1).mean(axis=1) / peer - 1.0
    return [f"{renewing(markets[0]):.0%}", *(_percent(off[:, year]) for year in (KNOWN_YEARS, last))]


def renewing(scenario: Scenario) -> float:
    """Of all times the cohort's readers did not stay, the share after which they renewed without a break, in one run."""
    world = run_with_log(scenario, 1, 0, EVERYBODY, NOTES_EACH * scenario.market.people)
    notes = world.log
    cohort = world.bonds["first_bought"][:, scenario.focal] < FIRST_WEEKS
    told = np.isin(notes["what"], [Note.DOUBTS, Note.LEAVES, Note.BUYS]) & cohort[notes["person"]]
    told &= notes["at"] < scenario.market.horizon_weeks - 2 * MID_YEAR  # so that what came next is seen
    notes = np.sort(notes[told], order=["person", "at"], kind="stable")
    mine = notes["brand"] == scenario.focal
    asked = np.flatnonzero(mine & (notes["what"] != Note.BUYS))
    after = np.minimum(asked + 1, len(notes) - 1)
    renewed = mine[after] & (notes["what"][after] == Note.BUYS) & (notes["person"][after] == notes["person"][asked])
    return float(renewed.mean())


def growth(known: Cohort, settings: tuple[str, ...]) -> list[str]:
    """How far the fit of the online market (`anytime`) is off, and its purchases of the weeks to come by Pareto/NBD's."""
    closed = fitted(ParetoNbd, known)
    expected = expected_by(closed, known, LAST_WEEK) - expected_by(closed, known, SPLIT_WEEK)
    fits = refits_full(ParetoNbd, known, *settings, fits=FITS)

    def later(run: int) -> float:
        curve = live(fits[run % len(fits)].scenario(known, LAST_WEEK), 100 + run, SPLIT_WEEK).cumulative
        return float(curve[-1] - curve[SPLIT_WEEK - 1])

    runs = np.array(each_replication(later, RUNS_A_FIT * len(fits))).reshape(RUNS_A_FIT, len(fits)).mean(axis=0)
    miss, misfit = (np.mean([getattr(fit, name) for fit in fits]) for name in ("miss", "misfit"))
    return [f"{miss:.2f}", f"{misfit:.1f}", _percent(runs * len(known) / expected - 1.0)]


def _percent(fits: Numbers) -> str:
    """The mean over fits, with its 95% interval."""
    found = estimate(fits)
    return f"{found.mean:+.1%} ± {found.high - found.mean:.1%}"


def contracts() -> str:
    """Both tables of the newspaper market."""
    columns = ["segment", "renew after all", "log-likelihood", "error in years 6-7", "in year 12, from BdW"]
    rows = [
        [segment, name, *by_simulation(segment, settings)]
        for segment in SEGMENTS
        for name, settings in NEWSPAPERS.items()
    ]
    heading = ["segment", "newspaper market", "renew after all", "in year 7, from BdW", "in year 12, from BdW"]
    return (
        f"{table(columns, [row for segment in SEGMENTS for row in by_arithmetic(segment)])}\n\n{table(heading, rows)}"
    )


def purchases() -> str:
    """The table of the online market, `anytime`, all customers."""
    known, _ = cdnow("full").split(SPLIT_WEEK)
    rows = [[name, *growth(known, settings)] for name, settings in SHOPS.items()]
    return table(["online market, anytime", "score off by", "misfit", "growth, from Pareto/NBD's"], rows)


SECTIONS = {"contracts": contracts, "purchases": purchases}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="these alone")
    for name in parser.parse_args().only:
        print(SECTIONS[name](), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
