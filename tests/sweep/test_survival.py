"""Protects what a study has finished: whatever is killed, torn or full, `--resume` gives the tables of a study never stopped.

Processes are killed when the journal has grown, never after a time; tables are compared by SHA-256.
"""

import errno
import functools
import multiprocessing
import os
import shutil
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from interruption import StopAfter
from sessions import processes_of, started, wait_until
from studies import STUDY, die_always, die_once, finished_bytes, lived, sums, written

from cxsim.analysis.sweep import read_people, read_runs, read_weeks
from cxsim.analysis.sweep.checksums import DamagedError
from cxsim.analysis.sweep.folder import StudyFolder
from cxsim.analysis.sweep.reading import finished
from cxsim.analysis.workers import backends, driver
from cxsim.analysis.workers.backends import Processes, Threads, WorkersLostError

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and sessions")


@pytest.mark.parametrize(
    ("backend", "seconds"), [(Threads(2), 1.0), (Processes(2), 0.02)], ids=["threads", "processes"]
)
def test_the_tables_do_not_depend_on_who_lives_them_nor_on_the_size_of_chunks(
    study, reference, tmp_path, monkeypatch, backend, seconds
):
    monkeypatch.setattr(driver, "SECONDS_A_CHUNK", seconds)
    lived(study, tmp_path / "out", backend)
    assert sums(tmp_path / "out") == sums(reference)


@posix
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc for orphans")
def test_kill_9_of_the_driver_loses_nothing_and_leaves_no_orphans(study, reference, tmp_path):
    out = tmp_path / "out"
    before = 0
    for _ in range(2):
        process = started("sweep", study, "-o", out, "--workers", 2, "--resume")
        wait_until(lambda process=process, before=before: finished_bytes(out) > before + 20_000, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        try:
            wait_until(lambda process=process: not processes_of(process.pid), seconds=20)
        finally:
            for orphan in processes_of(process.pid):
                os.kill(orphan, signal.SIGKILL)
            process.communicate()
        assert finished_bytes(out) > before
        before = finished_bytes(out)
    lived(study, out, Threads(), resume=True)
    assert sums(out) == sums(reference)


@posix
def test_ctrl_c_stops_at_once_and_keeps_what_is_finished(study, reference, tmp_path):
    out = tmp_path / "out"
    process = started("sweep", study, "-o", out, "--workers", 2)
    wait_until(lambda: finished_bytes(out) > 10_000, process)
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert errors == f"cxsim: stopped; what is finished is kept in {out}, --resume goes on\n"
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


@posix
def test_ctrl_c_while_workers_are_made_is_heard(monkeypatch):
    monkeypatch.setattr(backends.forkserver, "ensure_running", lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        Processes(1).open()


@posix
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc for workers")
def test_ctrl_c_while_workers_are_loading_is_no_accident_of_theirs(study, reference, tmp_path):
    """A terminal sends Ctrl-C to all: the fork server, which is importing the rules then, does not hear it."""
    out = tmp_path / "out"
    process = started("sweep", study, "-o", out, "--workers", 2)
    wait_until(
        lambda: len(processes_of(process.pid)) >= 3, process
    )  # the driver, multiprocessing's tracker, the server
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert errors == f"cxsim: stopped; what is finished is kept in {out}, --resume goes on\n"
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


@posix
def test_a_worker_that_is_killed_is_replaced(study, reference, tmp_path):
    lived(study, tmp_path / "out", Processes(2), task=functools.partial(die_once, tmp_path / "died", 77))
    assert (tmp_path / "died").exists()
    assert sums(tmp_path / "out") == sums(reference)


@posix
def test_a_run_that_kills_every_worker_is_a_row_with_its_error_and_the_only_one(study, reference, tmp_path):
    lived(study, tmp_path / "out", Processes(2), task=functools.partial(die_always, 77))
    runs, right = read_runs(tmp_path / "out"), read_runs(reference)
    assert runs["error"].dropna().to_dict() == {77: driver.WORKER_DIED}
    assert runs.loc[77, "loops":"acquisition_cost"].isna().all()
    assert runs.drop(index=77).equals(right.drop(index=77))


@posix
def test_a_disk_that_is_full_stops_the_study_and_loses_nothing(study, reference, tmp_path):
    resource = pytest.importorskip("resource")
    out = tmp_path / "out"
    small = (30_000, 30_000)  # no file may grow beyond: a write is cut short, the next one fails
    process = started(
        "sweep", study, "-o", out, "--workers", 0, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small)
    )
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and errors.startswith("cxsim: ") and "Traceback" not in errors
    assert errors.rstrip().endswith("What is finished is kept; when there is room again, --resume goes on")
    kept = finished_bytes(out)
    assert 20_000 < kept <= 30_000
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


def test_ctrl_c_between_any_two_runs_counts_nothing_twice(study, reference, tmp_path):
    out = tmp_path / "out"
    for runs in (1, 40, 100):
        with pytest.raises(KeyboardInterrupt):
            lived(study, out, resume=True, progress=StopAfter(runs))
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A study of one block that was stopped in the middle, and its tables if it had not been."""
    folder = tmp_path_factory.mktemp("interrupted")
    small = written(folder, STUDY.replace("points = 9", "points = 3").replace("replications = 5", "replications = 2"))
    lived(small, folder / "whole")
    with pytest.raises(KeyboardInterrupt):
        lived(small, folder / "half", progress=StopAfter(20))
    return small, folder / "half", sums(folder / "whole")


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.3, 0.5, 0.97, 0.9999])
def test_a_torn_journal_counts_up_to_its_last_sound_record(interrupted, tmp_path, kept):
    study, half, whole = interrupted
    out = tmp_path / "out"
    shutil.copytree(half, out)
    (journal,) = (out / "journal").iterdir()
    os.truncate(journal, int(journal.stat().st_size * kept))
    lived(study, out, resume=True)
    assert sums(out) == whole


def test_a_journal_with_a_flipped_bit_counts_up_to_it(interrupted, tmp_path):
    study, half, whole = interrupted
    out = tmp_path / "out"
    shutil.copytree(half, out)
    (journal,) = (out / "journal").iterdir()
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 4
    journal.write_bytes(data)
    lived(study, out, resume=True)
    assert sums(out) == whole


def test_killed_between_the_last_file_of_a_block_and_the_end_of_its_journal(interrupted, tmp_path):
    study, half, whole = interrupted
    out = tmp_path / "out"
    shutil.copytree(half, out)
    (journal,) = (out / "journal").iterdir()
    left = journal.read_bytes()
    lived(study, out, resume=True)
    journal.write_bytes(left)
    lived(study, out, resume=True)
    assert sums(out) == whole and not journal.exists()


@pytest.mark.parametrize("table", ["weeks", "people", "runs"])
def test_a_disk_that_fills_while_a_block_is_written_leaves_no_half_of_it(interrupted, tmp_path, monkeypatch, table):
    study, half, whole = interrupted
    out, put = tmp_path / "out", StudyFolder._put
    shutil.copytree(half, out)

    def full(store, part, target):
        if target.parent.name == table:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))
        put(store, part, target)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(StudyFolder, "_put", full)
        lived(study, out, resume=True)
    assert not list((out / "_tmp").iterdir()) and not list((out / "runs").iterdir())
    (journal,) = (out / "journal").iterdir()
    left = journal.stat().st_size
    monkeypatch.setattr("cxsim.analysis.sweep.work.Branching", None)  # nothing is lived again
    lived(study, out, resume=True)
    assert left and sums(out) == whole


def _flip(file, share=0.5):
    data = bytearray(file.read_bytes())
    data[int(len(data) * share)] ^= 16
    file.write_bytes(data)


DAMAGE = {
    "a bit of runs": ("runs", _flip),
    "a bit of weeks": ("weeks", _flip),
    "the last bit of people": ("people", functools.partial(_flip, share=0.9999)),
    "a cut": ("weeks", lambda file: os.truncate(file, file.stat().st_size // 2)),
    "an empty file": ("people", lambda file: os.truncate(file, 0)),
    "no file": ("weeks", lambda file: file.unlink()),
    "another block": ("runs", lambda file: file.write_bytes(file.with_name("block-000000.parquet").read_bytes())),
    "a checksum": ("sums", _flip),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_is_refused_by_name_and_lived_again(study, reference, tmp_path, capsys, name):
    table, damage = DAMAGE[name]
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    (file,) = (out / table).glob("block-000001.*")
    damage(file)
    read = {"weeks": read_weeks, "people": read_people}.get(table, read_runs)
    with pytest.raises(DamagedError, match=r"block-000001\.parquet.*--resume lives its runs again"):
        read(out)
    if table in ("runs", "sums"):
        with pytest.raises(DamagedError, match="block-000001"):
            finished(out, ["loops"])
    lived(study, out, resume=True)
    assert "block 1 of" in capsys.readouterr().err
    assert sums(out, ".json", ".csv").items() >= {**sums(reference, ".csv")}.items()
    assert {path.name for path in (out / "sums").iterdir()} == {path.name for path in (reference / "sums").iterdir()}


def test_a_design_that_is_damaged_is_refused(study, reference, tmp_path):
    shutil.copytree(reference, tmp_path / "out")
    _flip(tmp_path / "out" / "points.parquet", 0.1)
    for reading in (lambda: finished(tmp_path / "out", ["loops"]), lambda: lived(study, tmp_path / "out", resume=True)):
        with pytest.raises(DamagedError, match=r"points\.parquet is damaged"):
            reading()


def test_a_folder_of_before_is_read_with_one_note_and_made_whole(study, reference, tmp_path, capsys):
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    shutil.rmtree(out / "sums")
    assert read_runs(out).equals(read_runs(reference)) and read_weeks(out).equals(read_weeks(reference))
    assert capsys.readouterr().err.count("before there were checksums") == 1
    os.truncate(out / "weeks" / "block-000001.parquet", 1000)
    with pytest.raises(DamagedError, match=r"block-000001\.parquet is damaged: it is no whole table"):
        read_weeks(out)
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


def test_an_executor_of_somebody_else_lives_the_same_study_and_stays_open(study, reference, tmp_path):
    with ThreadPoolExecutor(2) as executor:
        lived(study, tmp_path / "out", executor)
        assert executor.submit(sum, [1, 2]).result() == 3
    assert sums(tmp_path / "out", ".csv") == sums(reference, ".csv")


def test_an_executor_that_broke_is_told_of_and_fails_no_run(study, reference, tmp_path):
    out, marker = tmp_path / "out", tmp_path / "died"
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("forkserver"))
    with pool, pytest.raises(WorkersLostError, match="takes no more work"):
        lived(study, out, pool, task=functools.partial(die_once, marker, 40))
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)
