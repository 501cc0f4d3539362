"""The flow as plain SVG: small, sharp at every size, printable, and readable by a screen reader."""

import zlib
from collections.abc import Mapping
from html import escape

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.phrases import whole
from cxsim.interface.charts.flow_layout import Label, Layout, Shape, Stream
from cxsim.interface.charts.flow_sheet import TEXT
from cxsim.interface.charts.look import COLOURS, written
from cxsim.interface.charts.outline import Point
from cxsim.interface.charts.words import FLOW_WORDS


def flow_svg(layout: Layout, words: Mapping[str, str] = FLOW_WORDS) -> str:
    """The picture as an `<svg>` element that fills the width it is given.

    Colours are attributes, each element also carries its meaning as a class (`first_cycle`, `loop`, `line`, `ink`,
    `neutral`), so that a page's style sheet can change them, for a dark room say. Names and words are escaped. The
    same layout and words give the same bytes.

    Args:
        layout: from `flow_layout`.
        words: what to write, the keys of `FLOW_WORDS`.
    """
    body = "".join(
        [*(_shape(shape, words) for shape in layout.shapes), *(_label(label, words) for label in layout.labels)]
    )
    description = " ".join(_told(stream, words) for stream in layout.streams)
    mark = f"flow{zlib.crc32((body + description).encode()):08x}"  # an id that no other picture of the page has
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 {_n(layout.width)} {_n(layout.height)}" '
        f'role="img" aria-labelledby="{mark}-title {mark}-desc" font-family="DejaVu Sans, Verdana, sans-serif" '
        f'font-size="{_n(TEXT)}"><title id="{mark}-title">{escape(words["title"])}</title>'
        f'<desc id="{mark}-desc">{escape(description)}</desc>{body}</svg>'
    )


def _shape(shape: Shape, words: Mapping[str, str]) -> str:
    start, *curves = (_point(point) for point in shape.outline)
    opacity = "" if shape.opacity == 1.0 else f' fill-opacity="{shape.opacity:g}"'
    return (
        f'<path class="{shape.meaning}" fill="{COLOURS[shape.meaning]}"{opacity} d="M{start}C{" ".join(curves)}Z">'
        f"<title>{escape(_amount(shape.key, shape.amount, words))}</title></path>"
    )


def _label(label: Label, words: Mapping[str, str]) -> str:
    strong = ' font-weight="bold"' if label.strong else ""
    return (
        f'<text class="{label.meaning}" fill="{written(COLOURS[label.meaning])}" x="{_n(label.x)}" y="{_n(label.y)}" '
        f'dominant-baseline="central"{strong}>{escape(label.said(words))}</text>'
    )


def _told(stream: Stream, words: Mapping[str, str]) -> str:
    """All amounts of a flow in a sentence, for those who cannot see it."""
    amounts = [_amount(key, amount, words) for key, amount in stream.amounts.items() if amount.mean > 0.0]
    return f"{stream.name}: {'; '.join(amounts)}."


def _amount(key: str, amount: Estimate, words: Mapping[str, str]) -> str:
    said = f"{whole(amount.mean)} {words[key][0].lower()}{words[key][1:]}"
    known = amount.low == amount.low
    return f"{said} ({whole(amount.low)} {words['to']} {whole(amount.high)})" if known else said


def _point(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(value: float) -> str:
    """A length in a tenth of a unit, as short as it can be written."""
    return f"{value:z.1f}".removesuffix(".0")
