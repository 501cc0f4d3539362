"""What tables of results and their columns hold, in words: for whoever opens them without this program."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.figures import FIGURES, Figure
from cxsim.engine.outcomes.weekly import column_of

# In the order in which somebody reads them.
TABLES: Final = {
    "trade": "in the trade's words: revenue, churn, NPS, CLV, ...; one row a word",
    "summary": "every figure; one row a figure",
    "differences": "what each plan changes, as pairs of the same customers with the same luck; one row a plan and figure",
    "waterfall": "where the money of each plan comes from, from the net margin of the base to that of the plan; one row a bar",
    "funnel": "how far journeys come that consider the brand; one row a step",
    "money": "what each plan has earned and cost by each week; one row a plan and week",
    "matrix": "the same people in base and plan, by how their story stands at the end; one row a pair of statuses",
    "rescued": "lines that became loops, by where and why they used to end; one row a stage and cause",
    "broken": "loops that became lines, by where and why they end now; one row a stage and cause",
    "members": "members of a loyalty programme and others, and what each earned the brand; one row a replication",
    "copied": "figures of a plan when rivals copy it; one row a replication",
    "plausible": "the worlds that are possible by what is known; one row a world, one column a parameter",
    "figures": "every figure of the brand in each replication; one row a replication",
    "weeks": "what was counted, by week and brand; one row a replication, week and brand",
    "lines": "people whose line with the brand ended, by where and why; one row a replication, stage and cause",
    "retention": "who stays and who comes back since the first purchase; one row a replication and four weeks",
    "cohorts": "who stays, by when they first bought; one row a replication, cohort and age",
    "referrals": "buyers who were brought by buyers, by generation; one row a replication and generation",
    "loop_lengths": "repeat buyers by their mean time between purchases; one row a replication and class",
    "reach": "whom rules by history meant; one row a replication and rule",
    "runs": "every run of the study with what was set and its figures; one row a run",
    "points": "the points of the design; one row a point, one column a factor",
    "worlds": "the worlds of the study; one row a world, one column a parameter",
    "precision": "how well a figure is known; one row a plan",
    "pairing": "what the same luck in all plans saved; one row a pair of plans and figure",
    "real": "real figures that the scenario ships with, cumulative; one row a week",
}

ROWS: Final = "as the row says"  # the unit of columns whose rows count different things
_COMMON: Final[Mapping[str, tuple[str, str]]] = {
    "scenario": ("", "base or plan, by name"),
    "plan": ("", "the plan, by name"),
    "seed": ("", "key of all luck; the same seed gives the same lives"),
    "replication": ("number", "which life, from 0; the same number has the same luck in every scenario"),
    "run": ("number", "which run, from 0"),
    "id": ("", "the run by what was set and its luck; the same in every study that lives it"),
    "point": ("number", "which point of the design, from 0"),
    "world": ("number", "which world, from 0"),
    "draw": ("number", "which draw, from 0"),
    "figure": ("", "which figure"),
    "word": ("", "which word of the trade"),
    "unit": ("", "what the row counts"),
    "meaning": ("", "what the row means"),
    "week": ("weeks", "which week, from 0"),
    "day": ("date", "the day on which the week begins"),
    "brand": ("", "which brand"),
    "stage": ("", "where the line ended: research, purchase, use, support or loyalty"),
    "cause": ("", "why it ended: the largest negative term"),
    "rule": ("", "the intervention"),
    "base": (ROWS, "mean over replications in the base"),
    "plan_mean": (ROWS, "mean over replications with the plan"),
    "difference": (ROWS, "plan less base: mean of the pairs"),
    "mean": (ROWS, "mean over replications"),
    "low": (ROWS, "lower end of the 95% interval"),
    "high": (ROWS, "upper end of the 95% interval"),
    "wins": ("share", "of the replications in which the plan is better"),
    "more_replications": ("replications", "how many more would decide the sign of the difference, 0 where it is decided; empty where none would"),
    "variance_saved": ("share", "of the variance of the difference that the same luck in base and plan takes away"),
    "bar": ("", "base, what adds or takes, plan"),
    "people": ("people", "how many; a mean over replications where no replication is named"),
    "base_status": ("", "how the story of these people stands in the base"),
    "plan_status": ("", "how it stands in the plan"),
    "step": ("", "how far"),
    "journeys": ("journeys", "that come so far, mean over replications"),
    "share": ("share", "of the journeys that consider the brand"),
    "difference_low": ("share", "lower end of the 95% interval"),
    "difference_high": ("share", "upper end of the 95% interval"),
    "gain": ("currency", "what the plan has earned more than the base by then, before its cost, discounted; mean"),
    "cost": ("currency", "what it has cost by then, discounted; mean"),
    "net": ("currency", "gain less cost; mean"),
    "net_low": ("currency", "lower end of the 95% interval"),
    "net_high": ("currency", "upper end of the 95% interval"),
    "members": ("people", "members at the end"),
    "others": ("people", "customers who never joined"),
    "members_earned": ("currency per person", "what each member earned the brand, undiscounted"),
    "members_earned_before": ("currency per person", "what the same people earned it in the base"),
    "others_earned": ("currency per person", "what each of the others earned it"),
    "after_weeks": ("weeks", "how long after the plan rivals copied it"),
    "weeks": ("weeks", "since the first purchase; of loop lengths, where the class begins"),
    "cohort": ("weeks", "the first week of those in which they first bought, from 0"),
    "kept": ("share or people", "of retention the share whose line has not ended yet, of cohorts how many"),
    "kept_low": ("share", "lower end of the 95% interval within the run (Kaplan-Meier)"),
    "kept_high": ("share", "upper end of the 95% interval"),
    "looped": ("share", "who have bought again"),
    "looped_low": ("share", "lower end of the 95% interval within the run (Kaplan-Meier)"),
    "looped_high": ("share", "upper end of the 95% interval"),
    "generation": ("number", "0: came by themselves; 1: brought by those; and so on"),
    "buyers": ("people", "of this generation"),
    "referred": ("people", "buyers whom they brought"),
    "reproduction_number": ("buyers per buyer", "referred for each buyer"),
    "person_weeks": ("person-weeks", "in which the rule meant somebody while it was at work"),
    "against": ("", "what the plan is compared with"),
    "places": ("number", "points and worlds with both"),
    "replications": ("number", "replications of each"),
    "worth": ("pairs", "so many independent pairs tell as much as one with the same luck"),
    "error": ("", "what went wrong with a run; empty where nothing did"),
    "customer_id": ("", "whose purchase or answer"),
    "date": ("date", "the day"),
    "amount": ("currency", "the price paid"),
    "actual_cumulative_repeat_purchases": ("purchases", "repeat purchases of the real customers up to that week"),
}  # fmt: skip

_MEASURES: Final[Mapping[Measure, str]] = {
    Measure.considered: "journeys in which the brand was in play",
    Measure.newly_considered: "of these the first of a person",
    Measure.searches: "searches for the brand",
    Measure.found: "searches that found what was needed",
    Measure.chosen: "journeys in which it was chosen",
    Measure.purchases: "purchases",
    Measure.first_purchases: "first purchases of a person",
    Measure.loop_purchases: "purchases by habit, without research",
    Measure.returns: "repeat purchases after a search",
    Measure.late: "deliveries that came late",
    Measure.misfits: "purchases that did not fit",
    Measure.uses: "uses",
    Measure.failures: "uses in which something failed",
    Measure.contacts: "contacts with support",
    Measure.silent: "failures of which nobody complained",
    Measure.unresolved: "contacts that did not resolve the problem",
    Measure.resolved: "contacts that resolved it",
    Measure.quick: "of these the quick ones",
    Measure.stays: "decisions to stay",
    Measure.doubts: "customers who will look around at their next need",
    Measure.lines_research: "lines that ended in research",
    Measure.lines_purchase: "lines that ended in choosing or buying",
    Measure.lines_use: "lines that ended in use",
    Measure.lines_support: "lines that ended in support",
    Measure.lines_loyalty: "lines that ended between purchases",
    Measure.reopened: "lines that began anew",
    Measure.messages_good: "good things told to others",
    Measure.messages_bad: "bad things told to others",
    Measure.referrals: "friends who were referred",
    Measure.referred_purchases: "first purchases of those referred",
    Measure.reviews: "public reviews",
    Measure.stars: "stars of all reviews together",
    Measure.surveys: "people who were surveyed",
    Measure.answers: "answers to the survey",
    Measure.promoters: "answers of 9 or 10",
    Measure.detractors: "answers of 0 to 6",
    Measure.csat_satisfied: "answers of 4 or 5 on 5",
    Measure.effort_scores: "effort scores of all answers together, each 1 (very hard) to 7",
    Measure.true_promoters: "who would answer 9 or 10 if everybody answered exactly",
    Measure.true_detractors: "who would answer 0 to 6",
    Measure.true_satisfied: "who would answer 4 or 5 on 5",
    Measure.callbacks: "calls back after a bad answer",
    Measure.customers_gained: "customers gained",
    Measure.customers_lost: "customers lost",
    Measure.revenue_money: "what customers paid",
    Measure.goods_money: "what the goods cost",
    Measure.contacts_money: "what contacts cost",
    Measure.rewards_money: "rewards for referrals",
    Measure.callbacks_money: "what calls back cost",
    Measure.interventions_money: "what interventions cost for each use",
    Measure.research_time: "time of all searches together",
    Measure.delivery_time: "time of all deliveries together",
    Measure.support_time: "time of all contacts together, waiting and handling",
    Measure.loop_time: "time between two purchases of the same customer, all together",
    Measure.repeat_purchases: "purchases that were not the first",
    Measure.satisfaction_sum: "satisfaction of all episodes together, each 0 bad to 1 good on an open scale",
    Measure.backlog: "contacts waiting at the end of the week",
    Measure.episodes: "episodes that came to their end, support included",
    Measure.abandoned: "contacts of callers who gave up waiting",
    Measure.baskets_sum: "sizes of all purchases together, 1 for an ordinary one",
    Measure.raised_again: "contacts about a problem that an earlier one left unresolved",
    Measure.similar_purchases: "purchases of something similar, beside all others",
    Measure.similar_money: "the part of what customers paid that these are",
}
_OWN: Final = {"runs", "figures", "copied"}  # tables with a column a figure
_ROWS_OF: Final = {
    "funnel": "share",
    "waterfall": "currency",
    "rescued": "people",
    "broken": "people",
}  # units of their rows


def explained(table: str, columns: Iterable[str], figures: Iterable[Figure] = FIGURES) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of a table; of columns that are values of a scenario, that they are.

    Args:
        table: its name.
        columns: theirs.
        figures: that the runs have, what mechanisms count included.
    """
    own = {figure.name: (figure.unit, figure.meaning) for figure in figures}
    counted = {column_of(measure): (_unit(column_of(measure)), text) for measure, text in _MEASURES.items()}
    first = own if table in _OWN else {**own, **counted} if table == "weeks" else {}
    known = {**own, **counted, **_COMMON, **first}
    found = {name: known.get(name, ("", "value set in the scenario" if "." in name else "")) for name in columns}
    rows = _ROWS_OF.get(table, ROWS)
    return {name: (rows if unit == ROWS else unit, meaning) for name, (unit, meaning) in found.items()}


def _unit(column: str) -> str:
    if column.endswith("_money"):
        return "currency"
    return "weeks" if column.endswith("_weeks") else "count"


def intervals(columns: Sequence[str]) -> dict[str, str]:
    """Where the interval of a column stands, and of which column another is an end: they follow what they are of."""
    told: dict[str, str] = {}
    for of, low, high in zip(columns, columns[1:], columns[2:], strict=False):
        if low.endswith("low") and high.endswith("high"):
            told |= {of: f"{low} to {high}", low: f"of {of}", high: f"of {of}"}
    return told
