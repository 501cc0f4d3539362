"""One visual language: a colour for each meaning, words dark enough to read, and sizes for paper and projector.

Green is a loop, and what is better for the brand; orange is a line, and what is worse; blue is the first cycle; purple is
a referral. Of base and plan ink is the plan and grey the base it is held against; grey is also what is undecided. Where
real figures stand beside simulated ones, ink is real and blue is simulated.
Blue, green and vermilion are Okabe and Ito's, who chose them for colour-blind eyes.
"""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation
from numpy.typing import NDArray

from cxsim.analysis import phrases

FIRST_CYCLE: Final = "#0072B2"  # blue
LOOP: Final = "#009E73"  # green
LINE: Final = "#D55E00"  # vermilion
REFERRAL: Final = "#7A2E7A"  # purple
NEUTRAL: Final = "#8791A5"  # a bluish grey: pure grey and green are alike to many colour-blind eyes
PALE: Final = "#DFE3E8"
INK: Final = "#1B2430"
PLAN: Final = INK
BASE: Final = NEUTRAL
REAL: Final = INK
SIMULATED: Final = FIRST_CYCLE
COLOURS: Final = {
    "first_cycle": FIRST_CYCLE,
    "loop": LOOP,
    "line": LINE,
    "referral": REFERRAL,
    "ink": INK,
    "neutral": NEUTRAL,
}

_WRITTEN: Final = {LOOP: "#007A59", LINE: "#B34E00", NEUTRAL: "#5F6670"}
LETTER: Final = 0.56  # mean width of a letter of DejaVu Sans, in its size; a bold one is wider
_BOLD_LETTER: Final = 0.66
_CAPTION: Final = "caption"


class Medium(NamedTuple):
    """What a picture is made for: its width and, if that is given too, its height in inches, text in points, dots per inch."""

    width: float
    height: float | None
    text: float
    dpi: float


MEDIA: Final = {
    "report": Medium(16.0 / 2.54, None, 9.0, 200.0),  # across a page of A4
    "projector": Medium(16.0, 9.0, 22.0, 120.0),  # 1920 x 1080; the smallest words are 18 points
}
_medium: ContextVar[Medium | None] = ContextVar("medium", default=None)


@contextmanager
def made_for(medium: Literal["report", "projector"]) -> Iterator[None]:
    """Charts drawn within are as large, and their words as tall, as the medium wants them.

    Example:
        with made_for("projector"):
            save(charts.flow(comparison), Path("flow.png"))
    """
    chosen = MEDIA[medium]
    token = _medium.set(chosen)
    with mpl.rc_context(
        {
            "font.size": chosen.text,
            "savefig.dpi": chosen.dpi,
            "lines.linewidth": 0.15 * chosen.text,
            "lines.markersize": 0.6 * chosen.text,
            "axes.linewidth": 0.08 * chosen.text,
            "axes.titlepad": 0.8 * chosen.text,
        }
    ):
        try:
            yield
        finally:
            _medium.reset(token)


def written(colour: str) -> str:
    """The same colour for words: dark enough to read on white (4.5 to 1)."""
    return _WRITTEN.get(colour, colour)


def new_axes(width: float = 8.0, height: float = 4.5) -> Axes:
    """An axes on a figure of its own: as large as the medium wants it, else so many inches."""
    import matplotlib.pyplot as plt

    medium = _medium.get()
    if medium:
        width, height = medium.width, medium.height or height * medium.width / width
    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def save(ax: Axes, file: Path) -> None:
    """Write the picture an axes is on, and forget it; the same picture gives the same bytes."""
    import matplotlib.pyplot as plt

    figure = cast(Figure, ax.figure)
    bytes_stay = {".svg": {"Date": None}, ".png": {"Software": None}}
    with mpl.rc_context({"svg.hashsalt": "cxsim", "svg.fonttype": "none"}):
        dpi = mpl.rcParams["savefig.dpi"] if _medium.get() else 150
        figure.savefig(file, dpi=dpi, metadata=bytes_stay.get(file.suffix))
    plt.close(figure)


def title(ax: Axes, text: str) -> None:
    """What is seen, above the axes."""
    ax.set_title(_wrapped(ax, text, "large", _BOLD_LETTER), loc="left", fontweight="bold", color=INK)


def caption(ax: Axes, text: str) -> None:
    """What the numbers are (of how many, which interval), below everything else; call it when the axis has its words."""
    size_of(ax)
    axis = ax.xaxis.get_tightbbox()
    below = 0.0 if axis is None else max(0.0, ax.bbox.y0 - axis.y0) * 72.0 / ax.figure.dpi
    ax.annotate(
        _wrapped(ax, text, "small", LETTER), (0.0, 0.0), xycoords="axes fraction", xytext=(0.0, -below - 0.5 * text_size()),
        textcoords="offset points", va="top", fontsize="small", color=written(NEUTRAL), label=_CAPTION,
    )  # fmt: skip


def without_caption(figure: Figure) -> None:
    """Take the captions of a figure away, for a page that says the same in its own words."""
    for text in figure.findobj(Annotation):
        if text.get_label() == _CAPTION:
            text.remove()


def _wrapped(ax: Axes, text: str, size: str, letter: float) -> str:
    """Text in lines no wider than the axes."""
    width = ax.bbox.width * 72.0 / ax.figure.dpi
    return "\n".join(textwrap.wrap(text, max(16, int(width / (letter * text_size(size))))))


def size_of(ax: Axes) -> NDArray[np.float64]:
    """Width and height of an axes in points, (2,), after its figure has been laid out with what is in it by now."""
    figure = ax.figure.figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    return np.asarray(ax.bbox.size, float) * (72.0 / figure.dpi)


def text_size(size: str = "medium") -> float:
    """What "medium", "small" ... is in points."""
    return float(FontProperties(size=size).get_size_in_points())


def smallest() -> float:
    """The size of the smallest words, in points: larger on a page of A4 and on a projector, which show a chart small or far away."""
    return text_size("small" if _medium.get() else "x-small")


def shown(name: str, most: int = 60) -> str:
    """A scenario's name as a chart can show it: not too long, and a dollar sign is a dollar sign, not mathematics."""
    short = name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
    return short.replace("$", r"\$")


def sentence(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def thick(times: float) -> float:
    """A line so many times as wide as the medium's usual one, in points."""
    return times * float(mpl.rcParams["lines.linewidth"])


def mean_of(count: int, unit: str) -> str:
    """What the numbers of a chart are: "mean of 20 replications", or "one replication"."""
    return f"mean of {count:,} {unit}s" if count > 1 else f"one {unit}"


def signed(value: float) -> str:
    """A change in whole numbers, with its sign."""
    return phrases.typeset(phrases.signed(value))


def open_box(ax: Axes) -> None:
    """Leave of the box only the two axes."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def bare(ax: Axes) -> None:
    """Take the box away."""
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
