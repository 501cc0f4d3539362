"""What no firm can know: how loyal people are, why their lines ended, and what the plan changed for each of them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.export.tables import in_words
from cxsim.analysis.export.watched import Watched
from cxsim.engine.market.start import covered_by
from cxsim.engine.outcomes.reach import weeks_meant
from cxsim.engine.outcomes.status import STATUSES, Status, causes_known, outcomes, places_of_causes, stage_name
from cxsim.engine.state import MONEY_UNIT, Stage
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.stages.loyalty import Departure

COMPARED = ["purchases", "margin"]  # whose individual effects are written out


def truth(base: Watched, plan: Watched | None = None) -> pd.DataFrame:
    """One row a person of the market, customer or not: who they are and how their story with the focal brand stands.

    With a plan, the same story of the same person with the same luck under it (`plan_...`), whether its interventions
    reach them (`treated`), and the difference that it makes (`effect_purchases`, `effect_margin`).
    """
    story = _story(base)
    if plan is None:
        return pd.concat([_person(base), story], axis="columns")
    under_plan = _story(plan)
    effect = under_plan[COMPARED] - story[COMPARED]
    reached = pd.DataFrame({"treated": treated(base, plan)})
    parts = [_person(base), story, reached, under_plan.add_prefix("plan_"), effect.add_prefix("effect_")]
    return pd.concat(parts, axis="columns")


def _person(market: Watched) -> pd.DataFrame:
    """What was settled before the run began."""
    people = market.state.people
    return pd.DataFrame(
        {
            "customer_id": np.arange(len(people)),
            "segment": in_words(people["segment"], list(market.scenario.segments())),
            "entry_week": people["entry"],
            "need_rate": people["rate"],
            "chance_to_stay": _chance_to_stay(market),
            "mean_basket": people["mean_basket"],
        }
    )


def _chance_to_stay(market: Watched) -> NDArray[np.float32]:
    """If experience counted for nothing: through one decision or, where people may leave at any time, through a year."""
    people = market.state.people
    latent = people["disposition"].astype(np.float64)
    anytime = [traits.loyalty.departure == Departure.anytime for _, traits in market.scenario.segments().values()]
    through_a_year = np.exp(-WEEKS_PER_YEAR * np.exp(-latent))
    through_one = 1.0 / (1.0 + np.exp(-latent))
    return np.where(np.array(anytime)[people["segment"]], through_a_year, through_one).astype(np.float32)


def _story(market: Watched) -> pd.DataFrame:
    """How everybody's story with the focal brand stands at the horizon."""
    bonds = market.state.bonds[:, market.scenario.focal]
    outcome = outcomes(market.state, market.scenario.focal)
    line, causes = outcome.status == Status.line, causes_known(market.scenario)
    return pd.DataFrame(
        {
            "status": in_words(outcome.status, STATUSES),
            "stage": in_words(np.where(line, outcome.stage.astype(int), -1), [stage_name(each) for each in Stage]),
            "cause": in_words(np.where(line, places_of_causes(outcome.cause, causes), -1), list(causes.values())),
            "customer": bonds["customer"],
            "first_lost_week": bonds["first_lost_at"],
            "satisfaction": bonds["satisfaction"],
            "purchases": bonds["purchases"].astype(np.int64),
            "margin": outcome.margin / MONEY_UNIT,
        }
    )


def treated(base: Watched, plan: Watched) -> NDArray[np.bool_]:
    """Whether at least one intervention that the plan has and the base has not reaches a person, shape (people,)."""
    schedule, people = build_schedule(plan.scenario), plan.state.people.copy()
    strata = covered_by(schedule, plan.state.luck, people)
    reached, _ = schedule.reached(strata)
    anybody = np.zeros(len(people), bool)
    for place, item in enumerate(plan.scenario.intervention, start=len(plan.scenario.channel)):
        if item.when is not None:
            mine = weeks_meant(plan.state)[:, schedule.rules.index(place)] > 0
        else:
            mine = reached[place, people["kind"]]  # whatever cell: it asks for no history
        if item not in base.scenario.intervention:
            anybody |= mine
    return anybody
