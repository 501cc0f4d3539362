"""Research: finding out costs time and effort, and clear information corrects expectations."""

from cxsim.scenario.parameter import Section, parameter


class ResearchTraits(Section):
    """How people look for answers."""

    duration_weeks: float = parameter(
        0.3, "Time that each search takes.", "weeks", 0, 52, "assumed", "Two days for an ordinary purchase."
    )
    persistence: float = parameter(
        0.6, "Chance to search once more after a search that found nothing, instead of dropping the brand.", "probability", 0, 0.95,
        "assumed", "Somewhat more people try again than give up.",
    )  # fmt: skip
    asks: int = parameter(
        2,
        "How many neighbours a person asks about their own experience.",
        "people",
        0,
        16,
        "assumed",
        "A couple of friends.",
    )
    ask_weight: float = parameter(
        0.15, "Share of the way each answer moves the expectation toward the neighbour's satisfaction.", "share", 0, 1, "assumed",
        "Below a person's own learning (.25).",
    )  # fmt: skip


class ResearchOffer(Section):
    """What a brand lets people find out."""

    findability: float = parameter(
        0.85,
        "Chance that a search finds the answer needed.",
        "probability",
        0,
        1,
        "assumed",
        "Most searches succeed.",
        plausible=(0.6, 1.0),
    )
    clarity: float = parameter(
        0.3, "Share of the way the information moves the expectation toward the truth.", "share", 0, 1, "assumed",
        "Information helps but does not replace experience.", plausible=(0.0, 0.8),
    )  # fmt: skip
