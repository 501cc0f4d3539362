"""`cxsim journey`: the journey map, computed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli import options

if TYPE_CHECKING:
    from cxsim.analysis.journey_map import JourneyMap
    from cxsim.scenario import Scenario


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
        _write(found, text, loaded, seed, out, overwrite)
        click.echo(f"\nWritten to {out}")


def _write(found: "JourneyMap", text: str, scenarios: "list[Scenario]", seed: int, out: Path, overwrite: bool) -> None:
    from cxsim.analysis.results.folder import write_folder
    from cxsim.scenario.writing import scenario_hash

    lived = [{"name": each.name, "sha256": scenario_hash(each)} for each in scenarios]
    manifest = {"scenarios": lived, "seed": seed, "replications": found.replications}
    tables = {"journey": found.table()}
    write_folder(
        out, "journey", manifest, tables, {"summary.txt": text}, lambda place: _draw(found, place), overwrite=overwrite
    )


def _draw(found: "JourneyMap", place: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    save(charts.journey_map(found), place / "journey.png")
