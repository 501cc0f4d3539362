"""The flow of people through the stages: lines drop away below where they end, loops return to where they began."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.runs import Runs
from cxsim.interface.charts.flow_layout import Shape, flow_caption, flow_layout, streams_of
from cxsim.interface.charts.flow_sheet import TEXT
from cxsim.interface.charts.look import COLOURS, bare, caption, new_axes, shown, size_of, text_size, title, written
from cxsim.interface.charts.words import FLOW_WORDS


def flow(
    source: Runs | Comparison, plan: str | None = None, words: Mapping[str, str] = FLOW_WORDS, ax: Axes | None = None
) -> Axes:
    """Where everybody's story with the focal brand goes; for a comparison the base above, the plan below.

    Widths are people, means over replications; both flows have the same scale.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        words: what to write, the keys of `FLOW_WORDS`.
        ax: where to draw; a figure of its own when left out.
    """
    streams = streams_of(source, plan)
    ax = ax or new_axes(8.0, 0.4 + 2.9 * len(streams))
    ax.set_xticks([])
    ax.set_yticks([])
    bare(ax)
    title(ax, words["title"])
    caption(ax, flow_caption(source, plan))
    width, height = size_of(ax) / (text_size("small") / TEXT)
    layout = flow_layout(streams, width, height)
    for shape in layout.shapes:
        ax.add_patch(PathPatch(_path(shape), color=COLOURS[shape.meaning], alpha=shape.opacity, linewidth=0))
    for label in layout.labels:
        ax.text(
            label.x, label.y, shown(label.said(words), 80), va="center", fontsize="small",
            color=written(COLOURS[label.meaning]), fontweight="bold" if label.strong else "normal",
        )  # fmt: skip
    ax.set_xlim(0.0, layout.width)
    ax.set_ylim(layout.height, 0.0)
    return ax


def _path(shape: Shape) -> Path:
    return Path(shape.outline, [Path.MOVETO, *[Path.CURVE4] * (len(shape.outline) - 1)])
