"""BG/NBD: purchases at personal rates until, after some repeat purchase, the customer leaves (Fader et al. 2005)."""

import numpy as np
from scipy import special, stats

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, listed, mean_in
from cxsim.analysis.verification.repeat_buying import (
    AHEAD,
    KNOWN,
    forecast_misses,
    forecast_misses_of,
    histories_of,
    repeats,
)
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

WEEKS = np.array([4.0, 13.0, 26.0, 39.0, 52.0, 78.0])
MANY = 7  # this many repeats or more are one group
MOST = 400  # repeats beyond which practically nobody goes in 39 weeks
GROUPS = (*(str(x) for x in range(MANY)), f"{MANY} or more")


def _series(scenario: Scenario) -> list[Series]:
    model = _model(scenario)
    x = np.arange(float(MOST))
    chances = chance_of_repeats(model, KNOWN, x)
    ahead = expected_after(model, KNOWN, AHEAD, x)
    shares = np.append(chances[:MANY], chances[MANY:].sum())
    later = np.append(ahead[:MANY], chances[MANY:] @ ahead[MANY:] / chances[MANY:].sum())
    return [
        Series("repeat purchases per customer", "week", WEEKS, model.expected_repeats),
        Series("share without a repeat purchase", "week", WEEKS, model.chance_of_none),
        listed(f"share by repeats in weeks 1 to {KNOWN}", "repeats", _by_group(shares)),
        listed(
            f"purchases in weeks {KNOWN + 1} to {KNOWN + AHEAD} by repeats in weeks 1 to {KNOWN}",
            "repeats",
            _by_group(later),
        ),
        forecast_misses(),
    ]


def _by_group(values: Numbers) -> dict[str, float]:
    return dict(zip(GROUPS, values.tolist(), strict=True))


def _measure(model: LoyaltyModel) -> list[Numbers]:
    counts = {}
    for week in after(model, WEEKS):
        counts[week] = repeats(model)
        if week == KNOWN:
            known = histories_of(model)
    groups = [*(known.repeats == x for x in range(MANY)), known.repeats >= MANY]
    later = counts[KNOWN + AHEAD] - known.repeats
    return [
        np.array([count.mean() for count in counts.values()]),
        np.array([(count == 0).mean() for count in counts.values()]),
        np.array([group.mean() for group in groups]),
        mean_in(groups, later),
        forecast_misses_of(known, later, _model(model.settings).expected_more),
    ]


def _model(scenario: Scenario) -> BgNbd:
    need, loyalty = scenario.need, scenario.loyalty
    return BgNbd(need.rate_shape, need.rate_scale_weeks, loyalty.leave_a, loyalty.leave_b)


def chance_of_repeats(model: BgNbd, weeks: float, x: Numbers) -> Numbers:
    """Chance of exactly x repeat purchases by `weeks` (equation 8), shape of x."""
    still_there, left = _still_there_or_left(model, weeks, x)
    return np.asarray(still_there + left)


def expected_after(model: BgNbd, known: float, ahead: float, x: Numbers) -> Numbers:
    """Expected purchases in the `ahead` weeks after `known` weeks with x repeats, whenever these were; shape of x.

    Those still there begin anew, with rates Gamma(r + x, alpha + known) and chances to leave Beta(a, b + x).
    """
    still_there, left = _still_there_or_left(model, known, x)
    anew = BgNbd(model.r + x, model.alpha + known, model.a, model.b + x)  # type: ignore[arg-type]  # one for each x
    return np.asarray(still_there / (still_there + left) * anew.expected_repeats(np.full(x.shape, ahead, float)))


def _still_there_or_left(model: BgNbd, weeks: float, x: Numbers) -> tuple[Numbers, Numbers]:
    """Chances of x repeats by a customer who is still there, and by one who left after the last of them."""
    purchases = stats.nbinom(model.r, model.alpha / (model.alpha + weeks))
    log_all = special.betaln(model.a, model.b)
    staying = np.exp(special.betaln(model.a, model.b + x) - log_all)
    leaving = np.exp(special.betaln(model.a + 1.0, model.b + np.maximum(x, 1.0) - 1.0) - log_all)
    return staying * purchases.pmf(x), np.where(x > 0.0, leaving * purchases.sf(x - 1.0), 0.0)


BG_NBD = Limit(
    name="bg-nbd",
    title="BG/NBD repeat buying",
    formula="E X(t), P(X(t) = x), E(Y | x) and E(Y | x, t_x, T) of the BG/NBD model",
    reference="Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284",
    bias="none: events happen at real-valued times",
    series=_series,
    measure=_measure,
)
