"""Real Dask clusters on this machine."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

from sessions import wait_until

from cxsim.analysis.workers.backends import WorkersLostError
from cxsim.analysis.workers.cluster import Cluster


class Dask:
    """A scheduler and its workers, each a process of its own.

    Args:
        place: a folder for its files.
        environment: of all processes, beside that of this one.
    """

    def __init__(self, place, **environment):
        self.file = place / "scheduler.json"
        self.place, self.processes, self.backends = place, [], []
        self.environment = {**os.environ, **environment}
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

    def backend(self, size):
        """The cluster once so many workers have joined."""

        def joined():
            try:
                self.backends.append(Cluster(self.address))
            except WorkersLostError:
                return False
            return self.backends[-1].size == size

        wait_until(joined)
        return self.backends[-1]

    def end(self):
        for backend in self.backends:
            backend._client.close()  # else it looks for its scheduler for ever, in a thread beside the tests that follow
        for process in self.processes:
            process.kill()  # the worker of a nanny ends by itself when the nanny is gone
            process.wait()


@contextmanager
def dask(place, **environment):
    """A scheduler without workers."""
    cluster = Dask(place, **environment)
    try:
        yield cluster
    finally:
        cluster.end()
