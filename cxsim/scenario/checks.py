"""What only the whole scenario can tell: names that must exist, shares that must sum to 1, effects that leave a range."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath

import numpy as np

from cxsim.scenario.channels import problems_of_channels
from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.evidence import problems_of_sources
from cxsim.scenario.messages import nearest
from cxsim.scenario.reactions import problems_of_reactions
from cxsim.scenario.register import parameter_names, stage_parameters
from cxsim.scenario.schedule import MOST_BYTES, MOST_CELLS, Schedule, build_schedule
from cxsim.scenario.schema import Channel, Intervention, LinkKind, Scenario, Segment
from cxsim.scenario.stages.need import MONTHS
from cxsim.scenario.toml_lines import Path, is_file

Where = Callable[[Path], str]

MOST_SEGMENTS = 255  # a segment's number is kept in a byte

# One desk and one budget serve everybody, so these cannot differ between customers of a brand.
SHARED_BY_ALL = (
    "support.capacity", "support.agents", "support.agent_contacts", "support.patience_weeks", "money.agent_wage",
    "money.advertising_weekly",
)  # fmt: skip
# Drawn once when people are made; a change later in the run could not act.
SET_AT_THE_START = (
    "need.at_entry", "need.rate_shape", "need.rate_scale_weeks", "loyalty.leave_a", "loyalty.leave_b",
    "loyalty.hazard_shape", "loyalty.hazard_scale_weeks", "use.taste_sd", "expectation.awareness",
    "purchase.basket_evenness", "purchase.customers_at_start",
)  # fmt: skip


def problems_of_whole(scenario: Scenario, where: Where) -> list[Problem]:
    """Every problem that the shape of single values does not show."""
    problems = [
        *_names(scenario, where),
        *_shares(scenario, where),
        *_files(scenario, where),
        *_months(scenario, where),
    ]
    problems += [*_interventions(scenario, where), *problems_of_sources(scenario, where)]
    problems += [*problems_of_reactions(scenario, where), *problems_of_channels(scenario, where)]
    if problems:
        return problems
    schedule = build_schedule(scenario)
    if schedule.cells.count > MOST_CELLS or schedule.most_bytes() > MOST_BYTES:
        return [_too_many_kinds(schedule, where)]
    for fault in schedule.faults():
        place, name = fault.intervention, schedule.scenario.intervention[fault.intervention].name
        own = place < len(scenario.channel)
        at = ("channel", place) if own else ("intervention", place - len(scenario.channel))
        message = f"{at[0]} {name!r} takes {fault.parameter} to {fault.reached:g}"
        hint = (
            f"Allowed: {fault.low:g} to {fault.high:g}; note that interventions stack (set, then multiply, then add)."
        )
        problems.append(Problem(where((*at, "effect")), fault.parameter, message, hint))
    return problems or _wrong_offers(scenario, schedule, where)


def _wrong_offers(scenario: Scenario, schedule: Schedule, where: Where) -> list[Problem]:
    """What the mechanisms say cannot be meant about an offer, in any week, for who is covered by nothing and by everything."""
    if not scenario.own:
        return []
    problems = []
    terms = schedule.extreme_terms()
    offers, traits = (
        np.concatenate(tables).view(np.recarray)
        for tables in ([each.offers for each in terms], [each.traits for each in terms])
    )
    for own in scenario.own:
        asked = own.check()
        for number, name in enumerate(scenario.brand):
            said = next(filter(None, map(asked, offers[:, number], traits[:, number])), "") if asked else ""
            if said:
                place, key = _whose_terms(scenario, name, own.name)
                problems.append(Problem(where(place), key, said))
    return problems


def _whose_terms(scenario: Scenario, brand: str, section: str) -> tuple[Path, str]:
    """Where a brand's terms come from, and its key: its own section, or the intervention that alone says anything of them."""
    if not getattr(scenario.brand[brand], section).model_fields_set:
        for place, item in enumerate(scenario.intervention):
            of_section = any(effect.parameter.startswith(f"{section}.") for effect in item.effect)
            if of_section and (item.brand or scenario.market.focal) == brand:
                return ("intervention", place), f"intervention {item.name!r}: {section}"
    return ("brand", brand, section), f"brand.{brand}.{section}"


def _too_many_kinds(schedule: Schedule, where: Where) -> Problem:
    kinds, weeks = schedule.most_kinds(), len(schedule.strengths)
    reasons = {
        f"{len(schedule.partial)} interventions that cover only a share of people": len(schedule.partial) > 1,
        f"{len(schedule.shares)} segments": len(schedule.shares) > 1,
        f"{len(schedule.rules)} rules by history": len(schedule.rules) > 1,
        f"{weeks} different weeks (ramps and starts)": weeks > 1,
    }
    message = (
        f"there may be {kinds:,} kinds of people in {weeks} different weeks, whose terms take "
        f"{schedule.most_bytes() / MOST_BYTES:.1f} GB; at most 1 GB is possible"
    )
    hint = f"They come of {', '.join(why for why, counts in reasons.items() if counts)}; have fewer of these."
    return Problem(where(("intervention",)), "intervention", message, hint)


def _names(scenario: Scenario, where: Where) -> list[Problem]:
    problems = []
    if scenario.market.focal not in scenario.brand:
        hint = f"Brands here: {', '.join(scenario.brand)}."
        message = f"given {scenario.market.focal!r}; there is no such brand"
        problems.append(Problem(where(("market", "focal")), "market.focal", message, hint))
    known = set(parameter_names(scenario)) if scenario.evidence else set()
    for key in scenario.evidence:
        if key not in known:
            problems.append(
                Problem(where(("evidence", key)), f"evidence.{key}", "there is no such parameter", nearest(key, known))
            )
    return problems


def _shares(scenario: Scenario, where: Where) -> list[Problem]:
    total = math.fsum(segment.share for segment in scenario.segment.values())
    if scenario.segment and abs(total - 1.0) > 1e-9:
        message = f"the shares of the segments sum to {total:g}; they must sum to 1"
        last = next(reversed(scenario.segment))  # one that a plan adds to its market's stands there
        return [Problem(where(("segment", last, "share")), "segment.*.share", message)]
    if len(scenario.segment) > MOST_SEGMENTS:
        message = f"there are {len(scenario.segment)} segments; at most {MOST_SEGMENTS} are possible"
        return [Problem(where(("segment", next(iter(scenario.segment)))), "segment", message)]
    taken = math.fsum(offer.purchase.customers_at_start for offer in scenario.brand.values())
    if taken > 1.0 + 1e-9:
        brand = next(name for name, offer in scenario.brand.items() if offer.purchase.customers_at_start > 0.0)
        message = f"the shares of people who are customers of a brand at the start sum to {taken:g}"
        hint = "Everybody is a customer of one brand at most: they may sum to 1."
        key = ("brand", brand, "purchase", "customers_at_start")
        return [Problem(where(key), "brand.*.purchase.customers_at_start", message, hint)]
    return []


def _files(scenario: Scenario, where: Where) -> list[Problem]:
    links = scenario.market.links
    path = ("market", "links", "edges")
    if links.kind == LinkKind.file and not links.edges:
        return [Problem(where(path[:2]), "market.links.edges", "is required when kind = 'file'")]
    if links.edges and not is_file(FilePath(links.edges)):
        return [Problem(where(path), "market.links.edges", f"there is no file {links.edges}")]
    return []


def _months(scenario: Scenario, where: Where) -> list[Problem]:
    """Months are those of a calendar."""
    if scenario.market.start:
        return []
    holders: dict[Path, Scenario | Segment] = {(): scenario}
    holders |= {("segment", name): segment for name, segment in scenario.segment.items()}
    message = "takes twelve factors, one a month, only where it is known which day week 0 begins"
    hint = "Say it: market.start = 2027-01-04. Or give fifty-two factors, one a week from week 0 on."
    return [
        Problem(where((*at, "need", "season")), ".".join([*map(str, at), "need.season"]), message, hint)
        for at, holder in holders.items()
        if len(holder.need.season) == MONTHS
    ]


def _interventions(scenario: Scenario, where: Where) -> list[Problem]:
    problems = []
    names: set[str] = set()
    for place, item in enumerate(scenario.intervention):
        at: Path = ("intervention", place)
        if item.name in names:
            problems.append(Problem(where((*at, "name")), "intervention.name", f"{item.name!r} is used twice"))
        names.add(item.name)
        if item.brand and item.brand not in scenario.brand:
            hint = nearest(item.brand, scenario.brand) or f"Brands here: {', '.join(scenario.brand)}."
            problems.append(
                Problem(where((*at, "brand")), "intervention.brand", f"there is no brand {item.brand!r}", hint)
            )
        if item.segment and item.segment not in scenario.segment:
            hint = nearest(item.segment, scenario.segment) or f"Segments here: {', '.join(scenario.segment) or 'none'}."
            problems.append(
                Problem(where((*at, "segment")), "intervention.segment", f"there is no segment {item.segment!r}", hint)
            )
        if item.end_week < item.start_week:
            message = (
                f"{item.name!r} ends (end_week {item.end_week:g}) before it starts (start_week {item.start_week:g})"
            )
            problems.append(Problem(where((*at, "end_week")), "intervention.end_week", message))
    return problems + _effects(scenario, where)


def _effects(scenario: Scenario, where: Where) -> list[Problem]:
    """Effects of interventions and channels on what is not there, or cannot differ so."""
    problems = []
    firm_and_people = {*_stage_parameters(scenario)}
    listed: list[tuple[str, Sequence[Intervention | Channel]]] = [
        ("intervention", scenario.intervention), ("channel", scenario.channel)
    ]  # fmt: skip
    for kind, place, item in ((kind, place, item) for kind, items in listed for place, item in enumerate(items)):
        of_some = isinstance(item, Channel) or item.coverage < 1.0 or item.segment or item.when is not None
        for number, effect in enumerate(item.effect):
            spot = where((kind, place, "effect", number, "parameter"))
            key = f"{kind} {item.name!r}: {effect.parameter}"
            if effect.parameter not in firm_and_people:
                hint = nearest(effect.parameter, firm_and_people)
                problems.append(Problem(spot, key, "there is no such stage parameter", hint))
            elif effect.parameter in SHARED_BY_ALL and of_some:
                problems.append(Problem(spot, key, "is shared by all customers, so it cannot cover only some of them"))
            elif effect.parameter in SET_AT_THE_START:
                hint = "Change it in the plan's own sections (or with --set) instead."
                problems.append(Problem(spot, key, f"is drawn once at the start, so no {kind} can move it", hint))
    return problems


def _stage_parameters(scenario: Scenario) -> list[str]:
    parameters = stage_parameters(type(scenario))
    return [f"{stage}.{name}" for stage, name, _, field in parameters if _is_number(field.annotation)]


def _is_number(kind: object) -> bool:
    return kind in (float, int)


def same_market(base: Scenario, plan: Scenario, name: str) -> None:
    """Pairs of whole lives need the same people and brands."""
    same_people(base, plan, name)
    if base.brands != plan.brands:
        message = f"are {plan.brands} in the plan and {base.brands} in the base; a comparison needs the same"
        raise ScenarioError([Problem(name, "brands", message)])


def same_people(base: Scenario, plan: Scenario, name: str) -> None:
    """Pairs of figures need the same people over the same weeks, and one brand to look at."""
    for key in ("people", "horizon_weeks", "start", "focal", "currency", "discount_rate_annual"):
        ours, theirs = getattr(base.market, key), getattr(plan.market, key)
        if ours != theirs:
            message = f"is {theirs!r} in the plan and {ours!r} in the base; a comparison needs the same"
            raise ScenarioError([Problem(name, f"market.{key}", message)])
