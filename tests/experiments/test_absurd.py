"""Protects the sign of what an extreme plan does, in every ready market.

Few people and two pairs; a rule is broken when a whole 95% interval lies on the wrong side, which luck does to a plan
without any effect once in forty times, and far less often to plans as extreme as these.
"""

import math

import pytest

from cxsim.analysis.compare.intervals import Estimate
from experiments.absurd import PLANS, figures, tried
from experiments.pages import ABREAST
from experiments.prices import MARKETS

PEOPLE = 1000


@pytest.fixture(scope="module")
def found():
    return [tried(market, people=PEOPLE, replications=2) for market in MARKETS]


def test_nothing_absurd_gains(found):
    assert [(each.market, each.plan.name, each.broken) for market in found for each in market if each.broken] == []


def test_loops_change_by_as_much_as_sources_and_sense_say(found):
    """The whole interval outside its band: by luck alone at most once in forty, were the truth at the very edge."""
    assert [(each.market, each.plan.name) for market in found for each in market if each.out_of_band] == []


def test_a_band_is_noticed_when_it_is_missed(found):
    each = found[0][2]
    nothing_changes = each._replace(change=each.change | {"loops": Estimate(0.0, -0.01, 0.01, 4)})
    assert each.plan.name == "half of all uses fail" and nothing_changes.out_of_band


def test_what_is_extreme_is_felt(found):
    """Each plan moves one of the figures of each market by a tenth, but for the desk, which most never meet."""
    for market in found:
        for each in market:
            moved = max(abs(change.mean) / abs(each.before[figure]) for figure, change in each.change.items())
            assert moved > 0.1 or each.plan.name in ("no support at all", "no problem is ever resolved"), each


MILDER_AND_WORSE = (
    ("no problem is ever resolved", "half of all uses fail"),
    ("price times 1.5", "price times 5"),
)


@pytest.mark.parametrize(("milder", "worse"), MILDER_AND_WORSE)
def test_what_is_worse_costs_more_loops_in_every_market(found, milder, worse):
    for market in found:
        loops = {each.plan.name: each.change["loops"].mean for each in market}
        assert loops[worse] < loops[milder], market[0].market


def test_the_page_shows_every_cell(found):
    text = figures(found)
    tables = 3 * math.ceil(len(MARKETS) / ABREAST)
    assert text.count("\n| ") == tables * (len(PLANS) + 3)  # heading, rule, as it is and the plans, in each table
    assert all(text.count(f" {market} |") == 3 for market in MARKETS)
