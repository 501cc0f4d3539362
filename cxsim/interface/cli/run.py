"""The command that lets customers live in one scenario."""

import sys
from pathlib import Path

import click

from cxsim.interface.cli import options


@click.command()
@click.argument("scenario")
@options.replications(10)
@options.SEED
@options.SET
@options.OUT
@options.FORMAT
@options.OVERWRITE
@options.JSON
@options.WORKERS
def run(
    scenario: str,
    replications: int,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    parquet: bool,
    overwrite: bool,
    as_json: bool,
    workers: int | None,
) -> None:
    """Live SCENARIO several times and show its figures, each with a 95% interval."""
    from cxsim.analysis.compare.runs import run as live_runs
    from cxsim.analysis.results import writing as results
    from cxsim.analysis.results.texts import runs_text
    from cxsim.scenario import load

    plan = load(scenario, list(overrides))
    options.prepare(out, overwrite, parquet)
    runs = live_runs(plan, replications, seed, workers, progress=sys.stderr.isatty())
    if out is not None:
        pictures = [
            "flow",
            "endings",
            "retention",
            "cohorts",
            "funnel",
            "survey",
            *(["rhythm"] if plan.reference.weekly_repeat_purchases else []),
        ]
        results.write_runs(
            runs, out, "parquet" if parquet else "csv", overwrite, lambda folder: options.draw(folder, pictures, runs)
        )
    if as_json:
        click.echo(results.runs_json(runs))
        return
    click.echo(runs_text(runs))
    if out is not None:
        click.echo(f"\nWritten to {out}")
