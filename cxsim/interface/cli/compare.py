"""The command that lets the same customers live in a base and in plans."""

import shutil
import sys
import textwrap
from pathlib import Path

import click

from cxsim.interface.cli import options, until

_OF_A_COMPARISON = [
    "flow", "endings", "matrix", "differences", "retention", "cohorts", "money", "waterfall", "funnel", "survey",
]  # fmt: skip


@click.command()
@click.argument("base")
@click.argument("plans", nargs=-1, required=True)
@options.replications(20)
@until.OPTION_HALF_WIDTH
@until.OPTION_DECIDED
@until.OPTION_MOST
@click.option(
    "--copied-after",
    type=click.FloatRange(0.0),
    metavar="WEEKS",
    help="Say too what each plan is worth if every rival does the same so many weeks later; most rivals do not react.",
)
@options.SEED
@options.SET
@options.OUT
@options.FORMAT
@options.OVERWRITE
@options.JSON
@options.WORKERS
def compare(
    base: str,
    plans: tuple[str, ...],
    replications: int,
    until_half_width: str | None,
    until_decided: str | None,
    most: int,
    copied_after: float | None,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    parquet: bool,
    overwrite: bool,
    as_json: bool,
    workers: int | None,
) -> None:
    """Let the same customers, with the same luck, live through BASE and each of PLANS."""
    from cxsim.analysis.compare.comparison import compare as live_pairs
    from cxsim.analysis.results import writing as results
    from cxsim.analysis.results.texts import plan_text
    from cxsim.scenario import load_together

    rule = until.rule_of(until_half_width, until_decided)
    loaded = load_together((base, *plans), list(overrides))
    options.prepare(out, overwrite, parquet)
    comparison = live_pairs(
        *loaded,
        replications=replications,
        seed=seed,
        workers=workers,
        progress=sys.stderr.isatty(),
        until=rule,
        most=most,
        copied_after=copied_after,
    )
    if out is not None:

        def draw(folder: Path) -> None:
            for place, name in enumerate(comparison.plans, start=1):
                mark = f"-{place}" if len(plans) > 1 else ""
                of_members = [] if comparison.plans[name].members.empty else ["members"]
                options.draw(folder, [*_OF_A_COMPARISON, *of_members], comparison, name, mark)

        results.write_comparison(comparison, out, "parquet" if parquet else "csv", overwrite, draw)
    if as_json:
        click.echo(results.comparison_json(comparison))
        return
    for given, name in zip(plans, comparison.plans, strict=True):
        click.echo(_fitting(plan_text(comparison, name, f"{base} {given}")))
    if comparison.stopped:
        click.echo(f"{comparison.stopped}\n")
    if out is not None:
        click.echo(f"Written to {out}; read {out / 'summary.md'} first.")


def _fitting(text: str) -> str:
    """The text with its paragraphs broken between words on a screen; as it is in a file, and so are tables, which are indented."""
    if not sys.stdout.isatty():
        return text
    columns = shutil.get_terminal_size().columns
    return "\n".join(line if line.startswith(" ") else textwrap.fill(line, columns) for line in text.splitlines())
