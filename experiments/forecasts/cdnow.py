"""CDNOW: repeat purchases of weeks 40-78 from those of weeks 1-39, by the simulator and by its peers, in one run.

    python -m experiments.forecasts.cdnow [--full] [--inner]

The sample has 2,357 customers, the full file 23,570. Rules that were fixed before the sealed weeks were opened:
parameters come from weeks 1-39 alone; the headline structure is the one whose closed form, fitted on weeks 1-26, has
the smaller curve error over weeks 27-39; and it stays the headline if it turns out the worse one.
`--inner` opens no sealed week: it fits the full market on weeks 1-26 and judges it on weeks 27-39.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from experiments.forecasts.cohorts import SPLIT_WEEK, Cohort, Forecast, Sealed, cdnow
from experiments.forecasts.lives import SKELETON, market
from experiments.forecasts.peers import RepeatModel, all_peers, closed_form, fitted
from experiments.forecasts.refit import FullFit, refits_full
from experiments.forecasts.scores import Scores
from experiments.forecasts.simulated import GROUPS, Simulated, half_and_half, simulate
from experiments.pages import table

INNER_WEEK = 26
SKELETON_PEOPLE = 50_000
STRUCTURES: dict[str, type[RepeatModel]] = {"after_use": BgNbd, "anytime": ParetoNbd}
FIRST_MAY_LEAVE = (("loyalty.first_may_leave=true",), ("loyalty.first_may_leave=false",))  # as shipped; as in BG/NBD
INNER_RUNS = 20
HEADING = ["forecast", "curve 40-78", "week 78", "MAE", "RMSE", "r"]


@dataclass(frozen=True)
class Prepared:
    """All that is said before the sealed weeks are opened.

    Attributes:
        peers: closed forms and naive forecasts.
        ours: simulated forecasts.
        inner: curve error over weeks 27-39 of each structure's closed form fitted on weeks 1-26.
        fits: the full market's parameters by structure, one for each group of runs.
    """

    peers: list[Forecast]
    ours: list[Simulated]
    inner: dict[str, float]
    fits: dict[str, list[FullFit]]

    @property
    def headline(self) -> str:
        """The structure that the rule chooses."""
        return min(self.inner, key=self.inner.__getitem__)


def inner_errors(known: Cohort) -> dict[str, float]:
    """Curve error of each structure's closed form on the last third of the known weeks, fitted on the first two."""
    earlier, later = known.split(INNER_WEEK)
    return {
        name: later.score(closed_form(fitted(kind, earlier), earlier, later.weeks)).curve
        for name, kind in STRUCTURES.items()
    }


def inner_table(known: Cohort) -> str:
    """Closed forms and full markets fitted on the first two thirds of the known weeks, judged on the last third."""
    earlier, later = known.split(INNER_WEEK)
    rows = []
    for structure, kind in STRUCTURES.items():
        rows.append([kind.NAME, *shown(later.score(closed_form(fitted(kind, earlier), earlier, later.weeks)))])
        for settings in FIRST_MAY_LEAVE if structure == "after_use" else ((),):
            name = " ".join(["cxsim, full,", structure, *settings])
            scenarios = [fit.scenario(earlier, known.weeks) for fit in refits_full(kind, earlier, *settings)]
            rows.append([name, *shown(*simulate(name, scenarios, earlier, INNER_RUNS).score(later))])
    return table(["forecast", "curve 27-39", "week 39", *HEADING[3:]], rows)


def prepare(known: Cohort, ahead: int) -> Prepared:
    """Fit and forecast everything from the known weeks."""
    skeletons, full, fits = [], [], {}
    for structure, kind in STRUCTURES.items():
        model = fitted(kind, known)
        skeleton = market(SKELETON, model, known, SKELETON_PEOPLE, known.weeks + ahead)
        skeletons.append(simulate(f"cxsim, skeleton, {structure}", [skeleton] * GROUPS, known))
        fits[structure] = refits_full(kind, known)
        scenarios = [fit.scenario(known, known.weeks + ahead) for fit in fits[structure]]
        full.append(simulate(f"cxsim, full, {structure}", scenarios, known))
    full.append(half_and_half("cxsim, full, half of each", *full))
    return Prepared(all_peers(known, ahead), skeletons + full, inner_errors(known), fits)


def shown(scores: Scores, half: Scores | None = None) -> list[str]:
    """A row's figures, with the half-width of their intervals where there is one."""

    def one(name: str, as_text: str) -> str:
        value = getattr(scores, name)
        text = format(value, as_text) if np.isfinite(value) else "-"
        return text if half is None else f"{text} ± {format(getattr(half, name), as_text.lstrip('+'))}"

    formats = {"curve": ".2%", "last": "+.1%", "absolute": ".3f", "squared": ".3f", "correlation": ".3f"}
    return [one(name, as_text) for name, as_text in formats.items()]


def report(prepared: Prepared, sealed: Sealed) -> str:
    """The table, the rule's choice and the fits."""
    rows = [[peer.name, *shown(sealed.score(peer))] for peer in prepared.peers]
    for ours in prepared.ours:
        headline = ours.name.endswith(f"full, {prepared.headline}")
        rows.append([f"**{ours.name}**" if headline else ours.name, *shown(*ours.score(sealed))])
    inner = ", ".join(f"{name} {error:.2%}" for name, error in prepared.inner.items())
    fits = [f"- {structure}: {_parameters(fits)}" for structure, fits in prepared.fits.items()]
    lives = ", ".join(f"{ours.name.removeprefix('cxsim, ')} {ours.lives:,}" for ours in prepared.ours[:-1])
    return "\n\n".join(
        [
            table(HEADING, rows),
            _against_skeletons(prepared, sealed),
            f"The rule (curve error over weeks 27-39 after fitting weeks 1-26: {inner}) chooses **{prepared.headline}**.",
            f"Simulated customers behind the rows: {lives}.",
            "Refitted in the full market, mean and standard deviation of ten fits:\n\n" + "\n".join(fits),
        ]
    )


def _against_skeletons(prepared: Prepared, sealed: Sealed) -> str:
    """How much worse the full market's curve is than its skeleton's; below 0 it is better."""
    scored = {each.name: each.score(sealed) for each in prepared.ours}
    found = []
    for structure in STRUCTURES:
        (full, full_half), (bare, bare_half) = (scored[f"cxsim, {kind}, {structure}"] for kind in ("full", "skeleton"))
        half = np.hypot(full_half.curve, bare_half.curve)
        found.append(f"{structure} {100 * (full.curve - bare.curve):+.2f} ± {100 * half:.2f}")
    return f"Curve error of the full market minus its skeleton's, percentage points: {', '.join(found)}."


def _parameters(fits: list[FullFit]) -> str:
    columns = {name: np.array([getattr(fit.model, name) for fit in fits]) for name in fits[0].model.START}
    values = ", ".join(f"{name} {each.mean():.3f} (± {each.std(ddof=1):.3f})" for name, each in columns.items())
    miss, misfit = (np.mean([getattr(fit, name) for fit in fits]) for name in ("miss", "misfit"))
    return f"{values}, satisfaction reference {fits[0].reference:.3f}; score off by {miss:.2f}, misfit {misfit:.2f}"


def run(which: str) -> tuple[Prepared, Sealed, str]:
    """Forecast first, then open the sealed weeks and score."""
    known, sealed = cdnow(which).split(SPLIT_WEEK)
    prepared = prepare(known, sealed.weeks)
    text = report(prepared, sealed)
    rounded = next(peer for peer in prepared.peers if peer.name == ParetoNbd.NAME)
    whole = Forecast("Pareto/NBD, rounded", rounded.cumulative, np.rint(rounded.individual))
    return prepared, sealed, f"{text}\n\nPareto/NBD rounded to whole purchases: MAE {sealed.score(whole).absolute:.3f}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all 23,570 customers instead of the sample")
    parser.add_argument("--inner", action="store_true", help="weeks 1-39 alone: fit on 26 of them, judge on the rest")
    asked = parser.parse_args()
    which = "full" if asked.full else "sample"
    print(inner_table(cdnow(which).split(SPLIT_WEEK)[0]) if asked.inner else run(which)[2])


if __name__ == "__main__":
    main()
