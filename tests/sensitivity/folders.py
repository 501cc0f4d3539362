"""Folders of studies whose runs come from a formula instead of a life, so that what is to be found is known."""

import numpy as np
from interruption import StopAfter
from scipy import stats

from cxsim.analysis.sensitivity.report import answers, summary
from cxsim.analysis.sensitivity.study_data import studied
from cxsim.analysis.sweep.study import read_study
from cxsim.analysis.sweep.sweep import sweep
from cxsim.analysis.workers.backends import Threads
from cxsim.analysis.workers.run_record import Done, RunRecord
from cxsim.engine.outcomes.figures import FIGURES

FAILURE, TALK, QUALITY = "brand.ours.use.failure_rate", "telling.bad", "brand.ours.use.quality"
LUCK = stats.norm.rvs(size=40, random_state=1)  # of the replications
MARKET = """
name = "Two shops"
[market]
people = 60
horizon_weeks = 8
focal = "ours"
[brand.ours]
[brand.theirs]
"""
PLAN = """
name = "{name}"
extends = "market.toml"
[[intervention]]
name = "{name}"
effect = [{{ parameter = "use.failure_rate", multiply = 0.5 }}]
"""
HEAD = """
name = "A formula"
scenario = "market.toml"
weeks = false
"""
FIGURE = [figure.name for figure in FIGURES].index("net_margin")


def by_formula(formula):
    """A task for workers: `formula(plan, values, replication)` is the net margin of a run; a plan is named, the base is ""."""

    def task(chunk):
        left = {}
        for lives in chunk.lives:
            plan = "".join(item["name"] for item in lives.record.get("intervention", []))
            for run, replication in lives.runs:
                try:
                    figures = np.full(len(FIGURES), 1.0)
                    figures[FIGURE] = formula(plan, lives.values, replication)
                    left[run] = RunRecord(figures).packed()
                except ValueError as error:
                    left[run] = RunRecord(error=f"ValueError: {error}").packed()
        return Done(0.0, left)

    return task


def studied_by(folder, text, formula, plans=(), stop_after=None):
    """A folder with a study of `text`, its runs by `formula`; with plans of these names; stopped after so many runs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "market.toml").write_text(MARKET, encoding="utf-8")
    for name in plans:
        (folder / f"{name.lower()}.toml").write_text(PLAN.format(name=name), encoding="utf-8")
    files = [f"{name.lower()}.toml" for name in plans]
    (folder / "study.toml").write_text(f"{HEAD}plans = {files}\n{text}", encoding="utf-8")
    progress = StopAfter(stop_after) if stop_after else None
    try:
        sweep(read_study(folder / "study.toml"), folder / "out", Threads(), progress=progress, task=by_formula(formula))
    except KeyboardInterrupt:
        assert stop_after
    return folder / "out"


def factor(key, low, high, more=""):
    return f'[[factor]]\nkey = "{key}"\nlow = {low}\nhigh = {high}\n{more}\n'


def told(out, figure="net_margin"):
    """The whole summary on one line, and every table, by name."""
    study = studied(out, figure)
    said = list(answers(study))
    tables = {name: table for answer in said for name, table in answer.tables.items()}
    return " ".join(summary(study, said).split()), tables
