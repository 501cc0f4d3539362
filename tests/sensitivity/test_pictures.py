"""Protects the pictures of a sensitivity study: they draw what was found, on the axes given, with every word inside."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from formulas import ISHIGAMI, with_common_luck
from matplotlib.colors import to_hex
from scipy import stats
from test_charts import assert_readable, words_of

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.sensitivity import Factor, discover, morris, one_at_a_time, sobol
from cxsim.analysis.sensitivity import regional as regional_table
from cxsim.analysis.sensitivity.assumptions import Assumption
from cxsim.analysis.sensitivity.believe import Belief, Beliefs
from cxsim.analysis.sensitivity.over_worlds import over_worlds
from cxsim.interface.charts import beliefs, boxes, indices, regional, screening, tornado, worlds
from cxsim.interface.charts.look import LINE, LOOP, MEDIA, NEUTRAL, made_for

FACTORS = [
    Factor("brand.focal.use.failure_rate", 0.0, 0.5, "failure rate"),
    Factor("telling.bad", 0.0, 5.0),
    Factor("price", 10.0, 30.0, "a price with a very long name that costs $5 or more", "EUR"),
    Factor("nothing", 0.0, 1.0),
]
LUCK = stats.norm.rvs(scale=100.0, size=(1, 6), random_state=1)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def studied():
    def outcome(points):
        noise = (points[:, [3]] - 0.5) * LUCK * 0.1
        return 2000.0 - 9000.0 * points[:, [0]] + 100.0 * points[:, [1]] - 10.0 * (points[:, [2]] - 20.0) + LUCK + noise

    return one_at_a_time(outcome, FACTORS, [0.1, 2.0, 20.0, 0.5])


def found(lost):
    unit = stats.qmc.LatinHypercube(4, rng=1).random(300)
    points = unit * [factor.high - factor.low for factor in FACTORS] + [factor.low for factor in FACTORS]
    return discover(points, lost(points), FACTORS)


def words(ax):
    """All words of a picture, however they are broken into lines."""
    return " ".join(" ".join(text for text, _ in words_of(ax)).split())


def believed(turning=True):
    """Four assumptions, of which three turn the verdict: at a third of the way, at two thirds, at 90%."""
    turns = [0.3, -0.6, 0.9, np.nan] if turning else [np.nan] * 4
    known = [
        Belief(
            Assumption(factor.key, factor.label, factor.unit, lambda *_: {}, lambda place: 3.0 + place),
            turn, turn - 0.2, np.inf, Estimate(-50.0, -60.0, -40.0, 4), Estimate(90.0, 80.0, 100.0, 4), acts=True,
        )
        for factor, turn in zip(FACTORS, turns, strict=True)
    ]  # fmt: skip
    return Beliefs("A plan", "net_margin", "EUR", Estimate(-20.0, -30.0, -10.0, 4), known, {}, None, 4, [])


LONG = "A plan with a rather long name, for this or that reason"
SIX = [*FACTORS, Factor("use.late_weeks", 0.0, 2.0), Factor("need.rate_scale_weeks", 2.0, 9.0)]
POINTS = stats.qmc.LatinHypercube(6, rng=1).random(80) * [0.5, 5.0, 20.0, 1.0, 2.0, 7.0] + [
    0.0,
    0.0,
    10.0,
    0.0,
    0.0,
    2.0,
]
LOST = POINTS[:, 0] > 0.2
PICTURES = {
    "beliefs": lambda: beliefs(believed()),
    "beliefs-none": lambda: beliefs(believed(turning=False)),
    "tornado": lambda: tornado(studied(), f'discounted margin gained by "{LONG}", EUR'),
    "boxes": lambda: boxes(found(lambda points: (points[:, 0] > 0.14) & (points[:, 2] < 20.0)), LONG),
    "boxes-none": lambda: boxes(found(lambda points: np.arange(len(points)) % 2 == 0), LONG),
    "indices": lambda: indices(sobol(with_common_luck(5, 1), ISHIGAMI, points=64), f'the advantage of "{LONG}" in loops'),
    "screening": lambda: screening(morris(with_common_luck(5, 1), ISHIGAMI, trajectories=8), "EUR", LONG),
    "regional": lambda: regional(regional_table(POINTS, LOST, SIX), POINTS, LOST, SIX),
    "worlds": lambda: worlds(over_worlds(np.linspace(-300.0, 500.0, 41)[:, None] + LUCK, np.arange(41)), LONG, "EUR"),
}  # fmt: skip


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_made_for_page_and_projector(name, medium):
    with made_for(medium):
        ax = PICTURES[name]()
        assert ax.figure.get_size_inches()[0] == pytest.approx(MEDIA[medium].width)
        assert_readable(ax)
        shown = [text for text in ax.figure.findobj(plt.Text) if text.get_text().strip() and text.get_visible()]
        assert min(text.get_fontsize() for text in shown) >= 0.8 * MEDIA[medium].text


def test_the_tornado_is_readable_and_says_where_it_flips():
    ax = tornado(studied(), "discounted margin gained, EUR")
    assert_readable(ax)
    said = words(ax)
    assert "flips at 2" in said and "Mean of 6 pairs" in said and said.count("flips at") == 1
    assert "(messages per satisfaction)" in said


def test_the_tornado_colours_winning_and_losing():
    colours = {}
    for bar in tornado(studied()).patches:
        colours.setdefault(round(bar.get_y() + bar.get_height() / 2), set()).add(to_hex(bar.get_facecolor()).upper())
    assert colours == {0: {LINE, LOOP}, 1: {LOOP}, 2: {LOOP}, 3: {NEUTRAL}}


def test_a_box_is_readable_and_says_coverage_and_density():
    discovery = found(lambda points: (points[:, 0] > 0.14) & (points[:, 2] < 20.0))
    ax = boxes(discovery, "the referral plan")
    assert_readable(ax)
    said = " ".join(text for text, _ in words_of(ax))
    out = discovery.held_out
    assert f"density {out.density:.0%}" in said and f"{out.coverage:.0%} of its losses (coverage)" in said
    orange = [patch for patch in ax.patches if to_hex(patch.get_facecolor()).upper() == LINE]
    assert len(orange) == 2
    assert orange[0].get_x() == pytest.approx(0.14 / 0.5, abs=0.05)


def test_no_box_is_drawn_where_nothing_separates():
    ax = boxes(found(lambda points: np.arange(len(points)) % 2 == 0))
    assert not ax.patches and "Nothing separates" in " ".join(text for text, _ in words_of(ax))


def test_they_draw_on_the_axes_they_are_given():
    _, (left, right) = plt.subplots(1, 2, figsize=(18, 6))
    assert tornado(studied(), ax=right) is right
    assert boxes(found(lambda points: points[:, 0] > 0.2), ax=left) is left


# ---- what factors do, and worlds ------------------------------------------------------------------------------------


def test_indices_are_readable_and_show_both_shares():
    result = sobol(with_common_luck(5, 1), ISHIGAMI, points=64)
    ax = indices(result, 'the advantage of "A plan with a rather long name, for this or that reason" in net_margin')
    assert_readable(ax)
    bars = sorted(patch.get_width() for patch in ax.patches)
    assert bars == pytest.approx(sorted([*result.table["first"], *result.table["total"]]))
    assert "luck is" in words(ax) and "64 rows of points, 5 replications" in words(ax)


def test_screening_is_readable_and_marks_luck():
    table = morris(with_common_luck(5, 1), ISHIGAMI, trajectories=8)
    ax = screening(
        table, "EUR", 'the advantage of "A plan with a rather long name, for this or that reason" in net_margin'
    )
    assert_readable(ax)
    assert [patch.get_width() for patch in ax.patches] == pytest.approx(table["mu_star"].to_list())
    assert ax.get_yticklabels()[0].get_text() == table["label"].iloc[0]


def test_where_it_goes_wrong_is_readable_and_orange():
    points = stats.qmc.LatinHypercube(4, rng=1).random(80) * [0.5, 5.0, 20.0, 1.0] + [0.0, 0.0, 10.0, 0.0]
    lost = points[:, 0] > 0.2
    ax = regional(regional_table(points, lost, FACTORS), points, lost, FACTORS)
    assert_readable(ax)
    first = [line for line in ax.lines if line.get_marker() == "|"][:2]
    assert [to_hex(line.get_color()).upper() for line in first] == [LINE, LOOP]
    assert min(first[0].get_xdata()) > 0.4 > max(first[1].get_xdata())  # shares of the range: 0.2 of 0.5


def test_worlds_are_readable_and_coloured_by_verdict():
    level = np.linspace(-300.0, 500.0, 41)[:, None]
    found = over_worlds(level + LUCK, np.arange(41))
    ax = worlds(found, "A plan with a rather long name, for this or that reason", "net_margin, EUR")
    assert_readable(ax)
    drawn = {to_hex(line.get_color()).upper(): len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o"}
    assert drawn == {LOOP: found.share_of("wins"), LINE: found.share_of("loses"), NEUTRAL: found.share_of("undecided")}
    assert f"wins in {found.wins} of 41 worlds" in words(ax)


def test_a_tornado_without_a_decision_names_none():
    ax = tornado(studied(), "net_margin of us, EUR", decides=False)
    assert_readable(ax)
    assert "flip" not in words(ax) and "wins" not in words(ax)


def test_a_belief_is_green_where_the_plan_is_better_and_turns_at_the_diamond():
    """Worse as assumed: orange around the middle, green beyond the turning point, and nowhere else."""
    ax = beliefs(believed())
    bars = [
        (round(bar.get_x(), 6), round(bar.get_x() + bar.get_width(), 6), to_hex(bar.get_facecolor()))
        for bar in ax.patches
    ]
    green, orange = to_hex(LOOP), to_hex(LINE)
    assert bars[:4] == [(-1.0, 0.3, orange), (0.3, 1.0, green), (-1.0, -0.6, green), (-0.6, 1.0, orange)]
    assert "330%" in words(ax) and "What one must believe" in words(ax)
    assert "Nothing plausible turns it alone" in words(beliefs(believed(turning=False)))
