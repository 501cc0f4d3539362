"""The command that makes a market of one's own from business figures: questions in the terminal, or a file."""

import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.analysis.firm.agreement import Held
    from cxsim.analysis.firm.own_market import OwnMarket
    from cxsim.data.figures import Asked, Value

WIDTH = 110
FEWEST_WORLDS = 2


@click.command()
@click.argument("figures", type=PLACE, required=False)
@click.option(
    "--like",
    help="The market it is most like: shop, restaurant, hotel, delivery, subscription, gym, mobile, bank, software, appliance, a name or a file.",
)
@click.option(
    "--draws", type=click.IntRange(0, 2000), default=60, show_default=True, help="Of what your figures leave open."
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Key of all luck.")
@click.option("-o", "--out", type=PLACE, default=Path("my-market"), show_default=True, help="Folder for the market.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def market(figures: Path | None, like: str | None, draws: int, seed: int, out: Path, overwrite: bool) -> None:
    """Make a market of your own from about ten business figures.

    FIGURES is a TOML file (churn = "3% a month"), or a table of two columns (figure,value): CSV, .xlsx or Parquet. Without it you are asked;
    Enter means that you do not know. What you give is set or found, so that the simulated market gives your figures
    back; what you do not know stays open, and plans are then compared in all the worlds that your figures allow.
    """
    from cxsim.analysis.firm.own_market import own_market
    from cxsim.analysis.firm.writing import MARKET_FILE, write_market
    from cxsim.analysis.results.folder import check_free
    from cxsim.data.figures_file import read_figures

    check_free(out, overwrite)
    given: dict[str, Any] = {"like": like} if like else {}
    given = {**read_figures(figures), **given} if figures is not None else {**given, **_asked(given)}
    told = own_market(given, seed, draws, progress=True, say=_chosen)
    write_market(told, out, overwrite, _command(figures, told, draws, out))
    click.echo(_table(told.rows))
    click.echo(_in_short(told))
    scenario = shlex.quote(str(out / MARKET_FILE))
    click.echo(f"Written to {out}; read {out / 'report.md'} first. Then: cxsim new my-plan --market {scenario}")
    click.echo(f"and: cxsim compare {scenario} my-plan.toml")


def _chosen(name: str) -> None:
    click.echo(_wrapped(f"The nearest ready market is {name!r}: what you do not give is as it is there."))


def _asked(known: dict[str, Any]) -> "dict[str, Value]":
    """Ask for what a firm may know; Enter leaves a figure out, and so does the end of what is piped in."""
    from cxsim.analysis.firm.nearest import need_of
    from cxsim.data.figures import ASKED

    click.echo(
        "Answer what you know; Enter means: I do not know. Shares as 5% or 5. Ctrl-C stops, and nothing is written.\n"
    )
    found: dict[str, Value] = dict(known)
    for asked in ASKED:
        need = need_of(found)
        if asked.main and asked.key not in found and (need is None or need in asked.needs):
            value = _answer(asked, found)
            if value is not None:
                found[asked.key] = value
    return found


def _answer(asked: "Asked", found: "dict[str, Value]") -> "Value | None":
    """One answer; somebody at a keyboard is asked again where it cannot be, alone or beside what was said before."""
    from cxsim.analysis.firm.nearest import need_of
    from cxsim.data.figures import contradiction, understood

    while True:
        click.echo(f"{asked.question} [usual: {asked.usual}]\n  {asked.key}: ", nl=False)
        line = sys.stdin.readline().strip()
        if not sys.stdin.isatty():
            click.echo(line)
        if not line:
            return None
        try:
            value = understood(asked, line)
            together = {**found, asked.key: value}
            need_of(together)
            if wrong := contradiction(together):
                raise ValueError(wrong)
            return value
        except ValueError as error:
            if not sys.stdin.isatty():
                raise
            click.echo(f"  {error}", err=True)


def _table(rows: "list[Held]") -> str:
    """Name, yours, the model's, and a mark, in columns; what to do about a miss below its line."""
    heading = ("", "your figures", "the model's (95%)", "")
    cells = [
        heading,
        *(
            (name, yours, model, "as yours" if row.fits else "MISSED")
            for row in rows
            for name, yours, model, _ in [row.told()]
        ),
    ]
    wide = [max(len(line[column]) for line in cells) for column in range(3)]
    lines = []
    for place, (name, yours, model, mark) in enumerate(cells):
        lines.append(f"  {name:<{wide[0]}}  {yours:>{wide[1]}}  {model:>{wide[2]}}  {mark}".rstrip())
        if place and rows[place - 1].advice:
            lines.append(
                textwrap.fill(rows[place - 1].advice, WIDTH, initial_indent="      ", subsequent_indent="      ")
            )
    return "\n" + "\n".join(lines) + "\n"


def _in_short(told: "OwnMarket") -> str:
    missed = sum(not row.fits for row in told.rows)
    given = sum(row.given for row in told.rows)
    text = f"{given - sum(not row.fits and row.given for row in told.rows)} of {given} figures are given back"
    text += "." if not missed else "; each miss says what to do."
    if told.tried:
        text += f" {len(told.worlds)} of {told.tried} draws of what you did not give do so too: these are the worlds that your figures allow."
    if len(told.worlds) < FEWEST_WORLDS:
        text += " That is too few: plans are compared in the one central market, whose intervals hold luck alone."
    if told.stands_for > 1.0:
        text += f" One person of the market stands for {told.stands_for:.4g} of your customers: divide the costs of plans by that."
    return _wrapped(text)


def _command(figures: Path | None, told: "OwnMarket", draws: int, out: Path) -> str:
    """That makes the market again; from answers, by the file of them that is written."""
    source = figures if figures is not None else out / "figures.toml"
    return shlex.join(
        [
            "cxsim",
            "market",
            str(source),
            "--like",
            told.ready,
            "--draws",
            str(draws),
            "--seed",
            str(told.seed),
            "-o",
            str(out),
        ]
    )


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH)
