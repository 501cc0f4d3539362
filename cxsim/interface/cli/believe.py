"""`cxsim believe`: what one must believe for a plan to pay."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli import options

if TYPE_CHECKING:
    from cxsim.analysis.sensitivity.believe import Beliefs
    from cxsim.scenario import Scenario


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
        _write(found, text, loaded, seed, out, overwrite)
        click.echo(f"\nWritten to {out}")


def _write(found: "Beliefs", text: str, scenarios: "list[Scenario]", seed: int, out: Path, overwrite: bool) -> None:
    from cxsim.analysis.results.folder import write_folder
    from cxsim.scenario.writing import scenario_hash

    base, plan = ({"name": each.name, "sha256": scenario_hash(each)} for each in scenarios)
    manifest = {"base": base, "plan": plan, "figure": found.figure, "seed": seed, "replications": found.replications}
    tables = {"beliefs": found.table()}
    if found.together is not None:
        tables["together"] = found.together.table()
    texts = {"summary.txt": text}
    write_folder(out, "beliefs", manifest, tables, texts, lambda place: _draw(found, place), overwrite=overwrite)


def _draw(found: "Beliefs", place: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    save(charts.beliefs(found), place / "beliefs.png")
