"""Listening: the surveys by which a firm sees satisfaction, through noise and non-response, and the calls back."""

from cxsim.scenario.parameter import Section, parameter


class ListeningTraits(Section):
    """How people answer surveys."""

    response_base: float = parameter(
        -1.4,
        "Logit of the chance to answer at neutral satisfaction.",
        "logit",
        -50,
        50,
        "assumed",
        "logit(.2): one survey in five is answered, a choice within .03 to .6.",
        plausible=(-3.5, 0.4),
    )
    response_extremity: float = parameter(
        1.0,
        "What one unit of distance from neutral adds.",
        "logit per satisfaction",
        -100,
        100,
        "assumed",
        "Those with something to say answer more.",
        plausible=(0.0, 4.0),
    )
    response_valence: float = parameter(
        1.0,
        "What one unit of satisfaction above neutral adds.",
        "logit per satisfaction",
        -100,
        100,
        "assumed",
        "The satisfied answer more, so surveys flatter.",
        plausible=(0.0, 4.0),
    )
    leniency: float = parameter(
        0.1, "How much kinder than felt people score, in survey answers and their truth; reviews in public are not touched.", "satisfaction", -1, 1, "assumed",
        "A point of ten: who feels .7 says 8, a choice. Most answers to satisfaction questions lie at the upper end in study after study: Peterson & Wilson (1992), JAMS 20(1), 61-71; how much of that is kindness nobody knows.", plausible=(0.0, 0.2),
    )  # fmt: skip
    noise_sd: float = parameter(
        0.1,
        "Spread of an answer around the satisfaction felt.",
        "satisfaction (standard deviation)",
        0,
        2,
        "assumed",
        "One point on the scale of 0 to 10.",
        plausible=(0.0, 0.2),
    )


class ListeningOffer(Section):
    """How a brand listens."""

    survey_rate: float = parameter(
        0.3, "Share of episodes after which a survey is sent.", "probability", 0, 1, "assumed", "Three in ten."
    )
    callback_rate: float = parameter(
        0.0,
        "Share of unhappy respondents (0 to 6 of 10) who are called back.",
        "probability",
        0,
        1,
        "assumed",
        "No programme unless a scenario has one.",
    )
    callback_lift: float = parameter(
        0.5,
        "What a call back adds to the logit of staying.",
        "logit",
        -5,
        5,
        "assumed",
        "Raises the odds of staying by 65%; a choice.",
        plausible=(0.0, 1.5),
    )
