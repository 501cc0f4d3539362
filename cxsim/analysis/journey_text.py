"""The journey map in words, for a terminal and a folder of results."""

import textwrap

from cxsim.analysis.journey_map import JourneyMap, StageOnMap
from cxsim.analysis.phrases import (
    DASH,
    ONE_REPLICATION,
    between,
    bracketed,
    decimals,
    estimated,
    percent,
    signed,
    whole,
)

WIDTH = 100


def journey_text(found: JourneyMap) -> str:
    """What people feel stage by stage, where lines end, and the moments of truth."""
    parts = [_scenario(name, stages) for name, stages in zip(found.names, found.stages, strict=True)]
    parts.append(_worth(found))
    parts.append(_moments(found))
    return "\n\n".join(parts) + "\n"


def _scenario(name: str, stages: list[StageOnMap]) -> str:
    heading = f"  {'stage':<12} {'come there':>26} {'go on':>7} {'felt (middle half)':>22}   lines end for"
    return "\n".join([f"The journey with {name}", heading, *(_stage(each) for each in stages)])


def _stage(each: StageOnMap) -> str:
    half = between(each.low_quarter, each.high_quarter, decimals(2))
    felt = bracketed(decimals(2)(each.feels.mean), half)
    felt = felt if each.feels.mean == each.feels.mean else DASH
    goes_on = percent(each.passes.mean) if each.passes.mean == each.passes.mean else DASH
    pain = f"{each.pain}: {estimated(each.pained, whole)}" if each.pain else DASH
    return f"  {each.stage:<12} {estimated(each.comes, whole):>26} {goes_on:>7} {felt:>22}   {pain}"


def _worth(found: JourneyMap) -> str:
    lines = [
        f"If a stage were perfect, {found.names[0]} would gain in net margin ({found.currency}), before what that costs"
    ]
    lines += [f"  {stage:<12} {estimated(worth, signed):>30}" for stage, worth in found.worth.items()]
    return "\n".join(lines)


def _moments(found: JourneyMap) -> str:
    moments = found.moments_of_truth
    if not moments:
        said = "No stage is worth perfecting for certain."
    elif len(moments) == 1:
        said = f"The moment of truth is {moments[0]}: no other stage is worth as much."
    else:
        said = f"Moments of truth: {' and '.join(moments)}; which of them is worth most cannot be told."
    return textwrap.fill(
        f"{said} Expectation up to the purchase, satisfaction from use on: 0 as bad, 1 as good as it gets. "
        + (
            f"Means of {found.replications} replications, 95% intervals."
            if found.replications > 1
            else f"{ONE_REPLICATION[2:-1].capitalize()}."
        ),
        WIDTH,
    )
