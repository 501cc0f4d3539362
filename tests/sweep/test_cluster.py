"""Protects studies on a Dask cluster: real schedulers and workers, which are killed, replaced and lost."""

import functools
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from interruption import StopAfter
from studies import LIVELY, STUDY, die_always, finished_bytes, lived, started, sums, wait_until, written

from cxsim.sweep import driver, read_runs
from cxsim.sweep.crews import Cluster, ClusterLostError

pytest.importorskip("distributed", reason="needs cxsim[cluster]")


class Dask:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, place, **environment):
        self.file = place / "scheduler.json"
        self.place, self.processes = place, []
        self.environment = {**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parent)}  # finds studies.py
        self.scheduler = self._started("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        wait_until(lambda: self.file.exists() and self.file.read_text().rstrip().endswith("}"), self.scheduler)
        self.address = json.loads(self.file.read_text())["address"]

    def _started(self, what, *options):
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{what}",
            "--no-dashboard",
            "--scheduler-file",
            str(self.file),
        ]
        process = subprocess.Popen(
            [*command, *options],
            cwd=self.place,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def worker(self, *options):
        """One more worker, with one thread."""
        return self._started("dask_worker", "--nthreads", "1", *options)

    def crew(self, size):
        """The cluster once so many workers have joined."""
        crew = []

        def joined():
            try:
                crew[:] = [Cluster(self.address)]
            except ClusterLostError:
                return False
            return crew[0].size == size or bool(crew[0].close(crew[0].open()))

        wait_until(joined)
        return crew[0]

    def end(self):
        for process in self.processes:
            process.kill()  # the worker of a nanny ends by itself when the nanny is gone
            process.wait()


@contextmanager
def dask(place, **environment):
    cluster = Dask(place, **environment)
    try:
        yield cluster
    finally:
        cluster.end()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers."""
    with dask(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.workers = [cluster.worker("--no-nanny") for _ in range(2)]
        yield cluster


def test_a_cluster_lives_the_same_study_byte_for_byte(study, reference, cluster, tmp_path):
    lived(study, tmp_path / "out", cluster.crew(2))
    assert sums(tmp_path / "out", ".csv") == sums(reference, ".csv")


def test_a_study_that_looks_and_goes_on_does_so_on_a_cluster(cluster, tmp_path):
    study = written(tmp_path, f"{LIVELY}[until]\nfigure = 'satisfaction'\nhalf_width = 1e-9\nmost = 6\n")
    assert lived(study, tmp_path / "there", cluster.crew(2)).replications == 6
    lived(study, tmp_path / "here")
    assert sums(tmp_path / "there", ".csv") == sums(tmp_path / "here", ".csv")


def test_a_worker_is_killed_and_another_joins(study, reference, cluster, tmp_path):
    out = tmp_path / "out"
    victim = cluster.workers.pop()

    class KillOne(StopAfter):
        def lived(self, runs):
            before, self.left = self.left, self.left - runs
            if self.left < 0 <= before:
                victim.kill()
                cluster.workers.append(cluster.worker("--no-nanny"))

    lived(study, out, cluster.crew(2), progress=KillOne(30))
    assert victim.wait(10) and sums(out) == sums(reference)
    cluster.crew(2)  # the new one is there


def test_the_scheduler_is_lost_which_is_said_and_resume_goes_on_without_it(study, reference, tmp_path):
    out = tmp_path / "out"
    with dask(tmp_path) as cluster:
        cluster.worker("--no-nanny")
        cluster.crew(1)
        process = started(study, out, "--cluster", cluster.address)
        wait_until(lambda: finished_bytes(out) > 10_000, process)
        cluster.scheduler.kill()
        said, errors = process.communicate(timeout=120)
    assert (process.returncode, said) == (2, "")
    lines = [line for line in errors.splitlines() if line.startswith("cxsim: ")]
    assert lines == ["cxsim: the cluster is gone; what is finished is kept, --resume goes on, also without it"]
    assert "Traceback" not in errors
    assert finished_bytes(out) > 10_000
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


def test_a_run_that_kills_every_worker_of_a_cluster_is_the_only_one_that_fails(tmp_path):
    study = written(tmp_path, STUDY.replace("points = 9", "points = 1").replace("draws = 3", "draws = 2"))
    lived(study, tmp_path / "right")
    with dask(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        for _ in range(2):
            cluster.worker("--nanny")  # who replaces it
        lived(study, tmp_path / "out", cluster.crew(2), task=functools.partial(die_always, 7))
    runs, right = read_runs(tmp_path / "out"), read_runs(tmp_path / "right")
    assert runs["error"].dropna().to_dict() == {7: driver.WORKER_DIED}
    assert runs.drop(index=7).equals(right.drop(index=7))


def test_where_no_scheduler_answers_it_says_so(cxsim, study, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.sweep.crews.SECONDS_TO_ANSWER", 0.5)
    code, _, errors = cxsim("sweep", study, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    assert code == 2 and errors.startswith("cxsim: no scheduler answers at tcp://127.0.0.1:9")
