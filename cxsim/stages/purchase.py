"""Purchase: choosing among the brands considered, getting through checkout, getting the right variant."""

from cxsim.parameter import Section, parameter


class PurchaseTraits(Section):
    """How people choose."""

    expectation_weight: float = parameter(
        4.0, "Utility of one unit of expected quality (beta_E).", "utility per quality", 0, 100, "assumed",
        "A brand expected .1 better is chosen 1.5 times as often.", plausible=(2.0, 8.0),
    )  # fmt: skip
    price_weight: float = parameter(
        0.03, "Utility lost per unit of price (beta_p).", "utility per currency", 0, 100, "assumed",
        "At a price of 50 an own elasticity of about -1.5 x (1 - share).", plausible=(0.005, 0.1),
    )  # fmt: skip
    inertia: float = parameter(
        0.7, "Utility of the brand bought last.", "utility", -5, 20, "assumed",
        "Doubles the odds of the last brand, a choice. Past choices predict the next in scanner panels: Guadagni & Little (1983), Marketing Science 2(3), 203-238; how much of that is inertia and how much lasting taste differs.", plausible=(0.0, 2.0),
    )  # fmt: skip
    heard_weight: float = parameter(
        0.4, "Utility shift when everything heard about a brand is good (or, negative, bad) (delta).", "utility", 0, 10, "assumed",
        "Start of the range .1 to 1.",
    )  # fmt: skip
    outside: float = parameter(
        0.0,
        "Utility of buying nothing after all; -inf: a need is always met.",
        "utility",
        -float("inf"),
        50,
        "assumed",
        "The zero of the utility scale.",
    )
    retry: float = parameter(
        0.7,
        "Chance to try again after a checkout that did not complete.",
        "probability",
        0,
        0.95,
        "assumed",
        "Most buyers try again once.",
    )
    to_rival: float = parameter(
        0.7, "Chance to turn to another brand considered, instead of giving up, when a checkout was abandoned.", "probability", 0, 1, "assumed",
        "A need that has come this far is usually met elsewhere.",
    )  # fmt: skip


class PurchaseOffer(Section):
    """What a brand asks of a buyer."""

    price: float = parameter(50.0, "Price of one purchase.", "currency", 0, 1e9, "assumed", "A round basket.")
    appeal: float = parameter(
        0.0,
        "Utility of the brand beyond its expected quality and price.",
        "utility",
        -50,
        50,
        "assumed",
        "None: brands differ by what they do.",
    )
    ease: float = parameter(
        0.9,
        "Chance that an attempt to check out completes.",
        "probability",
        0,
        1,
        "assumed",
        "One attempt in ten fails.",
        plausible=(0.7, 1.0),
    )
    fit: float = parameter(
        0.95,
        "Chance that the variant bought is the right one.",
        "probability",
        0,
        1,
        "assumed",
        "One purchase in twenty is the wrong size or plan.",
        plausible=(0.85, 1.0),
    )
