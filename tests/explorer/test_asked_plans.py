"""A plan as asked becomes the pair of scenarios it says: they differ by interventions alone, and scale with the people."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import simulate
from cxsim.interface.explorer import answers, markets
from cxsim.interface.explorer.files import Brought, market_file, plan_file, read_file
from cxsim.interface.explorer.markets import SLIDERS, STAGES, choices, market_names
from cxsim.interface.explorer.plan import MOST_WORK, WHAT_IF, ChosenIntervention, VisitorPlan, pair_of
from cxsim.interface.explorer.possible import possible_in_ready
from cxsim.scenario import ScenarioError, load, load_intervention_library
from cxsim.scenario.register import market_differences
from cxsim.scenario.warnings import warnings_of

WORDS = json.loads((Path(markets.__file__).parent / "static" / "words.json").read_text(encoding="utf-8"))
TWO = (
    ChosenIntervention(name="on-time-delivery", level="high", start_week=10),
    ChosenIntervention(name="smooth-checkout"),
)


@pytest.mark.parametrize("market", market_names())
def test_every_market_can_be_lived_with_every_slider_at_both_ends(market):
    shown = next(each for each in choices().markets if each.name == market)
    assert len(shown.dials) >= 10
    for end in ("low", "high"):
        sliders = {dial.key: getattr(dial, end) for dial in shown.dials}
        base, plan = pair_of(VisitorPlan(market=market, people=100, sliders=sliders))
        assert market_differences(base, plan) == []
        assert [item.name for item in plan.intervention] == [WHAT_IF]
        assert base.intervention == []


def test_sliders_may_describe_the_market_in_both_worlds():
    base, plan = pair_of(
        VisitorPlan(people=6000, sliders={"use.late_rate": 0.3, "purchase.price": 0.5 + 0.25}, in_both=True)
    )
    assert base.brand["Olive"].use.late_rate == plan.brand["Olive"].use.late_rate == 0.3
    assert base.brand["Olive"].purchase.price == 18.0
    assert plan.intervention == []


def test_interventions_start_when_and_work_as_strongly_as_chosen():
    _, plan = pair_of(VisitorPlan(interventions=TWO))
    library = load_intervention_library()
    first, second = plan.intervention
    assert (first.name, first.level, first.start_week) == ("on-time-delivery", "high", 10.0)
    assert (second.name, second.level, second.start_week) == ("smooth-checkout", "typical", 4.0)
    assert [item.effect for item in plan.intervention] == [library[item.name].effect for item in plan.intervention]


def test_a_smaller_market_has_smaller_desks_advertising_and_fixed_costs():
    whole, (base, plan) = load("restaurant"), pair_of(VisitorPlan(people=1500, interventions=TWO))
    library = load_intervention_library()
    for name, offer in whole.brand.items():
        assert base.brand[name].support.capacity == pytest.approx(offer.support.capacity / 4)
        assert base.brand[name].money.advertising_weekly == pytest.approx(offer.money.advertising_weekly / 4)
        assert base.brand[name].purchase == offer.purchase
    for item in plan.intervention:
        ready = library[item.name].cost
        assert item.cost.once == ready.once / 4
        assert item.cost.weekly == ready.weekly / 4
        assert item.cost.per_use == ready.per_use


def test_a_relative_slider_multiplies_the_market_s_own_value_whatever_its_size():
    for people in (1500, 6000):
        base, plan = pair_of(VisitorPlan(people=people, sliders={"support.capacity": 2.0}))
        (effect,) = plan.intervention[0].effect
        assert effect.set == pytest.approx(2.0 * base.brand["Olive"].support.capacity)


def test_equal_plans_are_one_question_however_they_were_put_together():
    one = VisitorPlan(interventions=TWO, sliders={"use.late_rate": 0.1, "purchase.ease": 0.9})
    other = VisitorPlan(interventions=TWO[::-1], sliders={"purchase.ease": 0.9, "use.late_rate": 0.1})
    assert one.canonical().model_dump_json() == other.canonical().model_dump_json()
    assert one.canonical().model_dump_json() != VisitorPlan(interventions=TWO).canonical().model_dump_json()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"market": "../../etc/passwd"}, "there is no market"),
        ({"market": "plans/restaurant-second-cook"}, "there is no market"),
        ({"people": 1e9}, "10000"),
        ({"people": 10}, "50"),
        ({"people": "many"}, "integer"),
        ({"people": 10_000, "weeks": 520, "replications": 40}, "fewer people, weeks or replications"),
        ({"replications": 1}, "2"),
        ({"seed": -1}, "0"),
        ({"seed": 2**63}, "less than"),
        ({"sliders": {"use.luck": 1.0}}, "no slider 'use.luck'"),
        ({"sliders": {"purchase.price": 100.0}}, "1.3 is possible"),
        ({"sliders": {"use.late_rate": "often"}}, "number"),
        ({"sliders": {"use.late_rate": float("nan")}}, "finite"),
        ({"interventions": [{"name": "smooth-checkout"}, {"name": "smooth-checkout"}]}, "twice"),
        ({"interventions": [{"name": "smooth-checkout", "level": "magic"}]}, "typical"),
        ({"interventions": [{"name": f"number {number}"} for number in range(13)]}, "12"),
        ({"file": "x" * 24_001}, "24000"),
        ({"budget": 5}, "not permitted"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(wrong, words):
    with pytest.raises(ValidationError, match=words):
        VisitorPlan.model_validate(wrong)


def test_what_only_the_market_can_tell_is_refused_too():
    with pytest.raises(ScenarioError, match="there is no 'free-beer'"):
        pair_of(VisitorPlan(interventions=(ChosenIntervention(name="free-beer"),)))
    with pytest.raises(ScenarioError, match=r"use\.late_rate: given 7\.0(.|\n)*Allowed: 0 to 1"):
        pair_of(VisitorPlan(sliders={"use.late_rate": 7.0}, in_both=True))


def test_the_work_of_the_largest_plan_is_bounded():
    assert VisitorPlan(people=10_000, weeks=200, replications=4).people * 200 * 4 == MOST_WORK
    with pytest.raises(ValidationError):
        VisitorPlan(people=10_000, weeks=201, replications=4)
    assert pair_of(VisitorPlan(people=10_000, weeks=400, replications=2))[0].market.people == 10_000


def test_the_files_taken_home_are_the_pair_and_can_be_brought_back(tmp_path):
    asked = VisitorPlan(people=1500, interventions=TWO, sliders={"purchase.fit": 0.99})
    files = {"market.toml": market_file(asked), "plan.toml": plan_file(asked)}
    loaded = []
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        loaded.append(load(tmp_path / name))
    base, plan = pair_of(asked)
    assert loaded[0].model_dump(exclude={"extends"}) == base.model_dump(exclude={"extends"})
    assert loaded[1].intervention == plan.intervention
    again = pair_of(VisitorPlan(file=files["plan.toml"].decode(), people=1500))
    assert again[0].brand == base.brand
    assert again[1].intervention == plan.intervention
    read = read_file(Brought(text=files["plan.toml"].decode()))
    assert [item.name for item in read.interventions] == [WHAT_IF, "on-time-delivery", "smooth-checkout"]
    assert [item.start_week for item in read.interventions] == [0.0, 10.0, 4.0]
    assert read.market.people == 1500


def test_everything_that_can_be_chosen_has_plain_words():
    offered = choices()
    assert {item.stage for item in offered.interventions} == set(STAGES)
    wanted = [f"intervention.{item.name}" for item in offered.interventions]
    wanted += [f"slider.{key}" for key in SLIDERS] + [f"stage.{stage}" for stage in STAGES]
    assert [key for key in wanted if not WORDS.get(key)] == []
    for item in offered.interventions:
        assert item.story
        assert item.source
        assert item.evidence in ("assumed", "published", "derived", "fitted")


def test_a_market_offers_what_can_act_there_and_says_why_the_rest_cannot():
    found = {market: possible_in_ready(market).impossible for market in ("restaurant", "gym")}
    assert "contracts" in found["restaurant"]["pause-offer"]
    assert "support.capacity" in found["restaurant"]["more-staff"]
    assert "pause-offer" not in found["gym"]
    for name, why in found["restaurant"].items():
        asked = VisitorPlan(people=6000, interventions=(ChosenIntervention(name=name),))
        try:
            base, plan = pair_of(asked)
        except ScenarioError as error:
            assert why[:40] in str(error)
        else:  # it may be asked for, and changes nothing
            assert list(warnings_of(plan))
            assert simulate(base, 1, 0).figures["purchases"] == simulate(plan, 1, 0).figures["purchases"]
    file = Brought(text='extends = "gym"')
    assert read_file(file).impossible == found["gym"]


def test_an_answer_is_the_same_to_the_first_visitor_for_whom_the_past_is_lived_once_and_to_the_next(monkeypatch):
    lived = []
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (lived.append(model.week), step(model))[1])
    chosen = ChosenIntervention(name="on-time-delivery", start_week=9)
    plan = VisitorPlan(people=200, weeks=30, replications=2, interventions=(chosen,))
    earlier = plan.model_copy(update={"interventions": (chosen.model_copy(update={"start_week": 5}),)})

    def answered(asked, *, first):
        if first:
            answers._MARKETS.forget()
            answers._PASTS.forget()
        lived.clear()
        return answers.compared(asked), len(lived) / plan.replications

    wanted = {9: answered(plan, first=True)[0], 5: answered(earlier, first=True)[0]}
    assert wanted[9] != wanted[5]
    assert answered(plan, first=True) == (wanted[9], 30 + 21)
    assert answered(plan, first=False) == (wanted[9], 21)
    assert answered(earlier, first=False) == (wanted[5], 30)  # before all that is kept
    assert answered(earlier, first=False) == (wanted[5], 25)
