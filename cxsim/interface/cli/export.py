"""`cxsim export`: a simulated market as a firm's tables, with the truth."""

from pathlib import Path

import click

from cxsim.interface.cli.options import PLACE


@click.command()
@click.argument("scenario")
@click.argument("plan", required=False)
@click.option("-o", "--out", type=PLACE, required=True, help="Folder for the tables.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True, help="Which replication.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Key of all luck.")
@click.option(
    "--start-date", metavar="DATE", help="Day on which week 0 begins; market.start when left out, or else 2005-01-03."
)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value, e.g. market.people=5000.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def export(
    scenario: str,
    plan: str | None,
    out: Path,
    replication: int,
    seed: int,
    start_date: str | None,
    overrides: tuple[str, ...],
    overwrite: bool,
) -> None:
    """Write SCENARIO as a firm's tables, and for each customer the truth; with PLAN also what it would have changed.

    Purchases, events, an RFM summary and survey answers as CSV, to test methods for churn, uplift and customer value
    against a known answer.
    """
    from cxsim.analysis.export import export as exported
    from cxsim.scenario.files import load_together

    base, *plans = load_together([scenario] if plan is None else [scenario, plan], list(overrides))
    tables = exported(
        base, *plans, folder=out, seed=seed, replication=replication, start=start_date, overwrite=overwrite
    )
    for name, table in tables.items():
        click.echo(f"  {name + '.csv':<26} {len(table):>10,} rows")
    click.echo(f"\nWritten to {out}. The people are simulated; never call them real.")
