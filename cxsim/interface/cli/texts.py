"""Commands about scenarios as texts: list, new, check, explain, assumptions, schema."""

import json
import textwrap
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.scenario import Scenario
    from cxsim.scenario.register import Entry

WIDTH = 100  # columns of a listing

_SET = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one value.")


@click.command("list")
def list_() -> None:
    """List the ready markets, plans, interventions and mechanisms."""
    from cxsim.scenario import load, load_intervention_library, scenario_names
    from cxsim.scenario.mechanism import stories

    names = scenario_names()
    for title, chosen in (
        ("Markets", [name for name in names if not name.startswith("plans/")]),
        ("Plans", [name for name in names if name.startswith("plans/")]),
    ):
        click.echo(f"{title}")
        for name in chosen:
            click.echo(f"  {name:<44} {load(name).name}")
        click.echo()
    click.echo('Interventions (take one in a plan by name, use = "..."; cxsim explain NAME)')
    for name, item in load_intervention_library().items():
        click.echo(f"  {name:<44} {item.story}")
    click.echo('\nMechanisms (name them in a market or plan, mechanisms = ["..."]; cxsim explain NAME)')
    for name, story in stories().items():
        click.echo(f"  {name:<44} {story}")


_TEMPLATE = """# A plan for {market}: what would you do? Check it with: cxsim check {file}
# Compare it with:  cxsim compare {market} {file}
name = {title}
extends = {parent}

[[intervention]]
name = "My idea"
story = "What is done, in a sentence."
start_week = 4
ramp_weeks = 4
# Which parameter changes, and how: set, multiply or add. `cxsim explain support` lists the parameters of a stage.
effect = [{{ parameter = "support.quick_rate", add = 0.2 }}]
cost = {{ once = 500, weekly = 10, per_use = 0.0 }}

# Or take one from the library (cxsim list):
# [[intervention]]
# name = "From the library"
# use = "..."
"""


@click.command()
@click.argument("file", type=PLACE)
@click.option("--market", default="online-retailer", show_default=True, help="The market the plan is for.")
def new(file: Path, market: str) -> None:
    """Write a plan to start from into FILE."""
    from cxsim.analysis.results.files import put_file
    from cxsim.scenario.files import find

    path = file if file.suffix == ".toml" else file.with_name(f"{file.name}.toml")
    source = find(market)
    shown = market if not Path(market).is_file() else str(source.resolve())
    title = path.stem.replace("-", " ").replace("_", " ").capitalize()
    quoted = {"title": json.dumps(title, ensure_ascii=False), "parent": json.dumps(shown, ensure_ascii=False)}
    text = _TEMPLATE.format(market=shown, file=path, **quoted)
    if path.exists():
        raise ValueError(f"{path} exists already; choose another name")
    put_file(path, text, make_folder=False)
    click.echo(f"Written to {path}. Change it, then: cxsim compare {shown} {path}")


@click.command()
@click.argument("scenario")
@_SET
def check(scenario: str, overrides: tuple[str, ...]) -> None:
    """Check SCENARIO and say what is in it; exit code 2 when something is wrong."""
    from cxsim.analysis.reach import in_channels_at_start, meant_at_start
    from cxsim.scenario import load
    from cxsim.scenario.calendar import starting
    from cxsim.scenario.channels import brand_of_channel
    from cxsim.scenario.reactions import seen_by
    from cxsim.scenario.warnings import lost_at_renewal, season_of_no_year, warnings_of

    plan = load(scenario, list(overrides))
    market = plan.market
    click.echo(f"{plan.name or scenario}: right.")
    begin = f" from {market.start}" if market.start else ""
    click.echo(f"  {market.people:,} people over {market.horizon_weeks} weeks{begin}, links {market.links.kind.name}")
    click.echo(f"  brands: {', '.join(plan.brands)} (reports are about {market.focal})")
    click.echo(f"  segments: {', '.join(plan.segment) or 'one, everybody'}")
    for mechanism in plan.own:
        click.echo(f"  mechanism {mechanism.name}: {mechanism.summary()} ({mechanism.reference})")
    for channel, taken in zip(plan.channel, in_channels_at_start(plan) if plan.channel else [], strict=True):
        changes = ", ".join(effect.parameter for effect in channel.effect)
        click.echo(f"  channel {channel.name!r} of {brand_of_channel(plan, channel)}: {changes}")
        click.echo(f"    {taken:,} people take it, or would, when week 0 begins")
    meant = meant_at_start(plan) if any(item.when for item in plan.intervention) else {}
    for item in plan.intervention:
        changes = ", ".join(effect.parameter for effect in item.effect)
        click.echo(f"  intervention {item.name!r} {starting(item.start_week, market.start)}: {changes}")
        if item.when is not None:
            click.echo(f"    for {item.when}: {meant[item.name]:,} people when week 0 begins")
    for reaction in plan.reaction:
        answer = f"with {reaction.share:.0%} of it after {reaction.after_weeks:g} weeks"
        click.echo(f"  reaction of {reaction.brand} to {seen_by(plan, reaction)}: {', '.join(reaction.sees)}, {answer}")
    doubts = [*season_of_no_year(plan), *lost_at_renewal(plan), *warnings_of(plan), *_lived(plan)]
    for doubt in doubts:
        click.echo(f"Careful: {doubt}.")


def _lived(plan: "Scenario") -> list[str]:
    """Say what a higher price does in this market and at what levels it lives; return what is doubtful of them."""
    from cxsim.analysis.compare.price import MOST_WEEKS, dearer, price_told
    from cxsim.analysis.levels import levels_of, reference_told, told

    if plan.market.people * plan.market.horizon_weeks > MOST_WEEKS:
        click.echo("  price and levels: so many people are not simulated by a check; take fewer (--set market.people)")
        return []
    comparison = dearer(plan)
    click.echo(f"  {price_told(comparison)}")
    click.echo("  levels of its last year, without interventions:")
    for level in levels_of(comparison.base_runs):
        click.echo(f"    {told(level)}")
    far = reference_told(plan)
    return [] if far is None else [far]


@click.command()
@click.argument("key")
@click.argument("scenario", required=False)
def explain(key: str, scenario: str | None) -> None:
    """Explain a parameter (support.quick_rate), all of a stage (support), or a word of the trade (churn).

    Also a ready mechanism (loyalty_programme), an intervention of the library (points-programme), and with SCENARIO the mechanisms
    that it names. `explain when` says what a rule may ask for.
    """
    from cxsim.analysis.trade_words import PAGE, trade_word
    from cxsim.interface.cli.library import intervention_told
    from cxsim.scenario import load, load_intervention_library
    from cxsim.scenario.everyday_words import meant_by
    from cxsim.scenario.history import When
    from cxsim.scenario.register import find_entries, in_words, nearest_keys

    library = load_intervention_library()
    if key in library:
        click.echo("\n".join(intervention_told(library[key])))
        return
    if scenario is not None:
        load(scenario)
    _know(key)
    if key.removeprefix("intervention.").partition(".")[0] == "when":
        for name, field in When.model_fields.items():
            click.echo(f"when.{name}\n  {field.description}\n")
        return
    word, entries = trade_word(key), find_entries(key)
    if word is not None:
        click.echo(textwrap.fill(f"{word.name}: {word.sentence}", WIDTH))
        click.echo(f"  in {'percent' if word.unit == 'share' else word.unit}; {_good(word.good)}; every word: {PAGE}")
        behind = meant_by(key)
        click.echo(f"  {behind}\n" if behind else "")
        return
    if not entries:
        near = nearest_keys(key)
        meant = (
            f"Did you mean {', '.join(near)}?" if near else "Try a stage: need, expectation, research, purchase, ..."
        )
        hint = _of_library(key, library) or _ready_ones(key) or meant_by(key) or meant
        raise ValueError(f"there is no parameter {key!r}. {hint}")
    for entry in entries:
        click.echo(f"{entry.key} = {in_words(entry.default)}  ({entry.unit}; {entry.allowed})")
        click.echo(f"  {entry.meaning}")
        click.echo(f"  {entry.evidence}: {entry.source}\n")


def _know(key: str) -> None:
    """Let the register know the mechanism that a key may mean, if a scenario could name it without a file."""
    from cxsim.scenario.mechanism import load_mechanism, stories

    for part in {*key.split(".")} & stories().keys():
        load_mechanism(part)


def _of_library(word: str, names: Iterable[str]) -> str:
    """Which intervention of the library a misspelt word may mean, if one does."""
    from difflib import get_close_matches

    near = get_close_matches(word, names, n=1, cutoff=0.8)
    return f"There is an intervention of the library: cxsim explain {near[0]}." if near else ""


def _ready_ones(word: str) -> str:
    """Which ready mechanism a word may mean, if one does."""
    from difflib import get_close_matches

    from cxsim.scenario.mechanism import stories

    told = stories()
    near = get_close_matches(word, told, n=1) or [name for name in told if len(word) > 3 and word.lower() in name]
    near = near or [name for name, story in told.items() if len(word) > 3 and word.lower() in story.lower()]
    return f"A mechanism is about that: cxsim explain {near[0]}." if near else ""


def _good(sign: int) -> str:
    return {1: "more is better", -1: "less is better"}.get(sign, "neither more nor less is better by itself")


@click.command()
@click.argument("scenario", required=False)
@_SET
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--only", type=click.Choice(["published", "derived", "fitted", "assumed"]), help="Only this evidence.")
def assumptions(scenario: str | None, overrides: tuple[str, ...], as_json: bool, only: str | None) -> None:
    """List every parameter of SCENARIO, and every effect of a plan, with its value and what backs it.

    Without SCENARIO, the defaults. A star marks what the scenario sets itself.
    """
    from cxsim.scenario import load
    from cxsim.scenario.register import assumptions as register_of
    from cxsim.scenario.register import defaults, same_for_all_brands

    if scenario is None:
        if overrides:
            raise ValueError("--set needs a scenario to set it in")
        title, rows, brands = "Defaults", defaults(), []
    else:
        plan = load(scenario, list(overrides))
        title, rows, brands = plan.name, register_of(plan), plan.brands
    shown = [entry for entry in rows if only in (None, entry.evidence)]
    if as_json:
        click.echo(json.dumps([_as_record(entry) for entry in shown], indent=2))
    else:
        click.echo(_counted(title, rows))
        click.echo(_listed(same_for_all_brands(shown, brands)))


def _as_record(entry: "Entry") -> dict[str, str | bool]:
    from cxsim.scenario.register import in_words

    facts: dict[str, str | bool] = {"key": entry.key, "value": in_words(entry.value), "range": entry.allowed}
    facts |= {"unit": entry.unit, "evidence": entry.evidence, "source": entry.source, "set_here": entry.set_here}
    return facts


def _counted(title: str, rows: list["Entry"]) -> str:
    """The figures a sceptic asks for first."""
    from cxsim.scenario.register import SET_HERE, counts_of_evidence

    counts = ", ".join(f"{count} {kind}" for kind, count in counts_of_evidence(rows).items())
    said = f"{title}: {len(rows)} values\n{counts}"
    if own := sum(row.set_here for row in rows):
        bare = sum(row.source == SET_HERE for row in rows)
        said += f"\n* {own} set by this scenario, {bare} of them without a source; brand.*: the same for all brands"
    return said


def _short(unit: str) -> str:
    """A unit without its explanation: "quality, 0 worst to 1 best" is quality."""
    return unit.partition(",")[0].partition(" (")[0]


def _listed(rows: list["Entry"]) -> str:
    """One line a value, below it the source if there is one to read; a heading for each stage."""
    from cxsim.scenario.register import SET_HERE, in_words

    lines = []
    for group, members in groupby(rows, key=lambda row: row.group):
        own = list(members)
        width = max(len(row.key) for row in own)
        lines.append(f"\n{group}")
        for row in own:
            star = "*" if row.set_here else " "
            line = f"{star} {row.key:<{width}} {in_words(row.value):>9}  {row.evidence:<9}"
            span = row.allowed if row.unit in ("word", "true or false") else f"{row.allowed} {_short(row.unit)}"
            lines += [f"{line} {span}"] if len(line) + len(span) < WIDTH else [line.rstrip(), f"      {span}"]
            if row.source != SET_HERE:
                lines.append(textwrap.fill(row.source, WIDTH, initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines)


@click.command()
@click.argument("scenario", required=False)
@click.option("-o", "--out", type=PLACE, help="File to write; printed when left out.")
def schema(scenario: str | None, out: Path | None) -> None:
    """Export the JSON Schema of scenario files, for editors that complete and check.

    With SCENARIO, of files that name the same mechanisms.
    """
    from cxsim.analysis.results.files import put_file
    from cxsim.scenario import Scenario, load

    shape = Scenario if scenario is None else type(load(scenario))
    text = json.dumps(shape.model_json_schema(), indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        put_file(out, text, overwrite=True, make_folder=False)
        click.echo(f"Written to {out}")
