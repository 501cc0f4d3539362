"""The trade's words, once for every face: what each is called, what it is exactly here, and where the trade means another thing."""

from dataclasses import dataclass
from typing import Final

PAGE: Final = "docs/glossary.md"  # holds the same sentences


@dataclass(frozen=True)
class Word:
    """A word of the trade, or one of ours that stands beside them.

    Attributes:
        key: by which `cxsim explain` and tables know it.
        name: as people read it.
        unit: with "currency" for that of the market; "share" is written in percent; empty where it is no number.
        means: what it is exactly, as a clause.
        usual: where the trade's usual meaning differs, as a clause; empty where it does not.
        good: +1 when more is better for the brand, -1 when less, else 0.
    """

    key: str
    name: str
    unit: str
    means: str
    usual: str = ""
    good: int = 0

    @property
    def sentence(self) -> str:
        """The whole definition, as it is read."""
        other = f" {self.usual[:1].upper()}{self.usual[1:]}." if self.usual else ""
        return f"{self.means[:1].upper()}{self.means[1:]}.{other}"


# In the order in which a board reads them: money, customers, what they say, what they are worth, service.
TRADE: Final = (
    Word("revenue", "revenue", "currency",
         "what customers pay in the time simulated, further sales included",
         "it is not discounted, while margins are", 1),
    Word("active_customers", "active customers", "people",
         "people who bought and whose line has not ended, at the end of the time simulated",
         "the trade counts who bought lately; here it is known who has left, even before a firm could see it", 1),
    Word("churn", "churn a year", "share",
         "customers lost in the last year (of less than two years: in the second half, for a whole year) for each active customer of that time",
         "without a contract whoever buys elsewhere once counts as lost and may come back, so it can exceed 100%", -1),
    Word("retention", "retention after a year", "share",
         "share of first-time buyers whose line has not ended 52 weeks after their first purchase, or at the end of shorter "
         "times (Kaplan-Meier)",
         "it is of new customers, so it is not 100% less churn, which is of all", 1),
    Word("nps", "NPS", "points",
         "promoters (9 and 10 of 10) less detractors (0 to 6), in percent of all answers to the survey",
         "as the trade does; who does not answer is not in it, and `nps_true` says what they would", 1),
    Word("csat", "CSAT", "share",
         "share of answers to the survey that are 4 or 5 of 5", "", 1),
    Word("clv", "CLV", "currency per customer",
         "discounted contribution margin for each customer there was, of the start or gained, up to the end of the time simulated",
         "it is not carried on beyond that time, and advertising is taken off already, the plan's own cost is not", 1),
    Word("cac", "CAC", "currency per customer",
         "advertising and rewards for each person who buys for the first time",
         "salaries in sales and the cost of plans are not in it", -1),
    Word("contact_rate", "contact rate", "contacts per 100 customers and year",
         "contacts with the support desk for each 100 active customers in the last year",
         "it is per customer, where others count per order", 0),
    Word("utilisation", "utilisation", "share",
         "contacts made for each that the support desk can handle",
         "it is demand beside what can be handled, so above 100% the desk is overrun; workforce planners divide hours worked by hours paid", 0),
)  # fmt: skip
OURS: Final = (
    Word("loop", "loop", "people", "a customer who bought two times or more and is still with the brand", "the trade says loyal or repeat customer", 1),
    Word("line", "line", "people", "a person's story with the brand that has ended, with the stage and the cause", "the trade says lost customer or lost lead", -1),
    Word("rescued", "rescued", "people", "a person whose story is a line without the plan and a loop with it", "", 1),
    Word("broken", "broken", "people", "a person whose story is a loop without the plan and a line with it", "", -1),
)  # fmt: skip
WORDS: Final = {word.key: word for word in (*TRADE, *OURS)}
_ALSO: Final = {
    "customers": "active_customers", "active": "active_customers", "turnover": "revenue", "sales": "revenue", "churn rate": "churn",
    "retention rate": "retention", "net promoter score": "nps", "customer lifetime value": "clv", "lifetime value": "clv",
    "acquisition cost": "cac", "customer acquisition cost": "cac", "contacts": "contact_rate", "occupancy": "utilisation",
    "utilization": "utilisation", "loops": "loop", "lines": "line",
}  # fmt: skip


def trade_word(said: str) -> Word | None:
    """The word that somebody means, whatever its letters; None where there is none."""
    plain = " ".join(said.strip().lower().replace("_", " ").split())
    key = _ALSO.get(plain, plain.replace(" ", "_"))
    return WORDS.get(key)
