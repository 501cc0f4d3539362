"""`cxsim believe`: what one must believe for a plan to pay."""

import sys
from functools import partial
from pathlib import Path

import click

from cxsim.interface.cli import options


@click.command()
@click.argument("base")
@click.argument("plan")
@options.replications(8)
@click.option(
    "--figure", default="net_margin", show_default=True, help="What counts: net_margin, loops, customers, ..."
)
@options.SEED
@options.SET
@options.OUT
@options.OVERWRITE
@options.WORKERS
def believe(
    base: str,
    plan: str,
    replications: int,
    figure: str,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    workers: int | None,
) -> None:
    """Say what one must believe for PLAN to be better than BASE: how far each assumption may be off before that turns.

    Every assumption with a plausible range, the plan's own effects and its costs are moved, each alone, and the same
    customers with the same luck live through both. Takes some minutes in a large market.
    """
    from cxsim.analysis.sensitivity.believe import believe as find
    from cxsim.analysis.sensitivity.believe_text import believe_text
    from cxsim.scenario import load_together

    loaded = load_together((base, plan), list(overrides))
    options.prepare(out, overwrite, parquet=False)
    found = find(
        *loaded, figure=figure, replications=replications, seed=seed, workers=workers, progress=sys.stderr.isatty()
    )
    text = believe_text(found)
    click.echo(text, nl=False)
    if out is not None:
        from cxsim.interface import charts

        tables = {"beliefs": found.table()} | ({"together": found.together.table()} if found.together else {})
        luck = {"seed": seed, "replications": replications}
        options.write_pictured(out, "beliefs", loaded, luck, tables, text, partial(charts.beliefs, found), overwrite)
