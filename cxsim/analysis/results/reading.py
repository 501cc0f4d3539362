"""Results read back from their folder, if they are whole, as they were written, and of a format known here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.copied import Copied
from cxsim.analysis.compare.ignorance import Ignorance
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.members import COLUMNS
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.stopping import intervals_named
from cxsim.analysis.results.folder import FORMAT, OLD_COLUMNS, sha256_of
from cxsim.analysis.results.writing import COPIED, DAY, KEYS, REAL
from cxsim.engine.outcomes.figures import figures_of
from cxsim.engine.outcomes.reach import RULE_COLUMNS
from cxsim.engine.outcomes.retention import COHORT_COLUMNS
from cxsim.scenario import Scenario
from cxsim.scenario.copying import rivals_of
from cxsim.scenario.extended import shape_of
from cxsim.scenario.mechanism import MechanismError
from cxsim.scenario.writing import hash_of_record

WORDS = (
    "plan",
    "scenario",
    "brand",
    "figure",
    "unit",
    "stage",
    "cause",
    "base_status",
    "plan_status",
    "rule",
)  # never numbers


class NoResultsError(ValueError):
    """A folder that holds no results, or results that cannot be read."""


class Written(BaseModel):
    """What every manifest says.

    Attributes:
        format: of the files, see `cxsim.analysis.results.folder.FORMAT`.
        kind: what the folder holds.
        cxsim: the version that wrote it.
        python: the version that ran it.
        packages: versions of those on which numbers depend.
        files: SHA-256 of every file written, by name.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    kind: str
    cxsim: str
    python: str
    packages: dict[str, str]
    files: dict[str, str]


class KeptScenario(BaseModel):
    """A scenario as the manifest keeps it: its hash, and its values, which are read once its mechanisms are found."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    scenario: dict[str, Any]


class RunsManifest(Written):
    """The manifest of runs and comparisons."""

    seed: int
    replications: int
    scenarios: dict[str, KeptScenario]


Manifest = TypeVar("Manifest", bound=BaseModel)


@dataclass(frozen=True)
class Results:
    """A folder with results.

    Attributes:
        folder: where it is.
        written: what its manifest says.
    """

    folder: Path
    written: Written

    def manifest(self, kind: type[Manifest]) -> Manifest:
        """The manifest with all that this kind of results says in it.

        Raises:
            NoResultsError: if it does not say it.
        """
        return understood(kind, read_json(self.folder / "manifest.json"), self.folder / "manifest.json")

    def file(self, name: str) -> Path:
        """A file of the results, as it was written.

        Raises:
            NoResultsError: if it is missing or was changed.
        """
        path = self.folder / name
        if name not in self.written.files or not path.is_file():
            raise NoResultsError(f"{path} is missing; the results are not whole. {_AGAIN}")
        if sha256_of(path) != self.written.files[name]:
            raise NoResultsError(f"{path} is not as cxsim wrote it: it was changed or damaged. {_AGAIN}")
        return path

    def table(self, name: str) -> pd.DataFrame:
        """A table of the results, by its name without extension; names are text whatever they look like."""
        if f"{name}.parquet" in self.written.files:
            try:
                return pd.read_parquet(self.file(f"{name}.parquet"))
            except ImportError:
                raise NoResultsError(
                    "tables in Parquet need the package pyarrow: pip install 'cxsim[parquet]'"
                ) from None
        file, types = self.file(f"{name}.csv"), {word: str for word in WORDS}
        table = pd.read_csv(file, dtype=types, keep_default_na=False, na_values=[""])
        return table.fillna({word: "" for word in table.columns.intersection(list(WORDS))})

    def has(self, name: str) -> bool:
        """Whether a file of this name was written."""
        return name in self.written.files


_AGAIN = "Run the command again that wrote them, with --overwrite."


def open_results(folder: Path) -> Results:
    """What `-o` wrote into a folder.

    Raises:
        NoResultsError: if it is no folder of results, or one of another format.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise NoResultsError(f"{folder} {what}; give a folder that cxsim run, compare, ... wrote with -o")
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        hint = "Writing may have been cut off: run the command again with --overwrite." if _looks_begun(folder) else ""
        raise NoResultsError(f"{folder} holds no results of cxsim: it has no manifest.json. {hint}".rstrip())
    record = read_json(manifest)
    if record.get("format") != FORMAT:
        by = f"cxsim {record['cxsim']}" if "cxsim" in record else "something else"
        found = f"format {record['format']}" if "format" in record else "no format"
        raise NoResultsError(f"{manifest} was written by {by} ({found}); this cxsim reads format {FORMAT}. {_AGAIN}")
    return Results(folder, understood(Written, record, manifest))


def _looks_begun(folder: Path) -> bool:
    return any((folder / f"{name}.{end}").exists() for name in ("figures", "table") for end in ("csv", "parquet"))


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        NoResultsError: if it holds none.
    """
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoResultsError(f"{file} cannot be read: {error}") from None
    if not isinstance(record, dict):
        raise NoResultsError(f"{file} is no manifest of results")
    return record


def understood(kind: type[Manifest], record: dict[str, Any], file: Path) -> Manifest:
    """A manifest with all that it should say.

    Raises:
        NoResultsError: if it does not say it.
    """
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise NoResultsError(f"{file} cannot be understood: {where}: {fault['msg']}. {_AGAIN}") from None


# ---- runs and comparisons -------------------------------------------------------------------------------------------


def read_runs(results: Results) -> Runs:
    """The runs that `write_runs` wrote, with every number as it was.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    (runs,) = _worlds(results).values()
    return runs


def read_comparison(results: Results) -> Comparison:
    """The comparison that `write_comparison` wrote, with every number as it was.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    (base_name, base), *plans = _worlds(results).items()
    said = read_json(results.file("comparison.json"))
    tables = {name: results.table(name) for name in ("differences", "matrix", "rescued", "broken", "money")}
    if any(results.has(f"{COPIED}.{end}") for end in ("csv", "parquet")):
        tables[COPIED] = results.table(COPIED)
    written = [name for name in ("members.csv", "members.parquet") if results.has(name)]
    tables["members"] = results.table("members") if written else pd.DataFrame(columns=["plan", *COLUMNS])
    compared = {
        name: _plan(name, base, runs, {key: _of(table, "plan", name) for key, table in tables.items()}, said)
        for name, runs in plans
    }
    return Comparison(base_name, base, compared, said["stopped"])


def _worlds(results: Results) -> dict[str, Runs]:
    """Every scenario with its tables, the base first."""
    manifest = results.manifest(RunsManifest)
    tables = {
        name: results.table(name) for name in ("figures", "weeks", "lines", "retention", "referrals", "loop_lengths")
    }
    tables["weeks"] = tables["weeks"].rename(columns=OLD_COLUMNS).drop(columns=DAY, errors="ignore")
    with_rules = results.has("reach.csv") or results.has("reach.parquet")
    tables["reach"] = results.table("reach") if with_rules else pd.DataFrame(columns=[*KEYS, *RULE_COLUMNS])
    with_cohorts = results.has("cohorts.csv") or results.has("cohorts.parquet")
    tables["cohorts"] = results.table("cohorts") if with_cohorts else pd.DataFrame(columns=[*KEYS, *COHORT_COLUMNS])
    worlds = {}
    for name, kept in manifest.scenarios.items():
        own = {key: _of(table, "scenario", name).drop(columns="seed") for key, table in tables.items()}
        figures = own.pop("figures").set_index("replication")
        scenario = _checked(kept, name, results)
        if len(figures) != manifest.replications or set(tables["figures"]["seed"]) != {manifest.seed}:
            raise NoResultsError(f"{results.folder}: manifest.json and the figures of {name!r} do not agree. {_AGAIN}")
        later = [figure.name for figure in figures_of(scenario) if figure.name not in figures]
        figures[later] = float("nan")  # not measured when the folder was written
        worlds[name] = Runs(scenario, manifest.seed, figures, **own)
    return worlds


def _checked(kept: KeptScenario, name: str, results: Results) -> Scenario:
    """The scenario, if it is the one whose hash was written; its real figures are those in the folder."""
    values, manifest = _with_mechanisms(kept.scenario, results), results.folder / "manifest.json"
    try:
        shape = shape_of(values)
    except MechanismError as error:
        raise NoResultsError(f"{manifest} cannot be understood: {error}. {_AGAIN}") from None
    scenario = understood(shape, values, manifest)
    edges = scenario.market.links.edges
    if (not edges or Path(edges).is_file()) and hash_of_record(kept.scenario, scenario) != kept.sha256:
        raise NoResultsError(f"{results.folder / 'manifest.json'}: scenario {name!r} was changed by hand. {_AGAIN}")
    if not results.has(REAL):
        return scenario
    reference = scenario.reference.model_copy(update={"weekly_repeat_purchases": str(results.file(REAL))})
    return scenario.model_copy(update={"reference": reference})


def _with_mechanisms(values: dict[str, Any], results: Results) -> dict[str, Any]:
    """A scenario's values, its mechanisms those that lie in the folder; older folders name them where they were."""
    names = values.get("mechanisms")
    if not isinstance(names, list):
        return values
    return {**values, "mechanisms": [str(results.file(each)) if results.has(each) else each for each in names]}


def _of(table: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    return table[table[column] == name].drop(columns=column).reset_index(drop=True)


def _plan(name: str, base: Runs, runs: Runs, tables: dict[str, pd.DataFrame], said: dict[str, Any]) -> PlanResult:
    matrix = tables["matrix"].pivot(index="base_status", columns="plan_status", values="people")
    order = list(dict.fromkeys(tables["matrix"]["plan_status"]))
    matrix = matrix.loc[order, order].rename_axis(index="base", columns="plan")
    own = said["plans"][name]
    both = [base.figures.add_prefix("base_"), runs.figures.add_prefix("plan_")]
    return PlanResult(
        name=name,
        runs=runs,
        differences=tables["differences"].astype({"more_replications": "Int64"}),
        matrix=matrix,
        rescued=tables["rescued"],
        broken=tables["broken"],
        weekly=tables["money"].drop(columns=DAY, errors="ignore"),
        payback=own["payback_week"],
        roi=_estimate(own["roi"]) if own["roi"] else None,
        rescued_people=_estimate(own["rescued_people"]),
        broken_people=_estimate(own["broken_people"]),
        rescued_margin=_estimate(own["rescued_margin"]),
        rescued_persons=own["rescued_persons"],
        per_replication=pd.concat(both, axis=1),
        members=tables["members"],
        half_width_factor=intervals_named(said["intervals"]),
        copied=_copied(runs.scenario, tables[COPIED]) if COPIED in tables else None,
        ignorance=Ignorance(**own["ignorance"]) if own.get("ignorance") else None,
    )


def _copied(plan: Scenario, table: pd.DataFrame) -> Copied:
    figures = table.set_index("replication")
    return Copied(float(figures.pop("after_weeks").iloc[0]), tuple(rivals_of(plan)), figures)


def _estimate(record: dict[str, float | None]) -> Estimate:
    """An estimate as JSON keeps it, where null is an end that is not known."""
    known = {key: float("nan") if value is None else value for key, value in record.items()}
    return Estimate(known["mean"], known["low"], known["high"], int(known.get("replications", 0)))
