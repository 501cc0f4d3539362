"""Commands that let customers live: run, compare, follow."""

import itertools
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.cli import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.decorators import FC

    from cxsim.ledger.story import Moment
    from cxsim.scenario import Scenario
    from cxsim.study.comparison import Comparison
    from cxsim.study.runs import Runs

_SET = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one value of every scenario named, e.g. brand.focal.use.quality=0.8.",
)
_SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Key of all luck.")
_OUT = click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the results.")
_FORMAT = click.option("--parquet", is_flag=True, help="Tables as Parquet instead of CSV (needs cxsim[parquet]).")
_OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
_WORKERS = click.option("--workers", type=click.IntRange(1), help="Threads; all cores when left out.")


def _replications(default: int) -> "Callable[[FC], FC]":
    return click.option(
        "-n", "--replications", type=click.IntRange(1), default=default, show_default=True, help="Times to live."
    )


def _prepared(out: Path | None, overwrite: bool, parquet: bool) -> None:
    """Find out before the work, not after it, that results could not be written."""
    if parquet:
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError("--parquet needs the package pyarrow: pip install 'cxsim[parquet]'") from None
    if out is not None:
        from cxsim.study.folder import check_free

        check_free(out, overwrite)


@click.command()
@click.argument("scenario")
@_replications(10)
@_SEED
@_SET
@_OUT
@_FORMAT
@_OVERWRITE
@_JSON
@_WORKERS
def run(
    scenario: str,
    replications: int,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    parquet: bool,
    overwrite: bool,
    as_json: bool,
    workers: int | None,
) -> None:
    """Live SCENARIO several times and show its figures, each with a 95% interval."""
    from cxsim.scenario import load
    from cxsim.study import results
    from cxsim.study.runs import run as live_runs

    plan = load(scenario, list(overrides))
    _prepared(out, overwrite, parquet)
    runs = live_runs(plan, replications, seed, workers, progress=sys.stderr.isatty())
    if out is not None:
        pictures = ["flow", "endings", "retention", *(["rhythm"] if plan.reference.weekly_repeat_purchases else [])]
        results.write_runs(
            runs, out, "parquet" if parquet else "csv", overwrite, lambda folder: _draw(folder, pictures, runs)
        )
    if as_json:
        click.echo(results.runs_json(runs))
        return
    click.echo(f"{plan.name}: {replications} replications of {plan.market.people:,} people, seed {seed}\n")
    table = runs.summary()
    shown = [_with_interval(*row) for row in table[["mean", "low", "high"]].to_numpy(float)]
    for name, value, meaning, unit in zip(table["figure"], shown, table["meaning"], table["unit"], strict=True):
        click.echo(f"  {name:<18} {value:>34}  {meaning} ({unit.replace('currency', plan.market.currency)})")
    if plan.reference.weekly_repeat_purchases:
        from cxsim.study.against_real import against_real

        click.echo(f"\n{against_real(runs)}")
    if out is not None:
        click.echo(f"\nWritten to {out}")


_OF_A_COMPARISON = ["flow", "endings", "matrix", "differences", "retention", "money"]  # charts


def _draw(out: Path, names: list[str], result: "Runs | Comparison", plan: str | None = None, mark: str = "") -> None:
    """Draw charts into the results folder."""
    import matplotlib

    matplotlib.use("Agg")
    from cxsim import charts
    from cxsim.charts.look import save

    for name in names:
        chart = getattr(charts, name)
        save(chart(result, plan) if plan else chart(result), out / f"{name}{mark}.png")


def _with_interval(mean: float, low: float, high: float) -> str:
    if mean != mean:
        return "nothing to measure"
    digits = ",.0f" if max(abs(mean), abs(low)) >= 100 else ".3g"
    return f"{mean:{digits}} ({low:{digits}} to {high:{digits}})" if low == low else f"{mean:{digits}}"


@click.command()
@click.argument("base")
@click.argument("plans", nargs=-1, required=True)
@_replications(20)
@until.OPTION_HALF_WIDTH
@until.OPTION_DECIDED
@until.OPTION_MOST
@_SEED
@_SET
@_OUT
@_FORMAT
@_OVERWRITE
@_JSON
@_WORKERS
def compare(
    base: str,
    plans: tuple[str, ...],
    replications: int,
    until_half_width: str | None,
    until_decided: str | None,
    most: int,
    seed: int,
    overrides: tuple[str, ...],
    out: Path | None,
    parquet: bool,
    overwrite: bool,
    as_json: bool,
    workers: int | None,
) -> None:
    """Let the same customers, with the same luck, live through BASE and each of PLANS."""
    from cxsim.scenario import load_together
    from cxsim.study import results
    from cxsim.study.comparison import compare as live_pairs

    rule = until.rule_of(until_half_width, until_decided)
    loaded = load_together((base, *plans), list(overrides))
    _prepared(out, overwrite, parquet)
    for other in loaded[1:]:
        _say_where_markets_differ(loaded[0], other)
    comparison = live_pairs(
        *loaded,
        replications=replications,
        seed=seed,
        workers=workers,
        progress=sys.stderr.isatty(),
        until=rule,
        most=most,
    )
    if out is not None:

        def draw(folder: Path) -> None:
            for place, name in enumerate(comparison.plans, start=1):
                mark = f"-{place}" if len(plans) > 1 else ""
                _draw(folder, _OF_A_COMPARISON, comparison, name, mark)

        results.write_comparison(comparison, out, "parquet" if parquet else "csv", overwrite, draw)
    if as_json:
        click.echo(results.comparison_json(comparison))
        return
    for given, (name, plan) in zip(plans, comparison.plans.items(), strict=True):
        click.echo(f"{comparison.verdict(name)}\n")
        click.echo(
            "  (never: did not consider the brand; new: first cycle still open; line: ended; loop: repeat buyer still there)"
        )
        click.echo(f"  The same people in both worlds (rows: {comparison.base_name}; columns: {name})")
        click.echo(_indented(plan.matrix.round(0).astype(int).to_string()))
        click.echo("\n  Rescued lines: where and why they used to end")
        shown = plan.rescued.head(6).round(1).to_string(index=False) if len(plan.rescued) else "none"
        click.echo(_indented(shown))
        if plan.rescued_persons:
            same = f" --seed {seed}" if seed != 1 else ""
            click.echo(f"\n  The life of one of them: cxsim follow {plan.rescued_persons[0]} {base} {given}{same}")
        saved = plan.difference("net_margin").variance_saved
        if saved == saved:
            click.echo(f"\n  Pairing by person saved {saved:.0%} of the variance of the difference in net margin.\n")
    if comparison.stopped:
        click.echo(f"{comparison.stopped}\n")
    if out is not None:
        click.echo(f"Written to {out}; read {out / 'summary.md'} first.")


def _say_where_markets_differ(base: "Scenario", plan: "Scenario") -> None:
    """A plan that extends another market, a recalibrated one say, differs by more than what it does."""
    from cxsim.scenario.register import market_differences

    keys = market_differences(base, plan)
    if keys:
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        click.echo(
            f"Note: besides its interventions, {plan.name!r} differs from {base.name!r} in {', '.join(keys[:3])}{more}. If that "
            "is not part of the plan, make one that extends the base: cxsim new PLAN --market BASE",
            err=True,
        )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


@click.command()
@click.argument("person", type=click.IntRange(0))
@click.argument("base")
@click.argument("plan", required=False)
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True, help="Which replication.")
@click.option("--whole-life", is_flag=True, help="Go on after the moment in which the two lives part.")
@_SEED
@_SET
def follow(
    person: int, base: str, plan: str | None, replication: int, whole_life: bool, seed: int, overrides: tuple[str, ...]
) -> None:
    """Tell the life of PERSON (a number from 0) in BASE and in PLAN, to the moment they part."""
    from cxsim.ledger import story
    from cxsim.scenario import load_together

    worlds = load_together([base] if plan is None else [base, plan], list(overrides))
    lives = [story.follow(world, person, seed, replication) for world in worlds]
    titles = [world.name for world in worlds]
    if len(lives) == 1:
        click.echo(f"Person {person} in {titles[0]}\n")
        _tell(lives[0])
        return
    _tell_both(person, titles, lives[0], lives[1], whole_life)


def _tell(life: "list[Moment]") -> None:
    for moment in life:
        click.echo(f"  {moment}")
    if not life:
        click.echo("  Nothing happens: no need arises before the horizon.")


def _tell_both(person: int, titles: list[str], base: "list[Moment]", plan: "list[Moment]", whole_life: bool) -> None:
    from cxsim.ledger import story

    place = story.parting(base, plan)
    if place is None:
        click.echo(f"Person {person} does the same in {titles[0]} and in {titles[1]}:\n")
        _tell(base)
        return
    click.echo(f"Person {person} does the same in both worlds at first (numbers as in {titles[0]}):\n")
    _tell(base[:place])
    end = None if whole_life else place + 1
    click.echo("\nThen they part:\n")
    columns = [[str(moment) for moment in life[place:end]] for life in (base, plan)]
    for column, life in zip(columns, (base, plan), strict=True):
        if not whole_life and len(life) > place + 1:
            column.append(f"... and {len(life) - place - 1} more moments (--whole-life shows them)")
    _side_by_side(titles, columns)


def _side_by_side(titles: list[str], columns: list[list[str]]) -> None:
    """Print two columns of sentences beside each other, each wrapped to half the width of the terminal."""
    width = (shutil.get_terminal_size((110, 24)).columns - 6) // 2
    rows = [titles, ["-" * min(width, len(title)) for title in titles], *itertools.zip_longest(*columns, fillvalue="")]
    for left, right in rows:
        cells = [textwrap.wrap(text, width, subsequent_indent=" " * 13) for text in (left, right)]
        for one, other in itertools.zip_longest(*cells, fillvalue=""):
            click.echo(f"  {one:<{width}}  {other}".rstrip())
