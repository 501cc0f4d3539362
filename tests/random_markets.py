"""Hypothesis strategies: any small market, with brands, segments, interventions and links of every kind."""

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from markets import as_toml, scenario_from

from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.checks import SET_AT_THE_START, SHARED_BY_ALL
from cxsim.scenario.parameter import bounds
from cxsim.scenario.register import stage_parameters
from cxsim.scenario.stages import Offer

# A market in which much happens in few weeks; what Hypothesis draws goes on top.
LIVELY = {
    "need.at_entry": True,
    "need.rate_scale_weeks": 3.0,
    "need.spontaneous_annual": 5.0,
    "need.life_scale_weeks": 5.0,
    "need.period_weeks": 3.0,
    "telling.base": 1.0,
    "telling.refer_base": 0.0,
    "telling.review_base": 0.0,
}
# So that a person meets at most some tens of needs in a run.
SLOWEST = {"need.rate_shape": (0.1, 3.0), "need.rate_scale_weeks": (1.0, 30.0), "need.period_weeks": (0.5, 30.0)}

_PARAMETERS = {f"{stage}.{name}": (side, field) for stage, name, side, field in stage_parameters()}
TRAITS = [key for key, (side, _) in _PARAMETERS.items() if side is not Offer]
AT_START = "purchase.customers_at_start"  # which brands share, so that it is drawn for all of them together
OFFERS = [key for key, (side, _) in _PARAMETERS.items() if side is Offer and key != AT_START]
RULES = (
    {"purchases": ">= 2"}, {"purchases": "< 2"}, {"customer": True}, {"weeks_since_purchase": "> 2"}, {"spend": "> 50"},
    {"last_score": "<= 6", "complained": False},
)  # fmt: skip
NUMBERS = [key for key, (_, field) in _PARAMETERS.items() if field.annotation in (int, float)]


def value_inside(key: str, place: float) -> Any:
    """A value of a parameter within its range and not wildly far from its default; `place` is 0 to 1."""
    field = _PARAMETERS[key][1]
    if field.annotation is bool:
        return place < 0.5
    if isinstance(field.default, tuple):  # a season: one that differs from week to week
        return [0.5 * ((week * 7) % 5) + place for week in range(52)]
    if field.annotation not in (int, float):
        words = [member.name for member in type(field.default)]
        return words[min(int(place * len(words)), len(words) - 1)]
    low, high = bounds(field)
    default = float(field.default)
    span = max(1.0, 3.0 * abs(default)) if math.isfinite(default) else 30.0
    low = max(low, min(default, 3.0) - span)
    high = min(high, (default if math.isfinite(default) else low) + span)
    low, high = SLOWEST.get(key, (low, high))
    value = low + place * (high - low)
    return round(value) if field.annotation is int else value


def values(keys: list[str], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Up to `most` of the parameters, with values."""
    places = st.dictionaries(st.sampled_from(keys), st.floats(0.0, 1.0), max_size=most)
    return places.map(lambda chosen: {key: value_inside(key, place) for key, place in chosen.items()})


@st.composite
def interventions(draw: st.DrawFn, number: int, brands: list[str], segments: list[str]) -> dict[str, Any]:
    """An intervention that leaves its parameter in its range: it sets it."""
    coverage = draw(st.sampled_from([1.0, 0.5, 0.0]))
    segment = draw(st.sampled_from(["", *segments]))
    when = draw(st.sampled_from([None, None, *RULES]))
    shared = SHARED_BY_ALL if coverage < 1.0 or segment or when else ()
    movable = [key for key in NUMBERS if key not in (*SET_AT_THE_START, *shared)]
    start = draw(st.integers(0, 6))
    return {
        "name": f"plan {number}",
        "brand": draw(st.sampled_from(["", *brands])),
        "segment": segment,
        "coverage": coverage,
        "start_week": start,
        "ramp_weeks": draw(st.integers(0, 3)),
        "end_week": start + draw(st.integers(1, 10)),
        "decay_weeks": draw(st.integers(0, 3)),
        "cost": {"per_use": draw(st.sampled_from([0.0, 1.5]))},
        **({"when": when} if when else {}),
        "effect": [
            {"parameter": key, "set": value} for key, value in draw(values(movable, 2).filter(bool)).items()
        ],
    }  # fmt: skip


@st.composite
def scenarios(
    draw: st.DrawFn, links: tuple[str, ...] = ("small_world", "scale_free", "communities", "complete", "file")
):
    """Any small scenario."""
    people = draw(st.integers(1, 40))
    kind = draw(st.sampled_from([each for each in links if people > 1 or each != "file"]))  # a list of links holds one
    brands = ["focal", "rival", "third"][: draw(st.integers(1, 3))]
    segments = ["young", "old"] if draw(st.booleans()) else []
    keys = {
        "market.people": people,
        "market.horizon_weeks": draw(st.integers(1, 14)),
        "market.entry_counts": draw(st.lists(st.integers(0, 5), min_size=1, max_size=3).filter(any)),
        "market.entry_step_weeks": draw(st.sampled_from([0.0, 0.7, 2.0])),
        "market.run_in_weeks": draw(st.sampled_from([0, 0, 1, 6])),
        "market.links.kind": kind,
        "market.links.neighbours": draw(st.sampled_from([2, 4, 7])),
        "market.links.community_size": draw(st.integers(2, 12)),
        **LIVELY,
        "need.kind": draw(st.sampled_from(["repeat", "replacement", "contract"])),
        "loyalty.departure": draw(st.sampled_from(["after_use", "anytime"])),
        **draw(values(TRAITS, 8)),
    }
    for brand in brands:
        own = {"expectation.awareness": 0.8, AT_START: draw(st.sampled_from([0.0, 0.33])), **draw(values(OFFERS, 5))}
        keys |= {f"brand.{brand}.{key}": value for key, value in own.items()}
    for segment, share in zip(segments, (0.3, 0.7), strict=False):
        own = {"share": share, **draw(values(TRAITS, 3))}
        keys |= {f"segment.{segment}.{key}": value for key, value in own.items()}
    plan = [draw(interventions(number, brands, segments)) for number in range(draw(st.integers(0, 3)))]
    text = as_toml({**keys, "intervention": plan} if plan else keys)
    return _loaded(text, kind, people, draw)


def _loaded(text: str, kind: str, people: int, draw: st.DrawFn) -> Scenario:
    if kind != "file":
        return _or_say_what(text)
    person = st.integers(0, people - 1)
    link = st.tuples(person, person).filter(lambda pair: pair[0] != pair[1])
    pairs = draw(st.lists(link, min_size=1, max_size=30))
    folder = Path(tempfile.mkdtemp(prefix="cxsim-test-"))  # read again when a world is made
    np.savetxt(
        folder / "friends.csv", np.array(pairs).reshape(-1, 2), fmt="%d", delimiter=",", header="a,b", comments=""
    )
    return _or_say_what(text + 'market.links.edges = "friends.csv"\n', folder)


def _or_say_what(text: str, folder: Path | None = None) -> Scenario:
    try:
        return scenario_from(text, folder=folder)
    except ScenarioError as error:
        raise AssertionError(f"the strategy wrote a wrong scenario:\n{error}\n{text}") from None
