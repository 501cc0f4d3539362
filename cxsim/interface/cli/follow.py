"""The command that tells one life, in a base and in a plan."""

import itertools
import shutil
import textwrap
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli import options

if TYPE_CHECKING:
    from cxsim.engine.outcomes.story import Moment


@click.command()
@click.argument("person", type=click.IntRange(0))
@click.argument("base")
@click.argument("plan", required=False)
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True, help="Which replication.")
@click.option("--whole-life", is_flag=True, help="Go on after the moment in which the two lives part.")
@options.SEED
@options.SET
def follow(
    person: int, base: str, plan: str | None, replication: int, whole_life: bool, seed: int, overrides: tuple[str, ...]
) -> None:
    """Tell the life of PERSON (a number from 0) in BASE and in PLAN, to the moment they part."""
    from cxsim.engine.outcomes import story
    from cxsim.scenario import load_together

    worlds = load_together([base] if plan is None else [base, plan], list(overrides))
    lives = story.follow_together(worlds, person, seed, replication)
    titles, start = [world.name for world in worlds], worlds[0].market.start
    if len(lives) == 1:
        click.echo(f"Person {person} in {titles[0]}\n")
        _tell(lives[0], start)
        return
    _tell_both(person, titles, lives[0], lives[1], whole_life, start)


def _tell(life: "list[Moment]", start: str) -> None:
    for moment in life:
        click.echo(f"  {moment.told(start)}")
    if not life:
        click.echo("  Nothing happens: no need arises before the horizon.")


def _tell_both(
    person: int, titles: list[str], base: "list[Moment]", plan: "list[Moment]", whole_life: bool, start: str
) -> None:
    from cxsim.engine.outcomes import story

    places = story.parting(base, plan)
    if places is None:
        click.echo(f"Person {person} does the same in {titles[0]} and in {titles[1]}:\n")
        _tell(base, start)
        return
    click.echo(f"Person {person} does the same in base and plan at first (numbers as in {titles[0]}):\n")
    _tell(base[: places[0]], start)
    click.echo("\nThen they part:\n")
    columns = []
    for life, place in zip((base, plan), places, strict=True):
        shown = [moment.told(start) for moment in life[place : None if whole_life else place + 1]]
        if place + len(shown) < len(life):
            shown.append(f"... and {len(life) - place - 1} more moments (--whole-life shows them)")
        columns.append(shown)
    _side_by_side(titles, columns)


def _side_by_side(titles: list[str], columns: list[list[str]]) -> None:
    """Print two columns of sentences beside each other, each wrapped to half the width of the terminal."""
    width = (shutil.get_terminal_size((110, 24)).columns - 6) // 2
    rows = [titles, ["-" * min(width, len(title)) for title in titles], *itertools.zip_longest(*columns, fillvalue="")]
    for left, right in rows:
        cells = [textwrap.wrap(text, width, subsequent_indent=" " * 13) for text in (left, right)]
        for one, other in itertools.zip_longest(*cells, fillvalue=""):
            click.echo(f"  {one:<{width}}  {other}".rstrip())
