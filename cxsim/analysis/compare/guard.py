"""The doubt a verdict deserves: where the model is silent, where a plan cannot act, where the numbers are too few.

Each doubt is data (kind, figure, sentence), which every face shows in its own way before the verdict. docs/doubts.md
says what each means and how to answer it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.doubt import (
    Doubt,
    another_market,
    cannot_act,
    few_people,
    heavy_tails,
    season_or_shock,
)
from cxsim.analysis.compare.intervals import Estimate, distinct, estimate
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, estimated, percent
from cxsim.scenario.copying import own_interventions

Numbers = NDArray[np.float64]

# Means over many brands are -1.76 (Tellis 1988) and -2.62 (Bijmolt, van Heerde & Pieters 2005); nearly all lie between.
ELASTICITIES = (-4.0, -0.5)
LEAST_PRICE_CHANGE = 0.02  # below it the quotient of two small differences says nothing
IDLE, OVERRUN = 0.5, 1.0  # share of what the desk can handle
SIZES_OF_DESK = {"support.capacity", "support.agents", "support.agent_contacts"}
USUAL_RETURN = 5.0  # times what was spent; a judgement: programmes that return more are rarely told of
PAYS_BY_ITSELF = ("purchase.price", "telling.reward")  # whose cost is in the margin; so is that of all of `money`
FEW_VALUES = 3  # distinct differences from which no spread can be read
# What has to happen for anything of a stage to act: columns of the weekly table, and the want of it in words.
HAPPENS = {
    "research": (("searches",), "nobody looks for anything about it"),
    "purchase": (("found", "purchases"), "nobody comes as far as to buy"),
    "use": (("uses",), "nobody uses what it sells"),
    "support": (("contacts",), "nobody contacts its support desk"),
    "listening": (("surveys",), "nobody is asked in a survey"),
    "telling": (("messages_good", "messages_bad", "referrals", "reviews"), "nobody tells anybody of it"),
    "loyalty": (("episodes",), "nobody comes to the end of an episode with it"),
}


def doubts_of(base: Runs, plan: PlanResult) -> list[Doubt]:
    """Every doubt about a plan's verdict, the gravest first; none about most sound plans."""
    idle = [*cannot_act(base.scenario, plan.scenario), *_nothing_to_act_on(base, plan), *_nobody_meant(base, plan)]
    nothing = _nothing_changes(plan)
    if nothing is not None:
        return [nothing, *idle, *_desk(base, plan), *few_people(plan.scenario)]
    return [
        *_price(base, plan),
        *idle,
        *_desk(base, plan),
        *_return(base, plan),
        *another_market(base.scenario, plan.scenario),
        *season_or_shock(base.scenario, plan.scenario),
        *few_people(plan.scenario),
        *_spread(plan),
        *heavy_tails(plan.scenario),
    ]


def _nothing_changes(plan: PlanResult) -> Doubt | None:
    if not nobody_lives_otherwise(plan):
        return None
    spent = plan.difference("intervention_cost").estimate.mean
    money = " but the money it costs" if spent > 0.0 else ""
    return Doubt(
        "nothing changes", 0.0, f"exactly nothing changes{money}: every customer lives the same life with this plan."
    )


def nobody_lives_otherwise(plan: PlanResult) -> bool:
    """Whether no figure but the plan's own cost differs in any pair."""
    lived = ~plan.differences["figure"].isin(["intervention_cost", "net_margin"])
    return bool(np.nansum(np.abs(plan.differences.loc[lived, "difference"].to_numpy(float))) == 0.0)


def _nothing_to_act_on(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    """Interventions in stages in which nothing happens, neither in the base nor in the plan."""
    for item in own_interventions(base.scenario, plan.scenario):
        brand = item.brand or base.scenario.market.focal
        stages = {effect.parameter.partition(".")[0] for effect in item.effect}
        if stages <= HAPPENS.keys() and not any(_happens(base, plan, brand, stage) for stage in stages):
            why = " and ".join(HAPPENS[stage][1] for stage in sorted(stages))
            yield Doubt("cannot act", None, f"intervention {item.name!r} of {brand} cannot act here: {why}.")


def _nobody_meant(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    """Rules by history that held for nobody while they were at work."""
    meant = plan.runs.reach.groupby("rule")["people"].sum()
    for item in own_interventions(base.scenario, plan.scenario):
        if item.when is not None and meant.get(item.name, 1) == 0:
            yield Doubt("cannot act", None, f"intervention {item.name!r} means nobody: {item.when} never holds here.")


def _happens(base: Runs, plan: PlanResult, brand: str, stage: str) -> bool:
    columns = list(HAPPENS[stage][0])
    lived = (base.weeks, plan.runs.weeks)
    return any(bool(weeks.loc[weeks["brand"] == brand, columns].to_numpy(float).any()) for weeks in lived)


def _price(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    if _is_for_some(base, plan):
        return  # who buys often anyway answers less than a market does
    implied = implied_elasticity(base, plan)
    if implied is None:
        return
    change, elasticity = implied
    low, high = ELASTICITIES
    if low <= elasticity.mean <= high:
        return
    said = f"it is {percent(abs(change))} {'dearer' if change > 0.0 else 'cheaper'}, and"
    found = (
        f"a price elasticity of {estimated(elasticity, decimals(2))}, where real ones lie between {low:g} and {high:g}"
    )
    if elasticity.low < high and elasticity.high > low:
        sentence = f"{said} too few sales are compared to tell how customers answer: {found}. The money in this verdict rests on it."
    else:
        hardly = "hardly answer" if elasticity.mean > high else "answer far more than anywhere"
        sentence = (
            f"{said} customers {hardly}: {found}. What this market holds of how customers bear a price does not fit, so the "
            "money in this verdict cannot be trusted."
        )
    yield Doubt("price", elasticity.mean, sentence)


def _is_for_some(base: Runs, plan: PlanResult) -> bool:
    """Whether the plan has a price for those alone of whom something stands in the books."""
    own = [item for item in own_interventions(base.scenario, plan.scenario) if item.when is not None]
    return any(effect.parameter == "purchase.price" for item in own for effect in item.effect)


def implied_elasticity(base: Runs, plan: PlanResult) -> tuple[float, Estimate] | None:
    """How much dearer the focal brand is under the plan, as a share, and the elasticity of sales that the model implies.

    ln(quantity ratio) / ln(price ratio) over the weeks in which the price paid differs, replication by replication; None
    where it differs by less than 2%, or nothing is sold. A plan that does more than change the price moves sales by that too.
    """
    before, after = (_of_brand(runs.weeks, base) for runs in (base, plan.runs))
    # What is paid for one unit, however large the baskets; in folders written before there were any, each is one.
    units = "baskets_sum" if "baskets_sum" in before and "baskets_sum" in after else "purchases"
    listed = [_sums(table, ["revenue_money", units, "purchases"]) for table in map(_of_main_purchases, (before, after))]
    with np.errstate(divide="ignore", invalid="ignore"):  # a week without sales has no price, and is passed over
        paid = [revenue.sum(axis=0) / bought.sum(axis=0) for revenue, bought, _ in listed]
        differs = np.abs(paid[1] / paid[0] - 1.0) > LEAST_PRICE_CHANGE
    if not differs.any():
        return None
    (base_money, base_units, base_sold), (own_money, own_units, own_sold) = (
        tuple(each[:, differs].sum(axis=1) for each in sums) for sums in listed
    )
    some = (base_sold > 0.0) & (own_sold > 0.0) & (base_money > 0.0) & (own_money > 0.0)
    if not some.any():
        return None
    ratio = (own_money[some] / own_units[some]) / (base_money[some] / base_units[some])
    elasticity = np.log(own_sold[some] / base_sold[some]) / np.log(ratio)
    return float(ratio.mean() - 1.0), estimate(elasticity)


def _desk(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    """A desk that is idle cannot be relieved, and one that is overrun only waits."""
    market = base.scenario.market
    acted = {
        effect.parameter
        for item in own_interventions(base.scenario, plan.scenario)
        for effect in item.effect
        if item.brand in ("", market.focal)
    }
    before, busy, wait = (
        float(plan.per_replication[figure].mean())
        for figure in ("base_utilisation", "plan_utilisation", "plan_wait_weeks")
    )
    if 0.0 < max(before, busy) < IDLE and SIZES_OF_DESK & acted:
        yield Doubt("desk", before, f"the support desk is {percent(before)} busy, so its size hardly matters here.")
    elif busy >= OVERRUN and wait > 1.0:
        endless = np.isinf(plan.scenario.brand[market.focal].support.patience_weeks)
        yield Doubt(
            "desk",
            busy,
            f"the support desk is overrun ({percent(busy)} of what it can handle) and a contact takes {wait:.0f} weeks on "
            f"average.{' Nobody gives up waiting in this market (support.patience_weeks).' if endless else ''}",
        )


def _return(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    """More for the money than is usual, or something for nothing."""
    if plan.roi is not None and plan.roi.mean > USUAL_RETURN - 1.0:
        back = 1.0 + plan.roi.mean
        yield Doubt(
            "return",
            back,
            f"each unit of money is said to bring back {decimals(1)(back)}; look for a cost that is missing.",
        )
    own = own_interventions(base.scenario, plan.scenario)
    acted = [effect.parameter for item in own for effect in item.effect]
    paid = any(parameter in PAYS_BY_ITSELF or parameter.startswith("money.") for parameter in acted)
    costs = plan.per_replication["plan_intervention_cost"] - plan.per_replication["base_intervention_cost"]
    if own and not paid and not costs.any() and plan.difference("net_margin").estimate.low > 0.0:
        yield Doubt(
            "return", None, "it earns money and is said to cost nothing at all; look for a cost that is missing."
        )


def _spread(plan: PlanResult) -> Iterator[Doubt]:
    """Of money; and of loops, which are whole numbers and alike by chance in a handful of pairs."""
    for figure, what, least in (("net_margin", "money", 2), ("loops", "loops", 2 * FEW_VALUES)):
        change = plan.per_replication[f"plan_{figure}"] - plan.per_replication[f"base_{figure}"]
        if len(change) >= least:
            yield from spread_doubts(change.to_numpy(float), what)


def spread_doubts(differences: Numbers, what: str) -> Iterator[Doubt]:
    """Whether the differences of pairs, shape (pairs,), are too much alike for an interval; none at all is no doubt."""
    different = distinct(differences)
    if len(differences) > 1 and different == 1 and differences[0] != 0.0:
        yield Doubt(
            "no spread",
            1.0,
            f"all {len(differences)} pairs show the same difference in {what}. No spread seen is not certainty.",
        )
    elif len(differences) >= 2 * FEW_VALUES and 1 < different <= FEW_VALUES:
        yield Doubt(
            "few differences",
            float(different),
            f"the {len(differences)} pairs show only {different} different differences in {what}, too few for a 95% interval.",
        )


def _of_brand(weeks: pd.DataFrame, base: Runs) -> pd.DataFrame:
    return weeks[weeks["brand"] == base.scenario.market.focal]


def _of_main_purchases(weeks: pd.DataFrame) -> pd.DataFrame:
    """With the revenue of purchases alone; what was sold beside them has a price of its own."""
    similar = weeks.get("similar_money", 0.0)  # older folders of results know none
    return weeks.assign(revenue_money=weeks["revenue_money"] - similar)


def _sums(table: pd.DataFrame, columns: list[str]) -> list[Numbers]:
    """Each column as (replications, weeks)."""
    return [table.pivot(index="replication", columns="week", values=name).to_numpy(float) for name in columns]
