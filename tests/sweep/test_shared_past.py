"""Protects the promise that a study's runs, lived as one until they part, leave the bytes that each leaves alone.

Nothing here is statistical.
"""

from collections import Counter

import pytest
from studies import LIVELY, PLAN, lived, sums, written

from cxsim.analysis.sweep.blocks import BlockWriter
from cxsim.analysis.sweep.folder import StudyFolder
from cxsim.analysis.sweep.study import read_study
from cxsim.analysis.sweep.sweep import chunker, planned
from cxsim.analysis.sweep.work import live_chunk
from cxsim.analysis.workers.run_record import RunRecord
from cxsim.analysis.workers.threads import Silent
from cxsim.engine.model import LoyaltyModel

WEEKS, START = 30, 9  # of a run, and of its plan
LATER = PLAN.replace('name = "Check twice"', 'name = "Check twice"\nstart_week = 9')


@pytest.fixture
def weeks_lived(monkeypatch):
    """A counter of weeks that any market lives."""
    counted = Counter()
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (counted.update(weeks=1), step(model))[1])
    return counted


def one_by_one(chunk):
    """A chunk lived run by run."""
    left = {}
    for lives in chunk.lives:
        for run in lives.runs:
            left |= live_chunk(chunk._replace(lives=[lives._replace(runs=[run])])).left
    return left


def test_runs_of_a_chunk_leave_what_each_leaves_alone_and_live_a_shared_past_once(tmp_path, weeks_lived):
    reading = read_study(written(tmp_path, LIVELY, plan=LATER))
    space = planned(reading)
    keys = space.keys_of(0)
    chunk = chunker(reading, space)(keys)
    together = live_chunk(chunk).left
    pairs = len(keys) // 2  # of base and plan
    assert weeks_lived["weeks"] == pairs * (2 * WEEKS - START)
    assert together == one_by_one(chunk)
    assert weeks_lived["weeks"] == pairs * (2 * WEEKS - START) + 2 * pairs * WEEKS


def test_points_that_move_the_plan_alone_share_their_base(tmp_path, weeks_lived):
    _, _, coverage = LIVELY.split("[[factor]]")
    text = LIVELY.split("[[factor]]")[0] + "[[factor]]" + coverage.split("[worlds]")[0]
    reading = read_study(written(tmp_path, text, plan=LATER))
    space = planned(reading)  # two points, in which only the share of people that the plan reaches differs
    chunk = chunker(reading, space)(space.keys_of(0))
    assert live_chunk(chunk).left == one_by_one(chunk)
    assert weeks_lived["weeks"] == 5 * (WEEKS + 2 * (WEEKS - START)) + 5 * 4 * WEEKS


def test_only_the_run_that_fails_fails(tmp_path):
    reading = read_study(written(tmp_path, LIVELY, plan=LATER))
    space = planned(reading)
    chunk = chunker(reading, space)(space.keys_of(0)[:4])
    base, plan = chunk.lives[:2]
    impossible = {**plan.record, "intervention": [{**plan.record["intervention"][0], "brand": "nobody's"}]}
    chunk = chunk._replace(lives=[base, plan._replace(record=impossible), *chunk.lives[2:]])
    left = live_chunk(chunk).left
    assert left == one_by_one(chunk)
    errors = {run: RunRecord.unpacked(data, len(space.figures)).error for run, data in left.items()}
    assert [run for run, error in errors.items() if error] == [run for run, _ in plan.runs]


class Stumbling(LoyaltyModel):
    """A market that comes to grief under a plan."""

    def step(self):
        if self.week == 6 and self.settings.intervention:
            raise RuntimeError("no week 6 under a plan")
        super().step()


def test_a_run_that_fails_on_the_way_says_so_and_its_base_is_whole(tmp_path):
    reading = read_study(written(tmp_path, LIVELY, plan=LATER))
    space = planned(reading)
    chunk = chunker(reading, space)(space.keys_of(0)[:6])
    chunk = chunk._replace(classes=chunk.classes._replace(model=Stumbling))
    left = live_chunk(chunk).left
    assert left == one_by_one(chunk)
    errors = [RunRecord.unpacked(data, len(space.figures)).error for _, data in sorted(left.items())]
    assert errors == ["", "RuntimeError: no week 6 under a plan"] * 3


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40, 1000])
def test_chunks_hold_every_run_once_none_more_than_asked_for_and_keep_pairs_together(tmp_path, size):
    reading = read_study(written(tmp_path, LIVELY, plan=LATER))
    space = planned(reading)
    store = StudyFolder(tmp_path / "out")
    with store.locked():
        writer = BlockWriter(store, space, [], Silent())
        chunks = list(writer.chunks(lambda: size))
        writer.close()
    runs = [key.run for chunk in chunks for key in chunk]
    assert sorted(runs) == list(range(space.runs)) and max(map(len, chunks)) <= size
    split = Counter((key.scenario // 2, key.replication) for chunk in chunks for key in {*chunk})
    assert set(split.values()) == {2}
    if size > 1:
        apart = [chunk for chunk in chunks if any((key.scenario ^ 1, key.replication) not in
                 {(other.scenario, other.replication) for other in chunk} for key in chunk)]  # fmt: skip
        assert len(apart) <= 2 * space.blocks  # at the edges of blocks, which hold an odd number of scenarios


def test_the_tables_are_those_of_runs_lived_alone(tmp_path):
    study = written(tmp_path, LIVELY, plan=LATER)
    lived(study, tmp_path / "together")
    lived(study, tmp_path / "alone", task=lambda chunk: live_chunk(chunk)._replace(left=one_by_one(chunk)))
    assert sums(tmp_path / "together") == sums(tmp_path / "alone")
