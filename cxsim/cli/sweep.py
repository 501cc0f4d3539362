"""`cxsim sweep`: a whole study, on this machine or a cluster, that survives whatever happens to it."""

import errno
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cxsim.sweep.design.study import Reading
    from cxsim.sweep.workers.crews import Crew

INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the tables.")
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
    from cxsim.sweep.design.study import read_study

    if workers is not None and cluster is not None:
        raise click.UsageError("give either --workers or --cluster")
    reading = read_study(study)
    if dry_run:
        _say_what_it_takes(reading, out, workers)
        return
    if out is None:
        raise click.UsageError("give a folder for the tables: -o DIR")
    _live(reading, out, crew_of(workers, cluster), resume, expand or 0)


def crew_of(workers: int | None, cluster: str | None) -> "Crew":
    """Processes of this machine (as many as cores when left out; 0: this process), or the workers of a cluster."""
    from cxsim.study.replications import usable_cores
    from cxsim.sweep.workers.crews import Cluster, Processes, Threads

    if cluster is not None:
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


def _live(reading: "Reading", out: Path, crew: "Crew", resume: bool, expand: int) -> None:
    from cxsim.sweep.progress import Progress
    from cxsim.sweep.sweep import sweep as live_study

    with kept(out), Progress() as progress:
        space = live_study(reading, out, crew, resume, expand, progress)
    click.echo(f"{space.runs:,} runs ({space.scenarios:,} scenarios x {space.replications:,} replications) in {out}.")
    _say_what_failed(out)
    _say_how_well(reading, out)


def _say_what_failed(out: Path) -> None:
    from cxsim.sweep.store.reading import read_runs

    errors = read_runs(out, ["error"])["error"].dropna()
    if len(errors):
        first = str(errors.iloc[0]).splitlines()[0]
        click.echo(f"{len(errors):,} of them failed and say why in the column `error`; the first: {first}")


def _say_how_well(reading: "Reading", out: Path) -> None:
    """What the same luck saved and, if that was asked for, how well a figure is known now."""
    import pandas as pd

    from cxsim.sweep.enough import in_words
    from cxsim.sweep.store.folder import PAIRING, PRECISION

    if reading.study.until is not None:
        click.echo(in_words(pd.read_csv(out / PRECISION), reading.study.until))
    for row in pd.read_csv(out / PAIRING).dropna().itertuples():
        click.echo(
            f"The same luck in {row.plan} and {row.against} saved {row.variance_saved:.0%} of the variance of the difference in "
            f"{row.figure}: a pair is worth {row.worth:,.3g} of independent seeds."
        )


def _say_what_it_takes(reading: "Reading", out: Path | None, workers: int | None) -> None:
    from cxsim.study.replications import usable_cores
    from cxsim.sweep.estimate import estimate
    from cxsim.sweep.plan import planned
    from cxsim.sweep.progress import in_bytes, in_time

    plan = planned(reading)
    grid = plan.grid
    click.echo(
        f"{len(grid.points):,} points x {len(grid.worlds):,} worlds x {len(grid.plans):,} (the market and its plans) "
        f"x {plan.space.replications:,} replications = {plan.space.runs:,} runs"
    )
    until = reading.study.until
    if until is not None:
        most = len(grid) * until.most
        click.echo(f"and up to {most:,} runs, until {until.figure} is known to {until.half_width:,.6g} everywhere")
    takes, hands = estimate(plan), workers or usable_cores()
    click.echo(
        f"{in_time(takes.seconds_a_run)} a run ({takes.tried} were tried): {in_time(takes.seconds(hands))} "
        f"on {hands} workers"
    )
    click.echo(f"{in_bytes(takes.bytes_a_run)} a run: {in_bytes(takes.bytes)} on disk")
    place = next(place for place in (out or Path()).absolute().parents if place.exists())
    free = shutil.disk_usage(place).free
    if takes.bytes > free:
        click.echo(f"Careful: {place} has only {in_bytes(free)} left")
