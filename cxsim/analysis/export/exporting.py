"""Living a market and a plan, and writing down what a firm would see of each, and the truth."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.analysis.export.calendar import START
from cxsim.analysis.export.tables import TABLES
from cxsim.analysis.export.truth import truth
from cxsim.analysis.export.watched import watch
from cxsim.analysis.results.folder import check_free, write_folder
from cxsim.scenario import Scenario, load
from cxsim.scenario.calendar import first_day
from cxsim.scenario.checks import same_market
from cxsim.scenario.writing import scenario_hash, scenario_record


def export(
    scenario: Scenario | str | Path,
    plan: Scenario | str | Path | None = None,
    *,
    folder: str | Path | None = None,
    seed: int = 1,
    replication: int = 0,
    start: str | date | None = None,
    overwrite: bool = False,
) -> dict[str, pd.DataFrame]:
    """Live a market once and return it as tables; docs/exports.md says what each column holds.

    Args:
        scenario: a loaded scenario, a file, or the name of a ready one.
        plan: what the same people, with the same luck, live through as well.
        folder: where the tables are written as CSV, with a manifest; nowhere when left out.
        seed: 0 to 2**63 - 1.
        replication: which population and luck.
        start: the day on which week 0 begins, as in "2005-01-03"; that of the market (`market.start`) when left out, and
            2005-01-03 where it has none.
        overwrite: whether results already in the folder are replaced (other files stay).

    Returns:
        By name: `transactions`, `events`, `rfm`, `surveys` and `truth`; with a plan also `transactions_in_plan` and so
        on: what the firm sees when it carries the plan out.

    Raises:
        ScenarioError: if a scenario is wrong, or the plan is about another market.
        ValueError: if the start date is no day, or seed or replication are out of range.
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    if start is not None:
        first_day(start)  # before anything is read
    given = [scenario] if plan is None else [scenario, plan]
    loaded = [each if isinstance(each, Scenario) else load(each) for each in given]
    if plan is not None:
        same_market(loaded[0], loaded[1], loaded[1].name)
    day = first_day(start if start is not None else loaded[0].market.start or START)
    if folder is not None:
        check_free(Path(folder), overwrite)
    markets = watch(loaded, seed, replication)
    tables = {
        f"{name}{mark}": table(market, day)
        for mark, market in zip(("", "_in_plan"), markets, strict=False)
        for name, table in TABLES.items()
    }
    tables["truth"] = truth(*markets)
    if folder is not None:
        write_folder(Path(folder), "export", _manifest(loaded, seed, replication, day), tables, {}, overwrite=overwrite)
    return tables


def _manifest(scenarios: list[Scenario], seed: int, replication: int, start: date) -> dict[str, object]:
    named = zip(("scenario", "plan"), scenarios, strict=False)
    lived = {
        role: {"name": each.name, "sha256": scenario_hash(each), "scenario": _record(each)} for role, each in named
    }
    return {"seed": seed, "replication": replication, "start": start.isoformat(), **lived}


def _record(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario; its mechanisms by name and hash, for where they lay says nothing to who is given the tables."""
    own = [{"name": mechanism.name, "sha256": mechanism.sha256} for mechanism in scenario.own]
    return scenario_record(scenario) | ({"mechanisms": own} if own else {})
