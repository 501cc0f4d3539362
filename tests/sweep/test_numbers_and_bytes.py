"""Protects the numbering of runs and the bytes of the journal: for any study, any cut, any flipped bit."""

import io

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxsim.analysis.sweep.journal import Journal, record, records
from cxsim.analysis.sweep.numbering import RUNS_OF_A_BLOCK, Space
from cxsim.analysis.workers.run_record import PEOPLE, RunRecord, weekly_columns


def _space(scenarios):
    """Runs of so many points."""
    return Space(pd.DataFrame(index=range(scenarios)), pd.DataFrame(index=range(1)), ("base",), {}, {}, {}, 1)


RECORDS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=40)), min_size=1, max_size=6)


@given(scenarios=st.integers(1, 60), stages=st.lists(st.integers(1, 30), min_size=1, max_size=3))
@example(scenarios=1201, stages=[11, 1])
@example(scenarios=1, stages=[501])
def test_blocks_hold_every_run_once_and_none_is_renumbered(scenarios, stages):
    space = _space(scenarios)
    seen = {}
    for replications in stages:
        before, blocks = space.runs, space.blocks
        space = space.expanded(replications)
        new = [key for block in range(blocks, space.blocks) for key in space.keys_of(block)]
        assert {key.run for key in new} == set(range(before, space.runs)) and len(new) == space.runs - before
        seen |= {key.run: key for key in new}
        assert all(len(space.keys_of(block)) <= RUNS_OF_A_BLOCK for block in range(blocks, space.blocks))
    assert _space(scenarios).with_stages(space.as_json()).stages == space.stages
    assert all(key.run == key.replication * scenarios + key.scenario for key in seen.values())
    for block in range(space.blocks):
        assert all(seen[key.run] == key for key in space.keys_of(block))


def test_blocks_are_neither_many_nor_large():
    for scenarios, replications in ((1, 100_000), (100_000, 1), (300, 300), (24, 1000), (10_000, 10)):
        space = _space(scenarios).expanded(replications)
        assert space.blocks <= 1.2 * space.runs / RUNS_OF_A_BLOCK + 1


@given(written=RECORDS, cut=st.integers(0, 400))
def test_a_journal_cut_anywhere_keeps_its_whole_records(written, cut):
    parts = [record(run, payload) for run, payload in written]
    data = b"".join(parts)[:cut]
    whole = sum(1 for place in range(len(parts)) if len(b"".join(parts[: place + 1])) <= cut)
    assert [(run, payload) for run, payload, _ in records(io.BytesIO(data))] == written[:whole]


@given(written=RECORDS, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_makes_a_wrong_record(written, where, bit):
    parts = [record(run, payload) for run, payload in written]
    data = bytearray(b"".join(parts))
    place = int(where * len(data))
    data[place] ^= 1 << bit
    sound = next(count for count in range(len(parts)) if len(b"".join(parts[: count + 1])) > place)
    assert [(run, payload) for run, payload, _ in records(io.BytesIO(data))] == written[:sound]


def payloads(journal):
    return {run: journal.payload(run) for run in journal.runs}


@given(written=RECORDS, cut=st.integers(0, 400), more=st.binary(max_size=20))
def test_a_cut_journal_goes_on_behind_its_last_sound_record(tmp_path, written, cut, more):
    path = tmp_path / "journal"
    path.write_bytes(b"".join(record(run, payload) for run, payload in dict(written).items())[:cut])
    with Journal(path) as journal:
        there = payloads(journal)
        new = next(run for run in range(10) if run not in there)
        journal.add(new, more)
        journal.add(new, b"lived twice")
        assert payloads(journal) == {**there, new: more}
    with Journal(path) as journal:
        assert payloads(journal) == {**there, new: more}


@given(
    figures=arrays.arrays(float, 5),
    tally=arrays.arrays(np.int64, arrays.array_shapes(min_dims=3, max_dims=3, max_side=4)),
    people=arrays.arrays(PEOPLE, arrays.array_shapes(min_dims=1, max_dims=1, max_side=9)),
    error=st.text(max_size=20),
)
def test_what_a_run_leaves_comes_back_as_it_was(figures, tally, people, error):
    weeks = weekly_columns(tally)
    back = RunRecord.unpacked(RunRecord(figures, weeks, people).packed(), 5)
    assert back.figures.tobytes() == figures.tobytes() and np.array_equal(back.weeks, weeks)
    assert back.people.dtype == PEOPLE and back.people.tobytes() == people.tobytes()
    back = RunRecord.unpacked(RunRecord(figures).packed(), 5)
    assert back.weeks is back.people is None
    assert RunRecord.unpacked(RunRecord(error=error).packed(), 5) == RunRecord(error=error)


def test_weekly_numbers_come_back_at_both_ends_of_every_width():
    ends = [0, 2**8, 2**16, 2**31, 2**63, -(2**31)]
    columns = [
        np.array([0, end + step], np.int64) for end in ends for step in (-1, 0) if -(2**63) <= end + step < 2**63
    ]
    back = RunRecord.unpacked(RunRecord(np.zeros(1), columns).packed(), 1)
    assert [column.tolist() for column in back.weeks] == [column.tolist() for column in columns]
    assert {column.itemsize for column in back.weeks} == {1, 2, 4, 8}
