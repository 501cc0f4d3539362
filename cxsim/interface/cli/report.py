"""`cxsim report`: one page to hand over, from a folder of results."""

from pathlib import Path

import click

from cxsim.interface.cli.options import PLACE


@click.command()
@click.argument("results", type=PLACE)
@click.option("-o", "--out", type=PLACE, required=True, help="File to write, such as report.html.")
@click.option("--one-page", is_flag=True, help="Only the first sheet, for a board: one side of A4; of a comparison.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def report(results: Path, out: Path, one_page: bool, overwrite: bool) -> None:
    """Write RESULTS as one HTML page: a folder made with -o by run, compare, journey, believe, sweep, market, calibrate, ...

    The page needs no other file, no script and no network, and prints to A4.
    """
    from cxsim.interface.report.writing import write_report

    write_report(results, out, overwrite, one_page)
    click.echo(f"Written to {out} ({out.stat().st_size / 1000:,.0f} kB); open it in any browser, or mail it.")
