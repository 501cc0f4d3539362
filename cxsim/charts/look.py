"""One visual language: a colour for each meaning (safe for colour-blind eyes, apart in grey), and the text around."""

from pathlib import Path
from typing import Final, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

FIRST_CYCLE: Final = "#0072B2"  # Okabe & Ito's blue
LOOP: Final = "#009E73"  # green
LINE: Final = "#D55E00"  # vermilion
NEUTRAL: Final = "#8A8F98"
PALE: Final = "#DFE3E8"
INK: Final = "#1B2430"


def new_axes(width: float = 8.0, height: float = 4.5) -> Axes:
    """An axes on a figure of its own."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def save(ax: Axes, file: Path) -> None:
    """Write the picture an axes is on, and forget it."""
    import matplotlib.pyplot as plt

    figure = cast(Figure, ax.figure)
    figure.savefig(file, dpi=150)
    plt.close(figure)


def shown(name: str, most: int = 60) -> str:
    """A scenario's name as a chart can show it: not too long, and a dollar sign is a dollar sign, not mathematics."""
    short = name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
    return short.replace("$", r"\$")


def mean_of(count: int, unit: str) -> str:
    """What the numbers of a chart are: "mean of 20 replications", or "one replication"."""
    return f"mean of {count:,} {unit}s" if count > 1 else f"one {unit}"


def bare(ax: Axes) -> None:
    """Take the box away."""
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
