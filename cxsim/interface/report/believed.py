"""What one must believe, where a folder of results holds the answer of `cxsim believe` on the same base and plan."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from cxsim.analysis.phrases import short
from cxsim.analysis.results.reading import NoResultsError, Results, Written, open_results
from cxsim.analysis.sensitivity.factor import SHARES
from cxsim.scenario import Scenario
from cxsim.scenario.writing import scenario_hash

MOST: Final = 3  # turning points shown


class BeliefsManifest(Written):
    """The manifest of beliefs."""

    scenarios: list[dict[str, str]]
    replications: int


@dataclass(frozen=True)
class TurningPoint:
    """An assumption at which the verdict turns: its label, the value assumed, beyond which it turns, and how sure that is."""

    label: str
    assumed: str
    turns: str
    between: str


@dataclass(frozen=True)
class Believed:
    """The nearest turning points, the least to be believed first, of so many assumptions that were moved."""

    nearest: list[TurningPoint]
    moved: int
    turning: int
    replications: int


def believed_in(folder: Path, base: Scenario, plan: Scenario) -> Believed | None:
    """What `cxsim believe BASE PLAN -o FOLDER/...` wrote below a folder of results; None if nothing, or about other scenarios."""
    wanted = [scenario_hash(base), scenario_hash(plan)]
    for inner in sorted(path for path in folder.iterdir() if (path / "manifest.json").is_file()):
        try:
            results = open_results(inner)
            if results.written.kind == "beliefs":
                manifest = results.manifest(BeliefsManifest)
                if [each.get("sha256") for each in manifest.scenarios] == wanted:
                    return _read(results, manifest.replications)
        except (NoResultsError, ValidationError):
            continue
    return None


def _read(results: Results, replications: int) -> Believed:
    table = results.table("beliefs")
    turning = table[table["turns_at"].notna()]
    nearest = [_turning_point(row) for row in turning.head(MOST).to_dict("records")]
    return Believed(nearest, len(table), len(turning), replications)


def _turning_point(row: Mapping[Hashable, object]) -> TurningPoint:
    def number(column: str) -> str:
        value = float(str(row[column]))
        return f"{100.0 * value:.3g}%" if row["unit"] in SHARES else short(value)

    way = "above" if float(str(row["turns_at"])) > float(str(row["assumed"])) else "below"
    ends = sorted(("turns_at_low", "turns_at_high"), key=lambda column: float(str(row[column])))
    return TurningPoint(
        str(row["label"]), number("assumed"), f"{way} {number('turns_at')}", f"{number(ends[0])} to {number(ends[1])}"
    )
