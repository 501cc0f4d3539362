"""Protects what a happy customer buys beside: who does, what is booked, and that nothing else in any life changes.

The share who do is binomial; four standard errors are exceeded once in 16,000 seeds.
"""

import math

import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, notes_of, scenario_from, total

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import EVERYBODY

ALL_NOTES = {"watch": EVERYBODY, "room_for_notes": 100_000}
OFF = "brand.focal.need.similar=0.0"
SIMILAR = [
    "brand.focal.need.similar=0.4",
    "brand.focal.purchase.similar_price=0.35",
    "brand.focal.money.similar_cost=0.2",
]
CALM = ["brand.focal.use.failure_rate=0.0", "brand.rival.use.failure_rate=0.0"]  # satisfied as in use, to the end


def moments(model, what):
    notes = notes_of(model)
    return {(int(note["person"]), float(note["at"])) for note in notes[(notes["what"] == what) & (notes["brand"] == 0)]}


@pytest.mark.parametrize("departure", ["after_use", "anytime"])
def test_whoever_stays_after_a_good_episode_and_nobody_else(departure):
    always = ["brand.focal.need.similar=1.0", f"loyalty.departure={departure}", "telling.neutral=0.6", *CALM]
    model = lived(scenario_from(EVERYTHING_HAPPENS, *always), **ALL_NOTES)
    bought = moments(model, Note.BUYS_SIMILAR)
    uses = notes_of(model)
    uses = uses[(uses["what"] == Note.USES) & (uses["brand"] == 0)]
    good = {(int(note["person"]), float(note["at"])) for note in uses if np.float32(note["d"]) >= 0.6}
    assert bought == moments(model, Note.STAYS) & good
    assert len(good) < len(uses)
    assert len(bought) == total(model, Measure.similar_purchases) > 100
    assert total(model, Measure.similar_purchases, brand=1) == 0


def test_the_share_who_do_is_the_chance():
    sure, some = (
        lived(scenario_from(EVERYTHING_HAPPENS, "market.people=4000", f"brand.focal.need.similar={chance}"))
        for chance in (1.0, 0.3)
    )
    asked, bought = total(sure, Measure.similar_purchases), total(some, Measure.similar_purchases)
    assert asked > 1500
    assert abs(bought - 0.3 * asked) < 4.0 * math.sqrt(asked * 0.3 * 0.7)


def test_revenue_goods_and_margin_hold_it_to_the_coin():
    rise = 'intervention=[{name="dearer", start_week=20, effect=[{parameter="purchase.price", multiply=1.5}]}]'
    without, beside = (lived(scenario_from(EVERYTHING_HAPPENS, rise, *each)) for each in ([OFF], SIMILAR))
    before, after = (model.state.tally[:, 0] for model in (without, beside))
    sold = after[:, Measure.similar_purchases]
    price = np.where(np.arange(40) < 20, 50.0, 75.0)
    revenue = np.round(sold * 0.35 * price * 10_000).astype(int)
    assert sold[:20].sum() > 30 and sold[20:].sum() > 30
    np.testing.assert_array_equal(after[:, Measure.similar_money], revenue)
    np.testing.assert_array_equal(after[:, Measure.revenue_money] - before[:, Measure.revenue_money], revenue)
    np.testing.assert_array_equal(
        after[:, Measure.goods_money] - before[:, Measure.goods_money], sold * round(0.2 * 30.0 * 10_000)
    )
    earned = beside.state.bonds["margin"].sum() - without.state.bonds["margin"].sum()
    assert earned == revenue.sum() - sold.sum() * 60_000


def test_it_is_a_sale_and_changes_nothing_else_in_any_life():
    without, beside = (lived(scenario_from(EVERYTHING_HAPPENS, *each)) for each in ([OFF], SIMILAR))
    for name in ("people", "bonds", "standings"):
        one, other = getattr(without.state, name), getattr(beside.state, name)
        for field in set(one.dtype.names) - {"margin", "spent"}:
            np.testing.assert_array_equal(one[field], other[field], err_msg=field)
    moved = {"similar_purchases", "similar_money", "revenue_money", "goods_money"}
    changed = (without.state.tally != beside.state.tally).any(axis=(0, 1))
    assert {Measure(place).name for place in np.flatnonzero(changed)} == moved


def test_a_plan_reaches_its_own_brand_only():
    plan = '{{name="{0}", brand="{0}", effect=[{{parameter="need.similar", set=0.5}}]}}'
    model = lived(scenario_from(EVERYTHING_HAPPENS, f"intervention=[{plan.format('rival')}]"))
    assert total(model, Measure.similar_purchases) == 0
    assert total(model, Measure.similar_purchases, brand=1) > 50
