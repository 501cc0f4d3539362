"""No verdict without the doubt it deserves: each doubt with a plan that earns it, and silence on sound plans."""

import gzip
import html
import json
import math
import re
from dataclasses import asdict
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.doubt import Kind
from cxsim.analysis.compare.guard import doubts_of, implied_elasticity
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.analysis.results.writing import comparison_json
from cxsim.interface.cli import cxsim as command
from cxsim.interface.explorer import answers
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan, pair_of
from cxsim.interface.report.notebook import comparison_html
from cxsim.scenario.files import load_together
from experiments.doubts import PAGE, PLANS, UNSOUND, asked, ready

SMALL = ["market.people=3000"]


def unsound_comparison(text, *overrides, base="", replications=2, seed=1):
    """A small market with everything in it, and a plan."""
    given = ['name = "base"\n' + EVERYTHING_HAPPENS + base, 'name = "plan"\n' + EVERYTHING_HAPPENS + base + text]
    return compare(*(scenario_from(each, *overrides) for each in given), replications=replications, seed=seed)


def unsound(text, *overrides, **settings):
    """The runs of the base, and what the plan came to."""
    compared = unsound_comparison(text, *overrides, **settings)
    return compared.base_runs, compared.plans["plan"]


def doubts(text, *overrides, **settings):
    return {doubt.kind: doubt for doubt in doubts_of(*unsound(text, *overrides, **settings))}


def effect(parameter, change, rest=""):
    return f'[[intervention]]\nname = "idea"\n{rest}\neffect = [{{parameter = "{parameter}", {change}}}]\n'


def test_a_price_that_nobody_answers_is_doubted_and_says_what_real_elasticities_are(tmp_path):
    plan = tmp_path / "dear.toml"
    plan.write_text(
        'name = "dear"\nextends = "online-retailer"\n' + effect("purchase.price", "multiply = 5.0", "start_week = 26")
    )
    base, dear = load_together(["online-retailer", plan], [*SMALL, "purchase.price_weight=0", "purchase.rise_weight=0"])
    compared = compare(base, dear, replications=2)
    (doubt,) = [each for each in doubts_of(compared.base_runs, compared.plans["dear"]) if each.kind == "price"]
    assert -0.5 < doubt.figure < 0.0
    assert "it is 400% dearer, and customers hardly answer" in doubt.sentence
    assert compared.verdict().startswith(f"Careful: {doubt.sentence}")


def test_the_implied_elasticity_is_that_of_the_tables():
    base, plan = unsound(effect("purchase.price", "multiply = 1.2", "start_week = 10"), replications=3)
    change, elasticity = implied_elasticity(base, plan)
    weeks = [runs.weeks[(runs.weeks["brand"] == "focal") & (runs.weeks["week"] >= 10)] for runs in (base, plan.runs)]
    sold = [table.groupby("replication")["purchases"].sum() for table in weeks]
    assert change == pytest.approx(0.2)
    assert elasticity.mean == pytest.approx((np.log(sold[1] / sold[0]) / math.log(1.2)).mean())


def test_a_plan_that_leaves_the_price_alone_implies_none():
    assert implied_elasticity(*unsound(effect("use.failure_rate", "multiply = 0.5"))) is None
    assert implied_elasticity(*unsound(effect("need.similar", "set = 0.9"))) is None


def test_what_is_sold_beside_purchases_is_no_part_of_their_price():
    rise, beside = effect("purchase.price", "multiply = 1.2", "start_week = 10"), "brand.focal.need.similar=0.8"
    alone, together = (implied_elasticity(*unsound(rise, *overrides)) for overrides in ((), (beside,)))
    assert together[0] == pytest.approx(alone[0]) == pytest.approx(0.2)
    assert together[1].mean == pytest.approx(alone[1].mean)


def test_baskets_are_no_change_of_the_price():
    baskets = ("purchase.basket_shape=1.0", "purchase.basket_evenness=3.0")
    assert implied_elasticity(*unsound(effect("use.failure_rate", "multiply = 0.5"), *baskets)) is None
    plain, filled = (
        implied_elasticity(*unsound(effect("purchase.price", "multiply = 1.2"), *more)) for more in ((), baskets)
    )
    assert filled[0] == pytest.approx(0.2, abs=1e-6)
    assert filled[1].mean == pytest.approx(plain[1].mean, abs=1e-4)  # the same purchases


def test_baskets_without_a_finite_variance_are_doubted():
    plan = effect("use.failure_rate", "multiply = 0.5")
    assert "no finite variance" in doubts(plan, "purchase.basket_evenness=1.8")["heavy tails"].sentence
    assert "heavy tails" not in doubts(plan, "purchase.basket_evenness=2.5")
    assert "heavy tails" not in doubts(plan, "purchase.basket_evenness=1.8", "need.kind=contract")


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        ("", (), "exactly nothing changes: every customer lives the same life with this plan."),
        (effect("use.quality", "add = 0.1", "start_week = 500"), (), "never works in the 40 weeks of this market"),
        (effect("use.quality", "add = 0.1", "coverage = 0.0"), (), "reaches nobody: its coverage is 0"),
        (
            effect("use.quality", "add = 0.1", "start_week = 500\ncost.once = 0.0"),
            ("market.people=1",),
            "exactly nothing",
        ),
    ],
)
def test_a_plan_that_cannot_act_is_told_so_and_no_ratio_is_made_of_it(text, overrides, said):
    found = doubts_of(*unsound(text, *overrides))
    assert said in " ".join(doubt.sentence for doubt in found)
    assert found[0].kind == "nothing changes"


def test_a_plan_that_only_spends_says_so():
    found = doubts(effect("use.quality", "add = 0.0", "cost.once = 50.0"))
    assert "exactly nothing changes but the money it costs" in found["nothing changes"].sentence


def test_a_desk_that_is_idle_cannot_be_relieved_and_one_that_is_overrun_is_named():
    idle = doubts(effect("support.capacity", "multiply = 2.0"), "brand.focal.support.capacity=500")
    assert idle.keys() <= {"desk", "nothing changes"} and ("desk" not in idle or idle["desk"].figure < 0.5)
    overrun = doubts(effect("use.quality", "add = 0.05"), "brand.focal.support.capacity=0.5")
    assert overrun["desk"].figure > 1.0 and "overrun" in overrun["desk"].sentence


def test_the_idle_desk_is_as_busy_as_its_contacts():
    base, plan = unsound(effect("support.capacity", "multiply = 0.1"), "brand.focal.support.capacity=300")
    weeks = plan.runs.weeks[plan.runs.weeks["brand"] == "focal"]
    (desk,) = [doubt for doubt in doubts_of(base, plan) if doubt.kind == "desk"]
    assert desk.figure == pytest.approx(weeks["contacts"].mean() / 300)


def test_what_moves_the_whole_market_is_no_gain_of_a_plan():
    found = doubts(effect("need.spontaneous_annual", "multiply = 3.0"))
    assert "A season or a shock meets base and plan alike" in found["season"].sentence


def test_a_price_for_the_best_customers_is_held_against_no_elasticity_of_a_market():
    free = ("purchase.price_weight=0", "purchase.rise_weight=0")
    cheaper = effect("purchase.price", "multiply = 0.3", 'when.purchases = ">= 2"')
    assert "price" in doubts(cheaper.replace('when.purchases = ">= 2"', ""), *free)
    assert "price" not in doubts(cheaper, *free)


def test_a_rule_that_holds_for_nobody_cannot_act():
    nobody = effect("use.quality", "add = 0.05", 'when.purchases = "> 900"')
    assert "means nobody: purchases > 900 never holds here" in doubts(nobody)["cannot act"].sentence


def test_a_return_beyond_what_is_usual_is_doubted():
    found = doubts(effect("use.failure_rate", "set = 0.0", "cost.once = 1.0"))
    assert found["return"].figure > 5.0


def test_a_handful_of_people_is_no_market():
    found = doubts(effect("use.quality", "add = 0.2"), "market.people=60")
    assert "only 60 people live in this market" in found["few people"].sentence
    assert "few people" not in doubts(effect("use.quality", "add = 0.2"), "market.people=200")


def with_differences(plan, values):
    zeros = np.zeros(len(values))
    figures = pd.DataFrame({"base_net_margin": zeros, "plan_net_margin": np.array(values, float)})
    figures = figures.assign(base_loops=zeros, plan_loops=zeros)
    return type(plan)(
        **{
            **plan.__dict__,
            "per_replication": plan.per_replication.iloc[[0] * len(values)].reset_index(drop=True).assign(**figures),
        }
    )


def test_no_spread_seen_is_no_certainty_and_few_values_make_no_interval():
    base, plan = unsound(effect("use.quality", "add = 0.05"))
    equal = {doubt.kind: doubt for doubt in doubts_of(base, with_differences(plan, [3, 3, 3]))}
    assert "all 3 pairs show the same difference" in equal["no spread"].sentence
    few = {doubt.kind: doubt for doubt in doubts_of(base, with_differences(plan, [0, 0, 1, 0, 1, 0, 0, 1]))}
    assert "only 2 different differences" in few["few differences"].sentence
    assert not {"no spread", "few differences"} & {
        doubt.kind for doubt in doubts_of(base, with_differences(plan, [1.0, 2.0, 2.5, 3.1, 0.2, 1.7]))
    }


def test_loops_come_in_whole_numbers_so_a_handful_of_pairs_may_agree_by_chance():
    base, plan = unsound(effect("use.quality", "add = 0.05"))

    def kinds(loops):
        each = with_differences(plan, [1.0, 2.0, 2.5, 3.1, 0.2, 1.7][: len(loops)])
        each.per_replication["plan_loops"] = np.array(loops, float)
        return {doubt.kind for doubt in doubts_of(base, each)}

    assert "few differences" in kinds([1, 1, 0, 0, 1, 0]) and "no spread" in kinds([1] * 6)
    assert not {"few differences", "no spread"} & (kinds([1] * 5) | kinds([0] * 6) | kinds([1, 2, 3, 4, 1, 1]))


SEASON = effect("need.spontaneous_annual", "multiply = 3.0").replace("idea", "season")


def test_what_the_base_lives_through_too_is_no_doing_of_the_plan():
    better = effect("use.failure_rate", "multiply = 0.5", "cost.weekly = 30.0")
    found = doubts(better, base=SEASON + effect("use.quality", "add = 0.1", "coverage = 0.0").replace("idea", "nobody"))
    assert not {"season", "cannot act"} & found.keys()
    assert {"season", "cannot act"} <= doubts(SEASON + effect("use.quality", "add = 0.1", "coverage = 0.0")).keys()


def test_a_rival_that_stumbles_is_booked_as_gain_and_one_that_copies_the_plan_is_not():
    late = 'brand = "rival"'
    assert "What a rival does anyway" in doubts(effect("use.failure_rate", "set = 0.8", late))["season"].sentence
    own = effect("use.failure_rate", "multiply = 0.5", "cost.weekly = 30.0")
    copied = effect("use.failure_rate", "multiply = 0.5", f"{late}\nstart_week = 10").replace("idea", "copy")
    assert "season" not in doubts(own + copied)


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        (effect("use.failure_rate", "multiply = 0.5"), ("brand.focal.use.failure_rate=0",), "use.failure_rate stays as it is"),
        (effect("use.quality", "add = 0.0"), (), "cannot act here: use.quality stays as it is without it."),
        (effect("support.resolve_rate", "set = 1.0"), ("brand.focal.use.failure_rate=0",), "nobody contacts its support desk"),
        (effect("listening.callback_rate", "set = 1.0"), ("brand.focal.listening.survey_rate=0",), "nobody is asked in a survey"),
    ],
)  # fmt: skip
def test_a_plan_cannot_act_where_there_is_nothing_to_act_on(text, overrides, said):
    found = {doubt.kind: doubt for doubt in doubts_of(*unsound(text, *overrides))}
    assert said in found["cannot act"].sentence and "nothing changes" in found
    assert "cannot act" not in doubts(text.replace("0.0", "0.1"))


def test_of_several_interventions_the_one_that_cannot_act_is_named():
    works = effect("use.quality", "add = 0.05", "cost.weekly = 30.0")
    idle = effect("support.quick_rate", "set = 1.0").replace("idea", "quicker desk")
    said = doubts(works + idle, "brand.focal.use.failure_rate=0")["cannot act"].sentence
    assert "'quicker desk' of focal cannot act here: nobody contacts its support desk." in said


def test_something_for_nothing_is_doubted_unless_the_margin_pays_for_it():
    found = doubts(effect("use.failure_rate", "set = 0.0"), replications=4)
    assert found["return"].figure is None and "cost nothing at all" in found["return"].sentence
    paid = effect("money.unit_cost", "add = 0.0") + effect("use.failure_rate", "set = 0.0").replace("idea", "other")
    assert "return" not in doubts(paid, replications=4)
    assert "return" not in doubts(effect("use.failure_rate", "set = 0.9"), replications=4)  # it loses


def test_a_plan_that_is_another_market_is_doubted_for_what_it_does_not_do():
    given = [
        'name = "base"\n' + EVERYTHING_HAPPENS,
        'name = "plan"\n' + EVERYTHING_HAPPENS + "[purchase]\nprice_weight = 0.5\n",
    ]
    compared = compare(*map(scenario_from, given), replications=2)
    (doubt,) = [each for each in doubts_of(compared.base_runs, compared.plans["plan"]) if each.kind == "another market"]
    assert doubt.figure == 1 and "'plan' differs from 'base' in purchase.price_weight" in doubt.sentence


def test_a_price_that_too_few_sales_speak_of_is_doubted_as_such(monkeypatch):
    dear = unsound(effect("purchase.price", "multiply = 1.2"))

    def said(mean, low, high):
        found = (0.2, Estimate(mean, low, high, 2))
        monkeypatch.setattr("cxsim.analysis.compare.guard.implied_elasticity", lambda *_: found)
        return [doubt.sentence for doubt in doubts_of(*dear) if doubt.kind == "price"]

    assert said(-1.5, -9.0, 6.0) == []
    assert "too few sales are compared to tell how customers answer" in said(-0.1, -3.0, 2.8)[0]
    assert "customers hardly answer" in said(-0.1, -0.2, 0.0)[0]
    assert "customers hardly answer" in said(-0.1, math.nan, math.nan)[0]
    assert "answer far more than anywhere" in said(-9.0, -9.5, -8.5)[0]


def test_the_doubts_of_a_comparison_are_data_in_its_file():
    compared = unsound_comparison(effect("use.quality", "add = 0.1", "coverage = 0.0\ncost.once = 1.0"))
    kept = json.loads(comparison_json(compared))["plans"]["plan"]["doubts"]
    assert kept == [asdict(doubt) for doubt in doubts_of(compared.base_runs, compared.plans["plan"])]
    assert [each["kind"] for each in kept][:2] == ["nothing changes", "cannot act"]


@pytest.mark.parametrize(("market", "plan"), ready(), ids=lambda name: name)
def test_the_ready_plans_are_sound(market, plan):
    assert asked(market, plan, SMALL, replications=3)[0] == []


@pytest.mark.parametrize("case", UNSOUND, ids=lambda case: f"{case.plan}: {case.kind}")
def test_every_unsound_plan_gets_its_doubt(case):
    """The kinds alone: numbers are on the page, of the markets as they are."""
    smaller = [] if any("people" in setting for setting in case.settings) else ["market.people=2000"]
    pairs = 8 if case.kind == "few differences" else 3
    doubts, headline = asked(case.market, PLANS / f"{case.plan}.toml", [*case.settings, *smaller], replications=pairs)
    assert case.kind in {doubt.kind for doubt in doubts}
    assert headline.count(". ") == 0


def test_no_kind_is_missing_among_the_unsound_plans_nor_on_the_page():
    assert {case.kind for case in UNSOUND} == set(get_args(Kind))
    assert {case.plan for case in UNSOUND} == {file.stem for file in PLANS.glob("*.toml")}
    rows = [line.split("|")[1:4] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    assert {kind.strip(" *") for kind, _, _ in rows} == set(get_args(Kind))
    assert all(when.strip() and answer.strip() for _, when, answer in rows)


def test_a_doubt_stands_before_the_verdict_in_the_terminal_the_summary_the_report_and_a_notebook(tmp_path):
    (tmp_path / "plan.toml").write_text('name = "Plan"\nextends = "restaurant"\n' + effect("use.quality", "add = 0.05"))
    asked = ["compare", "restaurant", str(tmp_path / "plan.toml"), "-n", "2", "--set", "market.people=60"]
    told = CliRunner().invoke(command, [*asked, "-o", str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    base, plan = load_together(["restaurant", tmp_path / "plan.toml"], ["market.people=60"])
    compared = compare(base, plan, replications=2)
    verdict = verdict_of(compared.base_runs, compared.plans["Plan"])
    assert "few people" in {doubt.kind for doubt in verdict.doubts}
    report = tmp_path / "report.html"
    assert CliRunner().invoke(command, ["report", str(tmp_path / "out"), "-o", str(report)]).exit_code == 0
    faces = {
        "terminal": told.output,
        "summary": (tmp_path / "out" / "summary.md").read_text(encoding="utf-8"),
        "report": report.read_text(encoding="utf-8"),
        "notebook": comparison_html(compared),
    }
    for face, text in faces.items():
        plain = " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())
        places = [plain.find(f"Careful: {doubt.sentence}") for doubt in verdict.doubts]
        assert min(places) >= 0, face
        if face != "report":  # whose headline stands above
            assert max(places) < plain.index(verdict.headline), face


def test_the_page_gets_doubts_as_data_with_what_a_comparison_says():
    asked = VisitorPlan(people=60, replications=2, interventions=(ChosenIntervention(name="on-time-delivery"),))
    compared = compare(*pair_of(asked), replications=2)
    expected = doubts_of(compared.base_runs, next(iter(compared.plans.values())))
    assert "few people" in {doubt.kind for doubt in expected}
    answer = json.loads(gzip.decompress(answers.compared(asked)))
    assert answer["doubts"] == [asdict(doubt) for doubt in expected]
