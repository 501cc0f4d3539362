"""Protects `cxsim sensitivity`: from a folder of runs it finds what a formula put there, and says what it cannot say."""

import json

import numpy as np
import pandas as pd
import pytest
from folders import FAILURE, LUCK, QUALITY, TALK, factor, studied_by, told
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from cxsim.analysis.sensitivity.over_worlds import over_worlds
from cxsim.analysis.sensitivity.parts import complete_part
from cxsim.analysis.sensitivity.study_data import studied

# ---- when a plan fails ----------------------------------------------------------------------------------------------

LABELS = f'[labels]\n"{FAILURE}" = "failure rate"\n"{TALK}" = "friends who hear of it"\n'


def fails_in_a_corner(plan, values, replication):
    loses = values[FAILURE] > 0.14 and values[TALK] < 1.5
    return 100.0 * LUCK[replication] + {"": 0.0, "Check": -300.0 if loses else 200.0, "Friends": 50.0}[plan]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "sobol_indices"])
def test_the_conditions_under_which_a_plan_loses_are_said_in_business_words(tmp_path, kind):
    points = 128 if kind == "sobol_indices" else 256  # of its rows two points each are drawn by themselves
    text = (
        f'replications = 3\n{LABELS}[design]\nkind = "{kind}"\npoints = {points}\n'
        + factor(FAILURE, 0.0, 0.4)
        + factor(TALK, 0.5, 3.0)
        + factor(QUALITY, 0.0, 1.0)
    )
    said, tables = told(studied_by(tmp_path, text, fails_in_a_corner, ["Check"]))
    table = tables["conditions-points-check"]
    assert table["label"].to_list() == ["failure rate", "friends who hear of it"] and table["sign"].to_list() == [
        ">",
        "<",
    ]
    assert table["value"].to_list() == pytest.approx([0.14, 1.5], rel=0.2)
    assert (
        '"Check" mostly loses when failure rate is above 1' in said
        and "% and friends who hear of it is below 1." in said
    )
    assert "The market as it stands lies outside these conditions." in said
    assert table["coverage"].iloc[0] > 0.8 and table["density"].iloc[0] > 0.8  # of points that had no part in it


def test_regrets_are_those_of_the_plans_and_of_doing_nothing(tmp_path):
    text = (
        'replications = 3\n[design]\nkind = "latin_hypercube"\npoints = 40\n'
        + factor(FAILURE, 0.0, 0.4)
        + factor(TALK, 0.5, 3.0)
    )
    said, tables = told(studied_by(tmp_path, text, fails_in_a_corner, ["Check", "Friends"]))
    plans = tables["regret_plans"].set_index("plan")
    assert plans["max_regret"].to_dict() == pytest.approx({"Check": 350.0, "Friends": 150.0, "Two shops": 200.0})
    assert 'Least regret in its worst point: "Friends" (150 EUR' in said
    assert len(tables["regret"]) == 3 * 40


# ---- worlds ---------------------------------------------------------------------------------------------------------


def test_worlds_are_counted_and_their_spread_stands_beside_that_of_luck(tmp_path):
    draws = stats.uniform.rvs(size=50, random_state=2)
    tmp_path.joinpath("plausible.csv").write_text(
        f"draw,{TALK}\n" + "".join(f"{place},{1 + draw:.6f}\n" for place, draw in enumerate(draws))
    )

    def formula(plan, values, replication):
        return 30.0 * LUCK[replication] + (1000.0 * (values[TALK] - 1.4) + 10.0 * LUCK[replication] if plan else 0.0)

    text = 'replications = 6\n[worlds]\nfrom = "plausible.csv"\n'
    said, tables = told(studied_by(tmp_path, text, formula, ["Check"]))
    wins = int((draws - 0.4 + 0.01 * LUCK[:6].mean() > 0.0).sum())
    assert f"It wins in {wins} of 50 worlds by the mean over replications" in said
    mean = 1000.0 * (draws - 0.4)
    assert f"Across worlds it runs from {np.quantile(mean, 0.025) + 10 * LUCK[:6].mean():,.0f} to " in said
    assert "A share of worlds is no probability" in said and "how likely each is, the data do not say" in said
    table = tables["worlds-check"]
    assert len(table) == 50 and set(table["verdict"]) >= {"wins", "loses"}


def test_luck_that_all_worlds_share_is_no_spread_between_worlds():
    truth = stats.norm.rvs(scale=4.0, size=(400, 1), random_state=3)
    common = 50.0 * stats.norm.rvs(size=(1, 5), random_state=4)
    own = stats.norm.rvs(scale=6.0, size=(400, 5), random_state=5)
    found = over_worlds(truth + common + own, np.arange(400))
    assert found.spread == pytest.approx(4.0, rel=0.15)  # its own error is about 5%
    assert found.table["advantage"].std() > 4.7  # what the means show holds the worlds' own luck too
    assert over_worlds(common + own[:20], np.arange(20)).spread < 3.0


# ---- honest about what is there ------------------------------------------------------------------------------------

SMALL = (
    'replications = 4\n[design]\nkind = "morris"\ntrajectories = 30\n'
    + factor(FAILURE, 0.0, 0.4)
    + factor(QUALITY, 0.0, 1.0)
)


def rises(plan, values, replication):
    return LUCK[replication] + (100.0 * values[FAILURE] if plan else 0.0)


def test_an_interrupted_study_tells_what_is_there_and_what_is_missing(tmp_path):
    out = studied_by(tmp_path, SMALL, rises, ["Check"], stop_after=500)
    assert list((out / "journal").iterdir())  # runs that no block holds yet count too
    said, tables = told(out)
    found = studied(out, "net_margin").found
    assert (
        500 <= found < 720
        and f"{found} of 720 runs are finished. {720 - found} are missing: `cxsim sweep STUDY -o" in said
    )
    assert "This rests on " in said and " of 30 walks and 4 of 4 replications" in said
    assert tables["morris-check"].set_index("key").loc[FAILURE, "mu"] == pytest.approx(40.0)


def test_runs_that_failed_are_left_out_and_counted(tmp_path):
    def formula(plan, values, replication):
        if values[FAILURE] > 0.35 and plan:
            raise ValueError("too much fails")
        return rises(plan, values, replication)

    text = 'replications = 2\n[design]\nkind = "latin_hypercube"\npoints = 40\n' + factor(FAILURE, 0.0, 0.4)
    said, _ = told(studied_by(tmp_path, text, formula, ["Check"]))
    assert "10 failed and count for nothing; the first says: ValueError: too much fails" in said
    assert "This rests on 35 of 40 points and 2 of 2 replications" in said and "no fair sample" in said
    assert "It wins at 35 of 35 points" in said


def test_a_table_of_points_says_nothing_of_factors(tmp_path):
    tmp_path.joinpath("points.csv").write_text(f"{FAILURE}\n0.1\n0.3\n")
    said, tables = told(
        studied_by(tmp_path, 'replications = 3\ndesign = { kind = "table", file = "points.csv" }\n', rises, ["Check"])
    )
    assert "Nobody told how the points of the table were chosen" in said
    assert tables["points-check"]["mean"].to_list() == pytest.approx([10.0, 30.0])


@given(arrays(bool, array_shapes(min_dims=2, max_dims=3, max_side=7), elements=st.booleans()))
def test_the_part_taken_has_no_gaps_and_is_everything_where_nothing_is_missing(there):
    keep = complete_part(there)
    part = there[np.ix_(*keep)]
    assert part.all() and (part.size > 0 or not there.all())
    assert (part.shape == there.shape) == there.all()


def test_late_replications_that_hardly_any_point_has_are_given_up_first():
    there = np.ones((50, 1, 20), bool)
    there[20:, :, 10:] = False  # --expand was stopped
    units, _, replications = complete_part(there)
    assert len(units) == 50 and replications.tolist() == list(range(10))


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_prints_and_writes(cxsim, tmp_path):
    text = (
        f'replications = 3\n{LABELS}[design]\nkind = "latin_hypercube"\npoints = 60\n'
        + factor(FAILURE, 0.0, 0.4)
        + factor(TALK, 0.5, 3.0)
    )
    out = studied_by(tmp_path, text, fails_in_a_corner, ["Check"])
    code, printed, errors = cxsim("sensitivity", out, "-o", tmp_path / "said")
    assert code == 0 and not errors
    assert printed == (tmp_path / "said" / "summary.txt").read_text() + f"\nWritten to {tmp_path / 'said'}\n"
    names = {path.name for path in (tmp_path / "said").iterdir()}
    assert names >= {
        "summary.txt",
        "manifest.json",
        "regional-points-check.csv",
        "regional-points-check.png",
        "regret.csv",
    }
    assert len(pd.read_csv(tmp_path / "said" / "regret.csv")) == 2 * 60
    code, _, errors = cxsim("sensitivity", out, "-o", tmp_path / "said")
    assert code == 2 and "is not empty" in errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--figure", "lops"], "there is no figure 'lops'. Did you mean 'loops'?"),
        (
            ["--figure", "contacts"],
            "contacts is neither good nor bad in itself, so no plan wins by it. Choose one of loops, ",
        ),
    ],
)
def test_a_wrong_figure_gets_one_line(cxsim, tmp_path, options, said):
    out = studied_by(tmp_path, "replications = 1\n", rises_always, ["Check"])
    code, printed, errors = cxsim("sensitivity", out, *options)
    assert code == 2 and not printed and errors.startswith(f"cxsim: {said}")


def rises_always(plan, values, replication):
    return LUCK[replication]


def test_a_folder_without_a_study_gets_one_line(cxsim, tmp_path):
    code, _, errors = cxsim("sensitivity", tmp_path)
    assert code == 2 and errors.startswith(f"cxsim: {tmp_path} holds no study; give the folder that")


def test_what_should_be_known_of_a_plan_stands_before_what_is_made_of_it(cxsim, tmp_path):
    out = studied_by(tmp_path, "replications = 6\n", lambda plan, values, replication: 5.0 if plan else 0.0, ["Check"])
    kept = json.loads((out / "sweep.json").read_text())["doubts"]
    assert [doubt["kind"] for doubt in kept["check.toml"]][-1] == "few people"
    _, printed, _ = cxsim("sensitivity", out)
    told = " ".join(printed.split())
    assert all(f'Careful: "Check": {doubt["sentence"]}' in told for doubt in kept["check.toml"])
    assert 'Careful: "Check": all 6 pairs show the same difference in net_margin.' in told
    assert told.index("Careful") < told.index("Nothing varied")
    (out / "sweep.json").write_text(json.dumps({**json.loads((out / "sweep.json").read_text()), "doubts": {}}))
    assert "people live in this market" not in cxsim("sensitivity", out)[1]


def test_a_study_in_which_nothing_varies_says_so(cxsim, tmp_path):
    code, printed, _ = cxsim("sensitivity", studied_by(tmp_path, "replications = 2\n", rises_always, ["Check"]))
    assert code == 0 and "Nothing varied in this study" in printed
