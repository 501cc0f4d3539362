"""What the limits of repeat buying measure: counts of repeat purchases, and forecasts from a person's history."""

from collections.abc import Callable

import numpy as np

from cxsim.analysis.verification.limit import Numbers, Series, listed, mean_in
from cxsim.data.histories import Histories
from cxsim.engine.model import LoyaltyModel

KNOWN, AHEAD = 39, 39  # weeks observed, and weeks to forecast, as in Fader, Hardie & Lee (2005)
RECENT = KNOWN / 2.0  # the last purchase of the known weeks is recent when later than this
HISTORIES = ("none", "1 or 2, long ago", "1 or 2, recently", "3 or more, long ago", "3 or more, recently")


def repeats(model: LoyaltyModel) -> Numbers:
    """Each person's repeat purchases so far, shape (people,)."""
    return np.asarray(model.state.bonds["purchases"][:, 0], float) - 1.0


def histories_of(model: LoyaltyModel) -> Histories:
    """How often and how recently each person has bought again, as a forecaster would know it."""
    bonds = model.state.bonds[:, 0]
    last = np.asarray(bonds["last_bought"], float) - np.asarray(bonds["first_bought"], float)
    age = np.full(len(last), float(model.week))
    return Histories(repeats(model), np.minimum(last, age), age)


def forecast_misses() -> Series:
    """The forecast from each person's history must miss by nothing on average, whatever that history."""
    quantity = f"purchases in weeks {KNOWN + 1} to {KNOWN + AHEAD} less their forecast from how often, how recently"
    return listed(quantity, "repeats", dict.fromkeys(HISTORIES, 0.0))


def forecast_misses_of(known: Histories, later: Numbers, forecast: Callable[[Histories, float], Numbers]) -> Numbers:
    """Mean of what people bought less what was forecast, by kind of history, shape (kinds,)."""
    few, many, recent = (known.repeats > 0) & (known.repeats < 3), known.repeats >= 3, known.last > RECENT
    groups = [known.repeats == 0, few & ~recent, few & recent, many & ~recent, many & recent]
    return mean_in(groups, later - forecast(known, float(AHEAD)))
