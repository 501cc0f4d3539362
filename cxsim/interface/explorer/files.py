"""What a visitor brings and takes home: a scenario file, the results as tables, the report."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cxsim.analysis.compare.comparison import Comparison, compare
from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD
from cxsim.analysis.firm.compared import Worlds, compare_over_worlds
from cxsim.analysis.results.writing import write_comparison
from cxsim.interface.explorer.loading import YOURS, read_scenario
from cxsim.interface.explorer.markets import MarketShown, market_shown
from cxsim.interface.explorer.plan import MOST_TEXT, VisitorPlan, pair_of
from cxsim.interface.explorer.possible import possible_in
from cxsim.interface.explorer.worlds import SOURCE, worlds_of
from cxsim.interface.report.writing import report_on
from cxsim.scenario.writing import scenario_text

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of every file in an archive, so that equal plans give equal archives


class Brought(BaseModel):
    """A scenario file that a visitor brings, as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1, max_length=MOST_TEXT)


class OwnIntervention(BaseModel):
    """What a file plans itself; it stays in the plan."""

    name: str
    start_week: float


class Read(BaseModel):
    """What was found in it: the market, what the file plans in it, and what of the library cannot act there."""

    market: MarketShown
    interventions: list[OwnIntervention]
    impossible: dict[str, str]


def read_file(brought: Brought) -> Read:
    """Check a scenario file.

    Raises:
        ScenarioError: with every problem, as `read_scenario`.
    """
    scenario = read_scenario(brought.text)
    shown = market_shown("", scenario)
    return Read(
        market=shown.model_copy(update={"title": shown.title or YOURS}),
        interventions=[OwnIntervention(name=item.name, start_week=item.start_week) for item in scenario.intervention],
        impossible=possible_in(scenario).impossible,
    )


def plan_file(plan: VisitorPlan) -> bytes:
    """The plan as a scenario file that says everything, for `cxsim compare market.toml plan.toml`."""
    market, changed = pair_of(plan)
    named = changed.model_copy(update={"name": f"{market.name}: your plan"})
    return f"{_how_to(plan)}{scenario_text(named)}".encode()


def market_file(plan: VisitorPlan) -> bytes:
    """The market of the plan as a scenario file that says everything."""
    market, _ = pair_of(plan)
    return f"{_how_to(plan)}{scenario_text(market)}".encode()


def _how_to(plan: VisitorPlan) -> str:
    seed = f" --seed {plan.seed}" if plan.seed != 1 else ""
    return f"# The same again: cxsim compare market.toml plan.toml -n {plan.replications}{seed}\n"


def results_file(plan: VisitorPlan) -> bytes:
    """A zip of what `cxsim compare -o` writes: tables, summary, manifest, scenario files."""
    packed = io.BytesIO()
    with _results(plan) as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name, FIRST_DAY), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def report_file(plan: VisitorPlan) -> bytes:
    """The report that `cxsim report` writes on these results: one page that explains itself."""
    with _results(plan) as folder:
        return report_on(folder).encode()


@contextmanager
def _results(plan: VisitorPlan) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "results"
        comparison = _compared(plan)
        write_comparison(comparison, folder)
        yield folder


def _compared(plan: VisitorPlan) -> Comparison:
    pair = pair_of(plan)
    if not plan.worlds:
        return compare(*pair, replications=plan.replications, seed=plan.seed, workers=1)
    worlds = Worlds(worlds_of(plan), SOURCE)
    return compare_over_worlds(
        *pair, worlds=worlds, count=plan.replications // LIVES_OF_A_WORLD, seed=plan.seed, workers=1
    )
