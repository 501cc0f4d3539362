"""Loyalty: does the end meet the beginning? A loop, a search among rivals, or a line."""

from enum import IntEnum

from cxsim.scenario.parameter import Section, by_name, parameter


class Departure(IntEnum):
    """When a customer may leave."""

    after_use = 0  # a decision at the end of each episode; chances of leaving ~ Beta (BG/NBD, sBG)
    anytime = 1  # a hazard that never sleeps; hazards ~ Gamma (Pareto/NBD)


class LoyaltyTraits(Section):
    """What makes people stay."""

    departure: by_name(Departure) = parameter(  # type: ignore[valid-type]
        Departure.after_use, "When a customer may leave: after_use (a decision after each episode) or anytime (a hazard).",
        "word", 0, 1, "assumed", "Experience acts at the end of an episode.",
    )  # fmt: skip
    leave_a: float = parameter(
        0.8, "First parameter a of the Beta distribution of the chance to leave after an episode.", "pure number", 0.01, 1000, "derived",
        "BG/NBD on CDNOW, .793, rounded: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.",
    )  # fmt: skip
    leave_b: float = parameter(
        2.4, "Second parameter b of that distribution; the mean chance is a / (a + b).", "pure number", 0.01, 1000, "derived",
        "BG/NBD on CDNOW, 2.426, rounded: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.",
    )  # fmt: skip
    hazard_shape: float = parameter(
        0.606, "Shape s of the Gamma distribution of leaving hazards (anytime).", "pure number", 0.01, 1000, "published",
        "Pareto/NBD on CDNOW: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.",
    )  # fmt: skip
    hazard_scale_weeks: float = parameter(
        11.669, "Rate parameter beta of that distribution: the mean hazard is hazard_shape / hazard_scale_weeks per week.", "weeks", 0.01, 100_000, "published",
        "Pareto/NBD on CDNOW: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284.",
    )  # fmt: skip
    first_may_leave: bool = parameter(
        True, "Whether a customer may leave after the very first purchase.", "true or false", 0, 1, "assumed",
        "A bad first experience ends many lines; BG/NBD assumes it does not (false).",
    )  # fmt: skip
    tenure_shape: float = parameter(
        1.0, "Duration dependence c (after_use): by latent loyalty alone, the share p of a person's kind still there after one decision becomes p ** (n ** c) after n; below 1, staying makes staying likelier.", "pure number", 0.1, 5, "assumed",
        "1 is the sBG and BG/NBD model, in which a person's own chance never changes; other values are the beta-discrete-Weibull of Fader, Hardie, Liu, Davin & Steenburgh (2018), J. Interactive Marketing 43, 1-16, who find that own chances to leave seldom fall with tenure.",
    )  # fmt: skip
    satisfaction_weight: float = parameter(
        2.0, "Logit of staying per unit of satisfaction above the reference (beta_S); 0 switches it off.", "logit per satisfaction", 0, 50, "assumed",
        "Weak for behaviour: a standard deviation of satisfaction (.2) moves the odds of staying by half. Ready markets hold 2 to 5: as much as it takes that a product spoilt for good does not pay.", plausible=(0.0, 8.0),
    )  # fmt: skip
    satisfaction_reference: float = parameter(
        0.65, "Satisfaction at which staying is as the latent loyalty alone says (S_ref).", "satisfaction", -1, 2, "assumed",
        "A little above the mean at decisions to stay under the default parameters (.61 and .63 in 2 replications). A market should set its own mean, so that satisfaction re-sorts people but does not count its average effect twice.",
    )  # fmt: skip
    failure_weight: float = parameter(
        0.5,
        "Logit of staying lost per unit of remembered failure (beta_F).",
        "logit",
        0,
        50,
        "assumed",
        "A remembered major failure lowers the odds by 40%.",
        plausible=(0.0, 1.0),
    )
    failure_memory: float = parameter(
        0.6,
        "Share of the failure memory that is kept from one episode to the next.",
        "share",
        0,
        1,
        "assumed",
        "Half-life of about one and a half episodes.",
        plausible=(0.2, 0.9),
    )
    exit: float = parameter(
        0.4,
        "Chance that a customer who does not stay leaves the category instead of looking around.",
        "probability",
        0,
        1,
        "assumed",
        "More look around than stop.",
        plausible=(0.1, 0.8),
    )
    rejoin: float = parameter(
        0.0, "Share of those who leave the category who may come back: they are outside again, where chance may start a journey.", "share", 0, 1, "assumed",
        "Who leaves is gone for good. With 1 leavers are potential customers again, and the market grows with attrition until as many join as leave: Libai, Muller & Peres (2009), JMR 46(2), 163-175, model such disadoption; how many come back is a choice.",
    )  # fmt: skip
    referred_hazard: float = parameter(
        0.82, "Ratio of the leaving hazard of referred customers, while their referrer stays.", "ratio", 0, 2, "published",
        "Referred customers of a bank were 18% less likely to churn, read as a ratio of hazards: Schmitt, Skiera & Van den Bulte (2011), J. Marketing 75(1), 46-59; only while the referrer stays: Van den Bulte, Bayer, Skiera & Schmitt (2018), JMR 55(1), 132-146.", plausible=(0.7, 1.0),
    )  # fmt: skip
