"""Where a plan loses: which factors differ there, and under which conditions; of points that were drawn evenly."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.phrases import percent
from cxsim.analysis.sensitivity.answer import Answer, Picture, capital, counted, listed, rows_of
from cxsim.analysis.sensitivity.discovery import FEWEST_POINTS, Discovery, discover
from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.analysis.sensitivity.regional import regional
from cxsim.analysis.sensitivity.study_data import Inputs, StudyData, Target

ALARM = 0.05


def regions(
    study: StudyData, subject: Target, varied: Inputs, values: Numbers, where: str, before: list[str]
) -> Answer:
    """Regional sensitivity and, for a plan, scenario discovery.

    Args:
        study: the study.
        subject: a plan, which loses where its mean advantage is not positive, or the market, whose worse half is taken.
        varied: factors and points, shape (n, k).
        values: of the subject at these points, shape (n, replications).
        where: what a point is called: "point" or "world".
        before: sentences on what it rests on.
    """
    mean = values.mean(axis=1)
    if subject.plan:
        bad = mean <= 0.0
        answer = Answer(f'When does "{subject.title}" lose ({study.figure.name})?', [*before, _score(mean, where)])
    else:
        bad = _worse_half(mean, study.figure.good)
        answer = Answer(f"What goes with the worse half of {study.about(subject)}?", [*before])
    if not varied.factors:
        return answer
    if bad.all() or not bad.any():
        answer.says.append("So there is nothing to tell apart." if subject.plan else "All points come out alike.")
        return answer
    groups = (
        ("it loses", "it wins") if subject.plan else ("the result is in its worse half", "it is in its better half")
    )
    table = regional(varied.points, bad, varied.factors)
    answer.says += _differences(table, varied, bad, groups)
    name = f"regional-{where}s{subject.slug}"
    answer.tables[name] = table
    answer.pictures.append(Picture(name, "regional", (table, varied.points, bad, varied.factors, groups)))
    answer.cannot.append(
        "What a factor does only together with others can pass unseen when factors are looked at one by one."
    )
    if subject.plan:
        _discovered(answer, study, subject, varied, bad, where)
    return answer


def _worse_half(mean: Numbers, good: int) -> NDArray[np.bool_]:
    """The points with less of what is good; of a figure that is neither, those with more of it."""
    worth = mean * good if good else -mean
    return np.asarray(worth < np.median(worth))


def _score(mean: Numbers, where: str) -> str:
    return f"It wins at {int((mean > 0.0).sum())} of {counted(len(mean), where)}, by the mean over replications."


def _differences(table: pd.DataFrame, varied: Inputs, bad: NDArray[np.bool_], groups: tuple[str, str]) -> list[str]:
    places = {factor.key: place for place, factor in enumerate(varied.factors)}
    clear = table[table["p_holm"] <= ALARM]
    said = []
    for row in rows_of(clear):
        place = places[str(row.key)]
        factor = varied.factors[place]
        if factor.words:
            where = _by_word(factor, varied.points[:, place], bad, groups[0])
        else:
            where = (
                f"half of the cases where {groups[0]} lie above {factor.say(row.median_lost)}, "
                f"half of those where {groups[1]} above {factor.say(row.median_won)}"
            )
        said.append(
            f"{capital(str(row.label))}: {where} (distance {row.distance:.2f}, p {_p(row.p_holm)}, corrected for the number of factors)."
        )
    silent = len(table) - len(clear)
    return said + (
        [f"By itself no {'other ' if said else ''}factor differs more than luck would show."] if silent else []
    )


def _by_word(factor: Factor, column: Numbers, bad: NDArray[np.bool_], group: str) -> str:
    """In how many of its cases each word has it."""
    words = [(word, bad[np.rint(column) == number]) for number, word in enumerate(factor.words)]
    return f"{group} in " + listed(
        f"{percent(cases.mean())} of cases with {word}" for word, cases in words if len(cases)
    )


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.001 else "below 0.001"


def _discovered(
    answer: Answer, study: StudyData, subject: Target, varied: Inputs, bad: NDArray[np.bool_], where: str
) -> None:
    """Add the box of conditions."""
    if len(bad) < FEWEST_POINTS:
        answer.cannot.append(
            f"{counted(len(bad), where)} are too few to find conditions; take {FEWEST_POINTS}, better 200."
        )
        return
    scale = [place for place, factor in enumerate(varied.factors) if factor.on_a_scale]
    unordered = [factor.label for factor in varied.factors if not factor.on_a_scale]
    if unordered:
        answer.cannot.append(f"No condition is looked for on {listed(unordered)}: these words have no order.")
    if not scale:
        return
    own = varied.own[scale]
    found = discover(varied.points[:, scale], bad, [varied.factors[place] for place in scale])
    answer.says.append(found.sentence(f'"{subject.title}"'))
    if found.separates and np.isfinite(own).all():
        inside = bool(found.box.holds(own[None, :])[0])
        answer.says.append(f"The market as it stands lies {'inside' if inside else 'outside'} these conditions.")
    name = f"conditions-{where}s{subject.slug}"
    answer.tables[name] = _with_counts(found)
    answer.tables[f"boxes-{where}s{subject.slug}"] = found.trajectory.reset_index()
    answer.pictures.append(Picture(name, "boxes", (found, f'"{subject.title}"')))
    answer.cannot.append(
        "The conditions are one box with straight sides; another may tell nearly as well (the other boxes are in the table)."
    )


def _with_counts(found: Discovery) -> pd.DataFrame:
    counts = {"separates": found.separates, "coverage": found.held_out.coverage, "density": found.held_out.density}
    return found.conditions.assign(**counts)
