"""What worlds say: in how many a plan wins, under which conditions it loses, and which plan is regretted least."""

import numpy as np
import pandas as pd

from cxsim.analysis.phrases import short
from cxsim.analysis.sensitivity.answer import Answer, Picture, counted, rows_of, with_interval
from cxsim.analysis.sensitivity.factor import Numbers
from cxsim.analysis.sensitivity.over_worlds import OverWorlds, over_worlds
from cxsim.analysis.sensitivity.parts import Places, complete_part, part_of
from cxsim.analysis.sensitivity.regions import regions
from cxsim.analysis.sensitivity.regret import Regret, regret
from cxsim.analysis.sensitivity.study_data import StudyData, Target

AS_IT_STANDS = "one_at_a_time"  # the only design whose first point is the market itself; others are averaged over


def across_worlds(study: StudyData, subject: Target) -> Answer:
    """A plan in every world, the spread across worlds beside that of luck."""
    values, worlds, said = _in_worlds(study, subject.values)
    found = over_worlds(values, worlds)
    answer = Answer(f'In how many worlds does "{subject.title}" win ({study.figure.name})?', said)
    answer.says += _counted(found, study)
    name = f"worlds{subject.slug}"
    answer.tables[name] = found.table
    answer.pictures.append(Picture(name, "worlds", (found, subject.title, f"{study.figure.name}, {study.unit}")))
    answer.cannot.append(
        "A share of worlds is no probability: it counts worlds "
        + ("drawn evenly from ranges that somebody chose." if study.drawn else "of a file. The draws of a calibration all reproduce "
           "its data closely enough; how likely each is, the data do not say.")
    )  # fmt: skip
    return answer


def conditions_of_worlds(study: StudyData, subject: Target) -> Answer:
    """Regional sensitivity and conditions over the uncertain keys."""
    values, worlds, said = _in_worlds(study, subject.values)
    varied = study.uncertain._replace(points=study.uncertain.points[worlds])
    answer = regions(study, subject, varied, values, "world", said)
    if not study.drawn and varied.factors:
        answer.cannot.append(
            "The worlds are rows of a file, in which keys may move together: a factor may be named for another's effect."
        )
    return answer


def _in_worlds(study: StudyData, values: Numbers) -> tuple[Numbers, Places, list[str]]:
    """The subject by world, (worlds, replications); numbers of these worlds; what it rests on."""
    values = values[:1] if study.kind == AS_IT_STANDS else values
    by_world = values.swapaxes(0, 1)[:, None]
    part = part_of(by_world)
    return part.values[:, 0], part.units, part.said("world", len(by_world), over="point of the design")


def _counted(found: OverWorlds, study: StudyData) -> list[str]:
    worlds = len(found.table)
    wins, loses = found.share_of("wins"), found.share_of("loses")
    said = [f"It wins in {found.wins} of {counted(worlds, 'world')} by the mean over replications."]
    if found.replications > 1:
        said[0] = said[0].removesuffix(".") + (
            f"; the 95% interval over {found.replications} replications leaves no doubt that it wins in {wins} and loses in {loses}."
        )
    low, high = found.middle
    said.append(
        f"In the mean of these worlds the advantage is {with_interval(found.mean, study.unit)}: that interval is luck's."
    )
    said.append(f"Across worlds it runs from {short(low)} to {short(high)} {study.unit} (the middle 95% of them).")
    if found.replications > 1:
        spread = (
            "no more than luck explains" if found.spread == 0.0 else f"a standard deviation of {short(found.spread)}"
        )
        said.append(
            f"Luck alone moves a single world's mean by {short(found.luck)} {study.unit} either way; what is left between worlds is {spread}."
        )
    return said


def regretted(study: StudyData) -> Answer:
    """The regret of every plan, the base among them, over worlds; or over points where there are no worlds."""
    over = "world" if study.values.shape[2] > 1 else "point"
    values = study.values[:, :1] if study.kind == AS_IT_STANDS else study.values
    cells = values.mean(axis=1) if over == "world" else values[:, :, 0]  # (plans, cases, replications)
    cases, replications = complete_part(np.asarray(np.isfinite(cells).all(axis=0)))
    answer = Answer(f"Which plan will be regretted least ({study.figure.name})?", [])
    if not len(cases):
        answer.says.append("Not enough runs are there.")
        return answer
    cells = cells[:, cases][:, :, replications]
    answer.says += _rests_on(cells, values, over)
    found = regret(_runs(study, cells, cases), study.figure.name, study.figure.good)
    answer.says += _chosen(found, study, over)
    table = found.regrets.rename_axis(columns=over).reset_index()
    answer.tables["regret"] = table.melt("plan", value_name="regret")
    answer.tables["regret_plans"] = found.plans.reset_index()
    answer.cannot.append(
        f"All {over}s count the same, and the worst is the worst of those tried. With one replication luck counts as regret."
    )
    return answer


def _rests_on(cells: Numbers, values: Numbers, over: str) -> list[str]:
    whole = values.shape[2 if over == "world" else 1]
    if cells.shape[1:] == (whole, values.shape[3]):
        return []
    return [
        f"This rests on {cells.shape[1]} of {counted(whole, over)} and {cells.shape[2]} of {counted(values.shape[3], 'replication')}."
    ]


def _runs(study: StudyData, cells: Numbers, cases: Places) -> pd.DataFrame:
    titles = list(study.plans.values())
    index = pd.MultiIndex.from_product([titles, cases, range(cells.shape[2])], names=["plan", "world", "replication"])
    return pd.DataFrame({study.figure.name: cells.ravel()}, index=index).reset_index()


def _chosen(found: Regret, study: StudyData, over: str) -> list[str]:
    (average,), (cautious,) = (rows_of(found.plans.loc[[name]]) for name in (found.best_on_average, found.minimax))
    said = [
        f'Best in the mean of {counted(found.worlds, over)}: "{average.Index}" '
        f"({short(average.expected)} {study.unit}; best in {average.best_on_average:.0%} of resamples).",
        f'Least regret in its worst {over}: "{cautious.Index}" ({short(cautious.max_regret)} {study.unit}; least in '
        f"{cautious.minimax:.0%} of resamples).",
    ]
    best_of = (found.regrets == 0.0).sum(axis=1)
    for row in rows_of(found.plans.sort_values("max_regret")):
        best = int(best_of[row.Index])
        said.append(
            f'"{row.Index}": best in {best} of {counted(found.worlds, over)}; mean regret {short(row.mean_regret)}, at worst '
            f"{short(row.max_regret)} {study.unit}."
        )
    return said
