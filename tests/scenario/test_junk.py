"""Protects whoever writes anything at all: junk is read or refused with a place, and nothing else ever happens.

Examples are drawn the same every time. Nothing here is statistical.
"""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from markets import as_toml_value, scenario_from

from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.register import all_entries

PLAN = '[[intervention]]\nname = "a plan"\n'
KEYS = [f"brand.focal.{key}" for key in all_entries()] + list(all_entries()) + [
    "market.focal", "market.currency", "market.entry_counts", "market.links.edges", "market.links", "market", "brand",
    "brand.focal", "segment", "segment.a", "segment.a.share", "intervention", "evidence", "extends", "name", "reference",
    "reference.weekly_repeat_purchases", "need", "use", "loyalty.departure",
]  # fmt: skip
PLAIN = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(width=64),
    st.text(max_size=12),
    st.sampled_from(["x" * 300, "a\0b", "..", "/"]),
)
JUNK = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["low", "use", "a", "focal", "name"]), inner, max_size=3), max_leaves=5
)  # fmt: skip


def in_toml(value):
    """Like as_toml_value, with any text escaped."""
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {in_toml(item)}" for key, item in value.items()) + "}"
    return as_toml_value(value)


def load_or_refuse(text, *overrides):
    try:
        assert isinstance(scenario_from(text, *overrides), Scenario)
    except ScenarioError as refused:
        assert refused.problems
        assert all(problem.where and problem.key and problem.message for problem in refused.problems)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), JUNK, min_size=1, max_size=3))
def test_junk_values_are_refused_and_nothing_else_happens(values):
    # Keys that reach into one another (market = 3, market.people = 4) are TOML errors: refused all the same.
    load_or_refuse("".join(f"{key} = {in_toml(value)}\n" for key, value in values.items()))


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["name", "use", "brand", "coverage", "start_week", "end_week", "effect", "cost", "level"]),
        JUNK,
        max_size=5,
    )
)
def test_junk_interventions_are_refused_and_nothing_else_happens(values):
    load_or_refuse("[[intervention]]\n" + "".join(f"{key} = {in_toml(value)}\n" for key, value in values.items()))


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(all_entries())),
    st.sampled_from(["set", "add", "multiply"]),
    st.floats(),
    st.floats(0, 60),
    st.floats(0, 60),
)
def test_any_effect_is_taken_or_refused(parameter, operation, size, start, ramp):
    effect = f"{{parameter = {in_toml(parameter)}, {operation} = {size!r}}}"
    load_or_refuse(f"{PLAN}start_week = {start!r}\nramp_weeks = {ramp!r}\neffect = [{effect}]\n")


@settings(max_examples=150)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    load_or_refuse(text)


@settings(max_examples=150)
@given(st.text(max_size=20), st.sampled_from(KEYS), st.text(max_size=8))
def test_any_override_is_taken_or_refused(text, key, value):
    load_or_refuse("", text)
    load_or_refuse("", f"{key}={value}")


def test_a_wall_of_brackets_is_refused():
    load_or_refuse("a = " + "[" * 5000)
