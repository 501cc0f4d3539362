"""Use: delivery, the experience itself, what is perceived of it, and how satisfied it leaves the customer."""

from cxsim.scenario.parameter import Section, parameter


class UseTraits(Section):
    """How people experience."""

    taste_sd: float = parameter(
        0.15,
        "Spread of lasting personal tastes for a brand.",
        "quality (standard deviation)",
        0,
        2,
        "assumed",
        "As large as the noise of one use.",
        plausible=(0.05, 0.25),
    )
    mismatch_cost: float = parameter(
        0.25,
        "Quality lost with the wrong variant.",
        "quality",
        0,
        2,
        "assumed",
        "A third of typical quality.",
        plausible=(0.1, 0.5),
    )
    lateness_cost: float = parameter(
        0.35, "Quality lost with a late delivery.", "quality", 0, 2, "assumed",
        "Below the .52 by which late orders are rated lower in Olist's public reviews (2.1 of 4 stars), where lateness comes with other trouble.", plausible=(0.1, 0.6),
    )  # fmt: skip
    failure_cost: float = parameter(
        0.5,
        "Quality lost with a failure of the highest severity.",
        "quality",
        0,
        2,
        "assumed",
        "Most of typical quality.",
        plausible=(0.2, 0.8),
    )
    assimilation: float = parameter(
        0.2,
        "How far perception is pulled toward the expectation (phi); negative is contrast.",
        "share",
        -1,
        1,
        "assumed",
        "Some assimilation, within -.2 (contrast) to .4.",
        plausible=(-0.2, 0.4),
    )
    satisfaction_base: float = parameter(
        0.0,
        "Satisfaction with a perceived quality of zero that was expected (c).",
        "satisfaction",
        -1,
        1,
        "assumed",
        "Satisfaction on the scale of quality.",
    )
    perception_weight: float = parameter(
        1.0, "Satisfaction per unit of perceived quality (beta_P).", "pure number", 0, 5, "assumed",
        "Satisfaction on the scale of quality; that performance leads disconfirmation: Anderson & Sullivan (1993), Marketing Science 12(2), 125-143.",
    )  # fmt: skip
    surprise_weight: float = parameter(
        0.4, "Satisfaction per unit of valued disconfirmation (beta_D).", "pure number", 0, 5, "assumed",
        "Positive as in Oliver (1980), JMR 17(4), 460-469; its size is a choice.", plausible=(0.0, 0.8),
    )  # fmt: skip
    loss_aversion: float = parameter(
        2.0, "How much heavier a disappointment weighs than an equal pleasant surprise (lambda).", "ratio", 0.5, 5, "assumed",
        "Within 1.0 to 2.5; asymmetric in Anderson & Sullivan (1993), Marketing Science 12(2), 125-143 and Mittal, Ross & Baldasare (1998), J. Marketing 62(1), 33-47, equal in some surveys.", plausible=(1.0, 2.5),
    )  # fmt: skip
    effort_weight: float = parameter(
        0.06, "Satisfaction lost per extra try the customer had to make.", "satisfaction per try", 0, 2, "assumed",
        "Effort lowers loyalty: Dixon, Freeman & Toman (2010), HBR 88(7/8), 116-122; the size is a choice.", plausible=(0.0, 0.15),
    )  # fmt: skip
    value_weight: float = parameter(
        0.2, "Satisfaction lost per 100% by which the purchase was dearer than the price remembered, times loss_aversion; gained, without it, when cheaper (beta_V).", "satisfaction", 0, 5, "assumed",
        "Losses against a reference price weigh more than gains: Hardie, Johnson & Fader (1993), Marketing Science 12(4), 378-394; the size is a choice: a rise of 10% costs .04.", plausible=(0.05, 0.5),
    )  # fmt: skip
    bill_shock_cost: float = parameter(
        0.2, "Satisfaction lost when what was paid was not what the buyer understood.", "satisfaction", 0, 5, "assumed",
        "As much as a failure of middling severity.", plausible=(0.05, 0.4),
    )  # fmt: skip
    memory: float = parameter(
        0.3,
        "Share of an episode in cumulative satisfaction (omega).",
        "share",
        0,
        1,
        "assumed",
        "Middle of .1 to .5.",
        plausible=(0.1, 0.5),
    )


class UseOffer(Section):
    """What a brand delivers."""

    quality: float = parameter(
        0.7,
        "Average quality delivered.",
        "quality, 0 worst to 1 best",
        0,
        1.5,
        "assumed",
        "Middle of .6 to .8.",
        plausible=(0.5, 0.9),
    )
    quality_sd: float = parameter(
        0.15,
        "Spread of quality from one use to the next.",
        "quality (standard deviation)",
        0,
        2,
        "assumed",
        "A fifth of typical quality.",
        plausible=(0.05, 0.25),
    )
    delivery_weeks: float = parameter(
        0.5, "Time from purchase to first use when on time.", "weeks", 0, 52, "assumed", "A few days."
    )
    late_rate: float = parameter(
        0.07, "Share of deliveries that come late.", "probability", 0, 1, "derived",
        "Olist's public orders, a stratified subset: 344 of 5,232 delivered orders came after the promised date (6.6%), rounded.", plausible=(0.02, 0.2),
    )  # fmt: skip
    late_weeks: float = parameter(1.0, "Extra time of a late delivery.", "weeks", 0, 52, "assumed", "A week late.")
    failure_rate: float = parameter(
        0.10,
        "Chance that something goes wrong in an episode.",
        "probability",
        0,
        1,
        "assumed",
        "Start of the range .02 to .30.",
        plausible=(0.02, 0.3),
    )
    severity: float = parameter(
        0.4,
        "Mean severity of a failure, from 0 (trivial) to 1 (major).",
        "share",
        0.02,
        0.98,
        "assumed",
        "More small failures than large ones.",
        plausible=(0.2, 0.6),
    )
