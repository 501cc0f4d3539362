"""`cxsim experiment`: how large a test of a plan must be."""

import textwrap

import click

from cxsim.interface.cli import options


@click.command()
@click.argument("base")
@click.argument("plan")
@click.option(
    "--tests", type=click.IntRange(20, 100_000), default=200, show_default=True, help="Tests to live, for the power."
)
@options.SEED
@options.SET
@options.WORKERS
def experiment(base: str, plan: str, tests: int, seed: int, overrides: tuple[str, ...], workers: int | None) -> None:
    """How large a test must be to decide PLAN in the market of BASE: people in each arm, and weeks, at 80% power.

    Half of the customers get the plan by lot, the others do not, all in one market. Says too what such a test does not see: what the
    plan does to those who are left out. Large markets take long: --set market.people=2000.
    """
    from cxsim.analysis.experiment.planning import plan_experiment
    from cxsim.analysis.experiment.text import experiment_lines
    from cxsim.analysis.workers.threads import Progress
    from cxsim.scenario import load_together

    market, tried = load_together([base, plan], list(overrides))
    with Progress("experiment") as told_of:
        found = plan_experiment(market, tried, tests, seed, workers, told_of)
    for line in experiment_lines(found):
        click.echo(line if line.startswith(" ") else textwrap.fill(line, 110))
