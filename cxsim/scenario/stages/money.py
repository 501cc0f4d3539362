"""Money: what an episode earns and costs the firm."""

from cxsim.scenario.parameter import Section, parameter


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
    similar_cost: float = parameter(
        1.0, "Cost of something similar that a happy customer buys too (`need.similar`), as a share of `unit_cost`.", "share", 0, 1000, "assumed",
        "As much as the main purchase; it counts only where something similar is sold.",
    )  # fmt: skip
    contact_cost: float = parameter(
        6.0,
        "Cost of handling one support contact.",
        "currency",
        0,
        1e6,
        "assumed",
        "A quarter of an hour of an agent's time.",
    )
    agent_wage: float = parameter(
        1000.0, "Paid for each of the `support.agents`, whatever they have to do.", "currency per week", 0, 1e7, "assumed",
        "A round wage; it counts only where there are agents.",
    )  # fmt: skip
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
