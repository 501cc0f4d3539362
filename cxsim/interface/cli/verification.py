"""`cxsim verify`: hold the simulator against every closed form it contains."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.analysis.verification import Limit

CORE_SECONDS = 0.05  # of one replication of one limit, on an ordinary machine


@click.command()
@click.argument("names", nargs=-1, metavar="[LIMIT]...")
@click.option(
    "-n", "--replications", type=click.IntRange(10), default=100, show_default=True, help="Markets lived for each."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Key of all luck.")
@click.option("-o", "--out", type=PLACE, help="Folder for table, page, charts and manifest.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def verify(names: tuple[str, ...], replications: int, seed: int, out: Path | None, overwrite: bool) -> None:
    """Check that the simulator collapses to each closed form (LIMIT) it contains; to all when none is named.

    Exit code 1 if a check fails.
    """
    from cxsim.analysis.results.folder import check_free
    from cxsim.analysis.verification import LIMITS, report
    from cxsim.analysis.verification import verify as verified
    from cxsim.analysis.workers.threads import usable_cores

    chosen = [_limit_named(name) for name in dict.fromkeys(names)] or list(LIMITS.values())
    if out is not None:
        check_free(out, overwrite)
    cores = usable_cores()
    seconds = CORE_SECONDS * replications * len(chosen) / cores
    click.echo(
        f"{len(chosen)} {'limits' if len(chosen) > 1 else 'limit'}, {replications} replications each, seed {seed}: "
        f"about {max(1, round(seconds)):,} seconds on {cores} cores",
        err=True,
    )
    start = time.monotonic()
    results = []
    for limit in chosen:
        result = verified(limit, replications, seed, progress=sys.stderr.isatty())
        results.append(result)
        click.echo(report.line_of(result))
        if not result.passed or len(chosen) == 1:
            click.echo(f"\n{report.table_of(result)}\n")
    click.echo(f"\n{report.summary(results)}")
    click.echo(f"Done in {time.monotonic() - start:.0f} seconds.", err=True)
    if out is not None:
        from cxsim.interface.charts.agreement import save_limits

        report.write(results, out, partial(save_limits, results), overwrite)
        click.echo(f"Written to {out}; read {out / 'verification.md'} first.")
    if not all(result.passed for result in results):
        sys.exit(1)


def _limit_named(name: str) -> "Limit":
    from cxsim.analysis.verification import LIMITS
    from cxsim.scenario.messages import nearest

    if name not in LIMITS:
        hint = nearest(name, LIMITS) or f"Limits: {', '.join(LIMITS)}."
        raise ValueError(f"there is no limit {name!r}. {hint}")
    return LIMITS[name]
