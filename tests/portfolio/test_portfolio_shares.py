"""Protects the promise that plans of a portfolio, which share the past of their market, leave what each leaves alone.

Nothing here is statistical.
"""

import pytest
from small import market_and_menu

from cxsim.analysis.portfolio import work
from cxsim.analysis.portfolio.plans import affordable, record_with
from cxsim.analysis.portfolio.work import KEPT, live_beside_market
from cxsim.analysis.sweep.parameters import record_of
from cxsim.analysis.sweep.work import Chunk, Replicates
from cxsim.analysis.workers.run_record import RunRecord
from cxsim.engine.model import LoyaltyModel

WEEKS = 12


@pytest.fixture
def weeks_lived(monkeypatch):
    """A list that grows by one with every week that any market lives, while no market is remembered."""
    lived: list[int] = []
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (lived.append(model.week), step(model))[1])
    work._MARKETS.forget()
    return lived


def chunk_of(folder, plans, start_week=5):
    """The market and some plans, all of whose interventions start in one week, and the plans that are possible."""
    market, menu = market_and_menu(folder)
    chosen = [plan for plan in affordable(menu, 1000.0, 100) if any(plan[:2])][:plans]  # a poster alone changes nothing
    lives = []
    for run, plan in enumerate(chosen):
        record = record_with(market, menu, plan)
        record["intervention"] = [{**item, "start_week": start_week} for item in record["intervention"]]
        lives.append(Replicates(record, {}, [(run, 3)]))
    return Chunk(7, False, False, [Replicates(record_of(market), {}, []), *lives], KEPT, {})


def alone(chunk):
    """Each plan lived in a chunk of its own, by somebody who remembers nothing."""
    market, *plans = chunk.lives
    left = {}
    for plan in plans:
        work._MARKETS.forget()
        left |= live_beside_market(chunk._replace(lives=[market, plan])).left
    return left


def test_a_past_is_lived_once_a_chunk_and_the_market_only_if_it_is_not_remembered(tmp_path, weeks_lived):
    chunk = chunk_of(tmp_path, 6)
    first = live_beside_market(chunk).left
    assert len(weeks_lived) == WEEKS + 6 * (WEEKS - 5)
    again = live_beside_market(chunk).left
    assert len(weeks_lived) == WEEKS + 5 + 12 * (WEEKS - 5)
    assert first == again == alone(chunk)
    assert any(RunRecord.unpacked(data, len(KEPT)).figures.any() for data in first.values())


def test_a_plan_that_cannot_be_is_the_only_one_ruled_out(tmp_path):
    chunk = chunk_of(tmp_path, 4)
    second = chunk.lives[2]
    second.record["intervention"][0]["brand"] = "nobody's"
    left = live_beside_market(chunk).left
    assert left == alone(chunk)
    assert [run for run, data in left.items() if RunRecord.unpacked(data, len(KEPT)).error] == [1]
