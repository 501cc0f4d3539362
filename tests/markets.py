"""Small markets for tests: scenarios written as TOML, runs, and questions put to a run."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cxsim.engine.agents import Customer
from cxsim.engine.measures import Measure
from cxsim.engine.model import Engine, LoyaltyModel
from cxsim.engine.state import NOTES
from cxsim.scenario import Scenario, load
from cxsim.scenario.parameter import record_layout, record_values
from cxsim.scenario.stages import Traits

# Nothing that is experienced or said changes what people do; the file says more.
STATISTICS_ONLY = (Path(__file__).parents[1] / "experiments/replications/bare.toml").read_text(encoding="utf-8")

# Two rivals, quick needs, and everything that can happen does: failures, queues, calls back, rewards, reviews.
EVERYTHING_HAPPENS = """
[market]
people = 600
horizon_weeks = 40
[need]
rate_scale_weeks = 4.0
spontaneous_annual = 2.0
imitation_annual = 4.0
[telling]
base = 0.5
refer_base = -1.0
review_base = -1.0
[support]
contact_base = 0.0
[listening]
response_base = 1.0
[brand.focal]
need.reach_annual = 0.5
use.failure_rate = 0.3
use.severity = 0.5
support.capacity = 3.0
telling.reward = 10.0
listening.survey_rate = 0.6
listening.callback_rate = 0.5
[brand.rival]
use.quality = 0.75
support.capacity = 8.0
"""


def scenario_from(text: str, *overrides: str, folder: Path | None = None) -> Scenario:
    """The scenario that `text` and overrides such as "market.people=50" write."""
    with tempfile.TemporaryDirectory() as temporary:
        file = (folder or Path(temporary)) / "market.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, list(overrides))


BETTER = """
[[intervention]]
name = "better"
start_week = 4.0
effect = [{parameter = "use.failure_rate", multiply = 0.5}]
cost = {once = 200.0, weekly = 20.0, per_use = 0.1}
"""
DEARER = """
[[intervention]]
name = "dearer"
effect = [{parameter = "purchase.price", multiply = 1.2}]
"""


def named(name, text="", *overrides):
    """The small market in which everything happens under a name of its own, with a plan if one is given."""
    return scenario_from(f"name = {name!r}\n{EVERYTHING_HAPPENS}{text}", *overrides)


def lived(
    scenario: Scenario,
    *,
    seed: int = 1,
    replication: int = 0,
    engine: Engine = "compiled",
    customer: type[Customer] = Customer,
    weeks: int | None = None,
    **options: Any,
) -> LoyaltyModel:
    """A run of the scenario, lived to its horizon or for so many weeks."""
    model = LoyaltyModel(
        scenario, rng=seed, replication=replication, engine=engine, customer=customer, collect=False, **options
    )
    for _ in range(scenario.market.horizon_weeks if weeks is None else weeks):
        model.step()
    return model


def state_of(model: LoyaltyModel) -> dict[str, bytes]:
    """All that a run leaves behind, as bytes."""
    world = model.state
    state = {name: getattr(world, name).tobytes() for name in ("due", "people", "bonds", "standings", "tally")}
    return state | {"log": notes_of(model).tobytes()}


def notes_of(model: LoyaltyModel) -> np.ndarray:
    """The notes taken; a test that fills the log has not seen everything."""
    notes = int(model.state.clock[NOTES])
    assert notes <= len(model.state.log) or not len(model.state.log)
    return model.state.log[:notes]


def total(model: LoyaltyModel, *measures: Measure, brand: int = 0) -> int:
    """The sum of measures of a brand over all weeks."""
    return int(sum(model.state.tally[:, brand, measure].sum() for measure in measures))


def as_toml(sections: Mapping[str, Any]) -> str:
    """Full keys and values, such as {"brand.focal.use.quality": 0.8}, as TOML."""
    return "\n".join(f"{key} = {as_toml_value(value)}" for key, value in sections.items()) + "\n"


def as_toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(as_toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {as_toml_value(item)}" for key, item in value.items()) + "}"
    return repr(value)


def traits_record(**changed: Mapping[str, float]) -> np.void:
    """Traits as the rules read them: the defaults, with keys changed as in use={"memory": 0.5}."""
    traits = Traits.model_validate(changed)
    return np.array([record_values(traits)], dtype=record_layout(Traits))[0]
