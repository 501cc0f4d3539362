"""`cxsim portfolio`: what to do with a budget."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.analysis.portfolio.portfolio import Portfolio


@click.command()
@click.argument("market")
@click.option("--budget", type=float, required=True, help="In the market's currency, for the expected discounted cost.")
@click.option("--aim", type=click.Choice(["margin", "loops", "rescued"]), default="margin", show_default=True,
              help="What to have most of: discounted margin after the cost, loops, or rescued lines.")  # fmt: skip
@click.option("--menu", type=PLACE, help="What could be done; the whole library when left out.")
@click.option("--worlds", type=PLACE, help="plausible.csv of a calibration, or a study's [worlds].")
@click.option("--indifferent", type=float, metavar="AMOUNT", help="A difference that does not matter to you.")
@click.option("--runs", type=int, default=3000, show_default=True, help="About how many lives it may take.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Key of all luck.")
@click.option("--workers", type=click.IntRange(0), help="Processes; all cores when left out. 0: in this process.")
@click.option("--cluster", metavar="ADDRESS", help="A running Dask scheduler instead, such as tcp://host:8786.")
@click.option("-o", "--out", type=PLACE, required=True, help="Folder for the plan and the report.")
@click.option("--resume", is_flag=True, help="Go on with the search in the folder; it may take more --runs now.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def portfolio(
    market: str,
    budget: float,
    aim: str,
    menu: Path | None,
    worlds: Path | None,
    indifferent: float | None,
    runs: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    out: Path,
    resume: bool,
    overwrite: bool,
) -> None:
    """Find the plan for MARKET that does most with a budget: what, how much of it, and from when.

    Says how sure it is, which other plans cannot be told from it, and what one may come to regret. The plan is written
    to a file that `cxsim compare` reads. Stop it or kill it: `--resume` goes on, to the same answer.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ValueError("cxsim portfolio needs the package pyarrow: pip install 'cxsim[parquet]'") from None
    from cxsim.analysis.portfolio.choosing import best_portfolio, refuse_nonsense
    from cxsim.analysis.portfolio.memory import question, remembered
    from cxsim.analysis.portfolio.menu import menu_from_library, read_menu
    from cxsim.analysis.portfolio.report import verdict, write_portfolio
    from cxsim.analysis.portfolio.worlds import worlds_for
    from cxsim.analysis.workers.threads import Progress
    from cxsim.interface.cli.sweep import crew_of, kept
    from cxsim.scenario import load
    from cxsim.scenario.files import find

    if workers is not None and cluster is not None:
        raise click.UsageError("give either --workers or --cluster")
    if resume and overwrite:
        raise click.UsageError("give either --resume or --overwrite")
    base = load(market)
    choices = menu_from_library(base, aim) if menu is None else read_menu(menu, base)
    uncertain = worlds_for(base, choices, worlds, seed)
    refuse_nonsense(choices, budget, uncertain, runs, indifferent)
    asked = question(base, choices, budget, aim, uncertain, seed)
    extends = str(find(market).resolve()) if Path(market).is_file() else market
    with kept(out), remembered(out, asked, resume, overwrite) as lives:
        with Progress("portfolio") as progress:
            found = best_portfolio(base, choices, budget, aim, uncertain, lambda: crew_of(workers, cluster), runs,
                                   indifferent, seed, progress, lives)  # fmt: skip
        write_portfolio(found, extends, out, lambda folder: _draw(found, folder))
    click.echo(_wrapped(verdict(found)))
    click.echo(f"\nWritten to {out}; read {out / 'report.md'} first. Whose lines does it rescue?")
    click.echo(f"cxsim compare {market} {out / 'plan.toml'}")


def _draw(found: "Portfolio", folder: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    save(charts.front(found), folder / "front.png")


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, 110, subsequent_indent="  " * line.startswith("- ")) for line in text.split("\n")
    )
