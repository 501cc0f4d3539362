"""A mechanism comes from a file beside the scenario or from an installed package, and every part of the program knows it."""

import json
import re
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner
from own_mechanisms import toll

import cxsim
from cxsim.analysis.results.reading import NoResultsError, open_results, read_comparison, read_runs
from cxsim.analysis.results.writing import write_comparison, write_runs
from cxsim.analysis.sweep.parameters import scenario_with
from cxsim.analysis.sweep.study import read_study
from cxsim.analysis.sweep.sweep import chunker, planned
from cxsim.analysis.workers.run_record import Key
from cxsim.interface.cli import cxsim as command
from cxsim.interface.explorer.loading import read_scenario
from cxsim.interface.explorer.shown import _figures
from cxsim.interface.report.writing import report_on
from cxsim.scenario import ScenarioError, load, load_together
from cxsim.scenario.mechanism import load_mechanism, ready
from cxsim.scenario.register import assumptions
from cxsim.scenario.writing import scenario_hash, scenario_text


def written(folder, fee=0.0, parent="restaurant", rest=""):
    (folder / "toll.py").write_text(toll(fee))
    file = folder / "plan.toml"
    file.write_text(f'name = "Toll"\nextends = "{parent}"\nmechanisms = ["toll.py"]\n{rest}')
    return file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that brings the mechanism `toll`, as an installer leaves it."""
    (tmp_path / "toll_package.py").write_text(toll())
    about = tmp_path / "toll_package-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toll-package\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[cxsim.mechanisms]\ntoll = toll_package:Toll\n")
    monkeypatch.syspath_prepend(tmp_path)


def printed(*arguments):
    result = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_an_installed_package_brings_it_by_name(package, tmp_path):
    file = tmp_path / "market.toml"
    file.write_text('extends = "restaurant"\nmechanisms = ["toll"]\nbrand.Olive.toll.fee = 2.0\n')
    assert load(file).brand["Olive"].toll.fee == 2.0
    with pytest.raises(ScenarioError, match=r"no installed package brings a mechanism 'tol'[\s\S]*Did you mean 'toll'"):
        file.write_text('extends = "restaurant"\nmechanisms = ["tol"]\n')
        load(file)


def test_the_page_takes_installed_ones_and_no_code_of_a_visitor(package, tmp_path):
    assert read_scenario('extends = "restaurant"\nmechanisms = ["toll"]\n').own[0].name == "toll"
    for code in ("toll.py", str(tmp_path / "toll_package.py"), "/etc/passwd"):
        with pytest.raises(ScenarioError, match="a mechanism of your own is code, which is not run here"):
            read_scenario(f'extends = "restaurant"\nmechanisms = ["{code}"]\n')


def test_check_explain_assumptions_and_schema_know_it(tmp_path):
    file = written(tmp_path, rest="market.people = 60\n[toll]\nanger = 1.5\n")
    assert "mechanism toll: before_week; counts tolls" in printed("check", file)
    assert "toll.fee = 0  (currency; 0 to 100)" in printed("explain", "toll.fee", file)
    said = {row["key"]: row for row in json.loads(printed("assumptions", file, "--json"))}
    assert said["toll.anger"]["value"] == "1.5" and said["toll.anger"]["set_here"]
    assert said["brand.Olive.toll.fee"]["value"] == "0"
    schema = json.loads(printed("schema", file))
    assert "toll" in schema["properties"] and "toll" not in json.loads(printed("schema"))["properties"]


def test_who_has_no_scenario_yet_finds_ready_and_installed_ones(package):
    listed = printed("list").partition("Mechanisms (")[2]
    for name, story in (
        ("loyalty_programme", "points for purchases"),
        ("contract_terms", "notice"),
        ("toll", "toll-package"),
    ):
        assert re.search(rf"^  {name} +.*{story}", listed, re.M)
    assert set(re.findall(r"^  (\w+) ", listed, re.M)) == {*ready(), "toll"}
    assert "loyalty_programme.join = 0 " in printed("explain", "loyalty_programme")
    assert printed("explain", "brand.Olive.switching_cost.money").startswith("switching_cost.money = 0 ")
    assert "toll.fee = 0 " in printed("explain", "toll")
    for word in ("loyalty_program", "bought much"):
        refused = CliRunner().invoke(command, ["explain", word])
        assert "A mechanism is about that: cxsim explain loyalty_programme." in str(refused.exception)


def test_a_value_of_what_only_the_plan_names_reaches_the_plan(tmp_path):
    """With --set, and in a study also as a factor; what no scenario names is refused, as any misspelt key."""
    plan, values = written(tmp_path), ["toll.anger=1.5", "brand.Olive.toll.fee=2", "use.memory=0.4"]
    base, set_there = load_together(["restaurant", plan], values)
    assert (set_there.toll.anger, set_there.brand["Olive"].toll.fee) == (1.5, 2.0)
    assert (base.use.memory, set_there.use.memory, base.own) == (0.4, 0.4, ())
    for wrong in ("tol.anger=1", "toll.angr=1"):
        with pytest.raises(ScenarioError, match=r"there is no such key[\s\S]*Did you mean"):
            load_together(["restaurant", plan], [wrong])
    study = tmp_path / "study.toml"
    study.write_text(
        'scenario = "restaurant"\nplans = ["plan.toml"]\nset.toll.anger = 1.5\ndesign.kind = "factorial"\n'
        '[[factor]]\nkey = "brand.Olive.toll.fee"\nvalues = [0.0, 2.0]\n'
    )
    reading = read_study(study)
    chunk = chunker(reading, planned(reading))([Key(0, 0, 0), Key(1, 1, 0), Key(3, 3, 0)])
    lived = [scenario_with(each.record, each.values) for each in chunk.lives]
    assert [each.own == () for each in lived] == [True, False, False]
    assert [each.brand["Olive"].toll.fee for each in lived[1:]] == [0.0, 2.0] and lived[1].toll.anger == 1.5


def test_what_it_counts_is_a_column_of_the_weeks_and_a_figure_of_runs_and_comparisons(tmp_path):
    small = ["market.people=80", "market.horizon_weeks=12"]
    plan = load(written(tmp_path), small)
    runs = cxsim.run(plan)
    assert runs.weeks.groupby("brand")["tolls"].sum().to_dict()["Olive"] == 12
    assert runs.summary().set_index("figure").loc["tolls", "mean"] == 12
    compared = cxsim.compare(load("restaurant", small), plan, replications=2)
    row = compared.table().set_index("figure").loc["tolls"]
    assert (row["base"], row["plan_mean"], row["difference"]) == (0, 12, 12)
    (result,) = compared.plans.values()
    assert result.difference("tolls").wins == 1.0  # for more tolls are said to be good
    (shown,) = [each for each in _figures(result) if each.name == "tolls"]  # on the page
    assert (shown.meaning, shown.good, shown.base, shown.plan) == ("tolls paid", 1, 0, 12)


def test_the_hash_of_a_scenario_follows_the_text_of_its_mechanism_and_not_its_place(tmp_path):
    places = []
    for name, fee in (("one", 0.0), ("two", 0.0), ("three", 1.0)):
        (tmp_path / name).mkdir()
        places.append(written(tmp_path / name, fee))
    one, two, three = (scenario_hash(load(place)) for place in places)
    assert one == two != three
    again = tmp_path / "again.toml"
    again.write_text(scenario_text(load(places[0])))
    assert scenario_hash(load(again)) == one


def test_folders_of_results_need_the_original_files_no_more(tmp_path):
    """Base and plan bring files of one name whose texts differ: both are kept, read back, and give the same again."""
    small = ["market.people=80", "market.horizon_weeks=12"]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    files = [written(tmp_path / "one"), written(tmp_path / "two", fee=3.0)]
    compared = cxsim.compare(*(load(file, small) for file in files), replications=2)
    write_comparison(compared, tmp_path / "compared")
    write_runs(compared.base_runs, tmp_path / "ran")
    for name in ("one", "two"):
        shutil.rmtree(tmp_path / name)
    folder = tmp_path / "moved"
    (tmp_path / "compared").rename(folder)
    assert str(tmp_path / "one") not in "".join(file.read_text() for file in folder.iterdir())
    kept = json.loads((folder / "manifest.json").read_text())["scenarios"].values()
    assert [list(each["mechanisms"]) for each in kept] == [["toll.py"], ["toll-2.py"]]
    read = read_comparison(open_results(folder))
    again = cxsim.compare(folder / "base.toml", folder / "plan-1.toml", replications=2)
    for comparison in (read, again):
        pd.testing.assert_frame_equal(comparison.table(), compared.table(), check_exact=True)
        (plan,) = comparison.plans.values()
        hashes = [scenario_hash(comparison.base), scenario_hash(plan.scenario)]
        assert hashes == [each["sha256"] for each in kept]
    assert "tolls paid" in report_on(folder)
    pd.testing.assert_frame_equal(read_runs(open_results(tmp_path / "ran")).figures, compared.base_figures)


def test_a_folder_that_names_a_mechanism_which_is_gone_says_so(tmp_path):
    """Folders written before mechanisms were copied name the original; so does one whose copy was taken away."""
    write_runs(cxsim.run(load(written(tmp_path), ["market.people=20", "market.horizon_weeks=4"])), tmp_path / "out")
    manifest, gone = tmp_path / "out" / "manifest.json", str(tmp_path / "gone.py")
    manifest.write_text(manifest.read_text().replace('[\n          "toll.py"\n', f'[\n          "{gone}"\n'))
    with pytest.raises(NoResultsError, match=f"manifest.json cannot be understood: .*{gone} cannot be read"):
        read_runs(open_results(tmp_path / "out"))
    (tmp_path / "out" / "toll.py").unlink()
    with pytest.raises(NoResultsError):
        read_runs(open_results(tmp_path / "out"))


def test_an_edited_file_is_read_anew_and_a_plan_adds_to_what_its_market_names(tmp_path):
    file = written(tmp_path)
    assert load(file).brand["Olive"].toll.fee == 0.0
    written(tmp_path, fee=7.0)
    assert load(file).brand["Olive"].toll.fee == 7.0
    (tmp_path / "other.py").write_text(toll().replace("Toll(", "Other(").replace("tolls", "others"))
    plan = tmp_path / "both.toml"
    plan.write_text('extends = "plan.toml"\nmechanisms = ["other.py"]\n')
    assert [each.name for each in load(plan).own] == ["toll", "other"]


def test_who_names_none_sees_nothing_of_it(tmp_path):
    load_mechanism(str(written(tmp_path).with_name("toll.py")))
    assert not [row.key for row in assumptions(load("restaurant")) if "toll" in row.key]
    assert "mechanisms" not in scenario_text(load("restaurant"))
    with pytest.raises(ScenarioError, match="there is no such key"):
        load("restaurant", ["toll.anger=1"])
