"""Comparing plans on a market made from figures or records: over the worlds that these allow, not in one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from cxsim.analysis.compare.comparison import Comparison, compare
from cxsim.analysis.compare.ignorance import ignorance_of
from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD, one_world
from cxsim.analysis.sweep.parameters import Values, in_every_segment, own_value, record_of, scenario_with
from cxsim.data.opening import read_plain_table
from cxsim.engine.branching import Branching
from cxsim.engine.simulate import Run
from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.files import MOST_FILES, find
from cxsim.scenario.register import parameter_names
from cxsim.scenario.toml_file import read_toml

MADE: Final = {"market": "figures", "calibration": "data"}  # kinds of folders with worlds, and what allows these
AGAIN: Final = "comparison"  # a folder of results over worlds holds those that were lived
WORLDS_FILE: Final = "plausible.csv"
LEAST: Final = 2  # worlds
NEAR: Final = 1e-9  # of a value: what is nearer is the same, written twice


@dataclass(frozen=True)
class Worlds:
    """What is not known of a market.

    Attributes:
        table: one row a world, one column a full key.
        source: what allows these worlds: "figures" or "data".
    """

    table: pd.DataFrame
    source: str


def worlds_of_market(name: str, base: Scenario) -> Worlds | None:
    """The plausible worlds of a market that was made by `cxsim market` or `calibrate`, or extends one; None of any other.

    A value that the user has set since, in a file or from outside, is known, and stays.

    Args:
        name: the base as it was named.
        base: the same, loaded, with everything that was set.
    """
    for file in _with_parents(name):
        manifest = _manifest_of(file)
        if manifest is not None:
            table = read_plain_table(file.parent / WORLDS_FILE).drop(columns=["draw"], errors="ignore")
            everywhere = in_every_segment(base, {str(key): str(key) for key in table.columns})
            table = table.assign(**{key: table[own] for key, own in everywhere.items() if key not in table})
            written, known = manifest.get("values", {}), set(parameter_names(base))
            kept = [key for key in table.columns if key in known and _as_written(base, key, written.get(key))]
            return Worlds(table[kept], str(manifest["worlds"])) if kept and len(table) > 1 else None
    return None


def _with_parents(name: str) -> list[Path]:
    """The file, and those that it extends."""
    files = [find(name)]
    while len(files) < MOST_FILES and (parent := read_toml(files[-1]).values.get("extends")):
        files.append(find(str(parent), files[-1].parent))
    return files


def _manifest_of(file: Path) -> dict[str, Any] | None:
    """The manifest beside a scenario that it was written with."""
    try:
        manifest: dict[str, Any] = json.loads((file.parent / "manifest.json").read_text(encoding="utf-8"))
        ours = {file.name, WORLDS_FILE} <= manifest["files"].keys()
        worlds = {**MADE, AGAIN: manifest.get("worlds")}.get(manifest["kind"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return {**manifest, "worlds": worlds} if ours and worlds else None


def _as_written(base: Scenario, key: str, written: object) -> bool:
    """Whether the base still has the value that was written for it."""
    now = own_value(base, key)
    if isinstance(now, float | int) and isinstance(written, float | int):
        return abs(now - written) <= NEAR * max(abs(now), 1.0)
    return written is None or now == written


def compare_over_worlds(
    base: Scenario,
    *plans: Scenario,
    worlds: Worlds,
    count: int,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> Comparison:
    """Let the same customers live through a base and its plans in many worlds, twice in each.

    Args:
        base: the central market.
        plans: of it.
        worlds: what is not known.
        count: worlds to live at most, spread evenly over the table; 2 or more.
        seed: of all luck.
        workers: threads.
        progress: whether to show a bar on stderr.

    Raises:
        ScenarioError: if a plan is not about the same market, or cannot be in a world.
        ValueError: if there are fewer than two worlds to live.
    """
    table, lived, left_out = lives_of(worlds, count, [base, *plans])

    def living(own_seed: int, replication: int) -> Iterable[Run]:
        first, *others = lived[replication // LIVES_OF_A_WORLD]
        return Branching(first, others).lives(own_seed, replication)

    pairs = LIVES_OF_A_WORLD * len(lived)
    found = compare(
        base,
        *plans,
        replications=pairs,
        seed=seed,
        workers=workers,
        progress=progress,
        living=living,
        intervals=one_world,
    )
    return told_over(found, table, worlds.source, left_out)


def lives_of(worlds: Worlds, count: int, scenarios: list[Scenario]) -> tuple[pd.DataFrame, list[list[Scenario]], str]:
    """So many worlds, spread evenly; a base and its plans in each of those in which they can be; and which were left out, why.

    Raises:
        ScenarioError: if a plan can be in none of them, or in one alone.
        ValueError: if there are fewer than two worlds to live.
    """
    if min(count, len(worlds.table)) < LEAST:
        raise ValueError(
            f"{count} world tells nothing of what is not known; live 2 or more (-n), or the central market alone (--point)"
        )
    rows = np.linspace(0, len(worlds.table) - 1, min(len(worlds.table), count)).round().astype(int)
    return _possible(worlds.table.iloc[rows], scenarios)


def told_over(found: Comparison, table: pd.DataFrame, source: str, left_out: str) -> Comparison:
    """A comparison whose pairs were lived in worlds, two in each, with what of its worth is not known."""
    told = {}
    for name, plan in found.plans.items():
        worth = plan.figures["net_margin"].to_numpy(float) - plan.per_replication["base_net_margin"].to_numpy(float)
        ignorance = ignorance_of(worth.reshape(-1, LIVES_OF_A_WORLD), table, source)
        told[name] = replace(plan, ignorance=ignorance, rescued_persons=[])  # whose lives are those of another world
    return replace(found, plans=told, worlds=table, stopped=left_out)


def _possible(table: pd.DataFrame, scenarios: list[Scenario]) -> tuple[pd.DataFrame, list[list[Scenario]], str]:
    """The worlds in which base and plans can be, with them in each; and which were left out, and why, in words."""
    records, lived, kept, why = [record_of(each) for each in scenarios], [], [], ""
    for place, row in enumerate(table.to_numpy().tolist()):
        values: Values = dict(zip(map(str, table.columns), row, strict=True))
        try:
            lived.append([scenario_with(record, values) for record in records])
            kept.append(place)
        except ScenarioError as error:
            why, last = why or error.problems[0].message, error
    if len(kept) < LEAST:
        raise last
    out = len(table) - len(kept)
    said = f"{out} of {len(table)} worlds are left out, since the plan cannot be there: {why}." if out else ""
    return table.iloc[kept].reset_index(drop=True), lived, said
