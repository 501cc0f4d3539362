"""Protects what `check` says of a market that is allowed and hardly meant: customers lost by failed payments alone, and rules that ask what no
firm knows; and that it says nothing of the ready ones.
"""

import math

import numpy as np
import pytest
from markets import lived, scenario_from

from cxsim.scenario import load, scenario_names
from cxsim.scenario.warnings import lost_at_renewal, share_lost_a_year, warnings_of

# Nobody leaves for any other reason, and nobody comes: all were customers at the start, and each renewal is due on time.
BY_THE_MONTH = """
market = {people = 4000, horizon_weeks = 52}
need = {kind = "contract", period_weeks = 4.333, spontaneous_annual = 0.0, imitation_annual = 0.0}
loyalty = {leave_a = 0.01, leave_b = 1000.0, satisfaction_weight = 0.0, failure_weight = 0.0}
support.recovery_weight = 0.0
purchase.outside = -1000.0
telling.refer_base = -20.0
[brand.focal]
need.reach_annual = 0.0
purchase = {customers_at_start = 1.0, ease = 0.9}
use.failure_rate = 0.0
"""


def test_nine_in_ten_at_once_and_seven_in_ten_again_lose_a_third_a_year():
    """The sum of a geometric series: e + e(1-e)r + ... over the tries, once a period."""
    for ease, retry, period in ((0.9, 0.7, 4.333), (0.97, 0.95, 13.0), (0.5, 0.95, 52.0), (1.0, 0.0, 1.0)):
        traits = scenario_from(BY_THE_MONTH, f"purchase.retry={retry}", f"need.period_weeks={period}").segments()[
            "everybody"
        ][1]
        paid = math.fsum(ease * ((1.0 - ease) * retry) ** attempt for attempt in range(16))
        assert share_lost_a_year(ease, traits) == pytest.approx(1.0 - paid ** (52.0 / period), abs=1e-12)
    assert share_lost_a_year(0.9, scenario_from(BY_THE_MONTH).segments()["everybody"][1]) == pytest.approx(
        0.325, abs=0.001
    )


def test_so_many_are_lost_in_a_life_in_which_nothing_else_happens():
    """4,000 people: a standard error of .0075, so four of them are passed once in 16,000 lives."""
    scenario = scenario_from(BY_THE_MONTH)
    lost = ~np.isnan(lived(scenario).state.bonds["first_lost_at"][:, 0])  # who is lost chooses anew a period later
    assert abs(lost.mean() - share_lost_a_year(0.9, scenario.segments()["everybody"][1])) < 0.03


def test_it_is_said_with_the_share_and_the_keys_to_set():
    (said,) = lost_at_renewal(scenario_from(BY_THE_MONTH))
    assert "lose 33% of the customers of focal within a year" in said
    assert "brand.focal.purchase.ease" in said and "purchase.retry" in said
    assert not list(
        lost_at_renewal(scenario_from(BY_THE_MONTH, "purchase.retry=0.95", "brand.focal.purchase.ease=0.97"))
    )
    assert not list(lost_at_renewal(scenario_from(BY_THE_MONTH, 'need.kind="repeat"')))
    (both,) = lost_at_renewal(scenario_from(BY_THE_MONTH + "[brand.rival]\npurchase.ease = 0.8\n"))
    assert "of focal and " in both and "of the customers of rival" in both and "brand.rival.purchase.ease" in both


@pytest.mark.parametrize("effect", ["add = -0.09", "multiply = 0.909", "set = 0.9"])
def test_a_channel_in_which_payments_fail_is_found(effect):
    """In the usual way nearly all is paid; in the channel nine in ten attempts complete."""
    channel = (
        "mechanisms = ['channels']\n[brand.focal.channels]\nshare = 1.0\n"
        f"[[channel]]\nname = 'app'\neffect = [{{parameter = 'purchase.ease', {effect}}}]\n"
    )
    market = channel.replace("[brand", BY_THE_MONTH + "[brand", 1)
    (said,) = lost_at_renewal(scenario_from(market, "brand.focal.purchase.ease=0.99"))
    assert "lose 33% of the customers of focal in 'app' within a year" in said and "of focal within" not in said
    assert "[[channel]] 'app' purchase.ease" in said
    fine = market.replace(effect, "add = 0.0")
    assert not list(lost_at_renewal(scenario_from(fine, "brand.focal.purchase.ease=0.99")))


def test_a_segment_that_pays_worse_is_found():
    careless = (
        "[segment.careful]\nshare = 0.9\npurchase.retry = 0.95\n[segment.careless]\nshare = 0.1\npurchase.retry = 0.0\n"
    )
    alone = "brand.focal.purchase.ease=0.98"
    assert list(lost_at_renewal(scenario_from(BY_THE_MONTH + careless, alone)))
    assert not list(lost_at_renewal(scenario_from(BY_THE_MONTH + careless.replace("0.0\n", "0.95\n"), alone)))


RULE = '[[intervention]]\nname = "rule"\nwhen = {}\neffect = [{{parameter = "use.quality", add = 0.01}}]\n'


@pytest.mark.parametrize("asked", ["{customer = false}", "{customer = true}", '{purchases = ">= 1", customer = false}'])
def test_a_rule_that_asks_who_is_a_customer_needs_contracts(asked):
    text = RULE.format(asked)
    (said,) = warnings_of(scenario_from('extends = "restaurant"\n' + text))
    assert "'rule' asks who is a customer" in said and "weeks_since_purchase" in said and "'repeat'" in said
    assert not list(warnings_of(scenario_from('extends = "subscription"\n' + text)))


def test_no_other_rule_is_warned_about():
    for asked in ('{weeks_since_purchase = "> 26"}', '{purchases = ">= 1"}', "{complained = true}"):
        assert not list(warnings_of(scenario_from('extends = "restaurant"\n' + RULE.format(asked))))


LETTERS = '[[intervention]]\nname = "letters"\nwhen = {}\neffect = [{{parameter = "need.reach_annual", add = 0.5}}]\n'


def test_letters_to_who_can_never_come_back_are_warned_about_and_those_to_newcomers_are_not():
    for asked, warned in (
        ('{weeks_since_purchase = "> 26"}', True),
        ('{purchases = ">= 2"}', True),
        ('{purchases = "< 1"}', False),
    ):
        said = list(warnings_of(scenario_from('extends = "online-retailer"\n' + LETTERS.format(asked))))
        assert bool(said) == warned, said
        assert not list(warnings_of(scenario_from('extends = "restaurant"\n' + LETTERS.format(asked))))


@pytest.mark.parametrize("name", scenario_names())
def test_of_what_is_ready_nothing_is_said(name):
    scenario = load(name)
    assert not [*lost_at_renewal(scenario), *warnings_of(scenario)]


def test_check_says_it(cxsim, tmp_path):
    file = tmp_path / "monthly.toml"
    file.write_text(BY_THE_MONTH)
    code, out, _ = cxsim("check", file, "--set", "market.people=200")
    assert code == 0 and "Careful: each renewal of a contract goes through checkout" in out
