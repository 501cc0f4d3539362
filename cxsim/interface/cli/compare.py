"""The command that lets the same customers live in a base and in plans."""

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from cxsim.interface.cli import options, until

if TYPE_CHECKING:
    from cxsim.analysis.compare.comparison import Comparison
    from cxsim.scenario import Scenario

_OF_A_COMPARISON = [
    "flow", "changed_flow", "endings", "matrix", "differences", "retention", "cohorts", "money", "waterfall", "funnel", "survey",
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
@click.option(
    "--point",
    is_flag=True,
    help="On a market made from figures or data: the one central market, not the worlds that these allow.",
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
    point: bool,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    parquet: bool,
    overwrite: bool,
    as_json: bool,
    workers: int | None,
) -> None:
    """Let the same customers, with the same luck, live through BASE and each of PLANS.

    On a market made by `cxsim market` or `calibrate`, -n is how many of the worlds that its figures or data allow are
    lived, each twice; a value that you set yourself stays as you set it.
    """
    from cxsim.analysis.compare.comparison import compare as live_pairs
    from cxsim.analysis.results import writing as results
    from cxsim.analysis.results.texts import plan_text
    from cxsim.scenario import load_together

    rule = until.rule_of(until_half_width, until_decided)
    loaded = load_together((base, *plans), list(overrides))
    options.prepare(out, overwrite, parquet)
    how: How = {"seed": seed, "workers": workers, "progress": sys.stderr.isatty()}
    comparison = None if point else _over_worlds(base, loaded, replications, rule is None and copied_after is None, how)
    if comparison is None:
        comparison = live_pairs(
            *loaded, replications=replications, until=rule, most=most, copied_after=copied_after, **how
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


class How(TypedDict):
    """What both ways to compare are told."""

    seed: int
    workers: int | None
    progress: bool


def _over_worlds(base: str, loaded: "list[Scenario]", count: int, plain: bool, how: How) -> "Comparison | None":
    """The comparison over what is not known of the base; None where it is no market made from figures or data."""
    from cxsim.analysis.firm.compared import compare_over_worlds, worlds_of_market

    worlds = worlds_of_market(base, loaded[0])
    if worlds is None:
        return None
    if not plain:
        raise ValueError(
            "--until-... and --copied-after are about one market, and this one stands for many; add --point for its central one"
        )
    return compare_over_worlds(*loaded, worlds=worlds, count=count, **how)


def _fitting(text: str) -> str:
    """The text with its paragraphs broken between words on a screen; as it is in a file, and so are tables, which are indented."""
    if not sys.stdout.isatty():
        return text
    columns = shutil.get_terminal_size().columns
    return "\n".join(line if line.startswith(" ") else textwrap.fill(line, columns) for line in text.splitlines())
