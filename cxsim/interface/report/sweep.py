"""The page on a study of many runs: what drives money in it, when a plan loses, and what its design cannot say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from markupsafe import Markup
from pydantic import BaseModel

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.results.reading import read_json, understood
from cxsim.analysis.sensitivity.answer import Answer
from cxsim.analysis.sensitivity.report import answers
from cxsim.analysis.sensitivity.study_data import StudyData, Target, studied
from cxsim.analysis.sweep.folder import MANIFEST
from cxsim.interface import charts
from cxsim.interface.report.page import rendered
from cxsim.interface.report.pictures import Pictures

FIGURE = "net_margin"


class Begun(BaseModel):
    """What sweep.json says of what was lived, and with what."""

    cxsim: str
    python: str
    packages: dict[str, str]
    study: dict[str, object]
    content: dict[str, str]
    scenarios: int
    stages: list[dict[str, object]]


@dataclass(frozen=True)
class Overall:
    """A plan over the whole study, or the market where there is no plan.

    Attributes:
        subject: what it is about.
        mean: over all points and worlds, with interval over replications.
        ahead: share of points and worlds in which the mean advantage is positive.
        decided: share of those in which the interval over replications leaves zero out.
    """

    subject: Target
    mean: Estimate
    ahead: float
    decided: float


def page(folder: Path) -> str:
    """The page on a study; of one that is not complete, on the runs that are there.

    Raises:
        NoResultsError: if its manifest cannot be read.
        ValueError: if nothing of it is finished.
    """
    file = folder / MANIFEST
    manifest = understood(Begun, read_json(file), file)
    study, pictures = studied(folder, FIGURE), Pictures()
    return rendered(
        "sweep.html",
        study=study,
        shape=dict(zip(("plans", "points", "worlds", "replications"), study.values.shape, strict=True)),
        overall=list(_overall(study)),
        answers=[(answer, _drawn(answer, pictures)) for answer in answers(study)],
        content=manifest.content,
        settings=json.dumps(manifest.study, indent=2, ensure_ascii=False),
        written=manifest,
        folder=folder.resolve().name,
    )


def _overall(study: StudyData) -> Iterator[Overall]:
    for subject in study.subjects():
        cells = [estimate(values) for values in subject.values.reshape(-1, subject.values.shape[-1])]
        known = [cell for cell in cells if np.isfinite(cell.mean)]
        if not known:
            continue
        over_all = np.array(
            [np.nanmean(values) for values in np.moveaxis(subject.values, -1, 0) if np.isfinite(values).any()]
        )
        decided = [cell.decided for cell in known]
        ahead = float(np.mean([cell.mean > 0.0 for cell in known]))
        yield Overall(subject, estimate(over_all), ahead, float(np.mean(decided)))


def _drawn(answer: Answer, pictures: Pictures) -> list[Markup]:
    return [
        pictures(partial(getattr(charts, picture.chart), *picture.arguments), answer.question, width=None)
        for picture in answer.pictures
    ]
