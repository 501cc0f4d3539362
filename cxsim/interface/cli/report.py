"""`cxsim report`: one page to hand over, or one workbook, from a folder of results."""

from pathlib import Path

import click

from cxsim.interface.cli.options import PLACE


@click.command()
@click.argument("results", type=PLACE)
@click.option(
    "-o",
    "--out",
    type=PLACE,
    required=True,
    help="File to write: report.html, or tables.xlsx for all tables as one workbook.",
)
@click.option("--one-page", is_flag=True, help="Only the first sheet, for a board: one side of A4; of a comparison.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def report(results: Path, out: Path, one_page: bool, overwrite: bool) -> None:
    """Write RESULTS as one HTML page: a folder made with -o by run, compare, journey, believe, sweep, market, calibrate, ...

    The page needs no other file, no script and no network, and prints to A4. With -o tables.xlsx all tables become one
    workbook: a sheet a table, and a first one that says what every column holds.
    """
    from cxsim.interface.report.writing import write_report

    write_report(results, out, overwrite, one_page)
    opens = "a spreadsheet program" if out.suffix.lower() == ".xlsx" else "any browser"
    click.echo(f"Written to {out} ({out.stat().st_size / 1000:,.0f} kB); open it in {opens}, or mail it.")
