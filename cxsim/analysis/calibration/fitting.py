"""The two ways to fit: by likelihood where a closed form is exact, by simulation where there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.analysis.calibration.cohort import Cohort, live_cohort
from cxsim.analysis.calibration.ensemble import UPDATES, Plausible, assimilate, prior_guesses
from cxsim.analysis.calibration.identify import (
    Finding,
    PiledUp,
    findings_by_likelihood,
    findings_by_simulation,
    piled_up,
    trade_offs,
)
from cxsim.analysis.calibration.moments import FittedFigure, read_all
from cxsim.analysis.calibration.observed import Observed
from cxsim.analysis.calibration.priors import (
    Uncertain,
    allowed,
    around_rhythm,
    full_key,
    known_beforehand,
    of_experience,
)
from cxsim.analysis.calibration.repeat_buying import Rhythm
from cxsim.analysis.calibration.simulated import (
    MarketToFit,
    Values,
    luck_of_moments,
    rounded,
    simulated_moments,
    small_enough,
    with_values,
)
from cxsim.analysis.calibration.solve import meet, most_evaluations
from cxsim.analysis.calibration.survey_moments import Told
from cxsim.analysis.calibration.tried import the_one_tried
from cxsim.analysis.workers.threads import Silent, each_replication
from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario

LUCK_REPLICATIONS = 8
SEARCH_REPLICATIONS = 10  # for one step of the search for where the guesses begin
FEWEST_PLAUSIBLE = 10


@dataclass(frozen=True)
class Fitted:
    """What either way comes to.

    Attributes:
        how: in words.
        best: the values to use, by full key.
        plausible: parameters that reproduce the data: one row a draw, one column a key.
        findings: what the data told of each parameter.
        trade_offs: which parameters make up for each other, in words.
        live: the cohort of a plausible draw, watched for so many weeks; takes (number, weeks), and number is also that
            of the replication.
        moments: observed and simulated figures, or None where the closed form is exact.
        tried: guesses checked in the end; 0 where the closed form is exact.
        piled_up: parameters whose plausible set lies at an end of where was looked.
    """

    how: str
    best: dict[str, float]
    plausible: pd.DataFrame
    findings: list[Finding]
    trade_offs: list[str]
    live: Callable[[int, float], Cohort]
    moments: pd.DataFrame | None = None
    tried: int = 0
    piled_up: tuple[PiledUp, ...] = ()


def by_likelihood(market: str | Path, fixed: Values, rhythm: Rhythm, draws: int, seed: int) -> Fitted:
    """Maximum likelihood, and a sample of the likelihood as plausible set.

    Args:
        market: in which the closed form is exact.
        fixed: values that every draw has, by full key.
        rhythm: the closed forms fitted.
        draws: size of the plausible set.
        seed: of all luck.
    """
    plausible = rhythm.plausible(draws, seed)

    def live(number: int, weeks: float) -> Cohort:
        row = {str(key): rounded(value) for key, value in plausible.iloc[number % draws].items()}
        span = {"market.horizon_weeks": int(np.ceil(weeks)) + 1, "market.entry_step_weeks": 0.0}  # all enter at once
        return live_cohort(with_values(market, {**fixed, **row, **span}), weeks, seed, number)

    return Fitted(
        how=f"Maximum likelihood of {rhythm.chosen.model.NAME}",
        best={key: rounded(value) for key, value in zip(rhythm.keys, rhythm.chosen.values, strict=True)},
        plausible=plausible,
        findings=findings_by_likelihood(plausible),
        trade_offs=trade_offs(rhythm.keys, np.log(plausible.to_numpy(float))),
        live=live,
    )


def by_simulation(
    market: str | Path,
    scenario: Scenario,
    fixed: Values,
    observed: Observed,
    rhythm: Rhythm,
    told: Sequence[Told],
    draws: int,
    seed: int,
    told_of: Silent,
    to_follow: int,
) -> Fitted:
    """Simulated moments, each guess with luck of its own.

    Args:
        market: name or file of the scenario.
        scenario: the same, loaded.
        fixed: values that every guess has, by full key.
        observed: the records.
        rhythm: the closed forms fitted to them; the guesses begin where the chosen one has nothing to correct.
        told: further figures that the firm knows.
        draws: number of guesses.
        seed: of all luck.
        told_of: is told how many runs there are at most, and of each.
        to_follow: runs that come after the fit.

    Raises:
        ValueError: if too few guesses reproduce the data, or the market has nothing to hold against a figure.
    """
    experience = _of_experience(market, scenario, told)
    seen = observed.moments(rhythm.chosen)
    bare = MarketToFit(
        market, scenario, {**fixed, **small_enough(scenario)}, [], observed.watch_weeks, seed, tried=the_one_tried(told)
    )
    search = SEARCH_REPLICATIONS * most_evaluations(len(rhythm.keys))
    guessed = (UPDATES + 1) * draws * bare.replications
    told_of.begin(search + LUCK_REPLICATIONS + guessed + to_follow)
    start, searched = rhythm_inside(bare, rhythm, seen, told_of)
    told_of.found(max(0, search - searched))  # the search is mostly shorter than it may be
    uncertain = around_rhythm(rhythm.keys, start, rhythm.chosen.log_errors) + experience
    moments = [*seen, *(moment for each in told for moment in each.moments)]
    setting = replace(bare, uncertain=uncertain, noted=any(each.needs_notes for each in told))
    luck = luck_of_moments(setting, moments, LUCK_REPLICATIONS, told_of)
    error = np.hypot(luck, [moment.tolerance for moment in moments])
    found = assimilate(
        lambda guesses: simulated_moments(setting, moments, guesses, told_of),
        np.array([moment.observed for moment in moments]),
        error,
        prior_guesses(draws, len(uncertain), seed),
        seed + 1,
        np.array([not moment.is_check for moment in moments]),
    )
    if len(found.normal) < FEWEST_PLAUSIBLE:
        raise ValueError(_nothing_fits(moments, found))
    return _simulated(setting, moments, error, found)


def _of_experience(market: str | Path, scenario: Scenario, told: Sequence[Told]) -> list[Uncertain]:
    """What is not known of experience; what the user's own file says and a firm can know stays.

    Raises:
        ValueError: if a figure was given for something that the file says too, or twice.
    """
    given: dict[str, str] = {}
    for each in told:
        for key in (*each.counted, *(key for key in each.about if key == "support.contact_base")):
            if key in given:
                raise ValueError(
                    f"{given[key]} and {each.name} both tell {key}: the same data would count twice. Leave one out"
                )
            given[key] = each.name
    counted = {key: where for each in told for key, where in each.counted.items()}
    uncertain = of_experience(scenario, [key for each in told for key in each.about], counted)
    stay = known_beforehand(market, scenario, uncertain)
    for each in told:
        if each.needs_notes:  # records hold many figures: what the file sets stays, and they say whether it can be
            continue
        for key in each.counted:
            full = full_key(scenario, key)
            if full in stay:
                raise ValueError(
                    f"{market} sets {full}, and {each.name} is given too: two answers to one question. Take {full} out of the file, "
                    "and it is fitted to the figure, or leave the figure out, and the file's value stays"
                )
    return [each for each in uncertain if each.key not in stay]


def rhythm_inside(
    market: MarketToFit, rhythm: Rhythm, seen: Sequence[FittedFigure], told_of: Silent
) -> tuple[Numbers, int]:
    """The closed form's parameters where it has nothing to correct in this market, as it stands, shape (k,); runs it took.

    What people live through there makes some of them leave, and rivals bring some back; so the closed form's own values
    can be far from those that make customers look like yours. The search for all that is uncertain begins here.
    """
    scores = [moment for moment in seen if not moment.is_check]
    observed, error = np.array([(moment.observed, moment.error) for moment in scores]).T
    low, high = np.array([allowed(key) for key in rhythm.keys]).T
    runs = 0

    def misses(values: Numbers) -> Numbers:
        nonlocal runs
        runs += SEARCH_REPLICATIONS
        scenario = market.scenario(dict(zip(rhythm.keys, values.tolist(), strict=True)))

        def read(replication: int) -> Numbers:
            cohort = live_cohort(scenario, market.weeks, market.seed, replication)
            return read_all(scores, cohort, market.base.focal)

        return np.asarray(
            (np.mean(each_replication(read, SEARCH_REPLICATIONS, progress=told_of), axis=0) - observed) / error
        )

    return meet(np.clip(rhythm.chosen.values, low, high), (low, high), misses).values, runs


def _simulated(setting: MarketToFit, moments: Sequence[FittedFigure], error: Numbers, found: Plausible) -> Fitted:
    observed = np.array([moment.observed for moment in moments])
    fitted = [not moment.is_check for moment in moments]
    nearest = int(np.argmin((((found.moments - observed) / error)[:, fitted] ** 2).sum(axis=1)))
    keys = [each.key for each in setting.uncertain]
    plausible = pd.DataFrame([setting.values(row) for row in found.normal], columns=keys)
    kept = len(found.normal)
    return Fitted(
        how=f"Simulated moments, {kept} of {found.tried} guesses plausible",
        best=setting.values(found.normal[nearest]),
        plausible=plausible,
        findings=findings_by_simulation(plausible, found.normal),
        trade_offs=trade_offs(keys, found.normal),
        live=lambda number, weeks: setting.watched_for(weeks).cohort(found.normal[number % kept], number),
        moments=pd.DataFrame(
            {
                "figure": [moment.name for moment in moments],
                "use": ["check" if moment.is_check else "fit" for moment in moments],
                "observed": observed,
                "error": error,
                "simulated": found.moments.mean(axis=0),
                "low": found.moments.min(axis=0),
                "high": found.moments.max(axis=0),
            }
        ),
        tried=found.tried,
        piled_up=piled_up(setting.uncertain, found.normal),
    )


def _nothing_fits(moments: Sequence[FittedFigure], found: Plausible) -> str:
    worst = int(np.argmax(found.missed))
    return (
        f"only {len(found.normal)} of {found.tried} guesses reproduce the data, too few to call any of them plausible. Most "
        f"of them ({found.missed[worst]:.0%}) miss your {moments[worst].name}, {moments[worst].observed:.3g}, by more than three "
        "errors. Either this market is not yours (try another --market, or put what you know into a file that extends it), "
        "or the figures do not belong together, or there were too few --draws"
    )
