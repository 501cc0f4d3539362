"""Charts of named rows whose numbers stand in a column beside the bars."""

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes

from cxsim.analysis.phrases import typeset
from cxsim.interface.charts.look import INK, NEUTRAL, smallest, text_size, written

LABEL_WIDTH: Final = 16  # letters of a row's name, then a line breaks
_LETTER, _BOLD = 0.62, 0.7  # mean width of a letter of numbers, in its size


def room_beside(ax: Axes, texts: Sequence[tuple[str, str]]) -> None:
    """Keep room right of the bars for a column of these; call it when the limits are final, before `beside`."""
    low, high = ax.get_xlim()
    wide = ax.get_window_extent().width * 72.0 / ax.figure.dpi
    strong = max(len(text) for text, _ in texts) * _BOLD * text_size("small")
    soft = max(len(text) for _, text in texts) * _LETTER * smallest()
    share = min(0.7, (max(strong, soft) + text_size()) / wide)
    ax.set_xlim(low, low + (high - low) / (1.0 - share))


def beside(ax: Axes, place: float, strong: str, soft: str, bold: bool = False) -> None:
    """A row's number, and below it its interval, right-aligned beside the bars."""
    ax.annotate(
        typeset(strong), (1.0, place), xycoords=("axes fraction", "data"), ha="right", va="bottom" if soft else "center",
        fontsize="small", color=INK, fontweight="bold" if bold else "normal",
    )  # fmt: skip
    if soft:
        ax.annotate(
            typeset(soft), (1.0, place), xycoords=("axes fraction", "data"), xytext=(0.0, -0.1), textcoords="offset fontsize",
            ha="right", va="top", fontsize=smallest(), color=written(NEUTRAL),
        )  # fmt: skip
