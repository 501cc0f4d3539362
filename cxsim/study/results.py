"""Runs and comparisons on disk: tidy tables, a summary to read, a manifest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.scenario import Scenario
from cxsim.study.comparison import Comparison, PlanResult
from cxsim.study.folder import Draw, Format, write_folder
from cxsim.study.runs import Runs

KEYS = ["scenario", "seed", "replication"]


def write_runs(
    runs: Runs, folder: Path, table_format: Format = "csv", overwrite: bool = False, draw: Draw | None = None
) -> None:
    """Write replications of one scenario: figures, weeks, lines, retention, referrals, summary.csv, summary.md, manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    name = runs.scenario.name
    tables = {
        "figures": _keyed(runs.figures.reset_index(), name, runs.seed),
        "weeks": _keyed(runs.weeks, name, runs.seed),
        "lines": _keyed(runs.lines, name, runs.seed),
        "retention": _keyed(runs.retention, name, runs.seed),
        "referrals": _keyed(runs.referrals, name, runs.seed),
        "summary": runs.summary(),
    }
    text = f"# {name}\n\n{runs.replications} replications, seed {runs.seed}.\n\n{markdown_table(runs.summary())}\n"
    manifest = _manifest({name: runs.scenario}, runs.seed, runs.replications)
    write_folder(folder, manifest, tables, {"summary.md": text}, draw, table_format, overwrite)


def write_comparison(
    comparison: Comparison,
    folder: Path,
    table_format: Format = "csv",
    overwrite: bool = False,
    draw: Draw | None = None,
) -> None:
    """Write a comparison: figures, differences, matrix, rescued, broken, money, summary.md, manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    figures = [_keyed(comparison.base_figures.reset_index(), comparison.base_name, comparison.seed)]
    figures += [_keyed(plan.figures.reset_index(), name, comparison.seed) for name, plan in comparison.plans.items()]

    def of_plans(attribute: str) -> pd.DataFrame:
        return _by_plan({name: getattr(plan, attribute) for name, plan in comparison.plans.items()})

    matrices = {
        name: plan.matrix.melt(ignore_index=False, var_name="plan_status", value_name="people")
        .rename_axis("base_status")
        .reset_index()
        for name, plan in comparison.plans.items()
    }
    tables = {
        "figures": pd.concat(figures, ignore_index=True),
        "differences": comparison.table(),
        "matrix": _by_plan(matrices),
        "rescued": of_plans("rescued"),
        "broken": of_plans("broken"),
        "money": of_plans("weekly"),
    }
    scenarios = {comparison.base_name: comparison.base} | {n: plan.scenario for n, plan in comparison.plans.items()}
    manifest = _manifest(scenarios, comparison.seed, comparison.replications)
    write_folder(folder, manifest, tables, {"summary.md": comparison_text(comparison)}, draw, table_format, overwrite)


def _by_plan(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    stacked = pd.concat([table.assign(plan=name) for name, table in tables.items()], ignore_index=True)
    return stacked[["plan", *[column for column in stacked.columns if column != "plan"]]]


def comparison_text(comparison: Comparison) -> str:
    """The readable summary of a comparison, in Markdown."""
    parts = [f"# {comparison.base_name} against {len(comparison.plans)} plan(s)\n"]
    parts += [_plan_text(comparison, name, plan) for name, plan in comparison.plans.items()]
    return "\n".join(parts)


def _plan_text(comparison: Comparison, name: str, plan: PlanResult) -> str:
    shown = plan.differences.drop(columns=["unit"]).rename(
        columns={"plan_mean": "plan", "more_replications": "more to decide", "variance_saved": "variance saved"}
    )
    return "\n".join(
        [
            f"## {name}\n",
            comparison.verdict(name) + "\n",
            "### The same people in both worlds (rows: base, columns: plan)\n",
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
            "differences": _records(plan.differences),
            "matrix": plan.matrix.to_dict("index"),
            "rescued": _records(plan.rescued),
            "broken": _records(plan.broken),
            "rescued_people": asdict(plan.rescued_people),
            "broken_people": asdict(plan.broken_people),
            "rescued_margin": asdict(plan.rescued_margin),
            "rescued_persons": plan.rescued_persons,
            "payback_week": plan.payback,
            "roi": asdict(plan.roi) if plan.roi else None,
        }
        for name, plan in comparison.plans.items()
    }
    result = {
        "base": comparison.base_name,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "plans": plans,
    }
    return json.dumps(_finite(result), indent=2)


def runs_json(runs: Runs) -> str:
    """The summary of replications as JSON."""
    result = {
        "scenario": runs.scenario.name,
        "seed": runs.seed,
        "replications": runs.replications,
        "figures": _records(runs.summary()),
    }
    return json.dumps(_finite(result), indent=2)


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    records: list[dict[str, object]] = json.loads(table.to_json(orient="records"))
    return records


def _finite(value: object) -> object:
    """JSON knows no nan: it becomes null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and value != value else value


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


def scenario_record(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario with every default written out; of a segment its own keys only, since the rest is the market's."""
    record: dict[str, Any] = json.loads(scenario.model_dump_json())
    for name, segment in scenario.segment.items():
        record["segment"][name] = json.loads(segment.model_dump_json(exclude_unset=True))
    return record


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the whole scenario: the same hash, the same market, on whatever machine its files lie."""
    record = scenario_record(scenario)
    record["reference"]["weekly_repeat_purchases"] = Path(scenario.reference.weekly_repeat_purchases).name
    if scenario.market.links.edges:
        edges = Path(scenario.market.links.edges).read_bytes()
        record["market"]["links"]["edges"] = hashlib.sha256(edges).hexdigest()
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


def _manifest(scenarios: Mapping[str, Scenario], seed: int, replications: int) -> dict[str, object]:
    return {
        "seed": seed,
        "replications": replications,
        "scenarios": {
            name: {"sha256": scenario_hash(scenario), "scenario": scenario_record(scenario)}
            for name, scenario in scenarios.items()
        },
    }
