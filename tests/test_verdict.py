"""Protects what a comparison says aloud: the net result first, never more certain than it is, absurd questions as such."""

from dataclasses import replace

import pytest
from markets import BETTER, DEARER, EVERYTHING_HAPPENS, named, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.scenario.files import load_together, scenario_names


@pytest.fixture(scope="module")
def base():
    return named("base")


@pytest.fixture(scope="module")
def comparison(base):
    return compare(base, named("better", BETTER), replications=6)


def told(comparison, **figures):
    """The verdict if the replications had said this: figure=(values in the base, values in the plan)."""
    plan = comparison.plans["better"]
    table = plan.per_replication.iloc[: len(next(iter(figures.values()))[0])].copy()
    for name, (before, after) in figures.items():
        table[f"base_{name}"], table[f"plan_{name}"] = before, after
    doctored = replace(plan, per_replication=table, roi=Estimate(1.5, 1.0, 2.0), payback=17)
    base = replace(comparison.base_runs, figures=comparison.base_figures.iloc[: len(table)])
    return replace(comparison, plans={"better": doctored}, base_runs=base).verdict()


NO = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
COST = ([0.0, 0.0, 0.0], [100.0, 100.0, 100.0])
LOOPS = ([50.0, 60.0, 55.0], [60.0, 71.0, 64.0])


def test_the_verdict_on_a_plan_that_pays(comparison):
    text = told(comparison, loops=LOOPS, net_margin=([0.0, 0.0, 0.0], [990.0, 1000.0, 1010.0]), intervention_cost=COST)
    assert '"better" earns EUR 1,000 (975 to 1,025) after its cost, with 10 (8 to 12) more loops.' in text
    assert "It costs EUR 100: each EUR spent brings back 2.50, and all is paid back by week 18." in text
    assert "better on money in 100% of 3 paired replications of this one set of assumptions" in text
    assert "not a forecast" in text


def test_the_verdict_on_a_plan_that_loses(comparison):
    fewer = (LOOPS[1], LOOPS[0])
    text = told(
        comparison, loops=fewer, net_margin=([0.0, 0.0, 0.0], [-990.0, -1000.0, -1010.0]), intervention_cost=COST
    )
    assert '"better" loses EUR 1,000 (975 to 1,025) after its cost, with 10 (8 to 12) fewer loops.' in text
    assert "brings back" not in text
    assert "better on money in 0% of" in text


def test_the_verdict_is_undecided_only_where_more_replications_could_decide(comparison):
    text = told(comparison, loops=NO, net_margin=([0.0, 0.0, 0.0], [-50.0, 10.0, 60.0]), intervention_cost=COST)
    assert (
        '"better" may pay or not, undecided: EUR +7 (' in text
        and " after its cost, with as many loops as before." in text
    )
    assert "more replications would take zero out of the interval, if the difference stays as it is" in text
    assert "earns" not in text and "loses" not in text
    never = told(comparison, loops=LOOPS, net_margin=([0.0] * 3, [-1e-7, 1e-7, 1e-10]), intervention_cost=COST)
    assert "earns and loses nothing that could be told: EUR 0 (0 to 0) after its cost" in never
    assert "undecided" not in never and "More replications would hardly tell" in never


def test_equal_differences_are_no_certainty(comparison):
    text = told(comparison, loops=([40.0] * 3, [43.0] * 3), net_margin=([0.0] * 3, [5.0] * 3), intervention_cost=COST)
    assert "may pay or not, undecided: EUR +5 (no spread seen in 3 replications) after its cost" in text
    assert "; change in loops undecided: +3 (no spread seen in 3 replications)." in text
    assert "Without any spread nobody can tell how many more replications would decide." in text
    assert "earns" not in text and "(3 to 3)" not in text


def test_the_verdict_of_one_replication_claims_nothing(comparison):
    text = told(comparison, loops=([50.0], [60.0]), net_margin=([0.0], [1e6]), intervention_cost=([0.0], [100.0]))
    assert "is worth EUR +1,000,000 (one replication, no interval) after its cost" in text
    assert ", with 10 (one replication, no interval) more loops." in text
    assert "It takes at least two replications to tell" in text
    assert "hardly tell" not in text and "100%" not in text


def test_the_verdict_on_a_plan_without_cost_speaks_of_none(base):
    comparison = compare(base, named("dearer", DEARER), replications=2)
    assert comparison.plans["dearer"].roi is None
    assert "cost" not in comparison.verdict() and "brings back" not in comparison.verdict()


def test_the_larger_stream_is_explained(comparison):
    """With its stage, and the commonest cause there: of rescued lines, or of broken loops where they are more."""
    result = comparison.plans["better"]
    assert result.rescued_people.mean > max(10.0, result.broken_people.mean)
    by_stage = result.rescued.groupby("stage")["people"].sum()
    said = f"({by_stage.max() / by_stage.sum():.0%} of those lines used to end in {by_stage.idxmax()})"
    assert said in comparison.verdict()
    assert f"The rescued lines that ended in {by_stage.idxmax()} did so most often because of" in comparison.verdict()
    turned = replace(
        result, rescued=result.broken, broken=result.rescued,
        rescued_people=result.broken_people, broken_people=result.rescued_people,
    )  # fmt: skip
    text = replace(comparison, plans={"better": turned}).verdict()
    share = by_stage.max() / by_stage.sum()
    assert f"Most of the broken loops ({share:.0%}) end in {by_stage.idxmax()}, most often because of" in text


READY = [name for name in scenario_names() if not name.startswith("plans/")]
PLANS = [name for name in scenario_names() if name.startswith("plans/")]


@pytest.mark.parametrize("plan", PLANS)
def test_the_first_sentence_of_every_ready_plan_can_be_read_aloud(plan):
    """At most 30 words and two intervals, the net result first."""
    market = max((name for name in READY if plan.startswith(f"plans/{name}")), key=len)
    small = ["market.people=400", "market.horizon_weeks=60"]
    compared = compare(*load_together([market, plan], small), replications=3)
    sentence = verdict_of(compared.base_runs, next(iter(compared.plans.values()))).headline
    assert len(sentence.split()) <= 30, sentence
    assert sentence.count(" to ") - sentence.split('" ', 1)[0].count(" to ") <= 2, sentence
    assert sentence.endswith(".") and sentence.count(". ") == 0


# ---- absurd questions are answered as such --------------------------------------------------------------------------


IDLE = '[[intervention]]\nname = "idea"\n{}\neffect = [{{parameter = "use.quality", add = 0.1}}]\n'


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        ("", (), '"plan" changes nothing in anybody\'s life, and costs nothing.'),
        (IDLE.format("start_week = 500"), (), "changes nothing in anybody's life, and costs nothing."),
        (IDLE.format("coverage = 0.0"), (), "reaches nobody: its coverage is 0."),
        (IDLE.format("start_week = 500\ncost.once = 70.0"), (), "changes nothing in anybody's life, and costs nothing."),
        (IDLE.format("cost.once = 70.0").replace("0.1", "0.0"), (), "changes nothing in anybody's life, and costs EUR 70."),
        (IDLE.format("cost.weekly = -2.0").replace("0.1", "0.0"), (), "changes nothing in anybody's life, and saves EUR"),
        (IDLE.format("cost.once = 70.0"), ("market.people=1", "market.horizon_weeks=8"), "one person lives in this market"),
        (IDLE.format("cost.once = 70.0"), ("market.people=1", "market.horizon_weeks=8"), "nothing to compare but that it costs EUR 70."),
        (IDLE.format(""), ("brand.focal.purchase.ease=0", "purchase.retry=0"), "Nobody buys from focal"),
    ],
)  # fmt: skip
def test_absurd_questions_get_one_clear_sentence(text, overrides, said):
    given = ['name = "base"\n' + EVERYTHING_HAPPENS, 'name = "plan"\n' + EVERYTHING_HAPPENS + text]
    compared = compare(*(scenario_from(each, "market.people=300", *overrides) for each in given), replications=2)
    verdict = verdict_of(compared.base_runs, compared.plans["plan"])
    assert said in str(verdict)
    if "obody" in verdict.headline or "changes nothing" in said:
        assert not verdict.moved and not verdict.why and not verdict.cost
    assert "%" not in verdict.moved


@pytest.mark.parametrize("replications", [1, 12])
def test_one_person_is_no_market(replications):
    """No share, no streams between loops and lines, no percent of replications: one sentence about one person."""
    base, plan = (scenario_from(f'name = "{name}"\n{EVERYTHING_HAPPENS}{text}', "market.people=1") for name, text in [
        ("base", ""), ("plan", IDLE.format("cost.once = 70.0").replace("0.1", "0.29")),
    ])  # fmt: skip
    compared = compare(base, plan, replications=replications, seed=6)
    verdict = verdict_of(compared.base_runs, compared.plans["plan"])
    lives = "one life" if replications == 1 else "12 lives"
    assert verdict.headline.endswith(f", with a single person in {lives}: one person is no market to judge it by.")
    assert not verdict.moved and not verdict.why and not verdict.cost and "%" not in verdict.sure
    assert verdict.outcome == "one person"
    assert [doubt.kind for doubt in verdict.doubts if doubt.kind == "few people"] == ["few people"]
    assert len(verdict.headline.split()) <= 30


def test_no_share_is_made_of_a_few_rescued_lines():
    small = ["market.people=150", "market.horizon_weeks=80"]
    base, plan = load_together(["restaurant", "plans/restaurant-second-cook"], small)
    compared = compare(base, plan, replications=3)
    (result,) = compared.plans.values()
    assert 0.5 <= result.rescued_people.mean < 10.0, "nobody, or too many: the test would say nothing"
    assert "used to end" not in compared.verdict()
    assert "most often because of" not in compared.verdict()


FAITHFUL = """
name = "{}"
market = {{people = 300, horizon_weeks = 30}}
need.at_entry = true
purchase.outside = -inf
loyalty = {{leave_a = 0.01, leave_b = 1000.0, satisfaction_weight = 0.0, failure_weight = 0.0}}
support.recovery_weight = 0.0
brand.focal = {{expectation.awareness = 1.0, research.findability = 1.0, purchase.ease = 1.0}}
"""


def test_where_no_story_ends_there_is_nobody_to_rescue():
    base = scenario_from(FAITHFUL.format("base"))
    compared = compare(base, scenario_from(FAITHFUL.format("plan") + IDLE.format("")), replications=2)
    assert compared.base_figures["lines"].sum() == 0
    verdict = verdict_of(compared.base_runs, compared.plans["plan"])
    assert (
        verdict.headline
        == '"plan" changes what people feel, but not what anybody buys in 2 replications, and costs nothing.'
    )
    assert not verdict.moved and not verdict.cost and verdict.outcome == "moves no money"
    dear = IDLE.format("cost.once = 70.0")
    compared = compare(base, scenario_from(FAITHFUL.format("plan") + dear), replications=2)
    assert verdict_of(compared.base_runs, compared.plans["plan"]).outcome == "loses"
