"""Multinomial logit: shares of a choice, independence of irrelevant alternatives, and buying nothing (McFadden 1974)."""

import numpy as np
from scipy import special

from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

FREE = "may pass"  # the segment with an outside option; the third brand is known to half of the people only
NOTHING = "nothing"


def utilities(scenario: Scenario) -> Numbers:
    """Utility of each brand when its quality is known, beta_E q - beta_p price + appeal, shape (brands,)."""
    taste = scenario.purchase
    return np.array(
        [
            taste.expectation_weight * offer.use.quality
            - taste.price_weight * offer.purchase.price
            + offer.purchase.appeal
            for offer in scenario.brand.values()
        ]
    )


def _series(scenario: Scenario) -> list[Series]:
    u = utilities(scenario)
    outside = scenario.segment[FREE].purchase.outside
    first_of_two = float(special.expit(u[0] - u[1]))
    focal, second, *_ = names = scenario.brands
    return [
        listed("share in a choice among three", "brand", _named(names, special.softmax(u))),
        listed(
            f"share of {focal} among buyers of {focal} and {second}",
            "brands known",
            {"two": first_of_two, "three": first_of_two},
        ),
        listed(
            "share in a choice among three or nothing",
            "brand",
            _named([*names, NOTHING], special.softmax(np.append(u, outside))),
        ),
        listed(
            "share in a choice among two or nothing",
            "brand",
            _named([focal, second, NOTHING], special.softmax(np.append(u[:2], outside))),
        ),
    ]


def _named(names: list[str], shares: Numbers) -> dict[str, float]:
    return dict(zip(names, shares.tolist(), strict=True))


def _measure(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, 1)
    people = model.state.people
    bought = people["last_brand"]
    free = people["segment"] == list(model.settings.segment).index(FREE)
    knows_three = model.state.bonds["aware"][:, 2]
    among_three, among_two = bought[~free & knows_three], bought[~free & ~knows_three]
    two = [choices[choices < 2] for choices in (among_two, among_three)]
    return [
        _shares(among_three, [0, 1, 2]),
        np.array([float((choices == 0).mean()) for choices in two]),
        _shares(bought[free & knows_three], [0, 1, 2, -1]),
        _shares(bought[free & ~knows_three], [0, 1, -1]),
    ]


def _shares(choices: Numbers, brands: list[int]) -> Numbers:
    return np.array([float((choices == brand).mean()) for brand in brands])


LOGIT = Limit(
    name="logit",
    title="Multinomial logit choice",
    formula="share of j = e^U_j / sum of e^U_k, U = beta_E q - beta_p price + appeal; the ratio of two shares whatever else there is",
    reference="McFadden (1974), in Zarembka (ed.), Frontiers in Econometrics, 105-142",
    bias="none",
    series=_series,
    measure=_measure,
)  # fmt: skip
