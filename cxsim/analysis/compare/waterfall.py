"""Where the money of a plan comes from and goes to: from the base's net margin to the plan's, stream by stream, adding up exactly.

And the same for people: from the loops of the base to those of the plan.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import by_week, ratio
from cxsim.engine.outcomes.money import discount_factors

Numbers = NDArray[np.float64]

CENT = 0.005  # below which a stream is none
CRUMB = 0.01  # of the largest stream, below which streams are told together


@dataclass(frozen=True)
class WaterfallStep:
    """A stream between base and plan: by how much it moves the sum, positive when it adds."""

    name: str
    change: Estimate


@dataclass(frozen=True)
class Waterfall:
    """From what the base has to what the plan has.

    Attributes:
        base: in the base.
        steps: whose means add up to the difference; streams that do not move are left out.
        plan: with the plan.
        net: the paired difference.
    """

    base: Estimate
    steps: list[WaterfallStep]
    plan: Estimate
    net: Estimate

    def table(self) -> pd.DataFrame:
        """One row a bar: bar (base, each stream, plan), mean, low, high."""
        bars = [("base", self.base), *((step.name, step.change) for step in self.steps), ("plan", self.plan)]
        rows = [(name, each.mean, each.low, each.high) for name, each in bars]
        return pd.DataFrame(rows, columns=["bar", "mean", "low", "high"])


def of_margin(base: Runs, plan: PlanResult) -> Waterfall:
    """Net margin, discounted: more sold at the base's price, then at another price, then every cost; intervals of the pairs."""
    before, after = _streams(base), _streams(plan.runs)
    change = {name: after[name] - before[name] for name in before}
    price = ratio(before["revenue"], before["units"])
    price = np.where(np.isnan(price), ratio(after["revenue"], after["units"]), price)  # nothing sold in the base
    volume = np.nan_to_num(price * change["units"])
    named = {
        "volume": volume,
        "price": change["revenue"] - volume,
        "further sales": change["similar"],
        "cost of goods": -change["goods"],
        "support contacts": -change["contacts"],
        "rewards and call-backs": -change["thanks"],
        "advertising and desk wages": -change["fixed"],
        "cost of the plan": -change["interventions"],
    }
    moved = _without_crumbs({name: values for name, values in named.items() if np.abs(values).max() >= CENT})
    reach = plan.half_width_factor
    ends = [estimate(runs.figures["net_margin"].to_numpy(float), reach) for runs in (base, plan.runs)]
    steps = [WaterfallStep(name, estimate(values, reach)) for name, values in moved.items()]
    return Waterfall(ends[0], steps, ends[1], plan.difference("net_margin").estimate)


def _without_crumbs(moved: dict[str, Numbers]) -> dict[str, Numbers]:
    """The streams, with those that are small beside the largest as one."""
    largest = max((abs(float(values.mean())) for values in moved.values()), default=0.0)
    crumbs = [name for name, values in moved.items() if abs(float(values.mean())) < CRUMB * largest]
    if len(crumbs) < 2:
        return moved
    kept = {name: values for name, values in moved.items() if name not in crumbs}
    together: Numbers = np.sum([moved[name] for name in crumbs], axis=0)
    return {**kept, "all else": together}


def _streams(runs: Runs) -> dict[str, Numbers]:
    """Discounted money of the focal brand by what it is for, and units sold, each of shape (replications,)."""
    worth = discount_factors(runs.scenario)

    def discounted(*columns: str) -> Numbers:
        summed: Numbers = by_week(runs, *columns) @ worth
        return summed

    takings, similar = discounted("revenue_money"), discounted("similar_money")
    units = "baskets_sum" if "baskets_sum" in runs.weeks else "purchases"  # in older folders each purchase is one
    goods, contacts = discounted("goods_money"), discounted("contacts_money")
    thanks = discounted("rewards_money", "callbacks_money")
    margin, interventions = (runs.figures[name].to_numpy(float) for name in ("margin", "intervention_cost"))
    fixed = takings - goods - contacts - thanks - margin  # what else stands between takings and margin
    return {
        "revenue": takings - similar,
        "similar": similar,
        "units": discounted(units),
        "goods": goods,
        "contacts": contacts,
        "thanks": thanks,
        "fixed": fixed,
        "interventions": interventions,
    }


def of_loops(base: Runs, plan: PlanResult) -> Waterfall:
    """Loops: lines rescued, loops broken, and all others, of whom only the mean is kept."""
    reach, net = plan.half_width_factor, plan.difference("loops").estimate
    ends = [estimate(runs.figures["loops"].to_numpy(float), reach) for runs in (base, plan.runs)]
    rescued, broken = plan.rescued_people, plan.broken_people
    others = net.mean - rescued.mean + broken.mean
    steps = [
        WaterfallStep("rescued lines", rescued),
        WaterfallStep("broken loops", Estimate(-broken.mean, -broken.high, -broken.low, broken.replications)),
        WaterfallStep("first cycles and new people", Estimate(others, np.nan, np.nan)),
    ]
    return Waterfall(ends[0], [step for step in steps if abs(step.change.mean) >= CENT], ends[1], net)
