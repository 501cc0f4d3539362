"""Expectation: what a customer believes, before it happens, the experience will be like."""

from cxsim.scenario.parameter import Section, parameter

_BOULDING = "Boulding, Kalra, Staelin & Zeithaml (1993), JMR 30(1), 7-27: expectations are a weighted mean of past expectation, new information and delivered service"


class ExpectationTraits(Section):
    """How people form expectations: a precision-weighted mean of what they know."""

    prior: float = parameter(
        0.6, "What a person who knows nothing expects.", "quality, 0 worst to 1 best", 0, 1, "assumed",
        "A little below typical quality (.6 to .8).",
    )  # fmt: skip
    prior_weight: float = parameter(
        1.0, "Weight of that prior against the other sources.", "pure number", 0.001, 100, "assumed", f"The unit of weight. {_BOULDING}.",
    )  # fmt: skip
    promise_weight: float = parameter(
        1.0,
        "Weight of the brand's own promise.",
        "pure number",
        0,
        100,
        "assumed",
        f"As much as the prior. {_BOULDING}.",
        plausible=(0.3, 3.0),
    )
    norm_weight: float = parameter(
        0.5, "Weight of the rivals' promises (the category norm).", "pure number", 0, 100, "assumed",
        f"Half the weight of the brand's own promise. {_BOULDING}.",
    )  # fmt: skip
    experience_norm: float = parameter(
        0.0, "How much of the category norm, for a brand the person never bought, is what they met so far in uses of any other brand; the rest are the rivals' promises.", "share", 0, 1, "assumed",
        "The rivals' promises alone. People judge a brand by norms made of what they met at similar ones: Woodruff, Cadotte & Jenkins (1983), JMR 20(3), 296-304; Cadotte, Woodruff & Jenkins (1987), JMR 24(3), 305-314; how much is a choice.", plausible=(0.2, 0.8),
    )  # fmt: skip
    heard_weight: float = parameter(
        0.5,
        "Weight of each message heard from others.",
        "pure number per message",
        0,
        100,
        "assumed",
        f"Two messages weigh as much as the promise. {_BOULDING}.",
        plausible=(0.05, 1.0),
    )
    rating_weight: float = parameter(
        1.0,
        "Weight of the public rating once it has many reviews.",
        "pure number",
        0,
        100,
        "assumed",
        f"As much as the promise. {_BOULDING}.",
        plausible=(0.2, 3.0),
    )
    rating_half: float = parameter(
        20.0, "Number of reviews at which the rating has half its full weight.", "reviews", 0.1, 1e6, "assumed",
        "Shrinkage of a mean by its volume; a shopper trusts some tens of reviews.",
    )  # fmt: skip
    experience_weight: float = parameter(
        2.0, "Weight that each own use adds to what the person already believes.", "pure number per use", 0, 100, "assumed",
        f"Own experience weighs more than talk. {_BOULDING}.",
    )  # fmt: skip
    imagination_sd: float = parameter(
        0.08, "Spread of personal imagination: the error of a first expectation.", "quality (standard deviation)", 0, 1, "assumed",
        "Half the spread of tastes.", plausible=(0.0, 0.3),
    )  # fmt: skip
    learning: float = parameter(
        0.25, "Share of the surprise by which an expectation moves after use (rho).", "share", 0, 1, "assumed",
        "Exponential smoothing, start of the range .1 to .5; 0 with average_learning.", plausible=(0.1, 0.5),
    )  # fmt: skip
    average_learning: bool = parameter(
        False, "Learn as a running average, 1/(uses + 1), instead of at the constant share.", "true or false", 0, 1, "assumed",
        "Bayesian learning with equal precisions; the constant share forgets, which people do.",
    )  # fmt: skip


class ExpectationOffer(Section):
    """What a brand promises."""

    promise: float = parameter(
        0.75, "The quality the brand's messages promise.", "quality, 0 worst to 1 best", 0, 1.5, "assumed",
        "Slightly above the typical quality of .7: messages flatter.", plausible=(0.6, 0.9),
    )  # fmt: skip
    awareness: float = parameter(
        0.5,
        "Share of people who know the brand at the start.",
        "share",
        0,
        1,
        "assumed",
        "Half the market.",
        plausible=(0.2, 1.0),
    )
