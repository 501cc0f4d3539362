"""One visual language: a colour for each meaning (safe for colour-blind eyes, apart in grey), and the text around."""

from typing import Final

from matplotlib.axes import Axes

FIRST_CYCLE: Final = "#0072B2"  # Okabe & Ito's blue
LOOP: Final = "#009E73"  # green
LINE: Final = "#D55E00"  # vermilion
REFERRAL: Final = "#CC79A7"  # pink
NEUTRAL: Final = "#8A8F98"
PALE: Final = "#DFE3E8"
INK: Final = "#1B2430"

STATUS_COLOUR: Final = {"never": PALE, "new": FIRST_CYCLE, "line": LINE, "loop": LOOP}


def new_axes(width: float = 8.0, height: float = 4.5) -> Axes:
    """An axes on a figure of its own."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def bare(ax: Axes) -> None:
    """Take the box away."""
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)


def say(ax: Axes, title: str, caption: str) -> None:
    """A title that says the result and a caption with n and interval."""
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    ax.text(0.0, -0.02, caption, transform=ax.transAxes, fontsize=8, color=NEUTRAL, va="top", wrap=True)
