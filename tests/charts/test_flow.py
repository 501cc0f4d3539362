"""Protects the flow: people are conserved from stage to stage, words stay inside and apart, names are only text."""

from functools import cache
from xml.etree import ElementTree

import numpy as np
import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from cxsim.analysis.compare.intervals import Estimate
from cxsim.interface.charts.flow_layout import STAGES, Stream, flow_caption, flow_layout, streams_of
from cxsim.interface.charts.flow_sheet import TEXT
from cxsim.interface.charts.flow_svg import flow_svg
from cxsim.interface.charts.words import FLOW_WORDS

SVG = "{http://www.w3.org/2000/svg}"
KEYS = (*(f"lines_{stage}" for stage in STAGES), "new", "loops")


def estimated(mean):
    return Estimate(mean, 0.97 * mean, 1.03 * mean)


def stream(people, name="a market", changes=None):
    """A flow of so many people by KEYS."""
    amounts = dict(zip(KEYS, people, strict=True))
    amounts["lines"] = sum(people[: len(STAGES)])
    amounts["considered"] = sum(people)
    return Stream(name, {key: estimated(mean) for key, mean in amounts.items()}, changes or {})


def changed(people):
    after = stream(people, "a plan")
    return Stream("a plan", after.amounts, {key: Estimate(-9.0, -12.0, -6.0) for key in after.amounts})


people = st.lists(st.floats(0.0, 60_000.0), min_size=len(KEYS), max_size=len(KEYS)).filter(
    lambda counts: sum(counts) > 1.0
)


def heights(shape):
    """Height of a band at its beginning."""
    (x, y), *_ = shape.outline
    return max(abs(y - other) for at, other in shape.outline if at == x)


@settings(max_examples=30)
@given(people, st.floats(300.0, 1200.0), st.none() | st.floats(200.0, 900.0))
def test_areas_are_people_on_one_scale_and_stay_inside(counts, width, height):
    layout = flow_layout([stream(counts), changed([count / 2 for count in counts])], width, height)
    scales = []
    for shape in layout.shapes:
        assert all(-0.1 <= x <= layout.width + 0.1 and 0.0 <= y <= layout.height for x, y in points(shape))
        assert shape.outline[0] == shape.outline[-1] and len(shape.outline) % 3 == 1
        if shape.meaning == "line" and shape.amount.mean > 1.0:
            scales.append(heights(shape) / shape.amount.mean)
    assert max(scales, default=1.0) == pytest.approx(min(scales, default=1.0))


@settings(max_examples=30)
@given(people)
def test_nobody_is_lost_between_two_stages(counts):
    layout = flow_layout([stream(counts)])
    between = [heights(shape) for shape in layout.shapes if shape.key == "considered" and shape.opacity < 1.0]
    drops = {shape.key: heights(shape) for shape in layout.shapes if shape.meaning == "line"}
    stages = [stage for stage in STAGES if stage != "loyalty" or counts[KEYS.index("lines_loyalty")] > 0.0]
    assert len(between) == len(stages)
    for place, stage in enumerate(stages[:-1]):
        assert between[place] - between[place + 1] == pytest.approx(drops.get(f"lines_{stage}", 0.0), abs=1e-6)


def points(shape):
    """Points on the curves of an outline."""
    ends, handles = np.array(shape.outline[::3]), np.array(shape.outline)
    first, second = handles[1::3], handles[2::3]
    for t in (0.0, 0.25, 0.5, 0.75):
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        yield from sum(
            weight * corner for weight, corner in zip(weights, (ends[:-1], first, second, ends[1:]), strict=True)
        )


@cache
def width_of(said, strong):
    """How wide letters are in DejaVu Sans."""
    font = FontProperties(weight="bold" if strong else "normal")
    return TextPath((0, 0), said, size=TEXT, prop=font).get_extents().width


def boxes(layout):
    """Every label with the box its letters fill in DejaVu Sans."""
    for label in layout.labels:
        said = label.said(FLOW_WORDS)
        wide = sum(width_of(word, label.strong) + TEXT / 3 for word in said.split(" ")) - TEXT / 3
        yield said, (label.x, label.y - TEXT / 2, label.x + wide, label.y + TEXT / 2)


@settings(max_examples=30)
@given(people, st.sampled_from([300.0, 340.0, 360.0, 560.0, 720.0, 1000.0]))
def test_every_word_is_inside_and_on_no_other(counts, width):
    layout = flow_layout([stream(counts, "A market with quite a long name, " * 4), changed(counts)], width)
    placed = list(boxes(layout))
    for said, (left, top, right, bottom) in placed:
        assert left >= 0.0 and top >= 0.0 and right <= layout.width and bottom <= layout.height, said
    for number, (said, (left, top, right, bottom)) in enumerate(placed):
        for other, (begin, over, end, under) in placed[number + 1 :]:
            apart = right <= begin or end <= left or bottom <= over + 0.5 or under <= top + 0.5
            assert apart, f"{said!r} and {other!r} overlap"


def test_an_empty_market_has_a_flow():
    layout = flow_layout([stream([0.0] * len(KEYS))])
    assert "0" in [label.text for label in layout.labels]
    assert ElementTree.fromstring(flow_svg(layout)).tag == f"{SVG}svg"


def test_a_height_that_is_given_is_kept():
    layout = flow_layout(streams_of(pictures.fixed.comparison()), 800.0, 600.0)
    assert layout.height == pytest.approx(600.0)


def test_names_and_words_are_only_text():
    evil = '<script>alert("&")</script>'
    words = {key: f"{word} <b>&\"'" for key, word in FLOW_WORDS.items()}
    drawn = flow_svg(flow_layout([stream([1.0] * len(KEYS), evil)]), words)
    root = ElementTree.fromstring(drawn)
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "path", "text")
    }
    assert any(element.text == evil for element in root.iter(f"{SVG}text"))
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_a_screen_reader_hears_the_title_and_every_number():
    layout = flow_layout(streams_of(pictures.fixed.comparison()))
    root = ElementTree.fromstring(flow_svg(layout))
    by_id = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    title, description = (by_id[mark] for mark in root.get("aria-labelledby").split())
    assert root.get("role") == "img" and title == FLOW_WORDS["title"]
    for told in layout.streams:
        assert told.name in description
        for amount in told.amounts.values():
            if amount.mean > 0.0:
                assert f"{amount.mean:,.0f} " in description


def test_it_fills_the_width_it_is_given_and_two_pictures_share_no_mark():
    small, large = (flow_svg(flow_layout(streams_of(pictures.fixed.comparison()), width)) for width in (360.0, 720.0))
    marks = [set(ElementTree.fromstring(drawn).get("aria-labelledby").split()) for drawn in (small, large)]
    assert not marks[0] & marks[1]
    root = ElementTree.fromstring(small)
    assert root.get("viewBox").startswith("0 0 360 ") and root.get("width") is None


def test_other_words_are_written():
    german = {**FLOW_WORDS, "purchase": "Kauf", "loops": "Schleifen"}
    assert ">Kauf<" in flow_svg(flow_layout([stream([1.0] * len(KEYS))]), german)


def test_the_caption_says_of_whom_when_how_many_and_how_exact():
    comparison = pictures.fixed.comparison()
    said = flow_caption(comparison)
    amounts = [amount for each in streams_of(comparison) for amount in each.amounts.values()]
    exact = max(amount.high - amount.mean for amount in amounts)
    for part in ("considered focal", "after 40 weeks", "mean of 6 pairs", f"within ±{exact:,.0f}"):
        assert part in said
