"""Protects the folder of a study: its tables say what they should, it grows without being renumbered, nobody else's is touched."""

import json

import numpy as np
import pandas as pd
import pytest
from studies import MARKET, PLAN, STUDY, lived, sums, written

from cxsim.analysis.results.folder import ResultsExistError
from cxsim.analysis.sweep import read_runs, read_weeks
from cxsim.analysis.sweep.folder import StudyFolder
from cxsim.engine.fingerprint import rules
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.engine.outcomes.weekly import weekly_table
from cxsim.engine.simulate import simulate
from cxsim.scenario import load

FEW = STUDY.replace("points = 9", "points = 2").replace("draws = 3", "draws = 2").replace("replications = 5", "replications = 2")  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return written(tmp_path_factory.mktemp("study"), FEW)


@pytest.fixture(scope="module")
def out(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("folder") / "out"
    lived(study, folder)
    return folder


def test_every_row_is_the_run_that_its_parameters_name(study, out):
    runs = read_runs(out)
    assert len(runs) == runs["id"].nunique() == 2 * 2 * 2 * 2
    for run in (0, 6, 11):
        row = runs.loc[run]
        values = [f"{key}={row[key]}" for key in ("brand.ours.use.quality", "telling.bad")]
        scenario = load(study.parent / ("market.toml" if row["plan"] == "base" else row["plan"]), values)
        if row["plan"] != "base":
            item = scenario.intervention[0].model_copy(update={"coverage": row["intervention.Check twice.coverage"]})
            scenario = scenario.model_copy(update={"intervention": [item]})
        alone = simulate(scenario, int(row["seed"]), int(row["replication"]))
        wanted = [alone.figures[figure.name] for figure in FIGURES]
        np.testing.assert_array_equal(row[[figure.name for figure in FIGURES]].to_numpy(float), wanted)


def test_base_and_plan_of_a_point_have_the_same_parameters_and_luck(out):
    runs = read_runs(out)
    keys = ["point", "world", "replication", "brand.ours.use.quality", "telling.bad"]
    base, plan = (runs.loc[runs["plan"] == name, keys].reset_index(drop=True) for name in ("base", "plan.toml"))
    assert base.equals(plan)


def test_weeks_are_the_weekly_table_of_the_run(study, out):
    row = read_runs(out).loc[0]
    values = [f"{key}={row[key]}" for key in ("brand.ours.use.quality", "telling.bad")]
    scenario = load(study.parent / "market.toml", values)
    wanted = pd.DataFrame(weekly_table(simulate(scenario, 3, 0).state, scenario.brands))
    weeks = read_weeks(out).query("run == 0").drop(columns="run").reset_index(drop=True)
    assert wanted["revenue_money"].sum() > 0
    pd.testing.assert_frame_equal(weeks.astype({"brand": "str"}), wanted.astype({"brand": "str"}), check_dtype=False)


def test_weeks_add_up_to_the_figures(out):
    runs, weeks = read_runs(out), read_weeks(out)
    assert len(weeks) == len(runs) * 8 * 2
    ours = weeks[weeks["brand"] == "ours"].groupby("run")["purchases"].sum()
    np.testing.assert_array_equal(ours.to_numpy(), runs["purchases"].to_numpy())


def test_a_study_without_weeks_keeps_none(study, tmp_path):
    lived(written(tmp_path, "weeks = false\n" + FEW), tmp_path / "out")
    assert not (tmp_path / "out" / "weeks").exists()
    with pytest.raises(FileNotFoundError, match="no complete block"):
        read_weeks(tmp_path / "out")


def test_more_replications_leave_what_is_there_and_are_those_of_a_longer_study(study, tmp_path):
    lived(study, tmp_path / "grown")
    before = sums(tmp_path / "grown")
    lived(study, tmp_path / "grown", expand=1)
    after = sums(tmp_path / "grown")
    assert {name: after[name] for name in before} == before and len(after) > len(before)
    at_once = written(tmp_path / "other", FEW.replace("replications = 2", "replications = 3"))
    lived(at_once, tmp_path / "long")
    assert read_runs(tmp_path / "grown").equals(read_runs(tmp_path / "long"))
    assert read_weeks(tmp_path / "grown").equals(read_weeks(tmp_path / "long"))


def test_a_study_is_expanded_only_when_it_is_there_and_complete(study, out, tmp_path):
    with pytest.raises(ResultsExistError, match="no study to expand"):
        lived(study, tmp_path / "nothing", expand=1)
    lived(study, tmp_path / "out")
    next((tmp_path / "out" / "runs").iterdir()).unlink()
    with pytest.raises(ResultsExistError, match="--resume first"):
        lived(study, tmp_path / "out", expand=1)


def test_ids_follow_the_content_not_the_place_of_the_files(out, tmp_path):
    lived(written(tmp_path / "elsewhere", FEW), tmp_path / "same")
    assert read_runs(tmp_path / "same")["id"].equals(read_runs(out)["id"])
    lived(written(tmp_path / "changed", FEW, MARKET.replace("0.7", "0.71")), tmp_path / "other")
    assert not read_runs(tmp_path / "other")["id"].isin(read_runs(out)["id"]).any()


@pytest.mark.parametrize(
    ("text", "market", "said"),
    [
        (FEW.replace("seed = 3", "seed = 4"), MARKET, "another study .different: seed"),
        (FEW.replace("high = 0.9", "high = 0.8"), MARKET, "another study .different: factor"),
        (FEW, MARKET.replace("0.7", "0.71"), "another study .different: content of base, content of plan.toml"),
        (FEW.replace("replications = 2", "replications = 5"), MARKET, "2 replications of this study; --expand"),
    ],
)
def test_another_study_does_not_go_into_the_folder(study, out, tmp_path, text, market, said):
    before = sums(out)
    with pytest.raises(ResultsExistError, match=said):
        lived(written(tmp_path, text, market), out, resume=True)
    assert sums(out) == before


def test_other_words_are_the_same_study_and_are_told_from_now_on(study, tmp_path):
    lived(study, tmp_path / "out")
    before, manifest = sums(tmp_path / "out"), json.loads((tmp_path / "out" / "sweep.json").read_text())
    words = FEW.replace('"Small"', '"Tiny"') + '[labels]\n"telling.bad" = "friends who hear of it"\n'
    lived(written(tmp_path / "told", words), tmp_path / "out", resume=True)
    now = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert sums(tmp_path / "out") == before and now["study"].pop("name") == "Tiny"
    assert now["study"].pop("labels") == {"telling.bad": "friends who hear of it"}
    del manifest["study"]["name"], manifest["study"]["labels"]
    assert now == manifest


def test_what_was_begun_with_another_version_is_not_mixed(study, tmp_path):
    lived(study, tmp_path)
    manifest = json.loads((tmp_path / "sweep.json").read_text())
    (tmp_path / "sweep.json").write_text(json.dumps({**manifest, "cxsim": "0.0.1"}))
    with pytest.raises(ResultsExistError, match=r"begun with cxsim 0\.0\.1"):
        lived(study, tmp_path, resume=True)


@pytest.mark.parametrize("how", [{"resume": True}, {"expand": 1}], ids=["resume", "expand"])
def test_what_was_begun_with_other_rules_is_not_mixed_and_folders_without_a_fingerprint_go_on(study, tmp_path, how):
    lived(study, tmp_path)
    manifest = json.loads((tmp_path / "sweep.json").read_text())
    assert manifest["rules"] == rules()
    (tmp_path / "sweep.json").write_text(json.dumps({**manifest, "rules": "0123", "commit": "abcdef" * 7}))
    with pytest.raises(ResultsExistError, match=r"other rules \(0123 at commit abcdefabcdef\)"):
        lived(study, tmp_path, **how)
    before = {key: value for key, value in manifest.items() if key not in ("rules", "commit", "counts")}
    (tmp_path / "sweep.json").write_text(json.dumps(before))
    assert lived(study, tmp_path, **how).replications == manifest["study"]["replications"] + how.get("expand", 0)


def test_a_folder_of_the_user_is_refused_and_left_alone(study, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ResultsExistError, match="not empty"):
        lived(study, tmp_path, resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_drivers_do_not_write_one_folder(study, tmp_path):
    with StudyFolder(tmp_path / "out").locked(), pytest.raises(ResultsExistError, match="another cxsim"):
        lived(study, tmp_path / "out")


def test_a_run_that_fails_is_a_row_with_its_error(tmp_path):
    (tmp_path / "points.csv").write_text(
        "intervention.Check twice.start_week,intervention.Check twice.end_week\n2,5\n5,2\n"
    )
    text = 'scenario = "market.toml"\nplans = ["plan.toml"]\nreplications = 2\ndesign = {kind = "table", file = "points.csv"}\n'
    lived(written(tmp_path, text), tmp_path / "out")
    runs = read_runs(tmp_path / "out")
    failed = (runs["point"] == 1) & (runs["plan"] == "plan.toml")
    assert runs["error"].notna().equals(failed)
    assert runs.loc[failed, "error"].str.contains("ends .end_week 2. before it starts").all()
    assert runs.loc[~failed, "loops"].notna().all()
    assert set(read_weeks(tmp_path / "out")["run"]) == set(runs.loc[~failed, "run"])


@pytest.mark.parametrize("reader", ["polars", "duckdb"])
def test_other_readers_see_the_same(out, reader):
    library = pytest.importorskip(reader)
    if reader == "polars":
        mean = library.scan_parquet(f"{out}/runs/*.parquet").select("loops").mean().collect().item()
    else:
        mean = library.sql(f"SELECT avg(loops) FROM '{out}/runs/*.parquet'").fetchall()[0][0]
    assert mean == pytest.approx(read_runs(out)["loops"].mean())


def test_a_plan_with_a_brand_of_its_own_names_it_in_the_weeks(tmp_path):
    text = 'scenario = "market.toml"\nplans = ["plan.toml"]\nreplications = 1\n'
    lived(written(tmp_path, text, plan=PLAN + "[brand.third]\n"), tmp_path / "out")
    weeks = read_weeks(tmp_path / "out")
    assert pd.Series(weeks.groupby("run")["brand"].unique().map(list).to_dict()).to_dict() == {
        0: ["ours", "theirs"],
        1: ["ours", "theirs", "third"],
    }
