"""Pareto/NBD: purchases at personal rates over an unobserved lifetime (Schmittlein, Morrison & Colombo 1987)."""

import numpy as np

from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.verification.limit import Limit, Numbers, Series, after
from cxsim.analysis.verification.repeat_buying import (
    AHEAD,
    KNOWN,
    forecast_misses,
    forecast_misses_of,
    histories_of,
    repeats,
)
from cxsim.data.histories import Histories
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

WEEKS = np.array([4.0, 13.0, 26.0, 39.0, 52.0, 78.0])


def _series(scenario: Scenario) -> list[Series]:
    model = _model(scenario)
    return [
        Series("repeat purchases per customer", "week", WEEKS, model.expected_repeats),
        Series("share without a repeat purchase", "week", WEEKS, lambda at: chance_of_none(model, at)),
        Series("share still customers", "week", WEEKS, lambda at: (model.beta / (model.beta + at)) ** model.s),
        forecast_misses(),
    ]


def _measure(model: LoyaltyModel) -> list[Numbers]:
    counts, customers = {}, []
    for week in after(model, WEEKS):
        counts[week] = repeats(model)
        customers.append(model.state.bonds["customer"][:, 0].mean())
        if week == KNOWN:
            known = histories_of(model)
    return [
        np.array([count.mean() for count in counts.values()]),
        np.array([(count == 0).mean() for count in counts.values()]),
        np.array(customers),
        forecast_misses_of(known, counts[KNOWN + AHEAD] - known.repeats, _model(model.settings).expected_more),
    ]


def _model(scenario: Scenario) -> ParetoNbd:
    need, loyalty = scenario.need, scenario.loyalty
    return ParetoNbd(need.rate_shape, need.rate_scale_weeks, loyalty.hazard_shape, loyalty.hazard_scale_weeks)


def chance_of_none(model: ParetoNbd, weeks: Numbers) -> Numbers:
    """Chance of no repeat purchase by `weeks`: the likelihood of that history."""
    nothing = np.zeros_like(weeks)
    return np.exp(model.log_likelihood(Histories(nothing, nothing, weeks)))


PARETO_NBD = Limit(
    name="pareto-nbd",
    title="Pareto/NBD repeat buying",
    formula="E X(t), P(X(t) = 0), P(alive at t) = (beta / (beta + t))^s and E(Y | x, t_x, T) of the Pareto/NBD model",
    reference="Schmittlein, Morrison & Colombo (1987), Management Science 33(1), 1-24",
    bias="none: events happen at real-valued times",
    series=_series,
    measure=_measure,
)
