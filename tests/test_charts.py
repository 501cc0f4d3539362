"""Protects the charts: each draws whatever a study can find, on the axes it is given, with every word inside."""

import itertools
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest
from markets import EVERYTHING_HAPPENS, STATISTICS_ONLY, scenario_from
from matplotlib.colors import to_hex

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.runs import run
from cxsim.interface import charts
from cxsim.interface.charts.look import LINE, LOOP, NEUTRAL
from cxsim.scenario import load

PLAN = """
[[intervention]]
name = "better"
effect = [{parameter = "use.quality", add = 0.2}]
cost = {once = 100.0}
"""
LONG = "A plan with a very long name, that costs $5 a week and $7 a month, thought about for longer than a week or two"
OF_BOTH = [charts.endings, charts.flow, charts.loop_length, charts.referrals, charts.retention, charts.ring]
OF_BOTH += [charts.cohorts, charts.funnel, charts.survey]
OF_COMPARISONS = [*OF_BOTH, charts.differences, charts.matrix, charts.money, charts.waterfall]
OF_RUNS = [*OF_BOTH, charts.scores]
SMALL = ("market.people=150", "market.horizon_weeks=25")
NOBODY_COMES = ("need.spontaneous_annual=0.0", "brand.focal.need.reach_annual=0.0", "brand.rival.need.reach_annual=0.0")


def market(text="", name="base", *overrides):
    return scenario_from(f'name = "{name}"\n{EVERYTHING_HAPPENS}{text}', *SMALL, *overrides)


def compared(base, plan, replications=3):
    return compare(base, plan, replications=replications)


COMPARISONS = {
    "usual": lambda: compared(market(), market(PLAN, "better")),
    "one replication": lambda: compared(market(), market(PLAN, "better"), 1),
    "nothing changes": lambda: compared(market(), market(name="the same")),
    "long names": lambda: compared(market(name=LONG), market(PLAN, LONG + " again")),
    "nobody buys": lambda: compared(market("", "base", *NOBODY_COMES), market(PLAN, "better", *NOBODY_COMES)),
    "lines between purchases": lambda: compared(
        market("", "base", 'loyalty.departure="anytime"'), market(PLAN, "better", 'loyalty.departure="anytime"')
    ),
    "ready market": lambda: compare(
        *map(load_small, ("online-retailer", "plans/online-retailer-delivery")), replications=2
    ),
}
RUNS = {
    "usual": lambda: run(market(), 3),
    "one replication": lambda: run(market(), 1),
    "nobody buys": lambda: run(market("", "base", *NOBODY_COMES), 2),
    "no loops": lambda: run(scenario_from(STATISTICS_ONLY, "market.people=50", "market.horizon_weeks=1"), 2),
    "many people": lambda: scaled(run(market(), 2)),
}


def load_small(name):
    return load(name, ["market.people=400"])


def scaled(runs):
    """What a market of millions would have: long numbers."""
    runs.figures[:] = runs.figures * 100_000.0
    return runs


@pytest.fixture(scope="module", params=COMPARISONS)
def comparison(request):
    return COMPARISONS[request.param]()


@pytest.fixture(scope="module", params=RUNS)
def runs(request):
    return RUNS[request.param]()


@pytest.fixture(scope="module")
def rhythm_runs():
    return run(load("online-retailer-rhythm"), 2)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def words_of(ax):
    """Every text drawn, with its box in pixels."""
    figure = ax.figure
    figure.draw_without_rendering()
    out_of_view = set()
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        out_of_view |= {tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    said = [text for text in figure.findobj(plt.Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in said if text not in out_of_view]


def assert_readable(ax):
    """All words are inside the figure, and none lies on another."""
    figure = ax.figure.bbox
    words = words_of(ax)
    assert len(words) >= 3
    for text, box in words:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.width + 1 and box.y1 <= figure.height + 1
        assert inside, f"{text!r} leaves the figure: {box} in {figure}"
    for (one, box), (other, place) in itertools.combinations(words, 2):
        wide = min(box.x1, place.x1) - max(box.x0, place.x0)
        high = min(box.y1, place.y1) - max(box.y0, place.y0)
        assert wide < 2 or high < 2, f"{one!r} and {other!r} overlap"


@pytest.mark.parametrize("chart", OF_COMPARISONS)
def test_a_comparison_is_drawn_with_every_word_readable(comparison, chart):
    assert_readable(chart(comparison))


@pytest.mark.parametrize("chart", OF_COMPARISONS)
def test_charts_draw_on_the_axes_they_are_given(comparison, chart):
    _, (left, right) = plt.subplots(1, 2, figsize=(16, 7))
    plan = next(iter(comparison.plans))
    assert chart(comparison, plan, ax=right) is right
    assert right.get_title(loc="left") and not left.get_title(loc="left")


@pytest.mark.parametrize("chart", OF_RUNS)
def test_runs_are_drawn_with_every_word_readable(runs, chart):
    assert_readable(chart(runs))


@pytest.mark.parametrize("chart", [*OF_RUNS, charts.rhythm])
def test_charts_of_runs_draw_on_the_axes_they_are_given(rhythm_runs, chart):
    _, ax = plt.subplots()
    assert chart(rhythm_runs, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("replications", [1, 3])
def test_the_rhythm_is_drawn_with_every_word_readable(replications):
    ax = charts.rhythm(run(load("online-retailer-rhythm"), replications))
    assert_readable(ax)
    said = " ".join(text for text, _ in words_of(ax))
    assert ("band" in said) == (replications > 1)


def test_the_words_real_and_simulated_stay_apart_when_the_curves_meet(rhythm_runs):
    # However the simulated curve ends, above the real one or below it, its name is on its own side.
    for factor in (0.8, 0.999, 1.001, 1.2):
        weeks = rhythm_runs.weeks.assign(repeat_purchases=rhythm_runs.weeks["repeat_purchases"] * factor)
        assert_readable(charts.rhythm(replace(rhythm_runs, weeks=weeks)))


def test_the_rhythm_needs_real_figures():
    with pytest.raises(ValueError, match="no real weekly figures"):
        charts.rhythm(run(market(), 1))


def test_the_flow_says_the_figures():
    runs = run(market(), 3)
    said = " ".join(text for text, _ in words_of(charts.flow(runs)))
    means = runs.figures.mean()
    assert f"Loops {means['loops']:,.0f}" in said
    assert f"First cycle open {means['new']:,.0f}" in said
    assert f"Lines {means['lines']:,.0f}" in said
    assert f"{means['lines_purchase']:,.0f}" in said
    assert "mean of 3 replications" in said


def test_a_dollar_sign_is_no_mathematics():
    ax = charts.flow(run(market(name="from $5 to $7"), 1))
    assert any(r"from \$5 to \$7" in text for text, _ in words_of(ax))


def test_the_matrix_colours_what_is_better_and_worse():
    comparison = compared(market(), market(PLAN, "better"))
    values = comparison.plans["better"].matrix
    values.loc[:, :] = 9.0
    tiles = {}
    for patch in charts.matrix(comparison).patches:
        x, y = patch.get_xy()
        tiles[int(y), int(x)] = to_hex(patch.get_facecolor()).upper()
    never, new, line, loop = range(4)
    assert {tiles[place, place] for place in range(4)} == {"#FFFFFF"}  # a ground, and no tile
    assert {tiles[before, loop] for before in (never, new, line)} == {LOOP}
    assert {tiles[loop, after] for after in (never, new, line)} == {LINE} == {tiles[new, line]}
    assert tiles[never, line] == tiles[line, new] == NEUTRAL


def test_the_differences_are_grey_until_they_are_decided():
    comparison = compared(market(), market(PLAN, "better"))
    table = comparison.plans["better"].differences
    table.loc[:, ["base", "difference", "low", "high"]] = (100.0, 5.0, 1.0, 9.0)
    table.loc[table["figure"] == "loops", "low"] = -1.0
    ax = charts.differences(comparison)
    names = [label.get_text() for label in ax.get_yticklabels()]
    colours = {name: ax.lines[2 * place].get_color() for place, name in enumerate(names)}
    assert colours["loops"] == NEUTRAL
    assert colours["purchases"] == LOOP
    assert colours["lines"] == LINE
