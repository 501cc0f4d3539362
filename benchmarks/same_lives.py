"""Hashes of lives lived as one until they part, beside the same lived from the start: every ready market, both engines.

    python benchmarks/same_lives.py
    python benchmarks/same_lives.py --people 100 --weeks 30

The plan begins a quarter into the horizon. A hash is of all records that a life leaves, of base and plan. Ends with 1 if any
two differ.
"""

import argparse
import hashlib
import sys

from _common import heading, table

from cxsim.engine.branching import parting_week
from cxsim.engine.market.start import state_under
from cxsim.engine.model import Engine, LoyaltyModel
from cxsim.engine.simulate import lived_to, simulate
from cxsim.engine.state import WRITTEN, State, copy_of
from cxsim.scenario import Intervention, Scenario, load, scenario_names
from cxsim.scenario.schedule import build_schedule


def left(*states: State) -> str:
    """SHA-256 of all that was written, the beginning of it."""
    digest = hashlib.sha256()
    for state in states:
        for name in WRITTEN:
            digest.update(getattr(state, name).tobytes())
    return digest.hexdigest()[:16]


def planned(base: Scenario, week: int) -> Scenario:
    """The base under a plan from a week on that reaches half of the people."""
    item = Intervention.model_validate(
        {"name": "better", "start_week": week, "coverage": 0.5, "effect": [{"parameter": "use.quality", "add": 0.02}]}
    )
    return base.model_copy(update={"intervention": [*base.intervention, item]})


def branched(base: Scenario, plan: Scenario, engine: Engine) -> str:
    """Both lived as one until they part."""
    horizon = base.market.horizon_weeks
    market = lived_to(LoyaltyModel(base, rng=1, engine=engine, collect=False), parting_week(base, plan))
    past = state_under(copy_of(market.state), build_schedule(plan), build_schedule(base))
    under_plan = LoyaltyModel(plan, rng=1, engine=engine, collect=False, state=past)
    return left(*(lived_to(each, horizon).state for each in (market, under_plan)))


def apart(base: Scenario, plan: Scenario, engine: Engine) -> str:
    """Each lived from the start."""
    horizon = base.market.horizon_weeks
    models = (LoyaltyModel(each, rng=1, engine=engine, collect=False) for each in (base, plan))
    return left(*(lived_to(each, horizon).state for each in models))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=60)
    asked = parser.parse_args()
    heading(f"Base and plan, branched and apart: {asked.people:,} people, {asked.weeks} weeks")
    rows, same = [], True
    for name in scenario_names():
        if "/" in name:
            continue
        base = load(name, [f"market.people={asked.people}", f"market.horizon_weeks={asked.weeks}"])
        plan = planned(base, asked.weeks // 4)
        if left(simulate(base, 1, 0).state) == left(simulate(plan, 1, 0).state):
            raise RuntimeError(f"{name}: the plan changes nothing, so it would say nothing")
        for engine in ("compiled", "agents"):
            one, other = branched(base, plan, engine), apart(base, plan, engine)
            same &= one == other
            rows.append(
                (name, parting_week(base, plan), engine, one, other, "the same" if one == other else "DIFFERENT")
            )
    table(("market", "parts in week", "engine", "branched", "apart", ""), rows)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
