"""Calibration from end to end: from a firm's records to a scenario, a plausible set, and what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxsim.analysis.calibration.customers import CustomerForecasts, forecast_customers
from cxsim.analysis.calibration.fitting import Fitted, by_likelihood, by_simulation
from cxsim.analysis.calibration.holdout import Holdout
from cxsim.analysis.calibration.identify import NOT_TOLD, at_limits
from cxsim.analysis.calibration.linked_moments import disagreements
from cxsim.analysis.calibration.observed import PRICE, HeldBack, Observed
from cxsim.analysis.calibration.priors import is_offer
from cxsim.analysis.calibration.repeat_buying import STRUCTURE, Rhythm, refuse_another_kind_of_need
from cxsim.analysis.calibration.simulated import prices_in_proportion
from cxsim.analysis.calibration.survey_moments import Told
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.sweep.parameters import in_every_segment
from cxsim.analysis.workers.threads import Progress, Silent, each_replication
from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario, load

RHYTHM_ONLY = "rhythm-only"  # the market whose closed form is exact
GUESSES = 200
HOLDOUT_RUNS = 100
HORIZON_WEEKS = 52.0  # for which customers are forecast one by one


@dataclass(frozen=True)
class Calibration:
    """What came of it.

    Attributes:
        observed: the data.
        told: further figures that were given.
        market: name or file of the market that was calibrated.
        base: that market.
        rhythm: the closed forms fitted.
        fitted: the fit, the plausible set and what the data told.
        values: by full key, what the calibrated scenario sets.
        sources: by full key, (evidence, source) of these.
        holdout: forecast of what was held back, or None.
        lived: customers in each simulated market of the holdout, on average.
        customers: forecasts of single customers from the end of the data on; None of a retention table.
        seed: of all luck.
        warnings: what speaks against what was fitted, in words; those of the data stand with the data.
    """

    observed: Observed
    told: tuple[Told, ...]
    market: str
    base: Scenario
    rhythm: Rhythm
    fitted: Fitted
    values: dict[str, object]
    sources: dict[str, tuple[str, str]]
    holdout: Holdout | None
    lived: float
    customers: CustomerForecasts | None
    seed: int
    warnings: tuple[str, ...] = ()


def calibrate(
    observed: Observed,
    market: str | Path = RHYTHM_ONLY,
    told: Sequence[Told] = (),
    draws: int = GUESSES,
    seed: int = 1,
    progress: bool = False,
    horizon_weeks: float = HORIZON_WEEKS,
) -> Calibration:
    """Fit a market to a firm's records.

    In a market without experience (`rhythm-only`) the closed form is exact and maximum likelihood is all there is.
    In any other, its parameters are where the search begins: satisfaction, word of mouth and support also move
    people, and are fitted together with the rhythm by simulation, until the closed form finds nothing to correct.

    Args:
        observed: the records.
        market: scenario to start from, by name or file.
        told: further figures that the firm knows.
        draws: size of the plausible set aimed at, and number of guesses.
        seed: of all luck.
        progress: whether to say on stderr how far it is and what is left.
        horizon_weeks: for how long single customers are forecast.

    Raises:
        ScenarioError: if the market is wrong.
        ValueError: if the data cannot be fitted, purchases are possible at given times only, or no guess reproduces the data.
    """
    scenario = load(market)
    refuse_opportunities(observed)
    facts = _facts(observed, scenario)
    to_follow = HOLDOUT_RUNS if isinstance(observed.held_back, HeldBack) else 0
    with Progress("calibration") if progress else Silent() as told_of:
        rhythm, fixed, fitted = _fit(observed, market, scenario, _values(facts), told, draws, seed, told_of, to_follow)
        holdout, lived = None, 0.0
        if isinstance(observed.held_back, HeldBack):
            holdout, lived = _forecast(observed.held_back, fitted, rhythm, told_of)
    sources = {key: (evidence, f"{how} ({_data(observed)})") for key, (_, evidence, how) in facts.items()}
    return Calibration(
        observed=observed,
        told=tuple(told),
        market=str(market),
        base=scenario,
        rhythm=rhythm,
        fitted=fitted,
        values=in_every_segment(scenario, {**fixed, **fitted.best}),
        sources=in_every_segment(scenario, sources | _sources_of_fit(observed, fitted)),
        holdout=holdout,
        lived=lived,
        customers=_one_by_one(observed, rhythm, horizon_weeks, seed),
        seed=seed,
        warnings=(
            *observed.doubts(rhythm.chosen),
            *(each.words for each in (*at_limits(rhythm.chosen, rhythm.keys), *fitted.piled_up)),
            *(disagreements(fitted.moments) if fitted.moments is not None else ()),
        ),
    )


def _fit(
    observed: Observed,
    market: str | Path,
    scenario: Scenario,
    known: dict[str, object],
    told: Sequence[Told],
    draws: int,
    seed: int,
    told_of: Silent,
    to_follow: int,
) -> tuple[Rhythm, dict[str, object], Fitted]:
    """The closed forms, the values that every draw has, and the fit: by likelihood where nothing else acts, else by simulation."""
    if not nothing_but_rhythm(scenario):
        rhythm = observed.fit(scenario.loyalty.departure.name)
        refuse_another_kind_of_need(scenario, rhythm)
        return (
            rhythm,
            known,
            by_simulation(market, scenario, known, observed, rhythm, told, draws, seed, told_of, to_follow),
        )
    if told:
        raise ValueError(
            f"in {scenario.name!r} no experience acts, so figures of experience cannot be fitted to it; "
            "name a market in which it does (--market online-retailer)"
        )
    rhythm = observed.fit(None)
    fixed = {**observed.market_of_its_own, **STRUCTURE[rhythm.chosen.model.NAME], **known}
    told_of.begin(to_follow)
    return rhythm, fixed, by_likelihood(market, fixed, rhythm, draws, seed)


def refuse_opportunities(observed: Observed) -> None:
    """No market here knows purchases that are possible at given times only: needs arise at any time, or by contract.

    Raises:
        ValueError: saying what can be had instead.
    """
    if observed.records is not None and observed.by_opportunity:
        raise ValueError(
            f"{observed.name}: purchases are possible once a {observed.records.unit} here, and in every market they come at any "
            "time, so a fit would find customers who never leave. `cxsim calibrate` without --market, --scores and other figures of "
            "experience forecasts the customers one by one (BG/BB), without a market. If the dates were rounded when they were "
            "exported, export the real ones"
        )


def _one_by_one(observed: Observed, rhythm: Rhythm, weeks: float, seed: int) -> CustomerForecasts | None:
    if observed.records is None:
        return None
    kind = type(rhythm.chosen.model)
    return forecast_customers(observed.records, BgNbd if kind is BgNbd else ParetoNbd, weeks, seed)


def nothing_but_rhythm(scenario: Scenario) -> bool:
    """Whether no experience changes what anybody does, so that a closed form holds."""
    loyalty = scenario.loyalty
    weights = (loyalty.satisfaction_weight, loyalty.failure_weight, scenario.support.recovery_weight)
    always_buys = scenario.purchase.outside == -np.inf
    bare = len(scenario.brand) == 1 and not scenario.own  # no closed form knows what a mechanism does
    return bare and not any(weights) and loyalty.exit == 1.0 and always_buys


def _forecast(held_back: HeldBack, fitted: Fitted, rhythm: Rhythm, told_of: Silent) -> tuple[Holdout, float]:
    """What simulated markets say of the time held back, each with other plausible parameters and luck of its own.

    Each is cut to as many customers as there are, so that it has their luck; also how many they have on average.
    """

    def live(number: int) -> tuple[Numbers, int]:
        cohort = fitted.live(number, held_back.weeks).part(held_back.customers)
        return held_back.curve(cohort), len(cohort.first)  # the cohort itself is forgotten: it may be large

    curves, customers = zip(*each_replication(live, HOLDOUT_RUNS, progress=told_of), strict=True)
    return held_back.judge(curves, rhythm), float(np.mean(customers))


# ---- what backs a value ---------------------------------------------------------------------------------------------


def _sources_of_fit(observed: Observed, fitted: Fitted) -> dict[str, tuple[str, str]]:
    """`fitted` is what the data narrowed; the rest is still assumed, whatever value stands in the file."""
    sources = {}
    for finding in fitted.findings:
        evidence = "assumed" if finding.verdict == NOT_TOLD else "fitted"
        how = f"{fitted.how}, on {observed.period} ({_data(observed)}); {finding.words}"
        sources[finding.key] = (evidence, how)
    return sources


Facts = dict[str, tuple[object, str, str]]  # by full key: value, evidence, how


def _facts(observed: Observed, scenario: Scenario) -> Facts:
    """What is read off the data, and what has to move with it."""
    facts: Facts = {}
    for key, (value, how) in observed.facts.items():
        full = f"brand.{scenario.market.focal}.{key}" if is_offer(key) else key
        facts[full] = (value, "derived", f"From {observed.name}: {how}")
        if key == PRICE:
            moved = prices_in_proportion(scenario, value)
            facts |= {other: (amount, "assumed", "Moved in proportion to the price") for other, amount in moved.items()}
    return facts


def _values(facts: Facts) -> dict[str, object]:
    return {key: value for key, (value, _, _) in facts.items()}


def _data(observed: Observed) -> str:
    return f"{observed.name}, sha256 {observed.sha256[:16]}"
