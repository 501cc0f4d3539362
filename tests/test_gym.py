"""Protects what docs/gym.md says of a strategist's own gym: a threefold fee loses, and a saving of wages is arithmetic.

Few members meet the desk of the staffed gym, which is 16% busy; that four fifths of it change anything for anybody would take a
queue, so equal lives are expected exactly, and no chance of a false alarm is left. The threefold fee loses loops by forty standard errors.
"""

from pathlib import Path

import numpy as np
import pytest

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.guard import doubts_of
from cxsim.engine.outcomes.money import discount_factors
from cxsim.scenario import load

GYM = Path(__file__).parents[1] / "examples" / "gym"


def asked(base, plan):
    compared = compare(load(GYM / f"{base}.toml"), load(GYM / f"{plan}.toml"), replications=2)
    (result,) = compared.plans.values()
    return compared, result


def test_a_threefold_fee_loses_most_loops_and_names_the_price():
    _, plan = asked("gym", "price-times-3")
    assert plan.difference("loops").estimate.mean < -400
    assert plan.difference("net_margin").estimate.mean < 0.0
    assert plan.broken.iloc[0]["cause"] == "price"


def test_a_fifth_fewer_agents_save_their_wages_and_nobody_lives_otherwise():
    compared, plan = asked("staffed", "fewer-agents")
    assert plan.difference("loops").estimate.mean == 0.0
    factors = discount_factors(plan.scenario)
    saved = np.sum(0.4 * 120.0 * factors[104:]) - 300.0 * factors[104]
    assert plan.difference("net_margin").estimate.mean == pytest.approx(saved, rel=0.01)
    assert {"desk", "return"} <= {doubt.kind for doubt in doubts_of(compared.base_runs, plan)}


def test_a_smaller_desk_that_saves_nothing_is_never_a_gain():
    _, plan = asked("gym", "smaller-desk")
    assert plan.difference("net_margin").estimate.mean <= 0.0
    assert plan.difference("customers").estimate.mean <= 0.0
