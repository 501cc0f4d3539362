"""Problems raised again until they are solved or the caller tires: the contacts about a problem are geometric."""

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.journey.support import MOST_CONTACTS
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import Outcome
from cxsim.scenario import Scenario

CONTACTS = np.arange(2.0, 8.0)


def going_on(scenario: Scenario) -> float:
    """Chance that one contact about a problem is followed by another."""
    unresolved = 1.0 - scenario.brand[scenario.market.focal].support.resolve_rate
    return unresolved * scenario.support.raised_again


def _series(scenario: Scenario) -> list[Series]:
    on = going_on(scenario)
    solved = scenario.brand[scenario.market.focal].support.resolve_rate / (1.0 - on)
    cut = on**MOST_CONTACTS / (1.0 - on)
    return [
        Series("share of problems with as many contacts", "contacts", CONTACTS, lambda at: on ** (at - 1.0)),
        listed("contacts for each problem, and share solved in the end", "all",
               {"contacts": 1.0 / (1.0 - on), "solved": solved}, cut),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, model.settings.market.horizon_weeks)
    people, tally = model.state.people, model.state.tally[:, 0].sum(axis=0)
    problems = tally[Measure.failures]
    reached = np.array([(people["raised"] + 1 >= contacts).mean() for contacts in CONTACTS])
    solved = (people["outcome"] >= Outcome.RESOLVED).mean()
    return [reached, np.array([tally[Measure.contacts] / problems, solved])]


RAISED_AGAIN = Limit(
    name="raised-again",
    title="Problems raised again, geometric contacts",
    formula="P(contacts >= k) = ((1 - p) a)^(k - 1); their mean is 1 / (1 - (1 - p) a); a share p / (1 - (1 - p) a) is solved",
    reference="arithmetic; callers who come back with what is not solved: de Véricourt & Zhou (2005), Operations Research 53(6), 968-981",
    bias="nobody contacts a firm more than sixteen times about a problem",
    series=_series,
    measure=_measure,
)
