"""`cxsim sweep`: a whole study, on this machine or a cluster, that survives whatever happens to it."""

import errno
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.analysis.sweep.study import Reading
    from cxsim.analysis.workers.backends import Backend

INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@click.command()
@click.argument("study", type=PLACE)
@click.option("-o", "--out", type=PLACE, help="Folder for the tables.")
@click.option("--workers", type=click.IntRange(0), help="Processes; all cores when left out. 0: in this process.")
@click.option("--cluster", metavar="ADDRESS", help="A running Dask scheduler instead, such as tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Go on with what is in the folder.")
@click.option("--expand", type=click.IntRange(1), metavar="REPLICATIONS", help="So many more replications.")
@click.option("--dry-run", is_flag=True, help="Say how many runs, how long and how much disk; write nothing.")
def sweep(
    study: Path,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    resume: bool,
    expand: int | None,
    dry_run: bool,
) -> None:
    """Live every run of STUDY, a file that says what varies, and keep tables of all of them.

    Stop it, kill it, unplug the machine: `--resume` lives what is missing, and the tables come out the same.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ValueError("cxsim sweep needs the package pyarrow: pip install 'cxsim[parquet]'") from None
    from cxsim.analysis.sweep.study import read_study

    if workers is not None and cluster is not None:
        raise click.UsageError("give either --workers or --cluster")
    reading = read_study(study)
    if dry_run:
        _say_what_it_takes(reading, out, workers)
        return
    if out is None:
        raise click.UsageError("give a folder for the tables: -o DIR")
    _live(reading, out, crew_of(workers, cluster), resume, expand or 0)


def crew_of(workers: int | None, cluster: str | None) -> "Backend":
    """Processes of this machine (as many as cores when left out; 0: this process), or the workers of a cluster."""
    from cxsim.analysis.workers.backends import Processes, Threads
    from cxsim.analysis.workers.threads import usable_cores

    if cluster is not None:
        from cxsim.analysis.workers.cluster import Cluster

        return Cluster(cluster)
    return Threads() if workers == 0 else Processes(workers or usable_cores())


@contextmanager
def kept(out: Path) -> Iterator[None]:
    """Work that `--resume` goes on with, when Ctrl-C or a full disk ends it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"cxsim: stopped; what is finished is kept in {out}, --resume goes on", err=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise ValueError(f"{error}. What is finished is kept; when there is room again, --resume goes on") from None


def _live(reading: "Reading", out: Path, backend: "Backend", resume: bool, expand: int) -> None:
    from cxsim.analysis.sweep.sweep import sweep as live_study
    from cxsim.analysis.workers.threads import Progress

    with kept(out), Progress() as progress:
        space = live_study(reading, out, backend, resume, expand, progress)
    click.echo(f"{space.runs:,} runs ({space.scenarios:,} scenarios x {space.replications:,} replications) in {out}.")
    _say_what_failed(out)
    _say_how_well(reading, out)


def _say_what_failed(out: Path) -> None:
    from cxsim.analysis.sweep.reading import read_runs

    errors = read_runs(out, ["error"])["error"].dropna()
    if len(errors):
        first = str(errors.iloc[0]).splitlines()[0]
        click.echo(f"{len(errors):,} of them failed and say why in the column `error`; the first: {first}")


def _say_how_well(reading: "Reading", out: Path) -> None:
    """What the same luck saved and, if that was asked for, how well a figure is known now."""
    import pandas as pd

    from cxsim.analysis.sweep.folder import PAIRING, PRECISION
    from cxsim.analysis.sweep.precision import in_words

    if reading.study.until is not None:
        click.echo(in_words(pd.read_csv(out / PRECISION), reading.study.until))
    for row in pd.read_csv(out / PAIRING).dropna().itertuples():
        click.echo(
            f"The same luck in {row.plan} and {row.against} saved {row.variance_saved:.0%} of the variance of the difference in "
            f"{row.figure}: a pair is worth {row.worth:,.3g} of independent seeds."
        )


def _say_what_it_takes(reading: "Reading", out: Path | None, workers: int | None) -> None:
    from cxsim.analysis.sweep.estimate import estimate
    from cxsim.analysis.sweep.sweep import planned
    from cxsim.analysis.workers.threads import in_bytes, in_time, usable_cores

    space = planned(reading)
    click.echo(
        f"{len(space.points):,} points x {len(space.worlds):,} worlds x {len(space.plans):,} (the market and its plans) "
        f"x {space.replications:,} replications = {space.runs:,} runs"
    )
    until = reading.study.until
    if until is not None:
        most = space.scenarios * until.most
        click.echo(f"and up to {most:,} runs, until {until.figure} is known to {until.half_width:,.6g} everywhere")
    takes, hands = estimate(reading, space), workers or usable_cores()
    click.echo(
        f"{in_time(takes.seconds_a_run)} a run ({takes.tried} were tried): {in_time(takes.seconds(hands))} "
        f"on {hands} workers"
    )
    click.echo(f"{in_bytes(takes.bytes_a_run)} a run: {in_bytes(takes.bytes)} on disk")
    place = next(place for place in (out or Path()).absolute().parents if place.exists())
    free = shutil.disk_usage(place).free
    if takes.bytes > free:
        click.echo(f"Careful: {place} has only {in_bytes(free)} left")
