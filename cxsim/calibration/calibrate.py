"""Calibration from end to end: from a firm's records to a scenario, a plausible set, and what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.calibration.cohort import Cohort, live_cohort
from cxsim.calibration.ensemble import Plausible, assimilate, prior_guesses
from cxsim.calibration.holdout import Holdout
from cxsim.calibration.identify import Finding, findings, trade_offs
from cxsim.calibration.moments import Moment
from cxsim.calibration.observed import Observed
from cxsim.calibration.priors import around_rhythm, is_offer, of_experience
from cxsim.calibration.rhythm import STRUCTURE, Rhythm, refuse_segments_of_their_own
from cxsim.calibration.simulated import Market, luck_of_moments, simulated_moments, small_enough, with_values
from cxsim.calibration.told import Told
from cxsim.closed_forms.histories import Numbers
from cxsim.scenario import Scenario, load
from cxsim.study.replications import each_replication

RHYTHM_ONLY = "rhythm-only"  # the market whose closed form is exact
GUESSES = 200
LUCK_REPLICATIONS = 8
HOLDOUT_RUNS = 60
FEWEST_PLAUSIBLE = 10


@dataclass(frozen=True)
class Calibration:
    """What came of it.

    Attributes:
        observed: the data.
        market: name or file of the market that was calibrated.
        rhythm: the closed forms fitted.
        values: by full key, what the calibrated scenario sets.
        sources: by full key, (evidence, source) of these.
        plausible: parameters that reproduce the data: one row a draw, one column a key.
        findings: what the data told of each parameter.
        trade_offs: which parameters make up for each other, in words.
        moments: observed and simulated figures, or None where the closed form is exact.
        tried: guesses checked in the end; 0 where the closed form is exact.
        holdout: forecast of what was held back, or None.
        seed: of all luck.
    """

    observed: Observed
    market: str
    rhythm: Rhythm
    values: dict[str, object]
    sources: dict[str, tuple[str, str]]
    plausible: pd.DataFrame
    findings: list[Finding]
    trade_offs: list[str]
    moments: pd.DataFrame | None
    tried: int
    holdout: Holdout | None
    seed: int


def calibrate(
    observed: Observed,
    market: str | Path = RHYTHM_ONLY,
    told: Sequence[Told] = (),
    draws: int = GUESSES,
    seed: int = 1,
    progress: bool = False,
) -> Calibration:
    """Fit a market to a firm's records.

    In a market without experience (`rhythm-only`) the closed form is exact and maximum likelihood is all there is.
    In any other, its parameters are where the search begins: satisfaction, word of mouth and support also move
    people, and are fitted together with the rhythm by simulation.

    Args:
        observed: the records.
        market: scenario to start from, by name or file.
        told: further figures that the firm knows.
        draws: size of the plausible set aimed at, and number of guesses.
        seed: of all luck.
        progress: whether to show a bar on stderr.

    Raises:
        ScenarioError: if the market is wrong.
        ValueError: if the data cannot be fitted, or no guess reproduces them.
    """
    scenario = load(market)
    if nothing_but_rhythm(scenario):
        if told:
            raise ValueError(
                f"in {scenario.name!r} no experience acts, so figures of experience cannot be fitted to it; "
                "name a market in which it does (--market online-retailer)"
            )
        return _by_likelihood(observed, market, scenario, draws, seed, progress)
    return _by_simulation(observed, market, scenario, told, draws, seed, progress)


def nothing_but_rhythm(scenario: Scenario) -> bool:
    """Whether no experience changes what anybody does, so that a closed form holds."""
    loyalty = scenario.loyalty
    weights = (loyalty.satisfaction_weight, loyalty.failure_weight, scenario.support.recovery_weight)
    always_buys = scenario.purchase.outside == -np.inf
    return len(scenario.brand) == 1 and not any(weights) and loyalty.exit == 1.0 and always_buys


# ---- closed form ----------------------------------------------------------------------------------------------------


def _by_likelihood(
    observed: Observed, market: str | Path, scenario: Scenario, draws: int, seed: int, progress: bool
) -> Calibration:
    rhythm = observed.fit(None)
    fixed = {**observed.market_of_its_own, **STRUCTURE[rhythm.chosen.model.NAME], **_facts(observed, scenario)}
    best = _rounded(dict(zip(rhythm.keys, rhythm.chosen.values, strict=True)))
    plausible = rhythm.plausible(draws, seed)
    source = f"Maximum likelihood of {rhythm.chosen.model.NAME} on {observed.period} ({_data(observed)})"
    holdout = None
    if observed.hold is not None:
        spread = np.linspace(0, draws - 1, HOLDOUT_RUNS).astype(int)

        def live(place: int) -> Cohort:
            values = {**fixed, **_rounded(dict(plausible.iloc[spread[place]])), "market.entry_step_weeks": 0.0}
            return _watched(market, values, observed.hold_weeks, seed, place)

        holdout = observed.hold(each_replication(live, HOLDOUT_RUNS, progress=progress), rhythm)
    logs = np.log(plausible.to_numpy(float))
    return Calibration(
        observed,
        str(market),
        rhythm,
        {**fixed, **best},
        {key: ("fitted", source) for key in best} | _sources_of_facts(observed, scenario),
        plausible,
        findings(plausible, np.full(plausible.shape[1], np.nan)),
        trade_offs(rhythm.keys, logs),
        None,
        0,
        holdout,
        seed,
    )


def _watched(market: str | Path, values: dict[str, object], weeks: float, seed: int, replication: int) -> Cohort:
    """Everybody enters at the start and is watched for `weeks`."""
    scenario = with_values(market, {**values, "market.horizon_weeks": int(np.ceil(weeks)) + 1})
    return live_cohort(scenario, weeks, seed, replication)


# ---- simulation -----------------------------------------------------------------------------------------------------


def _by_simulation(
    observed: Observed,
    market: str | Path,
    scenario: Scenario,
    told: Sequence[Told],
    draws: int,
    seed: int,
    progress: bool,
) -> Calibration:
    rhythm = observed.fit(scenario.loyalty.departure.name)
    refuse_segments_of_their_own(scenario, rhythm.keys)
    uncertain = around_rhythm(rhythm.keys, rhythm.chosen.values)
    uncertain += of_experience(scenario, [key for each in told for key in each.about])
    fixed = _facts(observed, scenario)
    moments = [*observed.moments, *(moment for each in told for moment in each.moments)]
    setting = Market(market, {**small_enough(scenario), **fixed}, uncertain, observed.watch_weeks, seed)
    luck = luck_of_moments(setting, moments, LUCK_REPLICATIONS)
    error = np.hypot(luck, [moment.tolerance for moment in moments])
    values = np.array([moment.observed for moment in moments])
    found = assimilate(
        lambda guesses: simulated_moments(setting, moments, guesses, progress),
        values,
        error,
        prior_guesses(draws, len(uncertain), seed),
        seed + 1,
    )
    if len(found.normal) < FEWEST_PLAUSIBLE:
        raise ValueError(_nothing_fits(moments, found))
    return _simulated_result(observed, setting, str(market), rhythm, moments, error, found, scenario, progress)


def _simulated_result(
    observed: Observed,
    setting: Market,
    market: str,
    rhythm: Rhythm,
    moments: Sequence[Moment],
    error: Numbers,
    found: Plausible,
    scenario: Scenario,
    progress: bool,
) -> Calibration:
    keys = [each.key for each in setting.uncertain]
    plausible = pd.DataFrame([setting.values(row) for row in found.normal], columns=keys)
    values = np.array([moment.observed for moment in moments])
    nearest = int(np.argmin((((found.moments - values) / error) ** 2).sum(axis=1)))
    best = setting.values(found.normal[nearest])
    findings_of = findings(plausible, found.normal.std(axis=0, ddof=1))
    source = f"Simulated moments, {len(plausible)} of {found.tried} guesses plausible, on {observed.period} ({_data(observed)})"
    holdout = None
    if observed.hold is not None:
        wide = Market(setting.source, setting.fixed, setting.uncertain, observed.hold_weeks, setting.seed)
        rows = found.normal[np.arange(HOLDOUT_RUNS) % len(found.normal)]
        cohorts = each_replication(lambda place: wide.cohort(rows[place], place), HOLDOUT_RUNS, progress=progress)
        holdout = observed.hold(cohorts, rhythm)
    table = pd.DataFrame(
        {
            "figure": [moment.name for moment in moments],
            "observed": values,
            "error": error,
            "simulated": found.moments.mean(axis=0),
            "low": found.moments.min(axis=0),
            "high": found.moments.max(axis=0),
        }
    )
    sources = {
        finding.key: ("fitted", source)
        if finding.spread_left < 0.8
        else ("assumed", f"One plausible value; {finding.words} ({_data(observed)})")
        for finding in findings_of
    }
    return Calibration(
        observed,
        market,
        rhythm,
        {**_facts(observed, scenario), **best},
        sources | _sources_of_facts(observed, scenario),
        plausible,
        findings_of,
        trade_offs(keys, found.normal),
        table,
        found.tried,
        holdout,
        setting.seed,
    )


def _nothing_fits(moments: Sequence[Moment], found: Plausible) -> str:
    worst = int(np.argmax(found.worst))
    return (
        f"only {len(found.normal)} of {found.tried} guesses reproduce the data, too few to call any of them plausible. "
        f"Furthest off: {moments[worst].name}, {found.worst[worst]:.1f} errors at best. Either this market is not yours "
        "(try another --market, or put what you know into a file that extends it), or the figures do not belong together"
    )


# ---- both -----------------------------------------------------------------------------------------------------------


def _facts(observed: Observed, scenario: Scenario) -> dict[str, object]:
    return {_full(key, scenario): value for key, (value, _) in observed.facts.items()}


def _sources_of_facts(observed: Observed, scenario: Scenario) -> dict[str, tuple[str, str]]:
    return {
        _full(key, scenario): ("derived", f"From {observed.name}: {how} ({_data(observed)})")
        for key, (_, how) in observed.facts.items()
    }


def _full(key: str, scenario: Scenario) -> str:
    return f"brand.{scenario.market.focal}.{key}" if is_offer(key) else key


def _data(observed: Observed) -> str:
    return f"{observed.name}, sha256 {observed.sha256[:16]}"


def _rounded(values: dict[str, float]) -> dict[str, object]:
    return {key: float(f"{value:.6g}") for key, value in values.items()}
