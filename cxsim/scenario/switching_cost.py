"""The parameters of the ready switching cost, whose rules are in `cxsim.engine.mechanisms.switching_cost`."""

from cxsim.scenario.parameter import Section, parameter


class SwitchingOffer(Section):
    """What it costs a customer of the brand to choose another one instead."""

    money: float = parameter(
        0.0, "Money that a customer of this brand loses by choosing another: fees, equipment, discounts earned; it weighs as a price does.",
        "currency", 0, 1e6, "assumed",
        "None unless a market has one. What a switching cost is: Klemperer (1987), Quarterly Journal of Economics 102(2), 375-394; "
        "Farrell & Klemperer (2007), Handbook of Industrial Organization 3, 1967-2072. How large is for the firm to count.")  # fmt: skip
    effort: float = parameter(
        0.0, "Utility that choosing another costs a customer of this brand beside money: time, forms, learning, people left behind.",
        "utility", 0, 50, "assumed",
        "None unless a market has one. Kinds of it, procedural, financial and relational: Burnham, Frels & Mahajan (2003), JAMS 31(2), "
        "109-126; they measure intentions to stay, so the size is a choice. Where what looks like a cost is that people like what they "
        "had, as with margarine and orange juice in Dube, Hitsch & Rossi (2010), RAND Journal of Economics 41(3), 417-445, it is "
        "purchase.inertia.", plausible=(0.0, 3.0))  # fmt: skip
