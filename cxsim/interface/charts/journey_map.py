"""The journey map: stages across, what is felt as a curve, and beneath it how many pass, what it takes and what it is worth."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.journey_map import JourneyMap, StageOnMap
from cxsim.analysis.phrases import DASH, decimals, percent, short, typeset
from cxsim.interface.charts.look import BASE, INK, LOOP, PLAN, caption, new_axes, shown, thick, title, written

NAMES: Final = {
    "expectation": "Expectation",
    "research": "Research",
    "purchase": "Purchase",
    "use": "Use",
    "support": "Support",
    "loyalty": "Loop or line",
}
PASSES: Final = {
    "research": "find it",
    "purchase": "complete it",
    "use": "nothing fails",
    "support": "are helped",
    "loyalty": "stay",
}
TOP, STEP = -0.2, 0.25  # of the rows beneath the curve, in feeling


def journey_map(found: JourneyMap, ax: Axes | None = None) -> Axes:
    """What people expect and feel from stage to stage, base in grey and plan in ink, with the middle half shaded.

    Beneath: how often somebody comes there and goes on, tries and weeks, the commonest reason for which lines end there, and
    what the base would gain if the stage were perfect. Moments of truth are green: worth most, or not to be told from it.

    Args:
        found: from `cxsim.analysis.journey_map`.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes(12.0, 9.0)
    colours = (BASE, PLAN) if len(found.names) > 1 else (PLAN,)
    for stages, colour, name in zip(found.stages, colours, found.names, strict=True):
        _curve(ax, stages, colour, name)
    moments = found.moments_of_truth
    for row, (label, cells) in enumerate(_rows(found)):
        _row(ax, TOP - STEP * row, label, cells)
    for place, stage in enumerate(found.stages[0]):
        truth = stage.stage in moments
        colour = written(LOOP) if truth else INK
        ax.annotate(NAMES[stage.stage], (place, 1.22), ha="center", va="bottom", fontweight="bold", color=colour)
        if truth:
            ax.axvspan(place - 0.5, place + 0.5, color=LOOP, alpha=0.08, linewidth=0)
            ax.annotate("moment of truth", (place, 1.06), ha="center", va="bottom", fontsize="small", color=colour)
    ax.plot([-0.5, len(found.stages[0]) - 0.5], [0.0, 0.0], color=BASE, linewidth=thick(0.4))
    ax.set_xlim(-1.15, len(found.stages[0]) - 0.45)
    ax.set_ylim(TOP - STEP * len(_rows(found)) + 0.06, 1.4)
    ax.set_axis_off()
    ax.set_xticks([])
    ax.set_yticks([])
    ax.annotate("delighted", (-0.6, 1.0), ha="right", va="center", fontsize="small", color=written(BASE))
    ax.annotate("awful", (-0.6, 0.0), ha="right", va="center", fontsize="small", color=written(BASE))
    if len(found.names) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0.11, 0.52), frameon=False, fontsize="small")
    title(ax, f"The journey with {shown(found.names[0])}")
    _say(ax, found)
    return ax


def _say(ax: Axes, found: JourneyMap) -> None:
    beneath = f"Beneath: {shown(found.names[1])}. " if len(found.names) > 1 else ""
    caption(
        ax,
        f"Expectation up to the purchase, then satisfaction: means, and shaded the middle half. {beneath}{found.replications} replications; "
        "\N{PLUS-MINUS SIGN} half a 95% interval. Worth of a perfect stage to the base, before its cost: all found and clear; checkout, "
        "variant, terms right; nothing late or failing; every contact solved at once.",
    )


def _curve(ax: Axes, stages: list[StageOnMap], colour: str, name: str) -> None:
    places = np.arange(len(stages), dtype=float)
    ax.fill_between(
        places, [each.low_quarter for each in stages], [each.high_quarter for each in stages], color=colour, alpha=0.15,
        linewidth=0,
    )  # fmt: skip
    ax.plot(places, [each.feels.mean for each in stages], "o-", color=colour, label=shown(name))


def _rows(found: JourneyMap) -> list[tuple[str, list[str]]]:
    """Labels and cells beneath the curve; of the plan where there is one, else of the base."""
    base, now = found.stages[0], found.stages[-1]
    return [
        ("come there", [_number(each.comes) for each in now]),
        ("go on", [_passing(each) for each in now]),
        ("take", [_taking(each) for each in now]),
        ("lines\nend for", [_hurting(each) for each in now]),
        (f"perfect:\n{found.currency}", [_worth(found.worth.get(each.stage)) for each in base]),
    ]


def _passing(stage: StageOnMap) -> str:
    return f"{percent(stage.passes.mean)}\n{PASSES[stage.stage]}" if stage.stage in PASSES else DASH


def _taking(stage: StageOnMap) -> str:
    known = [
        f"{short(value.mean)} {unit}"
        for value, unit in ((stage.effort, "tries"), (stage.wait, "weeks"))
        if value.mean > 0.0
    ]
    return "\n".join(known) or DASH


def _hurting(stage: StageOnMap) -> str:
    return f"{stage.pain}\n{_number(stage.pained, between=' ')}" if stage.pain else DASH


def _worth(worth: Estimate | None) -> str:
    return DASH if worth is None else _number(worth, signed=True)


def _number(value: Estimate, signed: bool = False, between: str = "\n") -> str:
    """A mean with half its interval, which is short enough for a cell; the table has both ends."""
    half = value.high - value.mean
    near = f"{between}\N{PLUS-MINUS SIGN}{decimals(0)(half)}" if half > 0.0 else ""
    return f"{decimals(0, signed)(value.mean)}{near}"


def _row(ax: Axes, height: float, label: str, cells: list[str]) -> None:
    ax.annotate(label, (-0.6, height), ha="right", va="center", fontsize="small", color=written(BASE))
    for place, cell in enumerate(cells):
        ax.annotate(typeset(cell), (place, height), ha="center", va="center", fontsize="small", color=INK)
