"""A comparison, runs and a sweep whose numbers are written here, so that pictures of them change only with the charts."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import Estimate, estimate, paired_difference
from cxsim.engine.outcomes.status import STATUSES

REPLICATIONS = 6
WEEKS = 40
SPREAD = np.array([-1.2, 0.4, 1.1, -0.5, 0.9, -0.7])  # of replications, in standard deviations or so
LINES = {
    ("research", "not found"): (400.0, 330.0),
    ("purchase", "checkout"): (900.0, 640.0),
    ("purchase", "rival"): (700.0, 690.0),
    ("purchase", "price"): (80.0, 81.0),
    ("use", "own reasons"): (620.0, 660.0),
    ("use", "disappointment"): (150.0, 149.0),
    ("support", "unresolved"): (60.0, 40.0),
}
MEASURES = {  # of every week, in the base and in the plan
    "considered": (100.0, 102.0), "searches": (80.0, 78.0), "found": (72.0, 71.0), "chosen": (61.0, 64.0), "purchases": (52.0, 58.0),
    "uses": (51.0, 57.0), "failures": (5.0, 4.0), "repeat_purchases": (30.0, 36.0), "baskets_sum": (52.0, 58.0),
    "revenue_money": (1040.0, 1102.0), "similar_money": (0.0, 0.0), "goods_money": (520.0, 580.0), "contacts_money": (12.0, 9.0),
    "rewards_money": (4.0, 4.5), "callbacks_money": (0.0, 1.5),
}  # fmt: skip
LOOPS, OPEN = (1100.0, 1340.0), (500.0, 510.0)


def spread(mean, place, size=0.02):
    """A figure of every replication about its mean."""
    return mean * (1.0 + size * np.roll(SPREAD, place))


def lines_of(world):
    """Lines by replication, stage and cause."""
    rows = []
    for place, ((stage, cause), means) in enumerate(LINES.items()):
        people = spread(means[world], place)
        rows += [(number, stage, cause, round(people[number])) for number in range(REPLICATIONS)]
    return pd.DataFrame(rows, columns=["replication", "stage", "cause", "people"])


def figures_of(runs, world):
    """The figures of a world: of lines those above, else a tenth apart."""
    figures = runs.figures.copy()
    for place, name in enumerate(figures.columns):
        figures[name] = spread(1000.0 + 100.0 * world, place + world)
    lines = lines_of(world).groupby(["stage", "replication"])["people"].sum().unstack(0)
    for stage in ("research", "purchase", "use", "support"):
        figures[f"lines_{stage}"] = lines[stage]
    figures["lines_loyalty"] = 0.0
    figures["lines"] = lines.sum(axis=1)
    figures["loops"], figures["new"] = spread(LOOPS[world], 1).round(), spread(OPEN[world], 2).round()
    figures["margin"] = spread(18_000.0 + 1_000.0 * world, 2)
    figures["intervention_cost"] = 400.0 * world
    figures["net_margin"] = figures["margin"] - figures["intervention_cost"]
    figures["loop_length_weeks"] = spread(9.0 - world, 3)
    figures["nps_true"], figures["nps_measured"] = spread(10.0, 1), spread(22.0, 2)
    return figures


def retention_of(world):
    """Two curves that fall and rise."""
    weeks = np.arange(0.0, WEEKS + 1.0, 4.0)
    rows = []
    for number, factor in enumerate(spread(1.0, 0)):
        kept = np.exp(-weeks / (14.0 + 4.0 * world) * factor)
        looped = 0.6 * (1.0 - np.exp(-weeks / 8.0 * factor))
        curves = {"kept": kept, "kept_low": 0.9 * kept, "kept_high": np.minimum(1.0, 1.1 * kept)}
        curves |= {"looped": looped, "looped_low": 0.9 * looped, "looped_high": 1.1 * looped}
        rows.append(pd.DataFrame({"replication": number, "weeks": weeks, **curves}))
    return pd.concat(rows, ignore_index=True)


def referrals_of(world):
    """Four generations, each smaller than the one before."""
    rows = []
    for number in range(REPLICATIONS):
        buyers = [round(spread(mean, place, 0.05)[number]) for place, mean in enumerate((2000.0, 300.0, 60.0, 12.0))]
        rows += [
            (number, generation, count + 40 * world, after + 40 * world)
            for generation, (count, after) in enumerate(zip(buyers, [*buyers[1:], 0], strict=True))
        ]
    return pd.DataFrame(rows, columns=["replication", "generation", "buyers", "referred"])


def loop_lengths_of(world):
    """A hump with a tail."""
    weeks = np.arange(0.0, WEEKS + 1.0)
    people = 90.0 * weeks * np.exp(-weeks / (5.0 - world))
    rows = [
        pd.DataFrame({"replication": number, "weeks": weeks, "people": (people * factor).round()})
        for number, factor in enumerate(spread(1.0, 0))
    ]
    return pd.concat(rows, ignore_index=True)


def weeks_of(runs, world):
    """The counts behind the scores, the rest as it was lived."""
    weeks = runs.weeks.copy()
    wave = 1.0 + 0.2 * np.sin(weeks["week"].to_numpy() / 6.0 + weeks["replication"].to_numpy())
    weeks["episodes"], weeks["answers"] = 200, 20
    weeks["true_promoters"], weeks["true_detractors"] = 80.0 * wave, 60
    weeks["promoters"], weeks["detractors"] = 10.0 * wave, 5
    weeks["csat_satisfied"] = 14.0 * wave
    sizes = spread(1.0, 3 + world)[weeks["replication"].to_numpy()]
    for column, (before, after) in MEASURES.items():
        weeks[column] = sizes * (before, after)[world]
    return weeks


def cohorts_of(world):
    """Cohorts of ten weeks, of whom fewer and fewer are left; the youngest are too few to be shown."""
    rows = []
    for number, factor in enumerate(spread(1.0, 2 + world)):
        for cohort in range(0, WEEKS, 10):
            people = round((300.0 - 9.0 * cohort) * factor) if cohort < 30 else 4
            ages = range(0, WEEKS - cohort - 9, 10)
            rows += [(number, cohort, age, people, round(people * (0.9 + 0.02 * world) ** (age / 3.0))) for age in ages]
    return pd.DataFrame(rows, columns=["replication", "cohort", "weeks", "people", "kept"])


def fixed_runs(runs, world):
    """Runs with the tables above."""
    return replace(
        runs,
        figures=figures_of(runs, world),
        weeks=weeks_of(runs, world),
        lines=lines_of(world),
        retention=retention_of(world),
        referrals=referrals_of(world),
        loop_lengths=loop_lengths_of(world),
        cohorts=cohorts_of(world),
    )


PAYBACK = 23


def money():
    """What a plan brings and costs, with a band."""
    week = np.arange(WEEKS)
    gain, cost = 9.0 * week**1.5, 400.0 + 25.0 * week
    net = gain - cost
    band = 8.0 * week
    columns = {"week": week, "gain": gain, "cost": cost, "net": net, "net_low": net - band, "net_high": net + band}
    return pd.DataFrame(columns), int(np.flatnonzero(net < 0.0)[-1]) + 1


@cache
def comparison():
    """Base and plan with these numbers."""
    small = ("market.people=60", f"market.horizon_weeks={WEEKS}")
    base, plan = (
        scenario_from(f'name = "{name}"\n{EVERYTHING_HAPPENS}', *small) for name in ("As it is", "Easy to buy")
    )
    lived = compare(base, plan, replications=REPLICATIONS)
    result = lived.plans["Easy to buy"]
    before, after = fixed_runs(lived.base_runs, 0), fixed_runs(result.runs, 1)
    differences = result.differences.copy()
    for place, figure in enumerate(differences["figure"]):
        old, new = before.figures[figure].to_numpy(float), after.figures[figure].to_numpy(float)
        change = paired_difference(old, new, 1).estimate
        values = (estimate(old).mean, change.mean, change.low, change.high)
        differences.loc[place, ["base", "difference", "low", "high"]] = values
    matrix = pd.DataFrame(
        [[1490.0, 6, 3, 1], [2, 470, 9, 19], [5, 30, 2510, 365], [1, 4, 120, 975]], index=STATUSES, columns=STATUSES
    )
    weekly, payback = money()
    fixed = replace(
        result,
        runs=after,
        per_replication=pd.concat([before.figures.add_prefix("base_"), after.figures.add_prefix("plan_")], axis=1),
        differences=differences,
        matrix=matrix,
        weekly=weekly,
        payback=payback,
        rescued_people=Estimate(365.0, 341.0, 389.0),
        broken_people=Estimate(120.0, 108.0, 132.0),
    )
    return replace(lived, base_runs=before, plans={"Easy to buy": fixed})


def members():
    """The same with a loyalty programme, whose members were better customers before."""
    (name,), (plan,) = comparison().plans, comparison().plans.values()
    means = {
        "members": 800.0,
        "others": 600.0,
        "members_earned": 123.0,
        "members_earned_before": 115.0,
        "others_earned": 40.0,
    }
    columns = {column: spread(mean, place, 0.01) for place, (column, mean) in enumerate(means.items())}
    columns["members_earned"] = columns["members_earned_before"] + 8.0 + SPREAD
    return replace(comparison(), plans={name: replace(plan, members=pd.DataFrame(columns))})


def buyers():
    """A forest of four trees and many who brought nobody."""
    referrers = [-1, 0, 0, 1, 3, -1, 5, 5, -1, 8, -1, 10, *[-1] * 20]
    generations = [0, 1, 1, 2, 3, 0, 1, 1, 0, 1, 0, 1, *[0] * 20]
    weeks = np.arange(len(referrers)) * 1.1
    columns = {"person": range(len(referrers)), "referrer": referrers, "generation": generations, "week": weeks}
    return pd.DataFrame(columns)


def sweep():
    """Runs of a factorial design, in which the plan loses when service is good and dear."""
    rows = []
    for point, (late, cost) in enumerate(
        (late, cost) for late in (0.05, 0.1, 0.2, 0.4) for cost in (50.0, 100.0, 200.0)
    ):
        for number, luck in enumerate(SPREAD):
            base = 10_000.0 - 9_000.0 * late + 300.0 * luck
            plan = base + 20_000.0 * late - 20.0 * cost + 300.0 * np.roll(SPREAD, 1)[number]
            for name, value in (("base", base), ("second cook", plan)):
                rows.append((point, 0, name, number, late, cost, value))
    return pd.DataFrame(
        rows, columns=["point", "world", "plan", "replication", "late rate", "cost a week", "net_margin"]
    )
