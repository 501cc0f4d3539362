"""Telling: word of mouth, referrals that start other people's journeys, and public reviews."""

from cxsim.scenario.parameter import Section, parameter


class TellingTraits(Section):
    """How much people tell, and whom."""

    base: float = parameter(
        0.1,
        "Messages about an episode that was neither good nor bad (m0).",
        "messages per episode",
        0,
        20,
        "assumed",
        "One in ten mentions it.",
        plausible=(0.0, 0.3),
    )
    good: float = parameter(
        1.0,
        "Messages per unit of satisfaction above neutral (m_pos).",
        "messages per satisfaction",
        0,
        20,
        "assumed",
        "A delighted customer tells about one person in two episodes.",
        plausible=(0.3, 2.0),
    )
    bad: float = parameter(
        1.5, "Messages per unit of satisfaction below neutral (m_neg).", "messages per satisfaction", 0, 20, "assumed",
        "1.5 times the good (1.1 to 2), with more good than bad messages overall because most customers are content.", plausible=(0.5, 3.0),
    )  # fmt: skip
    neutral: float = parameter(
        0.5, "Satisfaction that is neither good nor bad.", "satisfaction", -1, 2, "assumed", "Middle of the scale."
    )
    refer_base: float = parameter(
        -3.5,
        "Logit of the chance to refer a friend after an episode at neutral satisfaction.",
        "logit",
        -50,
        50,
        "assumed",
        "Three in a hundred.",
        plausible=(-6.0, -1.0),
    )
    refer_satisfaction: float = parameter(
        4.0,
        "What one unit of satisfaction adds to that logit.",
        "logit per satisfaction",
        0,
        100,
        "assumed",
        "A satisfied customer (.75) refers after one episode in thirteen.",
        plausible=(1.0, 8.0),
    )
    refer_threshold: float = parameter(
        0.6,
        "Least cumulative satisfaction of a person who refers.",
        "satisfaction",
        -10,
        2,
        "assumed",
        "Above neutral: nobody recommends what they doubt.",
    )
    refer_reward: float = parameter(
        0.03, "What one unit of reward adds to that logit.", "logit per currency", 0, 10, "assumed",
        "A reward of 20 raises the odds by 80%; that rewards raise referral likelihood: Ryu & Feick (2007), J. Marketing 71(1), 84-94; the size is a choice.", plausible=(0.0, 0.08),
    )  # fmt: skip
    review_base: float = parameter(
        -4.0,
        "Logit of the chance to post a review at neutral satisfaction (r0).",
        "logit",
        -50,
        50,
        "assumed",
        "Two in a hundred.",
        plausible=(-6.0, -2.0),
    )
    review_extremity: float = parameter(
        4.0,
        "What one unit of distance from neutral adds (r1).",
        "logit per satisfaction",
        0,
        100,
        "assumed",
        "Extremes write, ratings are J-shaped: Hu, Zhang & Pavlou (2009), CACM 52(10), 144-147; the size is a choice.",
        plausible=(0.0, 8.0),
    )
    review_valence: float = parameter(
        1.0,
        "What one unit of satisfaction above neutral adds (r2).",
        "logit per satisfaction",
        -100,
        100,
        "assumed",
        "The pleased write a little more often.",
        plausible=(-2.0, 4.0),
    )


class TellingOffer(Section):
    """What a brand does for telling."""

    reward: float = parameter(
        0.0,
        "Paid to the referrer for each referral that buys.",
        "currency",
        0,
        1e6,
        "assumed",
        "No programme unless a scenario has one.",
    )
