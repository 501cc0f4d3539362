"""Purchase: choosing among the brands considered, getting through checkout, getting the right variant."""

from typing import Final

from cxsim.scenario.parameter import Section, parameter

MOST_TRIES: Final = 16  # at one checkout: then people give up, however patient


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
    grudge_weight: float = parameter(
        0.5, "How much of what an experience took from the willingness to stay with a brand also counts against the brand whenever the person chooses (beta_G): 1 is all of it.", "utility per logit", 0, 10, "derived",
        "Half: set with support.recovery_weight (see there and docs/face-validity.md). Customers who were let down avoid the firm, and with time rather more than less: Gregoire, Tripp & Legoux (2009), Journal of Marketing 73(6), 18-32; how much is a choice.", plausible=(0.0, 1.0),
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
    price_memory: float = parameter(
        0.5, "How far the price remembered of a brand moves to the one paid with each purchase (rho).", "share", 0, 1, "assumed",
        "References follow past prices of the brand: Winer (1986), JCR 13(2), 250-256; Kalyanaram & Winer (1995), Marketing Science 14(3), G161-G169. How fast is a choice.", plausible=(0.2, 0.9),
    )  # fmt: skip
    rise_weight: float = parameter(
        3.0, "How easily a rise ends a habit: the chance to choose anew is 1 - exp(-weight * rise), the rise as a share of the price remembered, for a customer of the satisfaction at which staying is as latent loyalty alone says.", "per 100% dearer", 0, 1000, "assumed",
        "A rise of 10% makes one habitual buyer in four look around. Set with price_weight so that the own-price elasticity of each ready market lies where studies find it: -1.76 on average in Tellis (1988), JMR 25(4), 331-341; -2.62 in Bijmolt, van Heerde & Pieters (2005), JMR 42(2), 141-156.", plausible=(1.0, 6.0),
    )  # fmt: skip
    rise_forgiven: float = parameter(
        2.0, "How much satisfaction softens that: each unit above the reference of loyalty divides the weight by e to this power.", "pure number", 0, 50, "assumed",
        "Satisfied customers accept a rise sooner: Homburg, Hoyer & Koschate (2005), JAMS 33(1), 36-49; the size is a choice.", plausible=(0.0, 4.0),
    )  # fmt: skip
    basket_shape: float = parameter(
        float("inf"), "How alike one person's baskets are: each is a factor of mean 1 on the price and the unit cost, Gamma of this shape around the person's own mean (p of the Gamma-Gamma model); inf: all the same. Contracts have none.", "pure number", 0.5, float("inf"), "assumed",
        "Everybody pays the price. Of the buyers of CDNOW it was 6.25: Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 25.",
    )  # fmt: skip
    basket_evenness: float = parameter(
        float("inf"), "How alike people's own mean baskets are: the shape q of the Gamma-Gamma model, so that their variance is 1 / (q - 2), and without end at 2 or less; inf: all the same. Contracts have none.", "pure number", 1.5, float("inf"), "assumed",
        "Everybody's basket is as large. Of the buyers of CDNOW it was 3.74: Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 25.",
    )  # fmt: skip


class PurchaseOffer(Section):
    """What a brand asks of a buyer."""

    price: float = parameter(50.0, "Price of one purchase.", "currency", 0, 1e9, "assumed", "A round basket.")
    customers_at_start: float = parameter(
        0.0, "Share of people who are customers of the brand when living begins, before the run-in if there is one: at an even place between two purchases, used to what the brand delivers, content as the customers who stay are on average.",
        "share", 0, 1, "assumed", "None: the brand is new.", plausible=(0.0, 0.6),
    )  # fmt: skip
    similar_price: float = parameter(
        1.0, "Price of something similar that a happy customer buys too (`need.similar`), as a share of the price.", "share", 0, 1000, "assumed",
        "As dear as the main purchase; it counts only where something similar is sold.",
    )  # fmt: skip
    announced_change: float = parameter(
        0.0, "Change of the price that customers have been told of and that does not hold yet, as a share: .05 announces 5% more. They may leave for it at once, and who stays expects it.", "share", -1, 100, "assumed",
        "None: prices change unannounced.",
    )  # fmt: skip
    terms_clarity: float = parameter(
        1.0, "Chance that what is paid in the end is what the buyer understood: no fee, term or bill that surprises.", "probability", 0, 1, "assumed",
        "Everything is understood.", plausible=(0.8, 1.0),
    )  # fmt: skip
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
