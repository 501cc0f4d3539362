"""The same market of fewer people, or of more."""

from typing import Final

from cxsim.scenario.schema import Scenario

LEAST_DESK: Final = 0.01  # contacts a week; the schema allows no less


def of_people(scenario: Scenario, people: int) -> Scenario:
    """The scenario with so many people; what a brand has a fixed amount of, desk and advertising, in proportion.

    Args:
        scenario: as loaded; the costs of its interventions stay as they are.
        people: 1 or more.
    """
    scale = people / scenario.market.people
    brands = {
        name: offer.model_copy(
            update={
                "support": offer.support.model_copy(
                    update={
                        "capacity": max(LEAST_DESK, offer.support.capacity * scale),
                        "agents": offer.support.agents * scale,
                    }
                ),
                "money": offer.money.model_copy(update={"advertising_weekly": offer.money.advertising_weekly * scale}),
            }
        )
        for name, offer in scenario.brand.items()
    }
    market = scenario.market.model_copy(update={"people": people})
    return scenario.model_copy(update={"market": market, "brand": brands})
