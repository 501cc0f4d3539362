"""`cxsim journey`: the journey map, computed."""

import sys
from functools import partial
from pathlib import Path

import click

from cxsim.interface.cli import options


@click.command()
@click.argument("base")
@click.argument("plan", required=False)
@options.replications(8)
@options.SEED
@options.SET
@options.OUT
@options.OVERWRITE
@options.WORKERS
def journey(
    base: str,
    plan: str | None,
    replications: int,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    workers: int | None,
) -> None:
    """Draw the journey map of BASE, and of PLAN beside it: what people feel stage by stage, and what perfection is worth.

    Each stage of the focal brand is made perfect in turn for the same customers with the same luck; the stage that is
    worth most is the moment of truth.
    """
    from cxsim.analysis.journey_map import journey_map
    from cxsim.analysis.journey_text import journey_text
    from cxsim.scenario import load_together

    loaded = load_together([name for name in (base, plan) if name is not None], list(overrides))
    options.prepare(out, overwrite, parquet=False)
    found = journey_map(*loaded, replications=replications, seed=seed, workers=workers, progress=sys.stderr.isatty())
    text = journey_text(found)
    click.echo(text, nl=False)
    if out is not None:
        from cxsim.interface import charts

        luck = {"seed": seed, "replications": replications}
        drawn = partial(charts.journey_map, found)
        options.write_pictured(out, "journey", loaded, luck, {"journey": found.table()}, text, drawn, overwrite)
