"""Runs and comparisons on disk: tidy tables, a summary to read, a manifest."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from cxsim.analysis.compare.against_real import real_repeats
from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.copied import Copied
from cxsim.analysis.compare.funnel import funnel_table
from cxsim.analysis.compare.guard import doubts_of
from cxsim.analysis.compare.members import members_text
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import trade_summary, trade_table
from cxsim.analysis.compare.waterfall import of_margin
from cxsim.analysis.results.folder import Draw, Format, write_folder
from cxsim.analysis.results.mechanisms import hashes, standing_alone
from cxsim.scenario import Scenario
from cxsim.scenario.calendar import day_of
from cxsim.scenario.writing import scenario_hash, scenario_record, scenario_text

KEYS = ["scenario", "seed", "replication"]
SCENARIO_FILE = "scenario.toml"  # in the folder of runs
BASE_FILE = "base.toml"  # in that of a comparison
COPIED = "copied"  # a table: the figures of plans that every rival copies
DAY = "day"  # a column of tables of weeks, where the market has a start
REAL = "real.csv"  # real figures that a scenario ships with


def plan_file(place: int) -> str:
    """The file of a plan in the folder of a comparison; plans count from 1."""
    return f"plan-{place}.toml"


def write_runs(
    runs: Runs, folder: Path, table_format: Format = "csv", overwrite: bool = False, draw: Draw | None = None
) -> None:
    """Write replications of one scenario: its tables (`run_tables`), summary, trade and funnel; summary.md, scenario.toml, manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    name = runs.scenario.name
    tables = {
        **run_tables({name: runs}),
        "summary": runs.summary(),
        "trade": trade_summary(runs),
        "funnel": funnel_table(runs),
    }
    summary = (
        f"# {name}\n\n{runs.replications} replications, seed {runs.seed}.\n\n## In the trade's words\n\n"
        f"{markdown_table(trade_summary(runs))}\n\n## All figures\n\n{markdown_table(runs.summary())}\n"
    )
    scenarios, mechanisms = standing_alone({name: runs.scenario})
    texts = {"summary.md": summary, SCENARIO_FILE: scenario_text(scenarios[name]), **mechanisms}
    if runs.scenario.reference.weekly_repeat_purchases:
        texts[REAL] = real_repeats(runs).to_csv()
    manifest = _manifest(scenarios, runs.seed, runs.replications)
    write_folder(folder, "run", manifest, tables, texts, draw, table_format, overwrite)


def run_tables(worlds: Mapping[str, Runs]) -> dict[str, pd.DataFrame]:
    """The tables figures, weeks, lines, retention, referrals, loop_lengths, cohorts of scenarios, told apart by name.

    And reach, where somebody has a rule by history.
    """

    def stacked(attribute: str) -> pd.DataFrame:
        tables = [_keyed(getattr(runs, attribute), name, runs.seed) for name, runs in worlds.items()]
        return _together(tables)

    figures = [_keyed(runs.figures.reset_index(), name, runs.seed) for name, runs in worlds.items()]
    start = next(iter(worlds.values())).scenario.market.start
    names = ["weeks", "lines", "retention", "referrals", "loop_lengths", "cohorts"]
    names += ["reach"] if any(len(runs.reach) for runs in worlds.values()) else []
    tables = {name: stacked(name) for name in names}
    return {"figures": _together(figures), **tables, "weeks": _with_days(tables["weeks"], start)}


def _with_days(table: pd.DataFrame, start: str) -> pd.DataFrame:
    """A table of weeks with the day on which each begins, where the market has a start."""
    if not start:
        return table
    days = {week: day_of(week, start).isoformat() for week in table["week"].unique().tolist()}
    dated = table.copy()
    dated.insert(list(dated.columns).index("week") + 1, DAY, dated["week"].map(days))
    return dated


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables under each other; what only some scenarios' mechanisms count is 0 in the others."""
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    return pd.concat([table.reindex(columns=columns, fill_value=0) for table in tables], ignore_index=True)


def write_comparison(
    comparison: Comparison,
    folder: Path,
    table_format: Format = "csv",
    overwrite: bool = False,
    draw: Draw | None = None,
) -> None:
    """Write a comparison: the tables of all its scenarios (`run_tables`), and differences, matrix, rescued, broken, money, trade, waterfall, funnel.

    `copied` too, where rivals copied plans. Besides: summary.md; comparison.json with all that is said; base.toml and plan-1.toml ... to repeat it; manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    base = comparison.base_runs

    def made(table: Callable[[PlanResult], pd.DataFrame]) -> pd.DataFrame:
        return _by_plan({name: table(plan) for name, plan in comparison.plans.items()})

    def of_plans(attribute: str) -> pd.DataFrame:
        return _by_plan({name: getattr(plan, attribute) for name, plan in comparison.plans.items()})

    matrices = {
        name: plan.matrix.melt(ignore_index=False, var_name="plan_status", value_name="people")
        .rename_axis("base_status")
        .reset_index()
        for name, plan in comparison.plans.items()
    }
    tables = {
        **run_tables({comparison.base_name: base} | {n: p.runs for n, p in comparison.plans.items()}),
        "differences": comparison.table(),
        "matrix": _by_plan(matrices),
        "rescued": of_plans("rescued"),
        "broken": of_plans("broken"),
        "money": _with_days(of_plans("weekly"), comparison.base.market.start),
        "trade": made(lambda plan: trade_table(base, plan)),
        "waterfall": made(lambda plan: of_margin(base, plan).table()),
        "funnel": made(lambda plan: funnel_table(plan.runs, base, plan.half_width_factor)),
    }
    copies = {name: _copied_table(plan.copied) for name, plan in comparison.plans.items() if plan.copied}
    tables |= {COPIED: _by_plan(copies)} if copies else {}
    tables |= {"plausible": comparison.worlds.rename_axis("draw").reset_index()} if len(comparison.worlds) else {}
    if any(len(plan.members) for plan in comparison.plans.values()):
        tables["members"] = of_plans("members")
    scenarios, mechanisms = standing_alone(
        {comparison.base_name: comparison.base} | {n: plan.scenario for n, plan in comparison.plans.items()}
    )
    files = [BASE_FILE, *(plan_file(place) for place in range(1, len(scenarios)))]
    texts = {file: scenario_text(scenario) for file, scenario in zip(files, scenarios.values(), strict=True)}
    texts |= {"summary.md": comparison_text(comparison), "comparison.json": comparison_json(comparison), **mechanisms}
    manifest = _manifest(scenarios, comparison.seed, comparison.replications)
    allowed_by = {plan.ignorance.source for plan in comparison.plans.values() if plan.ignorance}
    manifest |= {"worlds": allowed_by.pop()} if allowed_by else {}
    write_folder(folder, "comparison", manifest, tables, texts, draw, table_format, overwrite)


def _by_plan(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    stacked = pd.concat([table.assign(plan=name) for name, table in tables.items()], ignore_index=True)
    return stacked[["plan", *[column for column in stacked.columns if column != "plan"]]]


def _copied_table(copied: Copied) -> pd.DataFrame:
    table = copied.figures.reset_index()
    table.insert(0, "after_weeks", copied.after_weeks)
    return table


def comparison_text(comparison: Comparison) -> str:
    """The readable summary of a comparison, in Markdown."""
    parts = [f"# {comparison.base_name} against {len(comparison.plans)} plan(s)\n"]
    parts += [f"{comparison.stopped}\n"] if comparison.stopped else []
    parts += [_plan_text(comparison, name, plan) for name, plan in comparison.plans.items()]
    return "\n".join(parts)


def _plan_text(comparison: Comparison, name: str, plan: PlanResult) -> str:
    shown = plan.differences.drop(columns=["unit"]).rename(
        columns={"plan_mean": "plan", "more_replications": "more to decide", "variance_saved": "variance saved"}
    )
    members = members_text(plan.members, comparison.base.market.currency, plan.half_width_factor)
    return "\n".join(
        [
            f"## {name}\n",
            comparison.verdict(name) + "\n",
            *([members + "\n"] if members else []),
            "### In the trade's words\n",
            markdown_table(trade_table(comparison.base_runs, plan).rename(columns={"plan_mean": "plan"})) + "\n",
            "### The same people in base and plan (rows: base, columns: plan)\n",
            markdown_table(plan.matrix.round(1).reset_index()),
            "\n### Rescued lines: where they used to end\n",
            markdown_table(plan.rescued.round(1).head(10)),
            "\n### Broken loops: where they end now\n",
            markdown_table(plan.broken.round(1).head(10)),
            "\n### Paired differences, 95% intervals\n",
            markdown_table(shown),
            "",
        ]
    )


def comparison_json(comparison: Comparison) -> str:
    """The result as JSON: verdicts, differences, matrices, rescued lines."""
    plans = {
        name: {
            "verdict": comparison.verdict(name),
            "doubts": [asdict(doubt) for doubt in doubts_of(comparison.base_runs, plan)],
            "differences": _records(plan.differences),
            "trade": _records(trade_table(comparison.base_runs, plan)),
            "reach": _records(plan.runs.reach),
            "matrix": plan.matrix.to_dict("index"),
            "rescued": _records(plan.rescued),
            "broken": _records(plan.broken),
            "rescued_people": asdict(plan.rescued_people),
            "broken_people": asdict(plan.broken_people),
            "rescued_margin": asdict(plan.rescued_margin),
            "rescued_persons": plan.rescued_persons,
            "payback_week": plan.payback,
            "roi": asdict(plan.roi) if plan.roi else None,
            **({"ignorance": asdict(plan.ignorance)} if plan.ignorance else {}),
            **({"copied": _copied_record(plan, plan.copied)} if plan.copied else {}),
            **({"members": _records(plan.members)} if len(plan.members) else {}),
        }
        for name, plan in comparison.plans.items()
    }
    result = {
        "base": comparison.base_name,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "stopped": comparison.stopped,
        "intervals": comparison.intervals,
        "plans": plans,
    }
    return json.dumps(_finite(result), indent=2)


def _copied_record(plan: PlanResult, copied: Copied) -> dict[str, object]:
    """What the plan is worth if it is copied; and how far that is from the plan that nobody copies."""
    worth, less = plan.difference_copied("net_margin", copied)
    values = {"net_margin": asdict(worth.estimate), "difference_from_uncopied": asdict(less.estimate)}
    return {"after_weeks": copied.after_weeks, "rivals": list(copied.rivals), **values}


def runs_json(runs: Runs) -> str:
    """The summary of replications as JSON."""
    result = {
        "scenario": runs.scenario.name,
        "seed": runs.seed,
        "replications": runs.replications,
        "figures": _records(runs.summary()),
        "trade": _records(trade_summary(runs)),
    }
    return json.dumps(_finite(result), indent=2)


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    records: list[dict[str, object]] = json.loads(table.to_json(orient="records"))
    return records


def _finite(value: object) -> object:
    """JSON knows neither nan nor infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _keyed(table: pd.DataFrame, scenario: str, seed: int) -> pd.DataFrame:
    """The table with scenario, seed and replication as its first columns."""
    keyed = table.assign(scenario=scenario, seed=seed)
    return keyed[[*KEYS, *[column for column in keyed.columns if column not in KEYS]]]


def markdown_table(table: pd.DataFrame) -> str:
    """A small table as Markdown, numbers short."""
    rows = [[_short(value) for value in row] for row in table.itertuples(index=False)]
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _short(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value).replace("|", "\\|")


def _manifest(scenarios: Mapping[str, Scenario], seed: int, replications: int) -> dict[str, object]:
    return {
        "seed": seed,
        "replications": replications,
        "scenarios": {
            name: {"sha256": scenario_hash(scenario), "scenario": scenario_record(scenario), **hashes(scenario)}
            for name, scenario in scenarios.items()
        },
    }
