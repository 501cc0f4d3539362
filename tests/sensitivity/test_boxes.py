"""Protects scenario discovery: a planted box is found, noise is called noise, and bounds are said in business words."""

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.sensitivity import Factor, discover, regional
from cxsim.analysis.sensitivity.prim import Box, count, peel, quasi_p
from cxsim.analysis.sensitivity.regional import holm

FACTORS = [
    Factor("brand.focal.use.failure_rate", 0.0, 0.5, "failure rate"),
    Factor("friends", 0.0, 6.0, "friends who hear of it", "people"),
    Factor("price", 10.0, 30.0, unit="EUR"),
    Factor("reach", 0.0, 1.0),
]


def spread(points, seed=1):
    unit = stats.qmc.LatinHypercube(len(FACTORS), rng=seed).random(points)
    return unit * [factor.high - factor.low for factor in FACTORS] + [factor.low for factor in FACTORS]


def coins(points, seed, chance=0.5):
    return stats.uniform.rvs(size=points, random_state=seed) < chance


def test_a_planted_box_is_found():
    points = spread(600)
    points[:, 1] = np.floor(points[:, 1])
    lost = (points[:, 0] > 0.14) & (points[:, 1] < 3.0)
    found = discover(points, lost, FACTORS)
    assert found.separates
    assert found.conditions["key"].tolist() == ["brand.focal.use.failure_rate", "friends"]
    assert found.conditions["sign"].tolist() == [">", "<"]
    assert found.conditions["value"].tolist() == pytest.approx([0.14, 2.5], abs=0.02)
    assert found.held_out.coverage > 0.93 and found.held_out.density > 0.93
    assert found.conditions[["quasi_p", "p_held_out"]].to_numpy().max() < 1e-4
    sentence = found.sentence("the referral plan")
    assert sentence.startswith("The referral plan mostly loses when failure rate is above 13.9%")
    assert "and friends who hear of it is at most 2 people." in sentence


def test_a_box_behind_noise_is_found_without_false_restrictions():
    # Losses in 80% of the box and 20% outside, 300 points; 20 studies with fixed seeds.
    right, false = 0, 0
    for seed in range(20):
        points = spread(300, seed)
        inside = (points[:, 0] > 0.25) & (points[:, 2] > 20.0)
        found = discover(points, np.where(inside, coins(300, seed, 0.8), coins(300, seed, 0.2)), FACTORS, seed)
        named = set(found.conditions["key"]) if found.separates else set()
        right += named >= {"price", FACTORS[0].key}
        false += len(named - {"price", FACTORS[0].key})
    assert right >= 16 and false <= 2


def test_a_level_of_a_whole_number_is_not_preferred_for_its_size():
    # Giving up half of the points by the second parameter raises the density most, but less for each point given up.
    unit = spread(200) / [0.5, 6.0, 30.0, 1.0]
    points = np.column_stack([unit[:, 0], np.arange(200) % 2])
    lost = (points[:, 0] > 0.3) & ((points[:, 1] == 1.0) | (points[:, 0] > 0.6))
    assert peel(points, lost)[1].restrictions == [(0, "low")]


def test_noise_is_called_noise():
    # The held-out test has 5%: of 40 studies more than 6 would be false alarms with a chance of 0.4% at most. Before
    # that, restrictions that luck explains are lifted, so that hardly any study has a box at all.
    studies = [discover(spread(150, seed), coins(150, seed), FACTORS, seed) for seed in range(1, 41)]
    assert sum(study.separates for study in studies) <= 6
    assert sum(bool(study.box.restrictions) for study in studies) <= 10


def test_noise_fools_the_points_that_shaped_the_box():
    # Why points are held out: the smallest boxes of pure coins look as if conditions made the plan lose.
    studies = [discover(spread(150, seed), coins(150, seed), FACTORS, seed) for seed in range(1, 11)]
    assert np.mean([study.trajectory["density"].iloc[-1] for study in studies]) > 0.65
    assert all("Nothing separates" in study.sentence() for study in studies if not study.separates)


def test_every_peel_is_a_tighter_box():
    points, lost = spread(300), coins(300, 3)
    boxes = peel(points, lost)
    sizes = [count(box, points, lost).inside for box in boxes]
    assert sizes[0] == 300 and np.all(np.diff(sizes) < 0) and sizes[-1] >= 15
    assert all(count(box, points, lost).lost == lost.sum() for box in boxes)


def test_quasi_p_is_the_binomial_of_the_box_without_the_restriction():
    points = np.arange(20.0)[:, None]
    lost = (points[:, 0] >= 15.0) | (points[:, 0] == 3.0)
    box = Box(np.array([13.5]), np.array([np.inf]))
    assert quasi_p(box, (0, "low"), points, lost) == pytest.approx(stats.binom.sf(4, 6, 6.0 / 20.0))


def test_held_out_points_shape_nothing():
    points = spread(300)
    lost = points[:, 0] > 0.25
    out = np.argsort(stats.uniform.rvs(size=300, random_state=1))[:100]
    swapped = lost.copy()
    swapped[out] = ~swapped[out]
    one, other = discover(points, lost, FACTORS), discover(points, swapped, FACTORS)
    assert one.trajectory.equals(other.trajectory) and np.array_equal(one.box.low, other.box.low)
    assert one.separates and not other.separates


@pytest.mark.parametrize("lost, message", [(np.ones(50, bool), "loses at all"), (np.zeros(50, bool), "wins at all")])
def test_nothing_to_find(lost, message):
    for analysis in (discover, regional):
        with pytest.raises(ValueError, match=message):
            analysis(spread(50), lost, FACTORS)


def test_few_points_are_refused():
    with pytest.raises(ValueError, match="too few"):
        discover(spread(20), coins(20, 1), FACTORS)


def test_regional_names_the_parameters_that_differ():
    points = spread(300)
    table = regional(points, points[:, 2] + 20.0 * points[:, 3] > 30.0, FACTORS).set_index("key")
    assert set(table.index[:2]) == {"price", "reach"}
    assert table.loc[["price", "reach"], "p_holm"].max() < 1e-6 < 0.05 < table["p_holm"].iloc[2:].min()
    assert table.loc["price", "median_lost"] > table.loc["price", "median_won"]


def test_holm():
    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([0.5, 0.9])) == pytest.approx([1.0, 1.0])


def test_regional_seldom_cries_wolf():
    # 100 studies of noise at 5% for all parameters together: more than 12 has a chance of 0.2%.
    alarms = [regional(spread(100, seed), coins(100, seed), FACTORS)["p_holm"].min() <= 0.05 for seed in range(1, 101)]
    assert sum(alarms) <= 12


# ---- words have no order --------------------------------------------------------------------------------------------

KINDS = Factor("market.links.kind", 0.0, 2.0, "who talks to whom", words=("small_world", "complete", "communities"))
FLAG = Factor("need.at_entry", 0.0, 1.0, "need at entry", words=("false", "true"))


def test_words_are_told_apart_whatever_their_order():
    # It loses only with the middle word, of which a scale of codes would see little.
    code = np.arange(90.0) % 3
    lost = (code == 1) & (np.arange(90) % 2 == 0)
    flag = np.zeros(90)
    rows = []
    for order in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        renamed = np.array(order, float)[code.astype(int)]
        words = tuple(np.array(KINDS.words)[np.argsort(order)])
        factor = Factor(KINDS.key, 0.0, 2.0, KINDS.label, words=words)
        rows.append(regional(np.column_stack([renamed, flag]), lost, [factor, FLAG]).set_index("key").loc[KINDS.key])
    assert {round(float(row.distance), 12) for row in rows} == {round(1.0 - 15 / 75, 12)}
    counts = [[0, 15, 0], [30, 15, 30]]
    assert [row.p for row in rows] == pytest.approx([stats.chi2_contingency(counts).pvalue] * 3)
    assert all(np.isnan(row.median_lost) for row in rows)


def test_a_flag_that_never_varies_is_no_difference():
    table = regional(np.zeros((40, 1)), np.arange(40) < 10, [FLAG])
    assert (table.loc[0, "distance"], table.loc[0, "p"]) == (0.0, 1.0)


def test_conditions_on_words_name_the_words():
    points = np.column_stack([np.arange(300) % 2, stats.uniform.rvs(size=300, random_state=1)])
    found = discover(points, points[:, 0] == 1.0, [FLAG, Factor("price", 0.0, 1.0)])
    assert found.separates and found.conditions["condition"].tolist() == ["need at entry is true"]


@pytest.mark.parametrize(
    ("words", "scale"),
    [((), True), (("false", "true"), True), (("low", "typical", "high"), True), (("high", "low", "typical"), False),
     (("small_world", "complete", "communities"), False)],
)  # fmt: skip
def test_which_values_lie_on_a_scale(words, scale):
    assert Factor("key", 0.0, max(1.0, len(words) - 1.0), words=words).on_a_scale == scale
