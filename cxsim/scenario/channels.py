"""A brand's other channel: what differs there, who would take it, and what cannot be meant about it.

A brand has its usual way, which its stages describe, and at most one `[[channel]]` beside it. What differs there is an
intervention that always works, before any plan's, for those who take it; in the run-in too.
"""

from collections.abc import Callable, Iterator

from cxsim.scenario.errors import Problem
from cxsim.scenario.history import USUAL, When
from cxsim.scenario.messages import nearest
from cxsim.scenario.parameter import Section, parameter
from cxsim.scenario.schema import Channel, Intervention, Scenario
from cxsim.scenario.toml_lines import Path

Where = Callable[[Path], str]
MIGRATION = (
    "That customers change channels, and that what firms do moves them: Ansari, Mela & Neslin (2008), JMR 45(1), 60-76; "
    "when, and how many, is a choice"
)


class ChannelsOffer(Section):
    """Who would take the brand's other channel."""

    share: float = parameter(
        0.0, "Share of people who would take the brand's other channel rather than the usual way, whenever they look at both.",
        "share", 0, 1, "assumed", "Nobody, until a firm says how many.")  # fmt: skip


class ChannelsTraits(Section):
    """When customers look at both ways anew."""

    reconsider: float = parameter(
        0.1, "Chance after an episode to look at both ways anew, when it satisfied as much as loyalty.satisfaction_reference.",
        "probability", 0, 1, "assumed", f"{MIGRATION}.", plausible=(0.02, 0.3))  # fmt: skip
    reconsider_worse: float = parameter(
        3.0, "What an episode worse than that by 1 of satisfaction adds to the logit of looking anew.", "logit",
        0, 50, "assumed", f"{MIGRATION}.", plausible=(0.0, 8.0))  # fmt: skip


def brand_of_channel(scenario: Scenario, channel: Channel) -> str:
    """Whose it is: the focal brand's when left out."""
    return channel.brand or scenario.market.focal


def with_channels(scenario: Scenario) -> Scenario:
    """The scenario in which every channel has become the intervention that it is, before those of plans."""
    if not scenario.channel:
        return scenario
    items = [
        Intervention(
            name=f"{each.name} of {brand_of_channel(scenario, each)}"[:60].rstrip(),
            brand=each.brand,
            when=When(channel=each.name),
            effect=each.effect,
        )
        for each in scenario.channel
    ]
    return scenario.model_copy(update={"intervention": [*items, *scenario.intervention], "channel": []})


def problems_of_channels(scenario: Scenario, where: Where) -> Iterator[Problem]:
    """Channels that nobody can take, brands that are not there or have two, and names that mean something else."""
    seen: dict[str, str] = {}
    for place, each in enumerate(scenario.channel):
        brand, at = brand_of_channel(scenario, each), ("channel", place)
        if not any(own.rule("channel") for own in scenario.own):
            hint = 'Name one: mechanisms = ["channels"].'
            yield Problem(where(at), "channel", f"no mechanism here says who takes {each.name!r}", hint)
        if brand not in scenario.brand:
            hint = nearest(brand, scenario.brand) or f"Brands here: {', '.join(scenario.brand)}."
            yield Problem(where((*at, "brand")), "channel.brand", f"there is no brand {brand!r}", hint)
        if each.name == USUAL:
            hint = "The usual way is what the brand's stages describe; call the other one by its name."
            yield Problem(where((*at, "name")), "channel.name", f"no channel can be called {USUAL!r}", hint)
        if brand in seen:
            both = "is said twice" if each.name == seen[brand] else f"is one beside {seen[brand]!r}"
            hint = "A brand has its usual way, which its stages describe, and one channel beside it; describe the commonest as usual."
            yield Problem(where(at), "channel", f"{each.name!r} of {brand} {both}", hint)
        seen.setdefault(brand, each.name)
    for name, offer in scenario.brand.items():
        own = getattr(offer, "channels", None)
        if isinstance(own, ChannelsOffer) and own.share > 0.0 and name not in seen:
            key = f"brand.{name}.channels.share"
            hint = f'Say what differs there: [[channel]] with name, brand = "{name}" and effect.'
            yield Problem(where(tuple(key.split("."))), key, f"is {own.share:g}, but {name} has no channel", hint)
    yield from _wrong_plans(scenario, seen, where)


def _wrong_plans(scenario: Scenario, channels: dict[str, str], where: Where) -> Iterator[Problem]:
    """Plans that ask for what no mechanism keeps, or mean a channel that the brand has not."""
    for place, item in enumerate(scenario.intervention):
        brand, when = item.brand or scenario.market.focal, item.when or When.model_construct()
        at, key = where(("intervention", place, "when")), f"intervention {item.name!r}: when"
        whose = "" if brand == scenario.market.focal else f', brand = "{brand}"'
        if when.tier is not None and not any(own.rule("tier") for own in scenario.own):
            hint = (
                f'Name one, mechanisms = ["loyalty_programme"], and say what reaches a tier: '
                f"brand.{brand}.loyalty_programme.silver_from, and join, for nobody is in a tier without a card."
            )
            yield Problem(at, f"{key}.tier", f"no mechanism here keeps tiers, so {brand} knows of none", hint)
        if brand not in channels and any(effect.parameter == "channels.share" for effect in item.effect):
            hint = f"Say what differs there: [[channel]] with name{whose} and effect."
            effects = where(("intervention", place, "effect"))
            yield Problem(effects, f"intervention {item.name!r}: channels.share", f"{brand} has no channel", hint)
        there = [USUAL, channels[brand]] if brand in channels else []
        if when.channel is not None and when.channel not in there:
            few = f"First say what differs there: [[channel]] with name{whose} and effect."
            hint = nearest(when.channel, there) or f"Ways of {brand}: {', '.join(there)}." if there else few
            yield Problem(at, f"{key}.channel", f"{brand} has no channel {when.channel!r}", hint)
