"""A desk that is overrun: the queue settles where as many callers give up as are too many (Erlang-A, fluid limit)."""

import math

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

WEEKS = np.array([1.0, 2.0, 4.0, 8.0, 20.0, 40.0])
SETTLED = 20  # weeks: e**-10 of the way is left


def _series(scenario: Scenario) -> list[Series]:
    desk = scenario.brand[scenario.market.focal].support
    arrivals, patience = scenario.market.people / scenario.market.horizon_weeks, desk.patience_weeks
    level = (arrivals - desk.capacity) * patience
    return [
        Series(
            "contacts waiting",
            "weeks",
            WEEKS,
            lambda weeks: level * (1.0 - np.exp(-weeks / patience)),
            1.0,
        ),
        listed(
            "share who give up, and weeks until it is the turn of who came",
            "settled",
            {"gave up": 1.0 - desk.capacity / arrivals, "weeks": patience * math.log(arrivals / desk.capacity)},
            1e-3,
        ),
    ]


def _measure(model: LoyaltyModel) -> list[Numbers]:
    """The wait of who came in vain is their patience, so that of all is longer: it is inferred from the queue."""
    live_to(model, model.settings.market.horizon_weeks)
    desk = model.settings.brand[model.settings.market.focal].support
    tally = model.state.tally[:, 0]
    settled = tally[SETTLED:]
    gave_up = settled[:, Measure.abandoned].sum() / settled[:, Measure.contacts].sum()
    waited = settled[:, Measure.support_time].sum() / 1e6 / settled[:, Measure.contacts].sum()
    # Of exponential patience, E min(patience, wait) = mean patience * share who give up; so the wait follows from both.
    wait = -desk.patience_weeks * math.log1p(-waited / desk.patience_weeks)
    return [tally[WEEKS.astype(int) - 1, Measure.backlog].astype(float), np.array([gave_up, wait])]


ABANDONMENT = Limit(
    name="abandonment",
    title="A desk that is overrun, the fluid limit of Erlang-A",
    formula="queue (a - c) p (1 - e^(-t/p)); a share 1 - c/a gives up; the wait is p ln(a/c)",
    reference="Garnett, Mandelbaum & Reiman (2002), Manufacturing & Service Operations Management 4(3), 208-227",
    bias="the queue is counted in whole contacts: 1; of the wait and the share .001, e**-10 of the way to the level",
    series=_series,
    measure=_measure,
)
