"""Small markets in which everything happens to a dozen people, one for each kind of need and of departure."""

from pathlib import Path

from markets import scenario_from

from cxsim.scenario import Scenario

FRIENDS = "0,1 1,2 2,3 3,4 4,5 5,6 6,7 7,8 8,9 9,10 10,11 11,0 0,6 3,9 1,2 4,10 2,7"

EVERYTHING = """
[market]
people = 12
horizon_weeks = 30
entry_counts = [3, 2]
entry_step_weeks = 1.3
discount_rate_annual = 0.3
links.kind = "file"
links.edges = "friends.csv"
[need]
kind = "repeat"
rate_shape = 1.2
rate_scale_weeks = 3.0
spontaneous_annual = 2.0
imitation_annual = 8.0
[expectation]
heard_weight = 0.4
imagination_sd = 0.15
[research]
duration_weeks = 0.15
persistence = 0.6
asks = 2
ask_weight = 0.3
[purchase]
price_weight = 0.03
heard_weight = 0.8
grudge_weight = 0.7
retry = 0.5
to_rival = 0.7
[use]
taste_sd = 0.2
memory = 0.35
surprise_weight = 0.4
[support]
contact_base = -1.0
recovery_weight = 0.6
recovery_satisfaction = 0.4
[loyalty]
leave_a = 1.0
leave_b = 2.0
exit = 0.15
satisfaction_weight = 2.0
failure_weight = 0.9
referred_hazard = 0.6
[telling]
base = 0.6
refer_base = 0.0
refer_threshold = 0.5
review_base = -0.8
[listening]
response_base = 0.3
noise_sd = 0.1
leniency = 0.04
[segment.young]
share = 0.4
telling.base = 1.2
purchase.price_weight = 0.06
use.loss_aversion = 1.5
[segment.old]
share = 0.6
[brand.focal]
need.reach_annual = 1.0
expectation.awareness = 0.4
expectation.promise = 0.8
research.findability = 0.6
research.clarity = 0.4
purchase.price = 40.0
purchase.ease = 0.7
purchase.fit = 0.8
purchase.terms_clarity = 0.7
use.late_rate = 0.25
use.failure_rate = 0.45
use.severity = 0.4
support.capacity = 0.2
support.patience_weeks = 1.0
support.access_effort = 0.3
support.quick_limit_weeks = 2.0
support.quick_rate = 0.7
telling.reward = 7.5
listening.survey_rate = 0.7
listening.callback_rate = 0.6
money.unit_cost = 21.0
money.contact_cost = 4.0
money.callback_cost = 3.25
money.advertising_weekly = 11.0
[brand.rival]
need.reach_annual = 0.7
expectation.awareness = 0.5
expectation.promise = 0.65
purchase.price = 35.0
purchase.appeal = 0.2
purchase.ease = 0.85
use.quality = 0.65
use.failure_rate = 0.3
support.agents = 2.0
support.agent_contacts = 0.4
money.agent_wage = 1.75
telling.reward = 2.0
listening.survey_rate = 0.3
money.unit_cost = 15.0
[brand.third]
expectation.awareness = 0.3
purchase.price = 60.0
use.quality = 0.8
use.quality_sd = 0.2
[[intervention]]
name = "kinder desk"
coverage = 0.5
start_week = 6
ramp_weeks = 3
end_week = 22
decay_weeks = 4
cost = { once = 100.0, weekly = 3.0, per_use = 1.5 }
effect = [
  { parameter = "support.resolve_rate", set = 0.95 },
  { parameter = "telling.reward", add = 5.0 },
]
[[intervention]]
name = "easier shop"
segment = "old"
start_week = 4
cost = { per_use = 0.75 }
effect = [
  { parameter = "purchase.ease", multiply = 1.2 },
  { parameter = "loyalty.exit", multiply = 0.5 },
  { parameter = "research.asks", add = 1 },
]
[[intervention]]
name = "welcome"
brand = "rival"
coverage = 0.7
start_week = 2.5
end_week = 20
level = "high"
cost = { once = 20.0, weekly = -1.25, per_use = -2.0 }
effect = [{ parameter = "use.quality", add = { low = 0.01, typical = 0.05, high = 0.1 } }]
[[intervention]]
name = "longer opening hours"
start_week = 12
cost = { weekly = 6.0, per_use = 0.4 }
effect = [
  { parameter = "loyalty.satisfaction_weight", add = 0.3 },
  { parameter = "support.capacity", set = 0.9 },
  { parameter = "money.advertising_weekly", multiply = 1.5 },
  { parameter = "listening.survey_rate", add = 0.1 },
]
[[intervention]]
name = "dearer soon"
start_week = 9
end_week = 12
cost = { per_use = 0.1 }
effect = [{ parameter = "purchase.announced_change", set = 0.25 }]
[[intervention]]
name = "dearer"
start_week = 12
cost = { per_use = 0.1 }
effect = [{ parameter = "purchase.price", multiply = 1.25 }]
[[intervention]]
name = "sale at the rival"
brand = "rival"
start_week = 7
end_week = 10
cost = { per_use = 0.1 }
effect = [{ parameter = "purchase.price", multiply = 0.6 }]
[[intervention]]
name = "calls"
segment = "young"
start_week = 8
end_week = 25
cost = { per_use = 0.3 }
effect = [{ parameter = "listening.callback_lift", set = 1.5 }]
[[intervention]]
name = "guide"
coverage = 0.6
cost = { per_use = 0.2 }
effect = [{ parameter = "expectation.promise", add = -0.05 }]
[[intervention]]
name = "thanks"
coverage = 0.4
cost = { per_use = 0.35 }
effect = [{ parameter = "telling.refer_base", add = 0.3 }]
"""

VARIANTS = {
    "repeat": [],
    "a desk that is overrun": [
        "brand.focal.support.capacity=0.05", "support.contact_base=3.0", "brand.focal.use.failure_rate=0.9",
    ],
    "a desk without end of waiting": ["brand.focal.support.patience_weeks=inf", "brand.rival.support.agents=1"],
    "problems raised again": [
        "support.raised_again=0.8", "support.contact_base=3.0", "brand.focal.use.failure_rate=0.9",
        "brand.focal.support.capacity=1.5", "brand.focal.support.resolve_rate=0.4", "segment.old.support.raised_again=0.6",
    ],
    "doubt to buy at all": ["purchase.outside=-2.0", "loyalty.exit=0.05"],
    "baskets": [
        "purchase.basket_shape=2.5", "purchase.basket_evenness=3.0", "segment.young.purchase.basket_shape=0.7",
        "need.rate_scale_weeks=1.5",
    ],
    "spoilt by the best": [
        "expectation.experience_norm=0.8", "segment.young.expectation.experience_norm=0.3", "expectation.norm_weight=2.0",
        "loyalty.leave_a=6.0", "loyalty.exit=0.0", "brand.third.expectation.awareness=0.8",
    ],
    "something similar": [
        "brand.focal.need.similar=0.6", "brand.focal.purchase.similar_price=0.35", "brand.focal.money.similar_cost=0.15",
        "brand.rival.need.similar=0.3", "telling.neutral=0.55",
    ],
    "replacement": [
        "need.kind=replacement", "need.life_scale_weeks=4.0", "need.at_entry=true", "market.links.kind=complete",
        "market.links.edges=", "expectation.average_learning=true", "use.assimilation=-0.2",
    ],
    "contract": [
        "need.kind=contract", "need.period_weeks=2.5", "loyalty.tenure_shape=0.7", "market.links.kind=small_world",
        "market.links.edges=", "market.links.neighbours=4", "market.links.rewiring=0.3", "support.recovery_weight=1.4",
    ],
    "contract, the first stays": [
        "purchase.basket_shape=2.5", "purchase.basket_evenness=3.0",
        "need.kind=contract", "need.period_weeks=2.3", "loyalty.tenure_shape=1.4", "loyalty.first_may_leave=false",
        "support.raised_again=0.7",
    ],
    "anytime": [
        "loyalty.departure=anytime", "brand.focal.need.similar=0.4", "loyalty.hazard_shape=1.0", "loyalty.hazard_scale_weeks=6.0", "need.at_entry=true",
    ],
    "a firm with a past": [
        "market.run_in_weeks=11", "loyalty.rejoin=0.6", "loyalty.exit=0.5", "brand.focal.purchase.customers_at_start=0.3",
        "brand.rival.purchase.customers_at_start=0.35", "need.rate_scale_weeks=2.0",
    ],
    "contracts with a past": [
        "market.run_in_weeks=4", "loyalty.rejoin=1.0", "loyalty.exit=0.7", "brand.third.purchase.customers_at_start=0.5",
        "need.kind=contract", "need.period_weeks=3.3", "market.links.kind=complete", "market.links.edges=",
    ],
    "customers and no run-in": [
        "brand.focal.purchase.customers_at_start=0.5", "brand.rival.purchase.customers_at_start=0.2",
        "need.kind=replacement", "need.life_scale_weeks=5.0",
    ],
    # Factors of which a week that two months share has a mean without rounding.
    "a season of months": [
        "market.start=2027-01-20", "need.season=[2, 2, 0.25, 2, 0.25, 2, 3.75, 2, 2, 0.25, 0.25, 2]", "market.run_in_weeks=5",
        "brand.focal.purchase.customers_at_start=0.3", "loyalty.rejoin=0.6", "loyalty.exit=0.3",
    ],
    "a season of weeks": [
        "need.kind=replacement", "need.life_scale_weeks=5.0", "brand.rival.purchase.customers_at_start=0.3",
        f"segment.young.need.season={[0.0, 0.5, 4.0, 0.0] * 13}",
    ],
    "contracts in the season": [
        "need.kind=contract", "need.period_weeks=2.5", f"need.season={[3.0, 0.5] * 26}", "brand.focal.purchase.customers_at_start=0.2",
    ],
    "everybody refers": [
        "telling.refer_base=4.0", "telling.refer_threshold=-9.0", "need.spontaneous_annual=1.5", "need.imitation_annual=0.0",
        "brand.focal.need.reach_annual=0.2", "research.duration_weeks=0.9", "research.persistence=0.8", "purchase.outside=1.5",
        "market.people=16", "market.links.kind=complete", "market.links.edges=", "brand.focal.money.contact_cost=1.0",
    ],
    "calls that come too late": [
        "telling.refer_base=4.0", "telling.refer_threshold=-9.0", "need.spontaneous_annual=4.0", "need.imitation_annual=0.0",
        "brand.focal.need.reach_annual=0.2", "research.duration_weeks=1.7", "purchase.outside=2.0",
        "market.people=20", "market.links.kind=complete", "market.links.edges=",
    ],
    "rules by history": [
        'intervention.kinder desk.when.purchases=">= 2"', 'intervention.easier shop.when.weeks_since_purchase="> 2, <= 9"',
        "intervention.welcome.when.customer=true", 'intervention.calls.when.last_score="< 8"',
        'intervention.guide.when.spend="> 60"', "intervention.thanks.when.complained=true", "support.contact_base=1.0",
        'intervention.dearer.when={purchases = ">= 1", customer = true}', 'intervention.sale at the rival.when.purchases="< 1"',
        "market.run_in_weeks=6", "loyalty.rejoin=0.8", "loyalty.exit=0.4", "brand.focal.purchase.customers_at_start=0.2",
    ],
    "experience decides": [
        "loyalty.leave_a=0.5", "loyalty.leave_b=12.0", "loyalty.satisfaction_weight=5.0", "loyalty.failure_weight=3.0",
        "support.recovery_weight=0.5", "use.mismatch_cost=0.5", "use.effort_weight=0.15", "use.lateness_cost=0.4",
    ],
}  # fmt: skip


def golden_scenario(variant: str, folder: Path, *overrides: str) -> Scenario:
    """A market by the name of its variant; the friends are written into `folder`."""
    (folder / "friends.csv").write_text(FRIENDS.replace(" ", "\n") + "\n", encoding="utf-8")
    return scenario_from(EVERYTHING, *VARIANTS[variant], *overrides, folder=folder)
