"""Everything a study can honestly say, by its design; and what it cannot."""

import textwrap
from collections.abc import Callable, Iterator

import numpy as np

from cxsim.analysis.sensitivity.answer import Answer, counted
from cxsim.analysis.sensitivity.by_design import crossed, moved, rows_listed, screened, shared_out
from cxsim.analysis.sensitivity.by_world import across_worlds, conditions_of_worlds, regretted
from cxsim.analysis.sensitivity.parts import part_of
from cxsim.analysis.sensitivity.regions import regions
from cxsim.analysis.sensitivity.study_data import StudyData, Target

WIDTH = 100

OF_A_DESIGN: dict[str, Callable[[StudyData, Target], Answer]] = {
    "factorial": crossed,
    "morris": screened,
    "one_at_a_time": moved,
    "sobol_indices": shared_out,
    "table": rows_listed,
}
EVENLY_DRAWN = ("latin_hypercube", "sobol", "sobol_indices")
OF_CASES = ("latin_hypercube", "sobol", "factorial", "table")  # whose points can stand for worlds


def answers(study: StudyData) -> Iterator[Answer]:
    """What the study says, question by question."""
    worlds = study.values.shape[2] > 1
    for subject in study.subjects():
        if study.kind in OF_A_DESIGN:
            yield OF_A_DESIGN[study.kind](study, subject)
        if study.kind in EVENLY_DRAWN:
            yield _where_it_fails(study, subject)
        if worlds and subject.plan:
            yield across_worlds(study, subject)
        if worlds:
            yield conditions_of_worlds(study, subject)
    if len(study.plans) > 1 and (worlds or study.kind in OF_CASES):
        yield regretted(study)


def _where_it_fails(study: StudyData, subject: Target) -> Answer:
    """Of Saltelli's rows only A and B are drawn each by itself; all others repeat their values."""
    places = np.arange(len(subject.values))
    if study.kind == "sobol_indices":
        places = np.flatnonzero(places % (len(study.design.factors) + 2) < 2)
    part = part_of(subject.values[places, None])
    varied = study.design._replace(points=study.design.points[places[part.units]])
    return regions(study, subject, varied, part.values[:, 0], "point", part.said("point", len(places)))


def summary(study: StudyData, said: list[Answer]) -> str:
    """The whole in plain words."""
    parts = [_head(study), *(_wrapped(f"Careful: {each}", "") for each in study.careful)]
    for answer in said:
        lines = [answer.question, "-" * min(len(answer.question), WIDTH)]
        lines += [_wrapped(each, "- ") for each in answer.says]
        if answer.cannot:
            lines.append(_wrapped("Not said: " + " ".join(answer.cannot), "  "))
        parts.append("\n".join(lines))
    if not said:
        parts.append(
            _wrapped(
                "Nothing varied in this study; `cxsim compare` tells all there is of one market and its plans.", ""
            )
        )
    return "\n\n".join(parts) + "\n"


def _head(study: StudyData) -> str:
    plans, points, worlds, replications = study.values.shape
    market = study.market
    size = " x ".join([
        counted(points, "point") + (f" ({study.kind})" if study.kind else ""), counted(worlds, "world"),
        f"{plans} (the market and its plans)" if plans > 1 else "the market", counted(replications, "replication"),
    ])  # fmt: skip
    good = {1: "; more is better", -1: "; less is better", 0: ""}[study.figure.good]
    lines = [
        f"{study.name}",
        f"{study.plans['base']}: {market['people']:,} people over {market['horizon_weeks']} weeks. {size}.",
        f"Looked at: {study.figure.name} of {market['focal']}, {study.figure.meaning} ({study.unit}{good}).",
        *_of_runs(study),
    ]
    if plans > 1:
        lines.append(
            "The advantage of a plan is what it has more of that than the market without it, the same customers with the same luck in "
            "both; it wins where the advantage is positive." if study.figure.good > 0 else
            "The advantage of a plan is how much less of that it has than the market without it, the same customers with the same luck "
            "in both; it wins where the advantage is positive."
        )  # fmt: skip
    lines.append(f"{study.of_intervals}; none of this is a forecast.")
    return "\n".join(_wrapped(line, "") for line in lines)


def _of_runs(study: StudyData) -> list[str]:
    """What is there, what is missing, what failed."""
    if study.found == study.expected and not study.failed and not study.unmeasured:
        return [f"All {study.expected:,} runs are there."]
    said = [f"{study.found:,} of {study.expected:,} runs are finished."]
    missing = study.expected - study.found
    if missing:
        said.append(f"{missing:,} are missing: `cxsim sweep STUDY -o {study.folder} --resume` lives them.")
    if study.failed:
        said.append(f"{study.failed:,} failed and count for nothing; the first says: {study.error}")
    if study.unmeasured:
        said.append(f"In {study.unmeasured:,} there was nothing to measure {study.figure.name} by.")
    return [" ".join(said)]


def _wrapped(text: str, first: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False)
