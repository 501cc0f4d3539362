"""Change one stage in plain Python: what if friends talked people out of one bad evening?

The agents engine lives the same lives as the compiled one, and calls a method for each stage. This customer, after
deciding to look around, asks a friend, and stays after all with a chance of 30%. The luck is keyed under a purpose of
its own, so nobody else's luck changes and the two markets differ by this rule alone.
"""

from cxsim import Customer, LoyaltyModel, load, purpose, uniform
from cxsim.engine.state import Stage

SECOND_THOUGHTS = purpose("example: second thoughts")


class Reasonable(Customer):
    """A customer who sleeps on it."""

    def loyalty(self) -> None:
        """Decide as everybody does; then, perhaps, think better of it."""
        decision = self.person["uses"]  # the ordinal: which decision of this person it is
        super().loyalty()
        looks_around = self.person["stage"] == Stage.NEED and not self.person["by_habit"]
        if looks_around and uniform(self.state.luck, self.number, SECOND_THOUGHTS, decision, 0) < 0.3:
            self.person["by_habit"] = True  # the next purchase is of the same brand again, without research


def customers_at_the_end(kind: type[Customer]) -> dict[str, float]:
    """Live a small district with customers of this kind."""
    plan = load("restaurant", ["market.people=400", "market.horizon_weeks=52"])
    model = LoyaltyModel(plan, rng=1, engine="agents", customer=kind)
    while model.running:
        model.step()
    return dict(model.datacollector.get_model_vars_dataframe().iloc[-1])


if __name__ == "__main__":
    for kind in (Customer, Reasonable):
        figures = customers_at_the_end(kind)
        print(f"{kind.__name__:<12} customers {figures['customers']:.0f}, loops {figures['loops']:.0f}")
