"""Do the intervals of a calibration hold the truth? Twins, whose truth is known, are calibrated and held against it.

A twin is a market with parameters drawn from a *wider* range than a calibration takes for plausible. It is lived, its records
are written as a firm would export them, and calibrated. Then: does the middle 50, 80 and 95% of the plausible set hold what
made the records? And does a plan's interval over the plausible worlds hold what the plan did in one life of the twin?

    python -m experiments.coverage [--twins 50] [--records "purchases" "purchases and linked records"] [--write]

Every kind of records costs some 20 seconds of two cores for each twin.
"""

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from tqdm import tqdm

from cxsim.analysis.calibration.calibrate import calibrate
from cxsim.analysis.calibration.linked_moments import told_by_records
from cxsim.analysis.calibration.observed import Observed, observe
from cxsim.analysis.calibration.priors import allowed, of_experience
from cxsim.analysis.calibration.simulated import with_values
from cxsim.analysis.calibration.survey_moments import Told, told_by
from cxsim.analysis.calibration.tried import told_by_experiment
from cxsim.analysis.compare.intervals import quantile_of_t
from cxsim.analysis.experiment.arms import as_experiment, first_week
from cxsim.analysis.export import export
from cxsim.analysis.export.calendar import START
from cxsim.analysis.firm.compared import Worlds, compare_over_worlds
from cxsim.analysis.phrases import percent
from cxsim.analysis.sweep.parameters import Values
from cxsim.engine.branching import simulate_together
from cxsim.engine.luck import key_of, purpose, uniform
from cxsim.scenario import Scenario, load
from experiments.pages import table, write_figures

OF_THE_TWIN: Final = purpose("coverage: what makes a twin")
PAGE: Final = Path(__file__).parents[1] / "docs" / "coverage.md"
LEVELS: Final = (0.5, 0.8, 0.95)
TWINS, GUESSES, WORLDS, SEED = 50, 80, 20, 1
HALF: Final = 0.5  # of the customers, treated in an experiment
WIDER: Final = 0.25  # of a plausible range, that the truth may lie beyond either end
RHYTHM: Final = {
    "need.rate_shape": 1.2, "need.rate_scale_weeks": 8.0, "loyalty.leave_a": 0.8, "loyalty.leave_b": 3.0,
}  # fmt: skip  # about which the truth is drawn, up to a factor of two away
EXPERIENCE: Final = """
extends = "rhythm-only"
name = "A shop"
market = {{ people = 500, horizon_weeks = 52 }}
loyalty = {{ first_may_leave = false, satisfaction_weight = 2.0, failure_weight = 0.5 }}
support.recovery_weight = 0.5
telling = {{ base = 0.1, good = 1.0, bad = 1.5 }}
[brand.focal]
use = {{ quality = {quality}, quality_sd = 0.12 }}
support = {{ resolve_rate = 0.7, quick_rate = 0.4 }}
listening = {{ survey_rate = 0.3 }}
money = {{ unit_cost = 20.0 }}
purchase = {{ price = 50.0 }}
"""
PLAN: Final = """
name = "Half the failures"
extends = "market.toml"
[[intervention]]
name = "half the failures"
start_week = 13.0
effect = [{ parameter = "use.failure_rate", multiply = 0.5 }]
"""


class Kind(NamedTuple):
    """What a firm hands over beside its purchases, and what it assumes of its market."""

    quality: float  # of the market that is calibrated; the twins' is .8
    scores: bool = False  # the answers to its surveys
    failure_rate: bool = False  # the share of uses that failed
    episodes: bool = False  # what became of each purchase
    experiment: bool = False  # it gave the very plan to half of its customers, and knows who they were


TRUE_QUALITY: Final = 0.8
WRONG_QUALITY: Final = 0.7
PURCHASES: Final = "purchases"
KINDS: Final = {
    PURCHASES: Kind(TRUE_QUALITY),
    "purchases and scores": Kind(TRUE_QUALITY, scores=True),
    "purchases and failure rate": Kind(TRUE_QUALITY, failure_rate=True),
    "purchases and linked records": Kind(TRUE_QUALITY, episodes=True),
    "purchases and an experiment": Kind(TRUE_QUALITY, experiment=True),
    "linked records and an experiment": Kind(TRUE_QUALITY, episodes=True, experiment=True),
    "purchases, wrong market": Kind(WRONG_QUALITY),
    "purchases and linked records, wrong market": Kind(WRONG_QUALITY, episodes=True),
    "purchases and an experiment, wrong market": Kind(WRONG_QUALITY, experiment=True),
}


class Held(NamedTuple):
    """Of one twin and kind: which intervals held the truth, shape (levels,) each, and how wide the widest is.

    Attributes:
        parameters: by full key, whether the middle of the plausible set does.
        beyond: keys whose truth lies beyond what is plausible.
        effects: by figure, whether the interval of the plan's effect does.
        widths: by figure, the width of its 95% interval.
        warned: keys of which the calibration said that they pile up at an end.
    """

    parameters: dict[str, NDArray[np.bool_]]
    beyond: set[str]
    effects: dict[str, NDArray[np.bool_]]
    widths: dict[str, float]
    warned: set[str]


def truth_of(number: int) -> Values:
    """What makes a twin: the rhythm up to a factor of two from its middle, experience from wider than plausible."""
    luck = key_of(SEED, number)
    values: Values = {
        key: middle * 2.0 ** (2.0 * uniform(luck, place, OF_THE_TWIN, 0, 0) - 1.0)
        for place, (key, middle) in enumerate(RHYTHM.items())
    }
    for place, each in enumerate(of_experience(load("rhythm-only"), []), start=len(RHYTHM)):
        width, (least, most) = each.high - each.low, allowed(each.key)
        low, high = max(least, each.low - WIDER * width), min(most, each.high + WIDER * width)
        values[each.key] = low + (high - low) * uniform(luck, place, OF_THE_TWIN, 0, 0)
    return values


def observed_and_told(twin: Scenario, kind: Kind, market: Path, plan: Path, number: int) -> tuple[Observed, list[Told]]:
    """What a firm exports of a year, read again: its purchases, and what else it holds."""
    folder = market.parent
    tried = load(plan).intervention
    tables = export(twin, as_experiment(twin, tried, HALF), seed=SEED, replication=number)
    seen = {
        name: tables[f"{name}_in_plan" if kind.experiment else name] for name in ("transactions", "surveys", "episodes")
    }
    purchases, scores, episodes, experiment = (
        folder / f"{name}.csv" for name in ("bought", "scores", "episodes", "arms")
    )
    bought = seen["transactions"]
    bought[["customer_id", "date"]].to_csv(purchases, index=False)
    counts = np.bincount(seen["surveys"]["score"], minlength=11)
    pd.DataFrame({"score": np.arange(11), "count": counts}).to_csv(scores, index=False)
    seen["episodes"].to_csv(episodes, index=False)
    observed = observe(purchases, until=bought["date"].max().date())
    failed = seen["episodes"]["failed"].dropna().to_numpy(float)
    share = (failed.sum() + 1.0) / (len(failed) + 2.0)
    rate = (float(failed.mean()), float(np.sqrt(share * (1.0 - share) / len(failed)))) if kind.failure_rate else None
    told = told_by([scores] if kind.scores else [], failure_rate=rate)
    if kind.episodes:
        told.append(told_by_records(episodes, observed))
    if kind.experiment:
        customers = bought["customer_id"].unique()
        start = (pd.Timestamp(START) + pd.Timedelta(weeks=first_week(tried))).date()
        arms = np.where(tables["truth"]["treated"].to_numpy()[customers], "treatment", "control")
        pd.DataFrame({"customer_id": customers, "arm": arms, "start": start}).to_csv(experiment, index=False)
        told.append(told_by_experiment(experiment, plan, market, observed))
    return observed, told


def held_by(number: int, kind: Kind) -> Held | None:
    """Calibrate a twin and hold its intervals against the truth; None where the calibration is refused."""
    truth = truth_of(number)
    with tempfile.TemporaryDirectory() as name:
        own, assumed, plan = (Path(name) / f"{part}.toml" for part in ("twin", "market", "plan"))
        own.write_text(EXPERIENCE.format(quality=TRUE_QUALITY), encoding="utf-8")
        assumed.write_text(EXPERIENCE.format(quality=kind.quality), encoding="utf-8")
        plan.write_text(PLAN, encoding="utf-8")
        twin = with_values(own, truth)
        try:
            observed, told = observed_and_told(twin, kind, assumed, plan, number)
            found = calibrate(observed, assumed, told, GUESSES, SEED)
        except ValueError:
            return None
        compared = compare_over_worlds(
            load(assumed), load(plan), worlds=Worlds(found.fitted.plausible, "data"), count=WORLDS, seed=SEED
        )
        plan_of_twin = twin.model_copy(update={"intervention": load(plan).intervention})
        base, other = simulate_together([twin, plan_of_twin], SEED + 1, number)
    differences = next(iter(compared.plans.values())).differences.set_index("figure")
    effects, widths = {}, {}
    for figure in ("net_margin", "loops"):
        mean, low, high = differences.loc[figure, ["difference", "low", "high"]].astype(float)
        happened = other.figures[figure] - base.figures[figure]
        half = (high - low) / 2.0 * np.array([_of_level(level) for level in LEVELS])
        effects[figure] = np.abs(happened - mean) <= half
        widths[figure] = high - low
    ends = {each.key: (each.low, each.high) for each in of_experience(twin, [])}
    beyond = {key for key, (low, high) in ends.items() if not low <= float(str(truth[key])) <= high}
    warned = {each.key for each in found.fitted.piled_up}
    return Held(_parameters(found.fitted.plausible, truth), beyond, effects, widths, warned)


def _of_level(level: float) -> float:
    """How wide an interval of a level is beside that of 95%, by Student's t of as many worlds."""
    return float(stats.t.ppf(0.5 + level / 2.0, WORLDS - 1)) / quantile_of_t(WORLDS - 1)


def _parameters(plausible: pd.DataFrame, truth: Values) -> dict[str, NDArray[np.bool_]]:
    tails = np.array([(1.0 - level) / 2.0 for level in LEVELS])
    return {
        key: (np.quantile(plausible[key], tails) <= value) & (value <= np.quantile(plausible[key], 1.0 - tails))
        for key, value in truth.items()
        if key in plausible
    }


def share(held: list[NDArray[np.bool_]], level: int) -> str:
    """Of so many intervals the share that held the truth, with its 95% binomial interval (Wilson)."""
    hits, many = sum(bool(each[level]) for each in held), len(held)
    if not many:
        return "none"
    low, high = stats.binomtest(hits, many).proportion_ci(method="wilson")
    return f"{percent(hits / many)} ({percent(low)} to {percent(high)})"


def of_parameters(found: dict[str, list[Held]]) -> str:
    """Coverage of all parameters, where the truth is plausible and where it lies beyond; of each from purchases alone."""
    keys = list(next(each for held in found.values() for each in held).parameters)
    rows = []
    for place, (kind, held) in enumerate(found.items()):
        rows += [
            [kind, key, *(share([each.parameters[key] for each in held], level) for level in range(len(LEVELS)))]
            for key in (keys if place == 0 else ())
        ]
        for words, inside in (("all, where the truth is plausible", True), ("all, where it lies beyond", False)):
            chosen = [each.parameters[key] for each in held for key in keys if (key not in each.beyond) == inside]
            rows.append([kind, f"**{words}**", *(share(chosen, level) for level in range(len(LEVELS)))])
    return table(["records", "parameter", *(f"{percent(level)} interval" for level in LEVELS)], rows)


def of_warnings(found: dict[str, list[Held]]) -> str:
    """How often it was said that a parameter piles up at an end: where its truth lies beyond, and where that was a false alarm."""
    rows = []
    for kind, held in found.items():
        cells = []
        for inside in (False, True):
            said = [
                np.array([key in each.warned])
                for each in held
                for key in each.parameters
                if (key not in each.beyond) == inside
            ]
            cells.append(share(said, 0))
        rows.append([kind, *cells])
    return table(["records", "truth beyond, and warned", "truth plausible, and warned"], rows)


def of_effects(found: dict[str, list[Held]]) -> str:
    """Coverage of what the plan does, and how wide the intervals are beside those from purchases alone."""
    usual = next(iter(found.values()))
    rows = []
    for kind, held in found.items():
        for figure in held[0].effects if held else ():
            width = np.median([each.widths[figure] for each in held])
            beside = width / np.median([each.widths[figure] for each in usual])
            cells = [share([each.effects[figure] for each in held], level) for level in range(len(LEVELS))]
            rows.append([kind, figure, *cells, f"{width:,.0f}", f"{beside:.2f}"])
    heading = [
        "records",
        "figure",
        *(f"{percent(level)} interval" for level in LEVELS),
        "median width, 95%",
        "beside purchases alone",
    ]
    return table(heading, rows)


def calibrated(twins: int, kinds: dict[str, Kind]) -> list[dict[str, Held | None]]:
    """So many twins, each with the records of every kind; Ctrl-C leaves those that are finished."""
    work = [(number, kind) for number in range(twins) for kind in kinds.values()]
    results: list[Held | None] = []
    with ProcessPoolExecutor() as pool:
        try:
            for held in tqdm(pool.map(held_by, *zip(*work, strict=True)), total=len(work), unit="calibration"):
                results.append(held)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    whole = len(results) // len(kinds)
    return [dict(zip(kinds, results[twin * len(kinds) :][: len(kinds)], strict=True)) for twin in range(whole)]


def main() -> None:
    """Print the tables, and write them with `--write`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--twins", type=int, default=TWINS)
    parser.add_argument(
        "--records", nargs="+", choices=list(KINDS), default=list(KINDS), help="kinds of records; all when left out"
    )
    parser.add_argument("--write", action="store_true", help="update docs/coverage.md")
    asked = parser.parse_args()
    kinds = {name: kind for name, kind in KINDS.items() if name in {PURCHASES, *asked.records}}
    twins = calibrated(asked.twins, kinds)
    found = {name: [held for twin in twins if (held := twin[name]) is not None] for name in kinds}
    said = ", ".join(f"{name} {len(twins) - len(held)}" for name, held in found.items())
    figures = "\n\n".join(
        [
            f"{len(twins)} twins. Refused, since no guess gave their records back: {said}.",
            "**What the plan does**",
            of_effects(found),
            "**Parameters**",
            of_parameters(found),
            "**Parameters of which it was said that they pile up at an end**",
            of_warnings(found),
        ]
    )
    print(figures)
    if asked.write:
        write_figures(PAGE, figures)


if __name__ == "__main__":
    main()
