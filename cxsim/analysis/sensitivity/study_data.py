"""A study as the analyses read it: one figure of every finished run, and what varied, in numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cxsim.analysis.compare.guard import spread_doubts
from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.analysis.sweep.reading import Finished, figures_kept, finished
from cxsim.analysis.sweep.study import BASE
from cxsim.engine.outcomes.figures import Figure, figure_named


class Inputs(NamedTuple):
    """What varied from point to point, or from world to world.

    Attributes:
        factors: k of them; keys with one value only are left out.
        points: their values, shape (n, k); a word by its number.
        own: their values in the market as it stands, shape (k,); nan where the study does not say.
    """

    factors: tuple[Factor, ...]
    points: Numbers
    own: Numbers


class Target(NamedTuple):
    """What is explained: a plan's advantage over the base, or the market's figure where there is no plan.

    Attributes:
        plan: name of the plan in the study; empty for the market itself.
        title: what readers are told.
        values: (points, worlds, replications), the same luck in every replication; more is better for an advantage; nan
            where a run is missing.
    """

    plan: str
    title: str
    values: Numbers

    @property
    def slug(self) -> str:
        """For names of files: "-second-cook" of "plans/second-cook"."""
        return f"-{re.sub('[^A-Za-z0-9]+', '-', Path(self.plan).stem).strip('-').lower()}" if self.plan else ""


@dataclass(frozen=True)
class StudyData:
    """A study, one figure of it.

    Attributes:
        folder: where it lies.
        name: of the study.
        kind: of its design; empty without one.
        figure: what is looked at.
        market: focal brand, currency, people, horizon_weeks.
        plans: titles by name, the base first.
        design: what varied by design.
        uncertain: what varied from world to world.
        drawn: whether the worlds were drawn evenly from ranges; else they are rows of a file, or there is one.
        values: (plans, points, worlds, replications); nan where a run is not there, failed or had nothing to measure.
        expected: runs there are to be.
        found: runs that are finished.
        failed: runs that failed.
        error: what the first of them says.
        unmeasured: runs in which there was nothing to measure the figure by.
        doubts: what should be known of each plan before its verdicts, as the market stands: sentences by name.
        first_stage: replications whose spread set the number of all, by `[until]`; 0 where it was fixed.
    """

    folder: Path
    name: str
    kind: str
    figure: Figure
    market: Mapping[str, Any]
    plans: dict[str, str]
    design: Inputs
    uncertain: Inputs
    drawn: bool
    values: Numbers = field(repr=False)
    expected: int
    found: int
    failed: int
    error: str
    unmeasured: int
    doubts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first_stage: int = 0

    @property
    def of_intervals(self) -> str:
        """What the intervals of its analyses are."""
        said = "Intervals are 95%, over replications of this model"
        if not self.first_stage:
            return said
        return (
            f"{said}, as if their number had been fixed. The spread of the first {self.first_stage} set it, so they hold the truth a little "
            "less often: in about 92% of studies after a first stage of 5, 93% of 10, 94% of 20. Those of precision.csv do in 95%"
        )

    @property
    def careful(self) -> list[str]:
        """What should be known before the verdicts, in sentences that name the plan."""
        said = [f'"{self.plans[plan]}": {sentence}' for plan, found in self.doubts.items() for sentence in found]
        for subject in self.subjects():
            complete = subject.values[:, :, np.isfinite(subject.values).all(axis=(0, 1))]
            alike = spread_doubts(complete.mean(axis=(0, 1)), self.figure.name) if subject.plan else ()
            said += [f'"{subject.title}": {doubt.sentence}' for doubt in alike]
        return said

    @property
    def unit(self) -> str:
        """Of the figure, with the market's currency, without explanation."""
        return self.figure.unit.replace("currency", str(self.market["currency"])).partition(",")[0]

    def about(self, subject: Target) -> str:
        """As in "the advantage of X in net_margin", or "net_margin of Olive"."""
        if subject.plan:
            return f'the advantage of "{subject.title}" in {self.figure.name}'
        return f"{self.figure.name} of {self.market['focal']}"

    def subjects(self) -> Iterator[Target]:
        """Every plan against the base, paired by luck; the market itself where there is no plan."""
        base, *others = self.plans
        if not others:
            yield Target("", self.plans[base], self.values[0])
        for place, plan in enumerate(others, start=1):
            yield Target(plan, self.plans[plan], self.figure.good * (self.values[place] - self.values[0]))


def studied(folder: Path, figure: str) -> StudyData:
    """Read what is there of a study.

    Raises:
        ValueError: if the folder holds no study, or none that says what varied, or the figure is not known, or is
            neither good nor bad and there are plans to judge by it.
    """
    figures = figures_kept(folder)
    known = figure_named(figure, figures)
    read = finished(folder, [figure])
    manifest = read.manifest
    if "factors" not in manifest:
        raise ValueError(f"{folder} was written before cxsim noted what varied; live the study into a new folder")
    names = _titles({name: manifest["names"][name] or name for name in read.space.plans})
    if len(names) > 1 and not known.good:
        judged = ", ".join(each.name for each in figures if each.good)
        raise ValueError(f"{figure} is neither good nor bad in itself, so no plan wins by it. Choose one of {judged}")
    study, labels = manifest["study"], manifest["study"]["labels"]
    errors = read.runs["error"].dropna()
    return StudyData(
        folder=folder,
        name=study["name"] or study["scenario"],
        kind=study["design"]["kind"] if study["design"] else "",
        figure=known,
        market=manifest["market"],
        plans=names,
        design=_varied(read.space.points, manifest["factors"], labels, manifest["market"]["currency"]),
        uncertain=_varied(read.space.worlds, manifest["uncertain"], labels, manifest["market"]["currency"]),
        drawn=bool(manifest["uncertain"]),
        values=_cube(read, figure),
        expected=read.space.runs,
        found=len(read.runs),
        failed=len(errors),
        error=str(errors.iloc[0]).splitlines()[0] if len(errors) else "",
        unmeasured=int(read.runs[figure].isna().sum()) - len(errors),
        doubts={
            plan: [each["sentence"] for each in found] for plan, found in manifest.get("doubts", {}).items() if found
        },
        first_stage=study["replications"] if study.get("until") else 0,
    )


def _titles(names: dict[str, str]) -> dict[str, str]:
    """Of two with one title, the name in the study beside it."""
    titles = list(names.values())
    return {name: f"{title} ({name})" if titles.count(title) > 1 else title for name, title in names.items()}


def _cube(read: Finished, figure: str) -> Numbers:
    space, runs = read.space, read.runs
    shape = (len(space.plans), len(space.points), len(space.worlds), space.replications)
    values = np.full(shape, np.nan)
    places = runs["plan"].map({BASE: 0, **{plan: place for place, plan in enumerate(space.plans)}})
    where = (places.to_numpy(), *(runs[name].to_numpy() for name in ("point", "world", "replication")))
    values[where] = runs[figure].to_numpy(float)
    return values


# ---- what varied ----------------------------------------------------------------------------------------------------


def _varied(table: pd.DataFrame, axes: Sequence[Mapping[str, Any]], labels: Mapping[str, str], currency: str) -> Inputs:
    given = {axis["key"]: axis for axis in axes}
    factors, columns, own = [], [], []
    for key in map(str, table.columns):
        axis, column = given.get(key, {}), table[key]
        if key.startswith("segment.") and key not in given:  # moves with the key that it stands for
            continue
        values = list(axis.get("values") or column.unique())
        words = _words(values)
        factor = _factor(key, axis, column, words, labels.get(key, ""))
        if factor is None:
            continue
        factors.append(replace(factor, unit=factor.unit.replace("currency", currency)))
        columns.append(column.map(words.index).to_numpy(float) if words else column.to_numpy(float))
        own.append(_number(axis.get("own"), words))
    points = np.column_stack(columns) if columns else np.zeros((len(table), 0))
    return Inputs(tuple(factors), points, np.array(own, float))


def _words(values: Sequence[Any]) -> list[Any]:
    """The values, where they are words or flags; nothing where they are numbers."""
    return [*values] if any(isinstance(value, str | bool | np.bool_) for value in values) else []


def _factor(key: str, axis: Mapping[str, Any], column: pd.Series, words: list[Any], label: str) -> Factor | None:
    if words:
        low, high = 0.0, len(words) - 1.0
    elif axis and not axis["values"]:
        low, high = axis["low"], axis["high"]
    else:
        low, high = float(column.min()), float(column.max())
    said = tuple(str(word).lower() if isinstance(word, bool | np.bool_) else str(word) for word in words)
    return Factor(key, low, high, label, log=bool(axis and axis["log"]), words=said) if low < high else None


def _number(own: Any, words: list[Any]) -> float:
    if words:
        return float(words.index(own)) if own in words else np.nan
    return np.nan if own is None or isinstance(own, str) else float(own)
