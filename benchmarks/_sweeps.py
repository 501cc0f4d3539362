"""What the benchmarks of sweeps share: a study of the benchmark market, and a backend that has always finished already."""

import time
from concurrent.futures import Executor, Future
from pathlib import Path

from _common import SCENARIO

from cxsim.analysis.sweep.study import Reading, read_study
from cxsim.analysis.sweep.sweep import chunker, planned
from cxsim.analysis.sweep.work import Chunk, Task, live_chunk
from cxsim.analysis.workers.backends import Threads
from cxsim.analysis.workers.run_record import Done, Key

POINTS = 20
KEY = "brand.focal.use.late_rate"


def study(folder: Path, runs: int, people: int, weeks: int, *tables: str) -> Reading:
    """A study of so many runs: 20 late rates, the rest replications; `tables` names the long tables kept."""
    file = folder / "study.toml"
    folder.mkdir(parents=True, exist_ok=True)
    kept = "\n".join(f"{name} = {str(name in tables).lower()}" for name in ("weeks", "people"))
    rates = ", ".join(f"{0.02 * (1 + place):g}" for place in range(POINTS))
    file.write_text(
        f'scenario = "{SCENARIO}"\nreplications = {max(1, runs // POINTS)}\n{kept}\n'
        f"set = {{ market.people = {people}, market.horizon_weeks = {weeks} }}\n"
        f'[design]\nkind = "factorial"\n[[factor]]\nkey = "{KEY}"\nvalues = [{rates}]\n',
        encoding="utf-8",
    )
    return read_study(file)


class Finished(Threads):
    """A backend that costs nothing: what its runs leave was lived beforehand, real lives, over and over."""

    def __init__(self, reading: Reading, lives: int = 8) -> None:
        super().__init__(2)
        chunk_of = chunker(reading, planned(reading))
        done = live_chunk(chunk_of([Key(number, number % POINTS, number) for number in range(lives)]))
        self.left = list(done.left.values())
        self.seconds_a_run = done.seconds / lives

    def open(self) -> Executor:
        """Itself."""
        return self  # type: ignore[return-value]

    def close(self, executor: Executor) -> None:
        """There is nothing to end."""

    def submit(self, task: Task, chunk: Chunk) -> "Future[Done]":
        """What the chunk leaves, at once."""
        runs = [run for lives in chunk.lives for run, _ in lives.runs]
        future: Future[Done] = Future()
        future.set_result(Done(self.seconds_a_run * len(runs), {run: self.left[run % len(self.left)] for run in runs}))
        return future


class Stopwatch:
    """Wall time and CPU time of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """(seconds of wall, seconds of CPU) since it was made."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu
