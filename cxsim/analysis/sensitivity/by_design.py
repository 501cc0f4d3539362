"""What each kind of design can honestly say of a subject: a plan's advantage, or the market's own figure."""

from typing import Any

import numpy as np
import pandas as pd

from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.phrases import between, bracketed, interval, percent, short, short_signed
from cxsim.analysis.sensitivity.answer import Answer, Picture, capital, counted, listed, rows_of, with_interval
from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.analysis.sensitivity.morris import morris_from
from cxsim.analysis.sensitivity.one_at_a_time import OneAtATime, one_at_a_time_from
from cxsim.analysis.sensitivity.parts import part_of
from cxsim.analysis.sensitivity.sobol import SobolIndices, sobol_from
from cxsim.analysis.sensitivity.study_data import StudyData, Target

# On Ishigami's function intervals cover 83 to 91% with 32 rows and 89% or more from 64 on; a share is then off by .1 or so.
FEWEST_ROWS, USUAL_ROWS = 64, 256
WIDEST = 0.5  # of the interval of a share that is still said
RANGES = "All of it holds over the ranges of this study; wider ranges make a factor more important."


def screened(study: StudyData, subject: Target) -> Answer:
    """Morris's screening: which factors matter at all."""
    factors, k = study.design.factors, len(study.design.factors)
    walks = subject.values.reshape(-1, k + 1, *subject.values.shape[1:])
    part = part_of(walks)
    answer = Answer(f"Which factors matter at all for {study.about(subject)}?", part.said("walk", len(walks)))
    if len(part.units) < 2:
        answer.says.append("Too few walks are complete to say more.")
        return answer
    design = study.design.points.reshape(len(walks), k + 1, k)[part.units].reshape(-1, k)
    table = morris_from(factors, design, part.values.reshape(len(design), -1))
    known = {factor.key: factor for factor in factors}
    table = table[[known[str(key)].on_a_scale for key in table["key"]]].reset_index(drop=True)
    with_luck = part.replications > 1
    seen = table[table["mu_star_low"] > table["luck"]] if with_luck else table
    for row in rows_of(seen):
        bends = ", and it depends on the others or bends" if row.sigma > row.mu_star else ""
        way = "" if abs(row.mu) < 0.5 * row.mu_star else (", upwards" if row.mu > 0 else ", downwards")
        words = known[str(row.key)].words
        along = f"from {words[0]} to {words[-1]}" if words else "over its whole range"
        answer.says.append(
            f"{capital(row.label)}: {along} it moves the result by "
            f"{interval(row.mu_star, row.mu_star_low, row.mu_star_high, short)} {study.unit}{way}{bends}."
        )
    silent = [str(label) for label in table["label"] if label not in set(seen["label"])]
    if silent:
        answer.says.append(f"No more than luck would show: {listed(silent)}.")
    unordered = [factor.label for factor in factors if not factor.on_a_scale]
    if unordered:
        answer.cannot.append(
            f"Nothing is said of {listed(unordered)}: Morris measures along a scale, and these words have no order "
            "(`sobol_indices` and `factorial` need none)."
        )
    answer.cannot.append(
        "Morris ranks factors for few runs. It gives no shares of the variance (`sobol_indices` does), and cannot tell "
        f"interactions from curvature. {RANGES}"
    )
    if not with_luck:
        answer.cannot.append("With one replication nobody can say what of it is luck; --expand adds more.")
    name = f"morris{subject.slug}"
    answer.tables[name] = table
    answer.pictures.append(Picture(name, "screening", (table, study.unit, study.about(subject))))
    return answer


def shared_out(study: StudyData, subject: Target) -> Answer:
    """Sobol indices: how much of the variance each factor is responsible for."""
    factors, k = study.design.factors, len(study.design.factors)
    rows = subject.values.reshape(-1, k + 2, *subject.values.shape[1:])
    part = part_of(rows, powers_of_two=True)
    answer = Answer(f"How much does each factor matter for {study.about(subject)}?", part.said("row", len(rows)))
    if len(part.units) < FEWEST_ROWS:
        answer.says.append(
            f"It cannot be told from {counted(len(part.units), 'row')} of the design: shares of the variance take at least {FEWEST_ROWS} "
            f"complete rows of {k + 2} points, and {USUAL_ROWS} or more to tell factors apart."
        )
        return answer
    found = sobol_from(factors, part.values.swapaxes(0, 1).reshape(len(part.units) * (k + 2), -1))
    table = found.table.sort_values("total", ascending=False, kind="stable")
    if table["total"].isna().all():
        answer.says.append("Nothing but luck is seen to move the result.")
    answer.says += [_share_of(row) for row in rows_of(table.dropna(subset=["total"]))]
    answer.says.append(_luck(found))
    if any(factor.words for factor in factors):
        answer.cannot.append("Shares of factors that are words hold whatever the order of the words.")
    answer.cannot.append(f"Indices tell how much, not which way. {RANGES}")
    if found.replications < 3:
        answer.cannot.append("With fewer than three replications the intervals hold the error of the points alone.")
    name = f"sobol{subject.slug}"
    answer.tables[name] = table
    answer.pictures.append(Picture(name, "indices", (found, study.about(subject))))
    return answer


def _share_of(row: Any) -> str:
    """What a factor is responsible for; no share is less than nothing or more than all, and none is said that is not known."""
    alone, alone_low, alone_high, together, low, high = (
        float(np.clip(each, 0.0, 1.0))
        for each in (row.first, row.first_low, row.first_high, row.total, row.total_low, row.total_high)
    )
    label = capital(row.label)
    if not max(alone_high - alone_low, high - low) <= WIDEST:  # nan where a resample shows nothing but luck
        known = f" ({between(low, high, percent)} with its interactions)" if low <= high else ""
        return f"{label}: its share cannot be told{known}; take more rows, and five replications or more."
    return (
        f"{label}: {bracketed(percent(alone), between(alone_low, alone_high, percent))} of the variance by itself, "
        f"{bracketed(percent(together), between(low, high, percent))} with its interactions."
    )


def _luck(found: SobolIndices) -> str:
    if found.replications == 1:
        return (
            "With one replication luck counts as if factors acted together: totals are too large. --expand adds more."
        )
    share, low, high = found.luck
    return (
        f"Luck is {interval(share, low, high, percent)} of the variance of a single run; it is taken out of these shares "
        f"({counted(found.points, 'row')}, {counted(found.replications, 'replication')})."
    )


def moved(study: StudyData, subject: Target) -> Answer:
    """One factor at a time: the tornado, and the value at which the decision flips."""
    factors, points, own = study.design
    part = part_of(subject.values[:, None])
    answer = Answer(f"What does each factor by itself do to {study.about(subject)}?", part.said("point", len(points)))
    answer.cannot.append("Nothing is said of what factors do together. " + RANGES)
    values = part.values[:, 0]
    if 0 not in part.units or len(part.units) < 2:
        answer.says.append(
            "The market as it stands is not among the finished runs, so nothing can be compared with it."
        )
        return answer
    here = points[part.units]
    decides = bool(subject.plan)
    answer.says.append(f"As the market stands: {with_interval(estimate(values[0]), study.unit)}.")
    answer.tables[f"one_at_a_time{subject.slug}"] = _levels(factors, here, values)
    if part.replications < 2:
        answer.says.append(
            "One replication has no intervals, and finds no value at which a decision flips; --expand adds more."
        )
        return answer
    outcomes = values if decides else values - values[0]
    numeric = [place for place, factor in enumerate(factors) if not factor.words and np.ptp(here[:, place]) > 0.0]
    for place, factor in enumerate(factors):
        if factor.words:
            answer.says.append(_of_words(factor, place, here, values, study.unit))
    if not numeric:
        return answer
    lived = [_lived(place, here, outcomes) for place in numeric]
    spans = [_span(factors[place], each[0]) for place, each in zip(numeric, lived, strict=True)]
    found = one_at_a_time_from(spans, [own[place] for place in numeric], lived)
    answer.says += _in_words(found, study.unit, decides)
    name = f"tornado{subject.slug}"
    answer.tables[name] = _with_flips(found) if decides else found.table
    answer.pictures.append(Picture(name, "tornado", (found, f"{study.about(subject)}, {study.unit}", decides)))
    if decides:
        answer.cannot.append(
            "Between two neighbouring values that were lived, the advantage is taken to go straight; a decision that flips "
            "twice between them is not seen."
        )
    return answer


def _lived(place: int, points: Numbers, outcomes: Numbers) -> tuple[Numbers, Numbers]:
    """The values of one factor with all others as they are, from low to high, and their outcomes."""
    rows = np.flatnonzero((np.delete(points, place, axis=1) == np.delete(points[0], place)).all(axis=1))
    rows = rows[np.argsort(points[rows, place], kind="stable")]
    return points[rows, place], outcomes[rows]


def _span(factor: Factor, values: Numbers) -> Factor:
    """The factor over what was lived of it."""
    return Factor(factor.key, float(values[0]), float(values[-1]), factor.label, factor.unit, factor.log)


def _levels(factors: tuple[Factor, ...], points: Numbers, values: Numbers) -> pd.DataFrame:
    """Every value lived: the result there, and its difference from the market as it stands, as pairs."""
    rows = []
    for place, factor in enumerate(factors):
        for value, outcome in zip(*_lived(place, points, values), strict=True):
            there, differs = estimate(outcome), estimate(outcome - values[0])
            said = factor.number(value) if factor.words else value
            rows.append(
                (
                    factor.key,
                    factor.label,
                    said,
                    there.mean,
                    there.low,
                    there.high,
                    differs.mean,
                    differs.low,
                    differs.high,
                )
            )
    names = ["key", "label", "value", "mean", "low", "high", "difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=names)


def _of_words(factor: Factor, place: int, points: Numbers, values: Numbers, unit: str) -> str:
    lived = zip(*_lived(place, points, values), strict=True)
    said = "; ".join(f"{factor.number(value)} {with_interval(estimate(outcome))}" for value, outcome in lived)
    return f"{capital(factor.label)}: {said} {unit}."


def _in_words(found: OneAtATime, unit: str, decides: bool) -> list[str]:
    said = []
    for row, flip in zip(rows_of(found.table), found.break_evens, strict=True):
        ends = f"{flip.factor.number(row.low)} to {flip.factor.say(row.high)}"
        moves = f"{interval(row.swing, row.swing_low, row.swing_high, short_signed)} {unit}"
        says = f" {capital(str(flip).partition(': ')[2])}." if decides else ""
        said.append(f"{capital(str(row.label))} from {ends}: {moves}.{says}")
    return said


def _with_flips(found: OneAtATime) -> pd.DataFrame:
    flips = [(each.value, each.low, each.high, each.flips) for each in found.break_evens]
    more = pd.DataFrame(flips, columns=["flips_at", "flips_at_low", "flips_at_high", "flips"])
    return pd.concat([found.table, more], axis=1)


def crossed(study: StudyData, subject: Target) -> Answer:
    """A full factorial: the mean at every value of every factor, and how much is left to their combinations."""
    factors, points, _ = study.design
    part = part_of(subject.values[:, None])
    answer = Answer(f"What does each factor do to {study.about(subject)}?", part.said("combination", len(points)))
    answer.cannot.append("Nothing is said of values between those that were lived.")
    if len(part.units) < len(points):
        answer.says.append(
            "With combinations missing, means of single values would mix several factors; none are given."
        )
        return answer
    values, rows, alone = part.values[:, 0], [], 0.0
    cells = values.mean(axis=1)
    for place, factor in enumerate(factors):
        groups = [(value, values[points[:, place] == value].mean(axis=0)) for value in np.unique(points[:, place])]
        means = np.array([group.mean() for _, group in groups])
        share = float(means.var() / cells.var()) if cells.var() > 0.0 else np.nan
        alone += share
        said = "; ".join(f"{factor.say(value)} {with_interval(estimate(group))}" for value, group in groups)
        answer.says.append(f"{capital(factor.label)} ({percent(share)} of the differences): {said}.")
        for value, group in groups:
            there = estimate(group)
            rows.append(
                (
                    factor.key,
                    factor.label,
                    factor.number(value) if factor.words else value,
                    there.mean,
                    there.low,
                    there.high,
                    share,
                )
            )
    answer.says.append(
        f"Combinations make up {percent(max(1.0 - alone, 0.0))} of the differences between points, luck among them."
    )
    columns = ["key", "label", "value", "mean", "low", "high", "share"]
    answer.tables[f"factorial{subject.slug}"] = pd.DataFrame(rows, columns=columns)
    return answer


def rows_listed(study: StudyData, subject: Target) -> Answer:
    """A table of points: how they were chosen is not known, so nothing is said beyond each of them."""
    part = part_of(subject.values[:, None])
    answer = Answer(f"What came out at each point for {study.about(subject)}?", part.said("point", len(subject.values)))
    found = [estimate(values) for values in part.values[:, 0]]
    table = pd.DataFrame(
        {"point": part.units, **{end: [getattr(each, end) for each in found] for end in ("mean", "low", "high")}}
    )
    answer.tables[f"points{subject.slug}"] = table
    if subject.plan and found:
        answer.says.append(f"It wins at {sum(each.mean > 0.0 for each in found)} of {counted(len(found), 'point')}.")
    answer.cannot.append(
        "Nobody told how the points of the table were chosen, so nothing is said of which factor matters. Take a design that "
        "draws them (`latin_hypercube`, `sobol`, `morris`, `sobol_indices`)."
    )
    return answer
