"""Results on disk: tidy tables, a manifest, a summary to read. Whole or not at all; nothing of the user's is deleted."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import pandas as pd

import cxsim
from cxsim.scenario import Scenario
from cxsim.study.comparison import Comparison, PlanResult
from cxsim.study.runs import Runs

Format = Literal["csv", "parquet"]

PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pydantic")
KEYS = ["scenario", "seed", "replication"]


class ResultsExistError(ValueError):
    """The folder for results holds something already."""


def write_runs(runs: Runs, folder: Path, table_format: Format = "csv", overwrite: bool = False) -> None:
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
    text = f"# {name}\n\n{runs.replications} replications, seed {runs.seed}.\n\n{_markdown(runs.summary())}\n"
    manifest = _manifest({name: runs.scenario}, runs.seed, runs.replications)
    _write(folder, tables, text, manifest, table_format, overwrite)


def write_comparison(
    comparison: Comparison, folder: Path, table_format: Format = "csv", overwrite: bool = False
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
    _write(folder, tables, comparison_text(comparison), manifest, table_format, overwrite)


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
            _markdown(plan.matrix.round(1).reset_index()),
            "\n### Rescued lines: where they used to end\n",
            _markdown(plan.rescued.round(1).head(10)),
            "\n### Broken loops: where they end now\n",
            _markdown(plan.broken.round(1).head(10)),
            "\n### Paired differences, 95% intervals\n",
            _markdown(shown),
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


def _markdown(table: pd.DataFrame) -> str:
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
        "cxsim": cxsim.__version__,
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "seed": seed,
        "replications": replications,
        "scenarios": {
            name: {"sha256": scenario_hash(scenario), "scenario": scenario_record(scenario)}
            for name, scenario in scenarios.items()
        },
    }


def _write(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    text: str,
    manifest: dict[str, object],
    table_format: Format,
    overwrite: bool,
) -> None:
    """Write everything beside the folder first, then put it in place; the manifest comes last."""
    check_free(folder, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    parts = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, table in tables.items():
            if table_format == "parquet":
                table.to_parquet(parts / f"{name}.parquet", index=False)
            else:
                table.to_csv(parts / f"{name}.csv", index=False)
        (parts / "summary.md").write_text(text, encoding="utf-8")
        manifest["files"] = sorted(path.name for path in parts.iterdir())
        (parts / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for name in _files_of_manifest(folder):  # tables of earlier results would contradict the new manifest
            (folder / name).unlink(missing_ok=True)
        for part in sorted(parts.iterdir(), key=lambda path: path.name == "manifest.json"):
            part.replace(folder / part.name)
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def _files_of_manifest(folder: Path) -> list[str]:
    """What the results now in the folder say that they wrote there; nothing when that cannot be read."""
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        return [name for name in files if Path(name).name == name]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def check_free(folder: Path, overwrite: bool) -> None:
    """Refuse to write among files that are there already, unless asked to, and where nothing can be written.

    Raises:
        ResultsExistError: if the folder is a file, or holds anything and `overwrite` is false.
        PermissionError: if the folder could not be made or written.
    """
    above = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if above != folder.absolute() and not above.is_dir():
        raise ResultsExistError(f"{folder} cannot be a folder, since {above} is a file")
    if not os.access(above, os.W_OK):
        raise PermissionError(f"{above} cannot be written; choose another folder for the results")
    if folder.exists() and not folder.is_dir():
        raise ResultsExistError(f"{folder} is a file; give a folder for the results")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ResultsExistError(
            f"{folder} is not empty; choose another folder, or add --overwrite to replace the results in it "
            "(other files stay)"
        )
