"""Protects rules by tier: they mean who holds the card as the week begins, whichever mechanism keeps it."""

import markets
import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from
from programmes import RICH, STRONG
from test_examples import same

from cxsim.engine.outcomes.reach import weeks_meant
from cxsim.scenario import ScenarioError

TIERS = {"none": {0}, "silver": {1}, "gold": {2}, "silver or gold": {1, 2}, "none or silver": {0, 1}}
# A tier for who bought twice, reviewed by nobody; a file whose rules but one are never compiled.
STAMPS = """
from cxsim.mechanism import Mechanism


class Stamps(Mechanism):
    @staticmethod
    def tier(state, person, brand):
        return 2.0 if state.bonds[person, brand].purchases >= 1 else 0.0
"""


def rules(brand="focal", effect='{parameter = "purchase.ease", add = 0.01}'):
    return "".join(
        f'[[intervention]]\nname = "{name}"\nbrand = "{brand}"\nwhen = {{tier = "{name}"}}\neffect = [{effect}]\n'
        for name in TIERS
    )


@pytest.mark.parametrize("brand", [0, 1])
def test_whom_a_tier_means(brand):
    """Those who lost it in a quarter's review too, though they did not live."""
    small = ("market.people=200", "market.horizon_weeks=130", *STRONG)
    model = markets.lived(scenario_from(RICH + rules(("focal", "rival")[brand]), *small), weeks=0)
    meant, lost = np.zeros((200, len(TIERS)), int), 0
    before = np.zeros(200, int)
    for _ in range(130):
        tier = model.state.bonds["loyalty_programme"]["tier"][:, brand].copy()
        lost, before = lost + np.count_nonzero(tier < before), tier
        meant += np.array([np.isin(tier, list(tiers)) for tiers in TIERS.values()]).T
        model.step()
    assert lost > 0 and (meant.sum(axis=0) > 0)[[0, 2, 3, 4]].all()
    np.testing.assert_array_equal(weeks_meant(model.state), meant)


def test_both_engines_mean_the_same():
    scenario = scenario_from(RICH + rules(), "market.people=60", "market.horizon_weeks=30", *STRONG)
    one, other = (markets.lived(scenario, engine=engine).state for engine in ("compiled", "agents"))
    assert same(one, other) and weeks_meant(one).tobytes() == weeks_meant(other).tobytes()
    assert weeks_meant(one).any(axis=0)[3]


def test_a_tier_that_nobody_holds_changes_nobody():
    small = ("market.people=200", "market.horizon_weeks=40", "brand.focal.loyalty_programme.join=0")
    gold = rules(effect='{parameter = "use.failure_rate", set = 0.0}').split("[[intervention]]\n")[3]
    without, ruled = (
        markets.lived(scenario_from(RICH + rest, *small)).state for rest in ("", f"[[intervention]]\n{gold}")
    )
    for state in (without, ruled):
        state.people["kind"] = 0
    assert same(without, ruled) and not weeks_meant(ruled).any()


def test_a_mechanism_of_ones_own_may_keep_tiers(tmp_path):
    (tmp_path / "stamps.py").write_text(STAMPS)
    before = ("market.people=200", "brand.focal.purchase.customers_at_start=0.3")
    text = f'mechanisms = ["stamps.py"]\n{EVERYTHING_HAPPENS}{rules()}'
    model = markets.lived(scenario_from(text, *before, folder=tmp_path), weeks=0)
    meant = model.state.meant[model.state.people["kind"]]
    customers = model.state.bonds["customer"][:, 0]
    assert 30 < customers.sum() < 90
    np.testing.assert_array_equal(meant[:, 2], customers)
    np.testing.assert_array_equal(meant[:, 0], ~customers)


def test_two_that_keep_tiers_are_refused(tmp_path):
    (tmp_path / "stamps.py").write_text(STAMPS)
    with pytest.raises(ScenarioError, match=r"both say a person's tier; name one of them"):
        scenario_from(f'mechanisms = ["stamps.py", "loyalty_programme"]\n{EVERYTHING_HAPPENS}', folder=tmp_path)


def test_without_any_the_question_is_refused_once():
    with pytest.raises(ScenarioError, match=r'(?s)keeps tiers.*mechanisms = \["loyalty_programme"\]') as refused:
        scenario_from(EVERYTHING_HAPPENS + rules().split("[[intervention]]\n")[2].join(["[[intervention]]\n", ""]))
    assert len(refused.value.problems) == 1
