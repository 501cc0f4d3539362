"""Protects mechanisms in studies: what they count stands in the runs, and their text travels with the work."""

import hashlib
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from interruption import StopAfter
from own_mechanisms import EXAMPLES, PRESENT_TERMS, naming, toll
from studies import MARKET, PLAN, lived, sums, written

from cxsim.analysis.export.exporting import _manifest
from cxsim.analysis.portfolio.work import _packed, _scenario
from cxsim.analysis.results.folder import ResultsExistError
from cxsim.analysis.sensitivity.study_data import studied
from cxsim.analysis.sweep import StudyError, read_runs, read_study, read_weeks
from cxsim.analysis.sweep.blocks import people_table
from cxsim.analysis.sweep.parameters import record_of, texts_of
from cxsim.analysis.sweep.reading import figures_kept, finished
from cxsim.analysis.sweep.sweep import planned, sweep
from cxsim.analysis.sweep.work import Replicates
from cxsim.analysis.workers.backends import Processes, Threads
from cxsim.analysis.workers.run_record import PEOPLE, Key, RunRecord
from cxsim.engine.outcomes.status import Status, cause_name, causes_known
from cxsim.engine.simulate import simulate
from cxsim.engine.state import Cause
from cxsim.scenario import load
from cxsim.scenario.mechanism import number_of_cause

STUDY = """
scenario = "market.toml"
plans = ["plan.toml"]
replications = 4
"""
WEEKS = 8


@pytest.fixture
def study(tmp_path):
    """A study whose plan alone names a mechanism."""
    plan = PLAN.replace('extends = "market.toml"', 'extends = "market.toml"\nmechanisms = ["toll.py"]')
    (tmp_path / "toll.py").write_text(toll())
    return written(tmp_path, STUDY, MARKET, plan)


def tolls(runs):
    return runs.groupby("plan", observed=True)["tolls"].unique().map(list).to_dict()


COUNTED = {"base": [0.0], "plan.toml": [WEEKS]}


def test_what_a_mechanism_counts_is_a_column_also_where_its_file_is_gone(study, tmp_path):
    lived(study, tmp_path / "here")
    assert tolls(read_runs(tmp_path / "here")) == COUNTED
    reading = read_study(study)

    class Deleting(Processes):
        def open(self):
            (tmp_path / "toll.py").unlink()
            return super().open()

    sweep(reading, tmp_path / "out", Deleting(2))
    assert sums(tmp_path / "out") == sums(tmp_path / "here")


def test_runs_that_wait_in_a_journal_keep_what_was_counted(study, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        lived(study, tmp_path / "out", Threads(), progress=StopAfter(5))
    assert set(finished(tmp_path / "out", ["tolls"]).runs["tolls"]) <= {0.0, WEEKS}
    lived(study, tmp_path / "out", resume=True)
    assert tolls(read_runs(tmp_path / "out")) == COUNTED


def test_a_file_edited_while_a_study_is_lived_changes_nothing_of_it_and_is_read_anew_afterwards(study, tmp_path):
    class Editing(Threads):
        def open(self):
            (tmp_path / "toll.py").write_text(toll(3.0))
            return super().open()

    sweep(read_study(study), tmp_path / "out", Editing())
    assert tolls(read_runs(tmp_path / "out")) == COUNTED
    assert simulate(load(tmp_path / "plan.toml"), 1, 0).figures["tolls"] == 4.0 * WEEKS


# ---- the points example: what it counts is a figure like any other --------------------------------------------------

COUNTS = ("points_given", "rewards_claimed", "gold")


@pytest.fixture
def points(tmp_path):
    """Study files in a market whose shop gives points."""
    market = MARKET.replace("[market]", f"{naming(PRESENT_TERMS)}\n[market]")
    market = market.replace("people = 60", "people = 300").replace("horizon_weeks = 8", "horizon_weeks = 20")
    market = market.replace("[brand.ours]", "[brand.ours]\npoints = { each = 1.0, needed = 30.0 }")
    return lambda text: written(tmp_path / "points", text, market, PLAN)


def test_weeks_hold_what_mechanisms_count_and_add_up_to_the_runs(points, tmp_path):
    lived(points(STUDY), tmp_path / "out")
    weeks, runs = read_weeks(tmp_path / "out"), read_runs(tmp_path / "out").set_index("run")
    ours = weeks[weeks["brand"] == "ours"].groupby("run")
    for name in COUNTS:
        assert weeks[name].dtype == "int64"
        assert (ours[name].sum() == runs[name]).all()
    assert runs["points_given"].sum() > 0.0


def test_what_only_the_plan_counts_is_zero_in_the_weeks_of_the_base(study, tmp_path):
    lived(study, tmp_path / "out")
    runs = read_runs(tmp_path / "out")
    weeks = read_weeks(tmp_path / "out", ["tolls"]).merge(runs[["run", "plan"]], on="run")
    assert weeks.groupby("plan", observed=True)["tolls"].sum().to_dict() == {"base": 0, "plan.toml": 4 * WEEKS}


def test_a_study_goes_on_until_a_count_is_known(points, tmp_path):
    until = '[until]\nfigure = "points_given"\nhalf_width = 1000\nmost = 40\n'
    study = points(STUDY.replace('plans = ["plan.toml"]', "").replace("replications = 4", "replications = 5") + until)
    space = lived(study, tmp_path / "out")
    found = pd.read_csv(tmp_path / "out" / "precision.csv")
    runs = read_runs(tmp_path / "out")
    assert found["figure"].unique() == ["points_given"] and 5 <= space.replications <= 40
    assert found["enough"].all() and found["mean"][0] == pytest.approx(runs["points_given"].mean())


def test_an_unknown_figure_of_a_study_names_the_nearest_and_what_is_counted(points):
    with pytest.raises(StudyError) as refused:
        read_study(points(STUDY.replace("= 4", "= 5") + '[until]\nfigure = "points_givn"\nhalf_width = 60\n'))
    said = str(refused.value)
    assert "study.toml, line 6: until.figure" in said and "Did you mean 'points_given'?" in said
    assert "Mechanisms count: points_given, rewards_claimed, gold" in said


def test_sensitivity_looks_at_a_count_as_at_any_figure(points, tmp_path):
    vary = '[design]\nkind = "factorial"\n[[factor]]\nkey = "brand.ours.points.each"\nvalues = [1.0, 2.0]\n'
    lived(points(STUDY.replace('plans = ["plan.toml"]', "") + vary), tmp_path / "out")
    data = studied(tmp_path / "out", "points_given")
    assert (data.figure.unit, data.figure.meaning) == ("count", "points given")
    assert (data.values[0, 1] > data.values[0, 0]).all()
    assert {each.name: each.good for each in figures_kept(tmp_path / "out")[-3:]} == {
        "rewards_claimed": 0,
        "gold": 1,
        "pauses": 0,
    }
    with pytest.raises(ValueError, match=r"no figure 'points_givn'. Did you mean 'points_given'\?.*rewards_claimed"):
        studied(tmp_path / "out", "points_givn")


def test_a_folder_begun_before_weeks_held_counts_is_not_gone_on_with(study, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        lived(study, tmp_path / "out", Threads(), progress=StopAfter(1))
    file = tmp_path / "out" / "sweep.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"counts": ["tolls"]}))
    with pytest.raises(ResultsExistError, match="before weeks held what mechanisms count; live the study into a new"):
        lived(study, tmp_path / "out", resume=True)


def test_a_plan_is_judged_by_a_count_only_where_its_mechanism_says_what_is_good(points, tmp_path):
    lived(points(STUDY.replace("= 4", "= 2")), tmp_path / "out")
    assert studied(tmp_path / "out", "gold").figure.good == 1
    with pytest.raises(ValueError, match=r"points_given is neither good nor bad in itself.*Choose one of .*, gold$"):
        studied(tmp_path / "out", "points_given")


def test_the_manifest_names_the_text_of_every_mechanism(study, tmp_path):
    lived(study, tmp_path / "out")
    said = json.loads((tmp_path / "out" / "sweep.json").read_text())["mechanisms"]
    assert said == {"plan.toml": {"toll": hashlib.sha256(toll().encode()).hexdigest()}}


def test_causes_of_mechanisms_are_called_by_their_names_in_the_table_of_people(points):
    space = planned(read_study(points(STUDY + "people = true\n")))
    people = np.zeros(3, PEOPLE)
    people["status"] = Status.line
    people["cause"] = [Cause.PRICE, number_of_cause("points elsewhere"), number_of_cause("points")]
    table = people_table(space, [Key(0, 0, 0)], [RunRecord(np.zeros(1), people=people)])
    assert table["cause"].to_pylist() == ["price", "points elsewhere", "points"]  # the third: gold, by the file's name
    assert list(causes_known(load("online-retailer")).values()) == [cause_name(cause) for cause in Cause]


def test_the_cache_of_a_search_tells_one_text_of_a_mechanism_from_another(tmp_path):
    (tmp_path / "toll.py").write_text(toll())
    (tmp_path / "market.toml").write_text('mechanisms = ["toll.py"]\n' + MARKET)
    market = load(tmp_path / "market.toml")
    lives, texts = Replicates(record_of(market), {}, []), texts_of([market])
    edited = dict.fromkeys(texts, toll(3.0))
    one, other = (_scenario(_packed(lives, each)).own[0].sha256 for each in (texts, edited))
    assert one == market.own[0].sha256 != other


def test_the_manifest_of_an_export_names_mechanisms_by_name_and_hash():
    plan = load(EXAMPLES / "points.toml")
    said = _manifest([plan], 1, 0, date(2005, 1, 3))["scenario"]["scenario"]["mechanisms"]
    assert said == [{"name": "points", "sha256": hashlib.sha256((EXAMPLES / "points.py").read_bytes()).hexdigest()}]
