"""Contracts: sBG (Fader & Hardie 2007) and the beta-discrete-Weibull (Fader et al. 2018)."""

import numpy as np

from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull, Sbg
from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, mean_in, members
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

DECISIONS = np.arange(1.0, 13.0)


def _sbg_series(scenario: Scenario) -> list[Series]:
    model = Sbg(scenario.loyalty.leave_a, scenario.loyalty.leave_b)
    return [Series("share still customers", "decision", DECISIONS, model.survival)]


def _bdw_series(scenario: Scenario) -> list[Series]:
    found = []
    for name, (_, traits) in scenario.segments().items():
        loyalty = traits.loyalty
        model = BetaDiscreteWeibull(loyalty.leave_a, loyalty.leave_b, loyalty.tenure_shape)
        quantity = f"share still customers, c = {loyalty.tenure_shape:g} ({name})"
        found.append(Series(quantity, "decision", DECISIONS, model.survival))
    return found


def _measure(model: LoyaltyModel) -> list[Numbers]:
    """Share of each segment still there after each decision; the first comes after the first use."""
    period = model.settings.need.period_weeks
    groups = members(model)
    there = [mean_in(groups, model.state.bonds["customer"][:, 0]) for _ in after(model, period * DECISIONS)]
    return list(np.array(there).T)


SBG = Limit(
    name="sbg",
    title="Contracts, sBG",
    formula="S(t) = B(a, b + t) / B(a, b)",
    reference="Fader & Hardie (2007), J. Interactive Marketing 21(1), 76-90",
    bias="none: renewals happen at exact times",
    series=_sbg_series,
    measure=_measure,
)
BDW = Limit(
    name="bdw",
    title="Contracts, beta-discrete-Weibull",
    formula="S(t) = B(a, b + t^c) / B(a, b)",
    reference="Fader, Hardie, Liu, Davin & Steenburgh (2018), J. Interactive Marketing 43, 1-16",
    bias="none: renewals happen at exact times",
    series=_bdw_series,
    measure=_measure,
)
