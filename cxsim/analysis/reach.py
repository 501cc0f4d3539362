"""Whom rules by history mean at the start, and whom they meant in runs, in words."""

import numpy as np
import pandas as pd

from cxsim.analysis.compare.intervals import estimate_count
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import estimated
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.reach import reach_table
from cxsim.scenario.schema import Effect, Scenario


def meant_at_start(scenario: Scenario, seed: int = 1) -> dict[str, int]:
    """How many people each rule by history would mean in week 0, by name of the intervention, whenever that starts.

    A run-in is lived for it, and week 0.
    """
    rules = [item for item in scenario.intervention if item.when is not None]
    at_once = {"start_week": 0.0, "end_week": float("inf"), "lasts_weeks": float("inf"), "ramp_weeks": 0.0}
    idle = [
        item.model_copy(update={**at_once, "effect": [Effect(parameter=item.effect[0].parameter, add=0.0)]})
        for item in rules
    ]
    model = LoyaltyModel(scenario.model_copy(update={"intervention": idle}), rng=seed, collect=False)
    model.step()
    table = reach_table(model.state, model.settings)
    return dict(zip(table["rule"], table["people"].tolist(), strict=True))


def in_channels_at_start(scenario: Scenario, seed: int = 1) -> list[int]:
    """How many people take, or would take, each channel when week 0 begins; a run-in is lived for it."""
    state = LoyaltyModel(scenario.model_copy(update={"intervention": []}), rng=seed, collect=False).state
    taken: list[int] = np.count_nonzero(state.meant[state.first_row[0] + state.people["kind"]], axis=0).tolist()
    return taken


def reach_told(runs: Runs) -> list[str]:
    """One sentence on each rule by history: how many people it meant in a run, and in how many weeks of theirs."""
    return [_told(name, table) for name, table in runs.reach.groupby("rule", sort=False)]


def _told(name: object, table: pd.DataFrame) -> str:
    people, weeks = (estimate_count(table[column].to_numpy(float)) for column in ("people", "person_weeks"))
    if weeks.mean == 0.0:
        return f"{name!r} meant nobody: its rule held for no one while it was at work."
    return f"{name!r} meant {estimated(people)} people, in {estimated(weeks)} weeks of theirs."
