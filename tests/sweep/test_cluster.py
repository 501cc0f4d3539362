"""Protects studies on a Dask cluster: real schedulers and workers, which are killed, replaced and lost."""

import functools
import os
from pathlib import Path

import pytest
from clusters import dask
from interruption import StopAfter
from own_mechanisms import toll
from sessions import started, wait_until
from studies import LIVELY, PLAN, STUDY, die_always, finished_bytes, lived, sums, written

import cxsim
from cxsim.analysis.sweep import read_runs, read_study
from cxsim.analysis.sweep.sweep import sweep
from cxsim.analysis.workers import driver
from cxsim.analysis.workers.backends import WorkersLostError
from cxsim.analysis.workers.cluster import Cluster, _version

distributed = pytest.importorskip("distributed", reason="needs cxsim[cluster]")


TASKS = os.pathsep.join(str(folder) for folder in Path(__file__).parents[:2])  # where workers find studies.py


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers."""
    with dask(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.workers = [cluster.worker("--no-nanny") for _ in range(2)]
        yield cluster


def test_a_cluster_lives_the_same_study_byte_for_byte(study, reference, cluster, tmp_path):
    lived(study, tmp_path / "out", cluster.backend(2))
    assert sums(tmp_path / "out", ".csv") == sums(reference, ".csv")


def test_a_study_that_looks_and_goes_on_does_so_on_a_cluster(cluster, tmp_path):
    study = written(tmp_path, f"{LIVELY}[until]\nfigure = 'satisfaction'\nhalf_width = 1e-9\nmost = 6\n")
    assert lived(study, tmp_path / "there", cluster.backend(2)).replications == 6
    lived(study, tmp_path / "here")
    assert sums(tmp_path / "there", ".csv") == sums(tmp_path / "here", ".csv")


def test_workers_without_the_file_of_a_mechanism_live_it_by_its_text(cluster, tmp_path):
    study = written(
        tmp_path, 'scenario = "market.toml"\nplans = ["plan.toml"]\nreplications = 4\n',
        plan=PLAN.replace('extends = "market.toml"', 'extends = "market.toml"\nmechanisms = ["toll.py"]'),
    )  # fmt: skip
    (tmp_path / "toll.py").write_text(toll())
    lived(study, tmp_path / "here")
    reading = read_study(study)
    (tmp_path / "toll.py").unlink()
    sweep(reading, tmp_path / "there", cluster.backend(2))
    assert sums(tmp_path / "there", ".csv") == sums(tmp_path / "here", ".csv")
    assert set(read_runs(tmp_path / "there")["tolls"]) == {0.0, 8.0}


def test_a_worker_is_killed_and_another_joins(study, reference, cluster, tmp_path):
    out = tmp_path / "out"
    victim = cluster.workers.pop()

    class KillOne(StopAfter):
        def lived(self, runs):
            before, self.left = self.left, self.left - runs
            if self.left < 0 <= before:
                victim.kill()
                cluster.workers.append(cluster.worker("--no-nanny"))

    lived(study, out, cluster.backend(2), progress=KillOne(30))
    assert victim.wait(10) and sums(out) == sums(reference)
    cluster.backend(2)  # the new one is there


def test_the_scheduler_is_lost_which_is_said_and_resume_goes_on_without_it(study, reference, tmp_path):
    out = tmp_path / "out"
    with dask(tmp_path) as cluster:
        cluster.worker("--no-nanny")
        cluster.backend(1)
        process = started("sweep", study, "-o", out, "--cluster", cluster.address)
        wait_until(lambda: finished_bytes(out) > 10_000, process)
        cluster.scheduler.kill()
        said, errors = process.communicate(timeout=120)
    assert (process.returncode, said) == (2, "")
    told = [line for line in errors.splitlines() if line.startswith("cxsim: ")]
    lines = [line for line in told if " of 270 runs" not in line]  # how far it is, on a slow machine
    assert lines == ["cxsim: the cluster is gone; what is finished is kept, --resume goes on, also without it"]
    assert "Traceback" not in errors
    assert finished_bytes(out) > 10_000
    lived(study, out, resume=True)
    assert sums(out) == sums(reference)


def test_a_run_that_kills_every_worker_of_a_cluster_is_the_only_one_that_fails(tmp_path):
    study = written(tmp_path, STUDY.replace("points = 9", "points = 1").replace("draws = 3", "draws = 2"))
    lived(study, tmp_path / "right")
    with dask(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0", PYTHONPATH=TASKS) as cluster:
        for _ in range(2):
            cluster.worker("--nanny")  # who replaces it
        lived(study, tmp_path / "out", cluster.backend(2), task=functools.partial(die_always, 7))
    runs, right = read_runs(tmp_path / "out"), read_runs(tmp_path / "right")
    assert runs["error"].dropna().to_dict() == {7: driver.WORKER_DIED}
    assert runs.drop(index=7).equals(right.drop(index=7))


def test_where_no_scheduler_answers_it_says_so(cxsim, study, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.analysis.workers.cluster.SECONDS_TO_ANSWER", 0.5)
    code, _, errors = cxsim("sweep", study, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    assert code == 2 and errors.startswith("cxsim: no scheduler answers at tcp://127.0.0.1:9")


def test_workers_with_other_rules_are_refused_though_the_version_is_the_same(monkeypatch):
    cluster = cluster_of(monkeypatch, {"a": f"{cxsim.__version__} with rules 0123"})
    with pytest.raises(WorkersLostError, match=r"there is cxsim .* with rules 0123; this is .* install the same cxsim"):
        cluster._check()
    cluster_of(monkeypatch, {"a": _version()})._check()


class Asked:
    """A scheduler whose workers answer as told, one round after the other."""

    status = "running"

    def __init__(self, *rounds):
        self.rounds = list(rounds)

    def run(self, function, on_error):
        assert on_error == "return"
        return self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]

    def run_on_scheduler(self, function):
        return function()

    def nthreads(self):
        return dict.fromkeys(self.rounds[0], 2)


def cluster_of(monkeypatch, *rounds):
    monkeypatch.setattr("cxsim.analysis.workers.cluster.SECONDS_BETWEEN", 0.0)
    cluster = object.__new__(Cluster)
    cluster._client, cluster._address, cluster.size = Asked(*rounds), "tcp://there:8786", 4
    return cluster


def test_a_worker_that_is_lost_while_it_is_asked_is_not_asked_again_and_the_others_are(monkeypatch):
    lost = distributed.comm.CommClosedError("in <TCP>: Stream is closed")
    cluster = cluster_of(monkeypatch, {"a": _version(), "b": lost}, {"a": _version()})
    cluster._check()
    assert cluster.size == 2
    for gone in (lost, ConnectionRefusedError(), TimeoutError()):
        with pytest.raises(WorkersLostError, match=r"workers at tcp://there:8786 are lost while they are asked: b\."):
            cluster_of(monkeypatch, {"a": _version(), "b": gone})._check()
    with pytest.raises(WorkersLostError, match="are lost while they are asked: all of them"):
        cluster_of(monkeypatch, {})._check()
    with pytest.raises(WorkersLostError, match=r"cannot load cxsim\[cluster,parquet\]: No module"):
        cluster_of(monkeypatch, {"a": _version(), "b": ModuleNotFoundError("No module named 'pyarrow'")})._check()
