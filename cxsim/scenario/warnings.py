"""What is allowed in a scenario, and yet hardly meant."""

from collections.abc import Iterable, Iterator
from typing import Final

from cxsim.scenario.effects import brand_of
from cxsim.scenario.history import History
from cxsim.scenario.likeness import same_for_everybody
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.schema import Effect, Intervention, Scenario
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.need import NextNeed
from cxsim.scenario.stages.purchase import MOST_TRIES

LEAST_SEASON: Final = 0.005  # of a year's needs: below, a season is taken for rounded
MOST_UNPAID: Final = 0.10  # of a year's customers, lost by payments alone: above, hardly anybody means it
SAME_WEEK: Final = 1.0  # an announcement and what it announces


def warnings_of(scenario: Scenario, leaving_out: Iterable[Intervention] = ()) -> Iterator[str]:
    """One sentence each on interventions that do less than their author may think.

    Args:
        scenario: as loaded.
        leaving_out: interventions of which nothing is said, those of a base for instance.
    """
    known = list(leaving_out)
    for place, item in enumerate(scenario.intervention):
        if item not in known:
            yield from _of_intervention(scenario, place, item)
            yield from _of_whom_it_means(scenario, item)
            yield from _of_announcement(scenario, item)


def cannot_act(scenario: Scenario, place: int) -> str:
    """Why an intervention, by its place in a scenario, does nothing or less than it says there; empty if nothing speaks for that."""
    item = scenario.intervention[place]
    return next(iter((*_of_intervention(scenario, place, item), *_of_whom_it_means(scenario, item))), "")


def season_of_no_year(scenario: Scenario) -> Iterator[str]:
    """One sentence on each season that changes how much is needed in a year, not only when."""
    for name, (_, traits) in scenario.segments().items():
        season = traits.need.season
        mean = sum(season) / len(season) if season else 1.0
        if abs(mean - 1.0) >= LEAST_SEASON:
            whose = f" of {name}" if scenario.segment else ""
            much = f"{abs(mean - 1.0):.0%} {'more' if mean > 1.0 else 'less'}"
            yield f"the season{whose} has a mean of {mean:.3g}, so a year brings {much} needs than without it"


def lost_at_renewal(scenario: Scenario) -> Iterator[str]:
    """One sentence if the payments of contracts that renew themselves fail so often that customers are lost by it alone."""
    lost: dict[str, tuple[float, str]] = {}  # whose customers: how many, and the key to set
    for name, key, ease in _ways_to_pay(scenario):
        shares = (share_lost_a_year(ease, traits) for _, traits in scenario.segments().values())
        if (most := max(shares)) > MOST_UNPAID:
            lost[name] = most, key
    if lost:
        whom = " and ".join(f"{share:.0%} of the customers of {name}" for name, (share, _) in lost.items())
        keys = ", ".join(key for _, key in lost.values())
        yield (
            f"each renewal of a contract goes through checkout, and payments that fail in the end alone lose {whom} within a year "
            f"(they choose anew a period later, and may come back); set {keys} (a payment goes through at once) and purchase.retry "
            "(it is tried again) as yours do"
        )


def _ways_to_pay(scenario: Scenario) -> Iterator[tuple[str, str, float]]:
    """Each brand, and each channel in which paying is another thing: its name, key and ease."""
    for name, offer in scenario.brand.items():
        yield name, f"brand.{name}.purchase.ease", offer.purchase.ease
    for each in scenario.channel:
        brand = each.brand or scenario.market.focal
        sizes = {operation: size for operation, size in map(_size_of_ease, each.effect) if operation}
        if sizes:
            usual = scenario.brand[brand].purchase.ease
            ease = sizes.get("set", usual) * sizes.get("multiply", 1.0) + sizes.get("add", 0.0)
            yield f"{brand} in {each.name!r}", f"[[channel]] {each.name!r} purchase.ease", ease


def _size_of_ease(effect: Effect) -> tuple[str, float]:
    """What an effect does to the ease of paying: "add" and 0.05; "" if nothing."""
    return effect.at("typical") if effect.parameter == "purchase.ease" else ("", 0.0)


def share_lost_a_year(ease: float, traits: Traits) -> float:
    """The share of customers whose contract ends within a year because a renewal that was due was never paid.

    Args:
        ease: chance that an attempt to pay completes.
        traits: of the customers; 0 is lost of those without contracts.
    """
    if traits.need.kind != NextNeed.contract:
        return 0.0
    again = (1.0 - ease) * traits.purchase.retry  # an attempt fails, and another one is made
    paid = ease * (1.0 - again**MOST_TRIES) / (1.0 - again)
    return 1.0 - float(paid ** (WEEKS_PER_YEAR / traits.need.period_weeks))


def who_left_is_unknown(scenario: Scenario, item: Intervention) -> str:
    """Why a rule by history asks what no firm knows; empty if it does not."""
    if item.when is None or History.customer not in item.when.conditions():
        return ""
    meant = [traits for name, (_, traits) in scenario.segments().items() if item.segment in ("", name)]
    kind = next((traits.need.kind for traits in meant if traits.need.kind != NextNeed.contract), None)
    if kind is None:
        return ""
    return (
        f"intervention {item.name!r} asks who is a customer, but without contracts (need.kind is {NextNeed(kind).name!r}) nobody "
        'tells a firm that they left; ask for weeks_since_purchase instead, as in {weeks_since_purchase = "> 26"}'
    )


def _of_whom_it_means(scenario: Scenario, item: Intervention) -> Iterator[str]:
    if unknown := who_left_is_unknown(scenario, item):
        yield unknown
    outreach = any(effect.parameter == "need.reach_annual" for effect in item.effect)
    if (
        outreach
        and _means_former_buyers(item)
        and all(traits.loyalty.rejoin == 0.0 for _, traits in scenario.segments().values())
    ):
        yield (
            f"intervention {item.name!r} writes to people outside the market, and here nobody who gave the category up ever comes "
            "back (loyalty.rejoin is 0); it reaches those alone who looked and bought nothing"
        )


def _means_former_buyers(item: Intervention) -> bool:
    """Whether it asks for what holds of nobody who never bought."""
    asked = {} if item.when is None else item.when.conditions()
    bought = any(not each.holds(0.0) for each in asked.get(History.purchases, []))
    return bought or History.weeks_since_purchase in asked


def _of_announcement(scenario: Scenario, item: Intervention) -> Iterator[str]:
    """What is announced should come."""
    announces = any(effect.parameter == "purchase.announced_change" for effect in item.effect)
    follows = any(
        abs(other.start_week - item.ends) <= SAME_WEEK and brand_of(scenario, other) == brand_of(scenario, item)
        for other in scenario.intervention
        if any(effect.parameter == "purchase.price" for effect in other.effect)
    )
    if announces and not follows and item.ends < scenario.market.horizon_weeks:
        yield (
            f"intervention {item.name!r} announces a price until week {item.ends:g}, and no intervention changes purchase.price "
            "then: people leave for what never comes (price-rise, from that week on)"
        )


def _of_intervention(scenario: Scenario, place: int, item: Intervention) -> Iterator[str]:
    weeks = scenario.market.horizon_weeks
    strength = max(item.strength(week) for week in range(weeks))
    desk = scenario.brand[item.brand or scenario.market.focal].support
    acts_on = {effect.parameter for effect in item.effect}
    if item.coverage == 0.0:
        yield f"intervention {item.name!r} reaches nobody: its coverage is 0"
    elif strength == 0.0:
        yield f"intervention {item.name!r} never works in the {weeks} weeks of this market"
    elif _moves_nothing(scenario, place):
        stay = "stays as it is" if len(acts_on) == 1 else "stay as they are"
        desk_is = "; here support.capacity says what the desk can handle" if acts_on == {"support.agents"} else ""
        yield f"intervention {item.name!r} cannot act here: {', '.join(sorted(acts_on))} {stay} without it{desk_is}"
    elif strength < 1.0:
        yield f"intervention {item.name!r} never comes to its full strength, but to {strength:.0%} of it at most"
    if desk.agents > 0.0 and "support.capacity" in acts_on:
        yield f"intervention {item.name!r} sets support.capacity, but here support.agents say what the desk can handle"


def _moves_nothing(scenario: Scenario, place: int) -> bool:
    """Whether every value that people meet is the same without the effects of an intervention."""
    idle = [Effect(parameter=effect.parameter, add=0.0) for effect in scenario.intervention[place].effect]
    items = list(scenario.intervention)
    items[place] = items[place].model_copy(update={"effect": idle})
    acting, still = (build_schedule(each) for each in (scenario, scenario.model_copy(update={"intervention": items})))
    return all(same_for_everybody(acting, still, (period, period)) for period in range(len(acting.strengths)))
