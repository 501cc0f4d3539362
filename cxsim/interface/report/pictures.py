"""Pictures inside the page: plain SVG whose text is text, with the same bytes for the same results."""

import io
from collections.abc import Callable
from typing import cast
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.runs import Runs
from cxsim.interface.charts.flow_layout import flow_layout, streams_of
from cxsim.interface.charts.flow_svg import flow_svg
from cxsim.interface.charts.look import without_caption

WIDE, NARROW = 720.0, 340.0  # of the flow, on a page and on a phone
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"


def flow_picture(source: Runs | Comparison, plan: str | None = None, width: float = WIDE) -> Markup:
    """The flow; of a comparison the base above the plan."""
    return Markup(flow_svg(flow_layout(streams_of(source, plan), width)))


class Pictures:
    """Draws charts for one page; every id in them is the page's only one."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(
        self,
        chart: Callable[..., Axes],
        described: str,
        width: float | None = 5.4,
        height: float = 3.4,
        captioned: bool = True,
    ) -> Markup:
        """What `chart` draws on the `ax=` it is given, as an `<svg>` that fills the width it is given.

        Args:
            chart: takes `ax=` and draws on it.
            described: what is to be seen, for those who cannot see it.
            width: in inches; text is 11 points high. None: the chart makes a figure as large as it needs.
            height: in inches.
            captioned: whether the chart's own caption stays; the page says it where it does not.
        """
        import matplotlib.pyplot as plt

        self._count += 1
        written = io.StringIO()
        with plt.rc_context(
            {"svg.fonttype": "none", "svg.hashsalt": "cxsim", "font.size": 11.0, "axes.titlesize": 11.0}
        ):
            ax = plt.subplots(figsize=(width, height), layout="constrained")[1] if width else None
            figure = cast(Figure, chart(ax=ax).figure)
            if not captioned:
                without_caption(figure)
            try:
                figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
            finally:
                plt.close(figure)
        return Markup(_inline(written.getvalue(), f"p{self._count}-", described))


def _inline(svg: str, mark: str, described: str) -> str:
    """An SVG file as an element of a page: its ids marked, its size left to the page."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, mark + value)
            elif name in (_XLINK, "href") and value.startswith("#"):
                del element.attrib[name]
                element.set("href", f"#{mark}{value[1:]}")
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{mark}"))
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", described)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    return ElementTree.tostring(root, encoding="unicode")
