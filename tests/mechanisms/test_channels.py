"""Protects the two ways of dealing with a brand: a channel in which nothing differs moves nobody, one that all take is the market itself,
people leave the one that serves them badly, and plans mean who the books say.

Statistical tests compare with four or more standard errors: each false alarm comes less than once in ten thousand.
"""

import math
import zlib

import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, scenario_from, total
from test_examples import same

import cxsim
from cxsim.analysis.reach import in_channels_at_start
from cxsim.engine.branching import parting_week, simulate_together
from cxsim.engine.hooks import channel as channel_of
from cxsim.engine.journey.bookkeeping import money_units
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.reach import reach_table, weeks_meant
from cxsim.engine.simulate import simulate
from cxsim.scenario import ScenarioError
from cxsim.scenario.mechanism import load_mechanism
from cxsim.scenario.writing import scenario_text

load_mechanism("channels")
FIRST = zlib.crc32(b"channels: the first way")
NAMED = 'mechanisms = ["channels"]\n'
FROM_BEFORE = ("brand.focal.purchase.customers_at_start=0.3", "market.run_in_weeks=12")
NOTHING = '{parameter = "purchase.ease", add = 0.0}'
WORSE = '{parameter = "use.failure_rate", set = 0.9}, {parameter = "purchase.price", add = 1.0}'


def market(share=0.3, effect=NOTHING, *overrides, rest="", people=300):
    """Where everything happens, with an app whose effect is given."""
    size = (f"market.people={people}", f"brand.focal.channels.share={share}")
    app = f'[[channel]]\nname = "app"\neffect = [{effect}]\n'
    return scenario_from(NAMED + EVERYTHING_HAPPENS + app + rest, *size, *overrides)


def plain(*overrides, rest="", people=300):
    return scenario_from(EVERYTHING_HAPPENS + rest, f"market.people={people}", *overrides)


def as_lived(scenario):
    """The records, without the numbers of kinds, which are names."""
    state = lived(scenario).state
    state.people["kind"] = state.people["stratum"] = 0
    return state


def counted(model, name, brand=0):
    return int(model.state.counted[name][:, brand].sum())


# ---- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), FROM_BEFORE])
def test_a_channel_in_which_nothing_differs_moves_nobody(before):
    without, named = as_lived(plain(*before)), as_lived(market(0.4, NOTHING, *before))
    assert same(without, named)
    assert named.counted["channel_purchases"].any() and named.counted["to_channel"].any()


@pytest.mark.parametrize("before", [(), FROM_BEFORE])
def test_a_channel_that_nobody_takes_is_none(before):
    named = as_lived(market(0.0, WORSE, *before))
    assert same(as_lived(plain(*before)), named)
    assert not any(named.counted[name].any() for name in ("channel_purchases", "channel_customers", "to_channel"))


@pytest.mark.parametrize("before", [(), FROM_BEFORE])
def test_a_channel_that_everybody_takes_is_the_market_itself(before):
    """In the run-in too, and in what customers from before remember."""
    price = plain().brand["focal"].purchase.price + 1.0
    so = ("brand.focal.use.failure_rate=0.9", f"brand.focal.purchase.price={price}")
    taken = as_lived(market(1.0, WORSE, *before))
    assert same(as_lived(plain(*so, *before)), taken) and not same(as_lived(plain(*before)), taken)
    assert taken.counted["channel_purchases"][:, 0].tolist() == taken.tally[:, 0, Measure.purchases].tolist()


def test_it_is_what_an_intervention_for_everybody_is():
    """So an effect on a trait acts as one of a plan does."""
    effect = '{parameter = "loyalty.exit", set = 0.9}'
    always = f'[[intervention]]\nname = "always"\neffect = [{effect}]\n'
    assert same(as_lived(plain(rest=always)), as_lived(market(1.0, effect)))


def test_both_engines_live_the_same():
    scenario = market(0.4, WORSE, "market.horizon_weeks=25", *FROM_BEFORE, people=80)
    compiled, agents = lived(scenario), lived(scenario, engine="agents")
    assert same(compiled.state, agents.state) and compiled.state.counted.tobytes() == agents.state.counted.tobytes()
    assert counted(compiled, "to_usual") > 0 < counted(compiled, "channel_contacts")


# ---- who takes which -------------------------------------------------------------------------------------------------


def test_customers_by_channel_are_the_customers():
    model = lived(market(0.4, WORSE, people=500))
    books = model.state.counted
    gained, lost = (model.state.tally[:, :, each] for each in (Measure.customers_gained, Measure.customers_lost))
    np.testing.assert_array_equal(
        books["channel_customers"] + books["usual_customers"], np.cumsum(gained - lost, axis=0)
    )
    assert not books["channel_customers"][:, 1].any()  # the rival has one way
    ways, bought = model.state.bonds["channels"][:, 0], model.state.bonds["purchases"][:, 0] > 0
    assert (ways["settled"] == bought).all() and not ways["other"][~bought].any()


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_alike_in_all_the_share_stays(share):
    """Lives are those of the market without, so that each customer's way is a coin of its own."""
    model = lived(market(share, NOTHING, people=6000))
    taken, customers = (
        model.state.counted["channel_customers"][-1, 0],
        np.count_nonzero(model.state.bonds["customer"][:, 0]),
    )
    assert abs(taken / customers - share) < 4.5 * math.sqrt(share * (1.0 - share) / customers)
    assert counted(model, "to_channel") > 100 < counted(model, "to_usual")


def test_people_leave_a_channel_that_serves_them_badly_and_only_if_that_makes_them_look():
    """What is met is told to nobody and ends no line, so that customers of both ways live the same but for that."""
    alone = ("loyalty.satisfaction_weight=0", "loyalty.failure_weight=0", "support.recovery_weight=0", "telling.base=0",
             "expectation.learning=0", "need.imitation_annual=0", "telling.refer_base=-20", "telling.review_base=-20",
             "purchase.grudge_weight=0", "loyalty.leave_b=50", "market.horizon_weeks=80")  # fmt: skip
    bad = '{parameter = "use.quality", add = -0.4}'

    def share_at_end(slope):
        books = lived(market(0.5, bad, *alone, f"channels.reconsider_worse={slope}", people=4000)).state.counted[-1]
        taken, usual = int(books["channel_customers"][0]), int(books["usual_customers"][0])
        return taken / (taken + usual), math.sqrt(0.25 / (taken + usual))

    moved, error = share_at_end(10.0)
    still, _ = share_at_end(0.0)
    assert moved < 0.5 - 4.5 * error and abs(still - 0.5) < 4.5 * error


def test_a_larger_share_only_adds_people():
    def takers(share):
        state = lived(market(share), weeks=0).state
        return {person for person in range(len(state.people)) if channel_of(state, person, 0) == 1.0}

    few, more = takers(0.2), takers(0.5)
    assert few < more and 20 < len(few) < 100 < len(more)
    luck = lived(market(), weeks=0).state.luck
    assert few == {person for person in range(300) if cxsim.uniform(luck, person, FIRST, 0, 0) < 0.2}
    assert in_channels_at_start(market(0.2)) == [len(few)]


@pytest.mark.parametrize(
    ("usually", "slope", "worse", "chance"),
    [(0.1, 3.0, 0.0, 0.1), (0.5, 2.0, math.log(3) / 2, 0.75), (0.2, 4.0, -0.25, 0.2 / math.e / (0.8 + 0.2 / math.e)),
     (0.0, 9.0, 1.0, 0.0), (1.0, 9.0, -1.0, 1.0)],
)  # fmt: skip
def test_the_chance_to_look_anew(usually, slope, worse, chance):
    rule = load_mechanism("channels").after_telling.__globals__["chance_to_look"].py_func
    traits = np.rec.array([(usually, slope)], names="reconsider,reconsider_worse")[0]
    assert rule(traits, worse) == pytest.approx(chance, rel=1e-12)


# ---- plans -----------------------------------------------------------------------------------------------------------


def plan(when, effect=NOTHING, name="plan", **more):
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'[[intervention]]\nname = "{name}"\n{f"when = {{{when}}}" if when else ""}\n{lines}effect = [{effect}]\n'


def test_a_rule_means_who_is_in_the_channel_as_the_week_begins():
    both = plan('channel = "app"', name="app too") + plan('channel = "usual"', name="usual")
    model = lived(market(0.4, WORSE, rest=both), weeks=0)
    meant = np.zeros((300, 2), int)
    for _ in range(30):
        ways = np.array([channel_of(model.state, person, 0) for person in range(300)])
        meant += np.stack([ways == 1.0, ways == 0.0], axis=1)
        model.step()
    assert (meant.sum(axis=1) == 30).all() and (np.count_nonzero(meant, axis=1) == 2).any()  # and some changed
    np.testing.assert_array_equal(weeks_meant(model.state)[:, 1:], meant)
    assert reach_table(model.state, model.settings)["rule"].tolist() == ["app too", "usual"]


def test_what_a_plan_sets_for_all_holds_in_the_channel_too():
    """Two halves are the whole, though the channel says otherwise."""
    for_all = plan("", '{parameter = "use.failure_rate", set = 0.2}')
    halves = plan('channel = "app"', '{parameter = "use.failure_rate", set = 0.2}') + plan(
        'channel = "usual"', '{parameter = "use.failure_rate", set = 0.2}', name="rest"
    )
    fails = '{parameter = "use.failure_rate", set = 0.9}'
    same_as = as_lived(plain(rest=for_all))
    assert same(same_as, as_lived(market(0.4, fails, rest=for_all)))
    assert same(same_as, as_lived(market(0.4, fails, rest=halves)))
    assert not same(same_as, as_lived(market(0.4, fails)))


def test_a_plan_moves_people_and_parts_from_its_base_when_it_begins():
    base = market(0.2, WORSE, *FROM_BEFORE)
    moving = market(
        0.2, WORSE, *FROM_BEFORE, rest=plan("", '{parameter = "channels.share", set = 0.9}', start_week=10.0)
    )
    assert parting_week(base, moving) == 10
    apart = [simulate(each, 1, 0) for each in (base, moving)]
    for one, other in zip(simulate_together([base, moving], 1, 0), apart, strict=True):
        assert same(one.state, other.state) and one.state.counted.tobytes() == other.state.counted.tobytes()
    assert apart[1].figures["channel_customers"] > 1.5 * apart[0].figures["channel_customers"]
    unlike = market(0.2, NOTHING, *FROM_BEFORE)
    assert parting_week(base, unlike) == 0


def test_written_and_read_again_it_is_the_same_market():
    scenario = market(0.4, WORSE, rest=plan('channel = "app"'))
    again = scenario_from(scenario_text(scenario))
    assert again.channel == scenario.channel and same(as_lived(scenario), as_lived(again))
    assert "channel" not in scenario_text(plain())


def test_an_interval_of_customers_does_not_reach_below_none():
    """Of few people in two lives that differ, of whom it otherwise would."""
    summary = cxsim.run(market(0.1, WORSE, people=60), replications=2, workers=1).summary().set_index("figure")
    figures = [name for name in load_mechanism("channels").counts]
    means, lows = summary.loc[figures, "mean"], summary.loc[figures, "low"]
    assert (lows >= 0.0).all() and ((lows == 0.0) & (means > 0.0)).any()


# ---- what cannot be meant --------------------------------------------------------------------------------------------

APP = '[[channel]]\nname = "app"\n'
EASIER = 'effect = [{parameter = "purchase.ease", add = 0.01}]\n'
WRONG = {
    APP + EASIER + APP + EASIER: "'app' of focal is said twice",
    APP + EASIER + APP.replace("app", "phone") + EASIER: "'phone' of focal is one beside 'app'",
    APP + 'brand = "rivall"\n' + EASIER: "there is no brand 'rivall' Did you mean 'rival'?",
    APP.replace("app", "usual") + EASIER: "no channel can be called 'usual'",
    APP + 'effect = [{parameter = "support.capacity", add = 1}]': "support.capacity: is shared by all customers",
    APP + 'effect = [{parameter = "money.advertising_weekly", add = 1}]': "is shared by all customers",
    APP + 'effect = [{parameter = "use.taste_sd", add = 1}]': "is drawn once at the start, so no channel can move it",
    APP + 'effect = [{parameter = "purchase.eas", add = 1}]': "there is no such stage parameter Did you mean 'purchase.ease'?",
    APP + 'effect = [{parameter = "purchase.ease", add = 2}]': "channel 'app of focal' takes purchase.ease to",
    APP + "effect = []": "it should have 1 or more items",
    APP + "share = 0.4\n" + EASIER: "channel.0.share",
    "[brand.focal.channels]\nshare = 1.2\n" + APP + EASIER: "Allowed: 0 to 1",
    "[brand.focal.channels]\nshare = 0.3\n": "is 0.3, but focal has no channel",
    APP + EASIER + plan('channel = "ap"'): "focal has no channel 'ap' Did you mean 'app'?",
    APP + EASIER + plan('channel = "telephone"'): "Ways of focal: usual, app.",
    APP + EASIER + plan('channel = "app"', brand='"rival"'): "differs there: [[channel]] with name, brand = \"rival\" and effect.",
    plan("", '{parameter = "channels.share", set = 0.5}'): "focal has no channel Say what differs there: [[channel]] with name and effect.",
    plan('tier = "gold"'): "so focal knows of none Name one, mechanisms = [\"loyalty_programme\"], and say what reaches a tier: "
    "brand.focal.loyalty_programme.silver_from, and join,",
    APP + EASIER + plan('tier = "golden"'): 'it should be "none", "silver", "gold"',
    APP + EASIER + plan('tier = "none or gold"'): "neighbours such as",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_once(text):
    with pytest.raises(ScenarioError) as refused:
        scenario_from(NAMED + EVERYTHING_HAPPENS + text)
    assert WRONG[text] in " ".join(str(refused.value).split())
    assert len(refused.value.problems) == 1


def test_without_the_mechanism_nobody_would_take_it():
    with pytest.raises(
        ScenarioError, match=r"(?s)no mechanism here says who takes 'app'.*mechanisms = \[\"channels\"\]"
    ) as refused:
        scenario_from(EVERYTHING_HAPPENS + APP + EASIER)
    assert "line" in str(refused.value)


def test_purchases_and_contacts_are_counted_where_they_are_made():
    model = lived(market(1.0, NOTHING))
    books, tally = model.state.counted, model.state.tally
    np.testing.assert_array_equal(books["channel_purchases"][:, 0], tally[:, 0, Measure.purchases])
    np.testing.assert_array_equal(books["channel_contacts"][:, 0], tally[:, 0, Measure.contacts])
    assert total(model, Measure.contacts) > 0


def test_what_is_paid_is_the_price_of_the_way_that_is_counted():
    """To the last unit, however many change: terms are told as a week begins, and so is the way that is counted."""
    text = f'extends = "restaurant"\n{NAMED}[[channel]]\nname = "app"\neffect = [{{parameter = "purchase.price", add = -3.0}}]\n'
    often = ("need.rate_scale_weeks=1.0", "channels.reconsider=0.7")  # several meals in a week
    size = ("market.people=400", "market.horizon_weeks=40", "brand.Olive.channels.share=0.5", *often)
    scenario = scenario_from(text, *size)
    model = lived(scenario)
    bought = int(model.state.tally[:, scenario.focal, Measure.purchases].sum())
    in_app = counted(model, "channel_purchases", scenario.focal)
    usual = scenario.brand["Olive"].purchase.price
    paid = int(model.state.tally[:, scenario.focal, Measure.revenue_money].sum())
    assert counted(model, "to_channel", scenario.focal) > 20 and 0 < in_app < bought
    assert paid == money_units(usual) * (bought - in_app) + money_units(usual - 3.0) * in_app
