"""The doubt a verdict deserves: where the model is silent, where a plan cannot act, where the numbers are too few.

Each doubt is data (kind, figure, sentence), which every face shows in its own way before the verdict. docs/doubts.md
says what each means and how to answer it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, distinct, estimate
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, estimated, percent
from cxsim.scenario.schedule import is_of_brand
from cxsim.scenario.stages.need import NextNeed
from cxsim.scenario.warnings import warnings_of

Kind = Literal[
    "price", "desk", "cannot act", "nothing changes", "return", "everybody", "season", "few people", "spread"
]
Numbers = NDArray[np.float64]

# Means over many brands are -1.76 (Tellis 1988) and -2.62 (Bijmolt, van Heerde & Pieters 2005); nearly all lie between.
ELASTICITIES = (-4.0, -0.5)
LEAST_PRICE_CHANGE = 0.02  # below it the quotient of two small differences says nothing
IDLE, OVERRUN = 0.5, 1.0  # share of what the desk can handle
USUAL_RETURN = 5.0  # times what was spent; a judgement: programmes that return more are rarely told of
NOTEWORTHY = 0.1  # of what the brand itself sells more
FEW_PEOPLE = 200  # in a market, below which shares and causes are those of single people; a judgement
FEW_VALUES = 3  # distinct differences from which no spread can be read
LEAST_EVENNESS = 2.0  # the variance of mean baskets is 1 / (q - 2)
MARKET_WIDE = ("need.spontaneous_annual", "need.imitation_annual", "need.life_scale_weeks")


@dataclass(frozen=True)
class Doubt:
    """Why a verdict should not be the last word.

    Attributes:
        kind: what it is about.
        figure: the number behind it (an elasticity, a share of the desk, a return); nan where there is none.
        sentence: for people, complete.
    """

    kind: Kind
    figure: float
    sentence: str


def doubts_of(base: Runs, plan: PlanResult) -> list[Doubt]:
    """Every doubt about a plan's verdict, the gravest first; none about most sound plans."""
    nothing = _nothing_changes(plan)
    if nothing is not None:
        return [nothing, *_cannot_act(plan), *_desk(base, plan), *_few_people(plan)]
    found = [*_price(base, plan), *_cannot_act(plan), *_desk(base, plan), *_return(plan)]
    return [
        *found,
        *_market_wide(plan),
        *_everybody(base, plan),
        *_few_people(plan),
        *_spread(plan),
        *_endless_variance(plan),
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


def _cannot_act(plan: PlanResult) -> Iterator[Doubt]:
    for why in warnings_of(plan.scenario):
        yield Doubt("cannot act", float("nan"), f"{why}.")


def _price(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    implied = implied_elasticity(base, plan)
    if implied is None:
        return
    change, elasticity = implied
    low, high = ELASTICITIES
    if low <= elasticity.mean <= high:
        return
    word = "dearer" if change > 0.0 else "cheaper"
    hardly = "hardly answer" if elasticity.mean > high else "answer far more than anywhere"
    yield Doubt(
        "price",
        elasticity.mean,
        f"it is {percent(abs(change))} {word}, and customers {hardly}: a price elasticity of {estimated(elasticity, decimals(2))}, where "
        f"real ones lie between {low:g} and {high:g}. What this market holds of how customers bear a price does not "
        "fit, so the money in this verdict cannot be trusted.",
    )


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
    acted = [
        effect.parameter
        for item in plan.scenario.intervention
        for effect in item.effect
        if item.brand in ("", market.focal)
    ]
    before, busy, wait = (
        float(plan.per_replication[figure].mean())
        for figure in ("base_utilisation", "plan_utilisation", "plan_wait_weeks")
    )
    if 0.0 < max(before, busy) < IDLE and {"support.capacity", "support.agents"} & set(acted):
        yield Doubt("desk", before, f"the support desk is {percent(before)} busy, so its size hardly matters here.")
    elif busy >= OVERRUN and wait > 1.0:
        endless = np.isinf(plan.scenario.brand[market.focal].support.patience_weeks)
        yield Doubt(
            "desk",
            busy,
            f"the support desk is overrun ({percent(busy)} of what it can handle) and a contact takes {wait:.0f} weeks on "
            f"average.{' Nobody gives up waiting in this market (support.patience_weeks).' if endless else ''}",
        )


def _return(plan: PlanResult) -> Iterator[Doubt]:
    if plan.roi is not None and plan.roi.mean > USUAL_RETURN - 1.0:
        back = 1.0 + plan.roi.mean
        yield Doubt(
            "return",
            back,
            f"each unit of money is said to bring back {decimals(1)(back)}; look for a cost that is missing.",
        )


def _market_wide(plan: PlanResult) -> Iterator[Doubt]:
    for item in plan.scenario.intervention:
        moved = [effect.parameter for effect in item.effect if effect.parameter in MARKET_WIDE]
        if moved:
            yield Doubt(
                "season",
                float("nan"),
                f"{item.name!r} changes how often people need the category at all ({', '.join(moved)}). A season or a "
                "shock meets base and plan alike; here it is booked as the plan's gain.",
            )


def _everybody(base: Runs, plan: PlanResult) -> Iterator[Doubt]:
    """Traits are customers' own, so an effect on them may serve the rivals: told where they sell more by it."""
    rivals, own = _more_sold(base, plan)
    if not rivals.low > 0.0 or rivals.mean < NOTEWORTHY * abs(own.mean):
        return
    shape = type(plan.scenario)
    for item in plan.scenario.intervention:
        traits = [each.parameter for each in item.effect if not is_of_brand(each.parameter, shape)]
        traits = [parameter for parameter in traits if parameter not in MARKET_WIDE]
        if traits:
            yield Doubt(
                "everybody",
                rivals.mean,
                f"{item.name!r} changes customers themselves ({', '.join(traits)}), those of rivals too, who sell "
                f"{estimated(rivals)} more by it.",
            )


def _more_sold(base: Runs, plan: PlanResult) -> tuple[Estimate, Estimate]:
    """How many more purchases rivals have under the plan, and the focal brand."""
    runs = (base, plan.runs)
    before, after = (each.weeks.pivot_table("purchases", "replication", "brand", "sum") for each in runs)
    more, focal = after - before, base.scenario.market.focal
    return estimate(more.drop(columns=focal).sum(axis=1).to_numpy(float)), estimate(more[focal].to_numpy(float))


def _few_people(plan: PlanResult) -> Iterator[Doubt]:
    people = plan.scenario.market.people
    if people < FEW_PEOPLE:
        who = "one person lives" if people == 1 else f"only {people} people live"
        yield Doubt("few people", people, f"{who} in this market, so it tells of them and not of customers at large.")


def _spread(plan: PlanResult) -> Iterator[Doubt]:
    change = plan.per_replication["plan_net_margin"] - plan.per_replication["base_net_margin"]
    values = change.to_numpy(float)
    different = distinct(values)
    if len(values) > 1 and different == 1 and values[0] != 0.0:
        yield Doubt(
            "spread",
            1.0,
            f"all {len(values)} pairs show the same difference in money. No spread seen is not certainty.",
        )
    elif len(values) >= 2 * FEW_VALUES and different <= FEW_VALUES:
        yield Doubt(
            "spread",
            float(different),
            f"the {len(values)} pairs show only {different} different differences in money, too few for a 95% interval.",
        )


def _endless_variance(plan: PlanResult) -> Iterator[Doubt]:
    """A mean of baskets whose variance has no end never settles as the intervals say."""
    bought = [traits for _, traits in plan.scenario.segments().values() if traits.need.kind != NextNeed.contract]
    evenness = min((traits.purchase.basket_evenness for traits in bought), default=math.inf)
    if evenness <= LEAST_EVENNESS:
        yield Doubt(
            "spread",
            evenness,
            f"how much people spend has no finite variance in this market (purchase.basket_evenness is {evenness:g}; it takes more "
            f"than {LEAST_EVENNESS:g}), so intervals of money reach less far than they should.",
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
