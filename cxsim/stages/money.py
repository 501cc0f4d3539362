"""Money: what an episode earns and costs the firm."""

from cxsim.parameter import Section, parameter


class MoneyOffer(Section):
    """A brand's costs (its price is `purchase.price`)."""

    unit_cost: float = parameter(
        30.0,
        "Cost of one purchase to the firm.",
        "currency",
        0,
        1e9,
        "assumed",
        "A contribution margin of 40% on a price of 50.",
    )
    contact_cost: float = parameter(
        6.0,
        "Cost of handling one support contact.",
        "currency",
        0,
        1e6,
        "assumed",
        "A quarter of an hour of an agent's time.",
    )
    callback_cost: float = parameter(
        8.0,
        "Cost of one call back to an unhappy respondent.",
        "currency",
        0,
        1e6,
        "assumed",
        "Twenty minutes of an agent's time.",
    )
    advertising_weekly: float = parameter(
        0.0, "Spent on advertising.", "currency per week", 0, 1e9, "assumed", "Nothing beyond what a scenario states."
    )
