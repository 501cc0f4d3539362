"""Protects who people are: segments in their shares, entries in their weeks, latent rates and loyalties as declared.

Statistical statements allow four standard errors (a false alarm in 16,000 seeds for each comparison).
"""

import numpy as np
import pytest
from markets import lived, scenario_from
from scipy import special, stats

from cxsim.engine.market.start import state_at_start
from cxsim.scenario import ScenarioError

PEOPLE = 20_000
SEGMENTS = """
[market]
people = 20000
horizon_weeks = 4
[need]
rate_shape = 2.0
[segment.young]
share = 0.3
need.rate_scale_weeks = 4.0
[segment.old]
share = 0.7
use.memory = 0.5
"""


def world_of(text, *overrides):
    return state_at_start(scenario_from(text, *overrides), 1)


def test_segments_have_their_shares_and_their_own_keys():
    world = world_of(SEGMENTS)
    young = world.people["segment"] == 0
    assert abs(young.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / PEOPLE)
    assert world.traits["use"]["memory"][:, 0].tolist() == [0.3, 0.5]
    for mine, scale in ((young, 4.0), (~young, 8.0)):
        rates = world.people["rate"][mine].astype(float)
        assert abs(rates.mean() - 2.0 / scale) < 4 * rates.std() / np.sqrt(mine.sum())


def test_rates_are_gamma_and_leaving_chances_beta():
    # Kolmogorov-Smirnov distance; 1.95 / sqrt(n) is exceeded once in a thousand seeds.
    world = world_of("", f"market.people={PEOPLE}")
    limit = 1.95 / np.sqrt(PEOPLE)
    leaving = special.expit(-world.people["disposition"].astype(float))
    assert stats.kstest(world.people["rate"].astype(float), stats.gamma(1.0, scale=1 / 8.0).cdf).statistic < limit
    assert stats.kstest(leaving, stats.beta(0.8, 2.4).cdf).statistic < limit


def test_leaving_hazards_are_gamma_when_people_may_leave_anytime():
    world = world_of("", f"market.people={PEOPLE}", "loyalty.departure=anytime")
    hazards = np.exp(-world.people["disposition"].astype(float))
    assert stats.kstest(hazards, stats.gamma(0.606, scale=1 / 11.669).cdf).statistic < 1.95 / np.sqrt(PEOPLE)


def test_people_enter_in_their_weeks_and_live_nothing_before():
    text = "[market]\npeople = 12\nentry_counts = [3, 0, 1]\nentry_step_weeks = 2.5\nhorizon_weeks = 8\n"
    model = lived(scenario_from(text, "need.at_entry=true", "brand.focal.expectation.awareness=1.0"))
    assert model.state.people["entry"].tolist() == [0.0, 0.0, 0.0, 5.0] * 3
    late = model.state.bonds[3::4, 0]
    bought = late["purchases"] > 0
    assert bought.any()
    assert (late["first_bought"][bought] >= 5.0).all()


def test_tastes_and_awareness():
    world = world_of("[brand.focal]\n[brand.rival]\nexpectation.awareness = 0.2\n", f"market.people={PEOPLE}")
    aware = world.bonds["aware"].mean(axis=0)
    assert np.all(np.abs(aware - [0.5, 0.2]) < 4 * np.sqrt(0.25 / PEOPLE))
    taste = world.bonds["taste"].astype(float)
    assert np.all(np.abs(taste.std(axis=0) - 0.15) < 4 * 0.15 / np.sqrt(2 * PEOPLE))
    assert abs(np.corrcoef(taste.T)[0, 1]) < 4 / np.sqrt(PEOPLE)


def test_every_segment_finds_its_people_or_there_are_too_many():
    # A segment's number is kept in a byte.
    text = "".join(f"[segment.s{number}]\nshare = {1 / 300!r}\n" for number in range(300))
    try:
        world = world_of(text, f"market.people={PEOPLE}")
    except ScenarioError as refused:
        assert "segment" in str(refused)
        return
    assert len(np.unique(world.people["segment"])) == 300


@pytest.mark.parametrize("counts", ["[1000000000000]", "[100000000000000000000]"])
def test_more_entries_than_people_do_not_need_more_memory_than_people(counts):
    try:
        world = world_of("", "market.people=5", f"market.entry_counts={counts}", "market.entry_step_weeks=1.0")
    except ScenarioError as refused:
        assert "entry_counts" in str(refused)
        return
    assert world.people["entry"].tolist() == [0.0] * 5
