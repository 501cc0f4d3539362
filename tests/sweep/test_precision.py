"""Protects how many replications a study lives by itself, and what it says that pairing saved."""

import math

import numpy as np
import pandas as pd
import pytest
from interruption import StopAfter
from scipy import stats
from studies import LIVELY, lived, sums, written

from cxsim.analysis.sweep import read_runs
from cxsim.analysis.workers.backends import Processes, Threads

PLACE = ["point", "world"]


@pytest.fixture(scope="module")
def differences(tmp_path_factory):
    """Plan less base in the first five replications: one row a place, one column a replication."""
    folder = tmp_path_factory.mktemp("first")
    lived(written(folder, LIVELY), folder / "out")
    return difference_of(folder / "out", "satisfaction")


@pytest.fixture(scope="module")
def half_width(differences):
    """So short that the place that varies most takes about twelve replications."""
    return float(stats.t.ppf(0.975, 4) * differences.std(axis=1, ddof=1).max() / math.sqrt(11.5))


@pytest.fixture(scope="module")
def study(tmp_path_factory, half_width):
    return written(
        tmp_path_factory.mktemp("study"), f"{LIVELY}[until]\nfigure = 'satisfaction'\nhalf_width = {half_width!r}\n"
    )


@pytest.fixture(scope="module")
def out(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("until") / "out"
    lived(study, folder)
    return folder


def difference_of(folder, figure):
    runs = read_runs(folder).pivot(index=[*PLACE, "replication"], columns="plan", values=figure)
    return (runs["plan.toml"] - runs["base"]).unstack("replication")


def test_the_place_that_varies_most_sets_the_number_for_all(out, differences):
    runs = read_runs(out)
    assert runs.groupby([*PLACE, "plan"]).size().eq(12).all()
    pd.testing.assert_frame_equal(difference_of(out, "satisfaction").loc[:, :4], differences)


def test_precision_is_that_of_two_stages(out, half_width):
    table = pd.read_csv(out / "precision.csv").set_index(PLACE)
    found = difference_of(out, "satisfaction")
    spread = stats.t.ppf(0.975, 4) * found.loc[:, :4].std(axis=1, ddof=1) / math.sqrt(12)
    np.testing.assert_allclose(table["mean"], found.mean(axis=1))
    np.testing.assert_allclose(table["half_width"], spread)
    assert (table["replications"] == 12).all() and table["enough"].all()
    assert 0.9 * half_width < table["half_width"].max() <= half_width


@pytest.mark.parametrize("stop", [20, 40, 70], ids="stopped after {}".format)
def test_stopped_before_at_and_after_the_look_it_comes_to_the_same_bytes(study, out, tmp_path, stop):
    with pytest.raises(KeyboardInterrupt):
        lived(study, tmp_path / "out", progress=StopAfter(stop))
    lived(study, tmp_path / "out", resume=True)
    assert sums(tmp_path / "out", ".csv") == sums(out, ".csv")


def test_killed_after_the_first_stage_and_before_the_second_is_written_down(study, out, tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("cxsim.analysis.sweep.sweep._expanded", lambda *_: StopAfter(0).lived(1))
        lived(study, tmp_path / "out")
    assert len(read_runs(tmp_path / "out")) == 40
    lived(study, tmp_path / "out", resume=True)
    assert sums(tmp_path / "out", ".csv") == sums(out, ".csv")


@pytest.mark.parametrize("backend", [Threads(2), Processes(2)], ids=["threads", "processes"])
def test_the_number_does_not_depend_on_who_lives_them(study, out, tmp_path, backend):
    lived(study, tmp_path / "out", backend)
    assert sums(tmp_path / "out", ".csv") == sums(out, ".csv")


def test_more_replications_can_be_added_and_none_are_lived_again(study, out, tmp_path):
    lived(study, tmp_path / "out")
    before = sums(tmp_path / "out")
    assert lived(study, tmp_path / "out", expand=3).replications == 15
    after = sums(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    table = pd.read_csv(tmp_path / "out" / "precision.csv")
    assert (table["replications"] == 15).all()
    np.testing.assert_allclose(
        table["half_width"], pd.read_csv(out / "precision.csv")["half_width"] * math.sqrt(12 / 15)
    )


def test_it_ends_at_the_most_and_says_so(cxsim, tmp_path):
    text = f"{LIVELY}[until]\nfigure = 'satisfaction'\nhalf_width = 1e-3\nmost = 7\n"
    code, said, _ = cxsim("sweep", written(tmp_path, text), "-o", tmp_path / "out", "--workers", 0)
    assert code == 0 and said.startswith("56 runs (8 scenarios x 7 replications)")
    assert "satisfaction is known to 0.001 at 0 of 4 places (95% each); the widest half-width is " in said
    code, said, _ = cxsim("sweep", tmp_path / "study.toml", "--dry-run", "--workers", 1)
    assert code == 0 and "and up to 56 runs, until satisfaction is known to 0.001 everywhere" in said


def test_places_where_nothing_differs_are_not_called_known(cxsim, tmp_path):
    text = f"{LIVELY}[until]\nfigure = 'intervention_cost'\nhalf_width = 3\nmost = 7\n"
    code, said, _ = cxsim("sweep", written(tmp_path, text), "-o", tmp_path / "out", "--workers", 0)
    assert code == 0 and "intervention_cost is known to 3 at 0 of 4 places (95% each)" in said
    assert "; at 4 the first replications did not differ, so there is no spread to go by." in said


def test_without_plans_it_is_the_figure_itself_that_has_to_be_known(tmp_path):
    text = LIVELY.replace('plans = ["plan.toml"]', "").split('[[factor]]\nkey = "intervention')[0]
    study = written(tmp_path, f"{text}[until]\nfigure = 'satisfaction'\nhalf_width = 1e9\n")
    lived(study, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "precision.csv")
    assert table["plan"].eq("base").all() and table["replications"].eq(5).all()
    np.testing.assert_allclose(table["mean"], read_runs(tmp_path / "out").groupby("point")["satisfaction"].mean())
    saved = pd.read_csv(tmp_path / "out" / "pairing.csv").set_index("figure").loc["loops"]
    assert (saved["plan"], saved["against"], saved["places"]) == ("other points", "point 0", 1)


# ---- what pairing saved ---------------------------------------------------------------------------------------------


def test_pairing_is_one_less_the_variance_of_differences_over_that_of_independent_seeds(out):
    table = pd.read_csv(out / "pairing.csv").set_index("figure")
    for figure in ("net_margin",):
        runs = read_runs(out).pivot(index=[*PLACE, "replication"], columns="plan", values=figure)
        apart = (runs.groupby(PLACE).var()).sum().sum()
        together = (runs["plan.toml"] - runs["base"]).groupby(PLACE).var().sum()
        row = table.loc[figure]
        assert row["variance_saved"] == pytest.approx(1.0 - together / apart)
        assert row["worth"] == pytest.approx(apart / together)
        assert (row["plan"], row["against"], row["places"], row["replications"]) == ("plan.toml", "base", 4, 12)


def test_the_same_luck_saves_what_independent_seeds_cannot(out):
    """60 people are few; still, with luck of its own for the plan, what is saved would be about nothing."""
    saved = pd.read_csv(out / "pairing.csv").set_index("figure").loc["net_margin", "variance_saved"]
    runs = read_runs(out).pivot(index=[*PLACE, "replication"], columns="plan", values="net_margin")
    apart = runs.groupby(PLACE).var().sum().sum()
    shifted = runs["plan.toml"] - runs["base"].unstack().iloc[:, [*range(1, 12), 0]].set_axis(range(12), axis=1).stack()
    independent = 1.0 - shifted.groupby(PLACE).var().sum() / apart
    assert saved > 0.3 > independent


def test_it_is_said_when_a_study_ends(cxsim, study, out, tmp_path):
    code, said, _ = cxsim("sweep", study, "-o", out, "--workers", 0, "--resume")
    assert code == 0 and "satisfaction is known to " in said and "or better at all 4 places (95% each)." in said
    assert "The same luck in plan.toml and base saved " in said


def test_a_single_replication_says_nothing_of_pairing(cxsim, tmp_path):
    study = written(tmp_path, LIVELY.replace("replications = 5", "replications = 1"))
    code, said, _ = cxsim("sweep", study, "-o", tmp_path / "out", "--workers", 0)
    assert code == 0 and "same luck" not in said
    assert pd.read_csv(tmp_path / "out" / "pairing.csv").empty
