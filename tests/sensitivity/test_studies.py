"""Protects `cxsim sensitivity`: from a folder of runs it finds what a formula put there, and says what it cannot say."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from folders import studied_by
from formulas import FIRST, TOTAL, VARIANCE, ishigami
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from cxsim.analysis.sensitivity.over_worlds import over_worlds
from cxsim.analysis.sensitivity.parts import complete_part
from cxsim.analysis.sensitivity.report import answers, summary
from cxsim.analysis.sensitivity.study_data import studied

FAILURE, TALK, QUALITY = "brand.ours.use.failure_rate", "telling.bad", "brand.ours.use.quality"
LUCK = stats.norm.rvs(size=40, random_state=1)


def factor(key, low, high, more=""):
    return f'[[factor]]\nkey = "{key}"\nlow = {low}\nhigh = {high}\n{more}\n'


def told(out, figure="net_margin"):
    """The whole summary on one line, and every table, by name."""
    study = studied(out, figure)
    said = list(answers(study))
    tables = {name: table for answer in said for name, table in answer.tables.items()}
    return " ".join(summary(study, said).split()), tables


# ---- what drives the outcome ----------------------------------------------------------------------------------------

UNIT = factor(FAILURE, 0.0, 1.0) + factor(TALK, 1.0, 3.0) + factor(QUALITY, 0.0, 1.0)


def ishigami_of_a_run(plan, values, replication):
    share = np.array([[values[FAILURE], (values[TALK] - 1.0) / 2.0, values[QUALITY]]])
    moves = LUCK[replication] * (1.0 + 0.3 * values[TALK])
    return float(ishigami(np.pi * (2.0 * share - 1.0))[0]) + 100.0 + moves


def test_sobol_indices_of_a_study_are_those_of_ishigami(tmp_path):
    text = f'replications = 5\n[design]\nkind = "sobol_indices"\npoints = 256\n{UNIT}'
    said, tables = told(studied_by(tmp_path, text, ishigami_of_a_run))
    table = tables["sobol"].set_index("key").loc[[FAILURE, TALK, QUALITY]]
    assert table["first"].to_numpy() == pytest.approx(FIRST, abs=0.08)
    assert table["total"].to_numpy() == pytest.approx(TOTAL, abs=0.08)
    assert (table["first_low"] <= FIRST).all() and (table["first_high"] >= FIRST).all()
    assert (table["total_low"] <= TOTAL).all() and (table["total_high"] >= TOTAL).all()
    # LUCK is common to all points but for its slope: of one run's variance it is about this share.
    moves = np.var(LUCK[:5], ddof=1) * (1.6**2 + 0.3**2 / 3.0)
    assert f"Luck is {moves / (moves + VARIANCE):.0%} (" in said
    assert "Indices tell how much, not which way." in said


def test_one_replication_cannot_set_luck_apart(tmp_path):
    text = f'replications = 1\n[design]\nkind = "sobol_indices"\npoints = 64\n{UNIT}'
    said, _ = told(studied_by(tmp_path, text, ishigami_of_a_run))
    assert "With one replication luck counts as if factors acted together: totals are too large." in said
    assert "Luck is" not in said


@pytest.mark.parametrize(("points", "replications"), [(8, 1), (16, 5), (32, 5)])
def test_no_share_is_made_of_too_few_rows(tmp_path, points, replications):
    """8 rows gave "82% by itself, 58% with its interactions", 16 rows "255% of the variance by itself"."""
    text = f'replications = {replications}\n[design]\nkind = "sobol_indices"\npoints = {points}\n{UNIT}'
    said, tables = told(studied_by(tmp_path, text, ishigami_of_a_run))
    assert f"It cannot be told from {points} rows of the design" in said
    assert "take at least 64 complete rows of 5 points" in said
    assert "of the variance by itself" not in said and "sobol" not in tables


def test_a_share_is_said_with_an_interval_that_leaves_nothing_and_all_inside_or_not_at_all(tmp_path):
    text = 'replications = 5\n[design]\nkind = "sobol_indices"\npoints = 64\n' + UNIT

    def of_size(size):
        def drowned(plan, values, replication):
            luck = np.sin(1e4 * sum(values.values()) + 977.0 * replication)  # of every run its own
            return ishigami_of_a_run(plan, values, replication) + size * luck

        said, _ = told(studied_by(tmp_path / str(size), text, drowned))
        said = said.partition("What goes with")[0]
        shares = [int(share) for share in re.findall(r"(-?\d+)%", said)]
        assert min(shares) >= 0 and max(shares) <= 100
        return said

    assert len(re.findall(r"\d+% \(\d+% to \d+%\) of the variance by itself", of_size(0.0))) >= 2
    assert re.search(r"its share cannot be told \(\d+% to 100% with its interactions\); take more rows", of_size(3.0))
    assert of_size(6.0).count("its share cannot be told; take more rows") == 3  # some resamples show nothing but luck
    assert "Nothing but luck is seen to move the result." in of_size(75.0)


def test_morris_finds_the_effects_of_a_sum_on_any_scale(tmp_path):
    def formula(plan, values, replication):
        scores = {"low": 0.0, "typical": 50.0, "high": 100.0}
        worth = 80.0 * values[FAILURE] - 40.0 * np.log10(values["brand.ours.use.delivery_weeks"])
        return LUCK[replication] + (worth + scores[values["intervention.Check.level"]] if plan else 0.0)

    text = (
        'replications = 3\n[design]\nkind = "morris"\ntrajectories = 6\n'
        + factor(FAILURE, 0.0, 0.5)
        + factor("brand.ours.use.delivery_weeks", 0.1, 10.0, 'scale = "log"')
        + '[[factor]]\nkey = "intervention.Check.level"\nvalues = ["low", "typical", "high"]\n'
        + factor(QUALITY, 0.0, 1.0)
    )
    said, tables = told(studied_by(tmp_path, text, formula, ["Check"]))
    table = tables["morris-check"].set_index("key")
    assert table.loc[FAILURE, ["mu", "mu_star"]].to_list() == pytest.approx([40.0, 40.0])
    assert table.loc["brand.ours.use.delivery_weeks", ["mu", "mu_star"]].to_list() == pytest.approx(
        [-80.0, 80.0], rel=1e-4
    )
    assert table.loc["intervention.Check.level", "mu"] == pytest.approx(100.0)
    assert table["sigma"].max() < 1e-3
    assert (
        "Use delivery weeks of ours: over its whole range it moves the result by 80 (80 to 80) EUR, downwards." in said
    )
    assert "No more than luck would show: use quality of ours." in said


WORDS = '[[factor]]\nkey = "market.links.kind"\nvalues = ["small_world", "complete", "communities"]\n'


def test_morris_ranks_no_words_without_an_order(tmp_path):
    worth = {"small_world": 0.0, "complete": 90.0, "communities": 10.0}
    text = 'replications = 3\n[design]\nkind = "morris"\ntrajectories = 6\n' + factor(FAILURE, 0.0, 0.5) + WORDS
    text += '[[factor]]\nkey = "need.at_entry"\nvalues = [false, true]\n'
    said, tables = told(
        studied_by(tmp_path, text, lambda plan, values, own: LUCK[own] + worth[values["market.links.kind"]]
                   + 40.0 * values[FAILURE] + 5.0 * values["need.at_entry"])
    )  # fmt: skip
    assert set(tables["morris"]["key"]) == {FAILURE, "need.at_entry"}
    assert "Nothing is said of market links kind: Morris measures along a scale" in said
    assert "Need at entry: from false to true it moves the result by 5 (" in said and "upwards" in said


def test_where_words_lose_is_said_word_by_word(tmp_path):
    def formula(plan, values, replication):
        return LUCK[replication] + (10.0 if plan and values["market.links.kind"] != "complete" else -10.0 * bool(plan))

    text = 'replications = 3\n[design]\nkind = "sobol"\npoints = 64\n' + factor(FAILURE, 0.0, 0.5) + WORDS
    said, _ = told(studied_by(tmp_path, text, formula, ["Check"]))
    assert (
        "Market links kind: it loses in 0% of cases with small_world, 100% of cases with complete and 0% of cases"
        in said
    )
    assert "No condition is looked for on market links kind: these words have no order." in said
    assert "lie above" not in said


def test_one_at_a_time_finds_where_the_decision_flips(tmp_path):
    def formula(plan, values, replication):
        advantage = 1000.0 - 5000.0 * values[FAILURE] + 100.0 * LUCK[replication]
        return 7.0 * LUCK[replication] + (advantage if plan else 0.0)

    text = (
        'replications = 8\n[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4) + factor(QUALITY, 0.1, 0.9)
    )
    said, tables = told(studied_by(tmp_path, text, formula, ["Check"]))
    row = tables["tornado-check"].set_index("key").loc[FAILURE]
    flips = 0.2 + 0.02 * LUCK[:8].mean()
    assert row["flips_at"] == pytest.approx(flips, abs=1e-3) and row["flips"] == 1
    half = stats.t.ppf(0.975, 7) * 0.02 * LUCK[:8].std(ddof=1) / np.sqrt(8)
    assert [row["flips_at_low"], row["flips_at_high"]] == pytest.approx([flips - half, flips + half], abs=1e-3)
    assert row["swing"] == pytest.approx(-2000.0)
    assert f"The decision flips at {100 * flips:.3g}% (" in said
    assert (
        "Use quality of ours from 0.1 to 0.9 quality" in said
        and "Does not flip in the range, the plan wins throughout." in said
    )


def test_without_a_plan_there_is_no_decision_to_flip(tmp_path):
    text = 'replications = 4\n[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4)
    said, tables = told(studied_by(tmp_path, text, lambda plan, values, own: LUCK[own] - 50.0 * values[FAILURE]))
    assert tables["tornado"]["swing"].to_list() == pytest.approx([-20.0])
    assert "Use failure rate of ours from 0% to 40%: -20 (no spread seen) EUR." in said
    assert "flip" not in said and "advantage" not in said


def test_a_study_whose_spread_set_its_number_says_what_its_intervals_are(tmp_path):
    text = 'replications = 5\n{}[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4)
    until = '[until]\nfigure = "net_margin"\nhalf_width = 0.5\nmost = 12\n'
    for more, said_so in ((until, True), ("", False)):
        said, _ = told(studied_by(tmp_path / str(said_so), text.format(more), lambda plan, values, own: LUCK[own]))
        assert ("spread of the first 5 set it" in said and "precision.csv" in said) == said_so


def test_a_factorial_gives_means_and_what_is_left_to_combinations(tmp_path):
    def formula(plan, values, replication):
        one, other = values[FAILURE] > 0.1, values["market.links.kind"] == "communities"
        return 10.0 * one + 10.0 * (one and other)

    text = (
        'replications = 2\n[design]\nkind = "factorial"\n[[factor]]\nkey = "market.links.kind"\n'
        f'values = ["small_world", "communities"]\n{factor(FAILURE, 0.0, 0.4)}'
    )
    _, tables = told(studied_by(tmp_path, text, formula))
    table = tables["factorial"].set_index(["key", "value"])["mean"]
    assert table[FAILURE].to_list() == [0.0, 15.0] and table["market.links.kind"].to_dict() == {
        "small_world": 5.0,
        "communities": 10.0,
    }
    shares = tables["factorial"].groupby("key")["share"].first()
    assert shares[FAILURE] == pytest.approx(0.8182, abs=1e-4) and shares.sum() == pytest.approx(0.9091, abs=1e-4)


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
