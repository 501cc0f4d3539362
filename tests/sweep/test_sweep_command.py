"""Protects `cxsim sweep` as it is typed, and the driver's patience and memory."""

import re
from concurrent.futures import Future

import pytest
from interruption import StopAfter
from studies import RUNS, lived, sums, written

from cxsim.analysis.workers.backends import Threads, WorkersLostError
from cxsim.analysis.workers.driver import CHUNKS_A_WORKER, Driver
from cxsim.analysis.workers.run_record import Done, Key
from cxsim.analysis.workers.threads import Progress, in_bytes, in_time


def test_a_study_is_lived_resumed_and_expanded(cxsim, study, reference, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        lived(study, out, progress=StopAfter(RUNS - 10))
    code, said, _ = cxsim("sweep", study, "-o", out, "--workers", 0)
    assert code == 2
    code, said, errors = cxsim("sweep", study, "-o", out, "--workers", 0, "--resume")
    assert (code, errors, said) == (0, "", f"{RUNS} runs (54 scenarios x 5 replications) in {out}.\n")
    assert sums(out) == sums(reference)
    code, said, _ = cxsim("sweep", study, "-o", out, "--workers", 0, "--expand", 1)
    assert code == 0 and said.startswith(f"{RUNS + 54} runs")


def test_a_dry_run_says_what_it_takes_and_writes_nothing(cxsim, study, reference, tmp_path):
    code, said, errors = cxsim("sweep", study, "-o", tmp_path / "out", "--dry-run", "--workers", 2)
    assert (code, errors, list(tmp_path.iterdir())) == (0, "", [])
    assert said.startswith("9 points x 3 worlds x 2 (the market and its plans) x 5 replications = 270 runs\n")
    kilobytes = float(re.search(r"([\d.]+) kB on disk", said)[1])
    real = sum(path.stat().st_size for path in reference.rglob("block-*.parquet")) / 1e3
    assert 1.0 < kilobytes / real < 3.0  # a few rows do not compress as well as many


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a folder"),
        (("-o", "x", "--workers", 2, "--cluster", "tcp://nowhere:1"), "either --workers or --cluster"),
    ],
)
def test_what_is_typed_wrong_gets_one_message(cxsim, study, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, _, errors = cxsim("sweep", study, *arguments)
    assert code == 2 and said in errors
    assert not list(tmp_path.iterdir())


def test_failed_runs_are_counted_and_the_first_is_told(cxsim, tmp_path):
    (tmp_path / "points.csv").write_text("intervention.Check twice.start_week,intervention.Check twice.end_week\n5,2\n")
    text = 'scenario = "market.toml"\nplans = ["plan.toml"]\nreplications = 2\ndesign = {kind = "table", file = "points.csv"}\n'
    code, said, _ = cxsim("sweep", written(tmp_path, text), "-o", tmp_path / "out", "--workers", 0)
    assert code == 0 and "2 of them failed and say why in the column `error`; the first: ScenarioError: " in said


# ---- the driver -----------------------------------------------------------------------------------------------------


class Nothing(dict):
    """Every run left nothing."""

    def __missing__(self, run):
        return b""


class AtOnce(Threads):
    """A backend that has done everything before it is asked."""

    def open(self):
        return self

    def submit(self, task, chunk):
        future = Future()
        future.set_result(Done(1.0, Nothing()))
        return future

    def close(self, executor):
        return


def test_chunks_are_asked_for_only_when_there_is_room_for_them():
    asked = []

    def keys():
        for run in range(5000):
            asked.append(run)
            yield [Key(run, 0, run)]

    seen = []

    def finished(key, _):
        seen.append(key.run)
        assert len(asked) - len(seen) < CHUNKS_A_WORKER * 2

    Driver(AtOnce(2), None, lambda keys: keys, finished, lambda: None).live(keys())
    assert sorted(seen) == list(range(5000))


def test_a_result_that_was_lost_with_its_cluster_is_not_waited_for(monkeypatch):
    class Gone(AtOnce):
        def submit(self, task, chunk):
            return Future()

        def check(self):
            raise WorkersLostError("gone")

    monkeypatch.setattr("cxsim.analysis.workers.driver.TICK", 0.01)
    patience = iter(range(50))
    with pytest.raises(WorkersLostError, match="gone"):
        Driver(Gone(1), None, lambda keys: keys, None, lambda: next(patience)).live(iter([[Key(0, 0, 0)]]))


def test_progress_is_told_in_lines_where_there_is_no_terminal(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("cxsim.analysis.workers.threads.time.monotonic", lambda: now[0])
    with Progress() as progress:
        progress.begin(1000)
        progress.found(400)
        for _ in range(6):
            now[0] += 10.0
            progress.lived(10)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "cxsim: 430 of 1,000 runs, 1 a second, 9.5 minutes left",
        "cxsim: 460 of 1,000 runs, 1 a second, 9 minutes left",
    ]


def test_times_and_sizes_are_rounded_to_what_is_known():
    assert [in_time(each) for each in (0.034, 90.0, 7300.0, 200_000.0)] == ["0.034 seconds", "90 seconds", "2.03 hours", "2.31 days"]  # fmt: skip
    assert [in_bytes(each) for each in (12, 5600, 6.2e6, 7e9)] == ["12 bytes", "5.6 kB", "6.2 MB", "7 GB"]
