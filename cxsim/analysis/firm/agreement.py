"""The table of a firm's figures beside the model's: which are given back, and what to do about those that are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.firm.founded import Founded
from cxsim.analysis.firm.hidden import AT_AN_END, Hidden, growth_of, tolerance_of
from cxsim.analysis.phrases import Writer, decimals, estimated, short, whole
from cxsim.data.figures import BY_KEY, Figures, number_of
from cxsim.data.histories import Numbers

NAMES: Final = {
    "customers": "customers", "price": "price", "revenue": "revenue a year", "margin": "margin, share of revenue",
    "purchases": "purchases of a customer in a year", "churn": "customers lost in a year", "repeat": "new buyers who buy again within a year",
    "new": "new customers in a year", "referral": "new customers who were referred", "nps": "net promoter score",
    "csat": "satisfied, 4 or 5 of 5", "failures": "something goes wrong", "contacts": "contacts for each 100 customers and year",
    "first_contact": "contacts that end solved", "late": "deliveries that are late", "share": "share of the market",
    "growth": "customers a year on, beside today",
}  # fmt: skip
ADVICE: Final = {
    "churn": "Does your figure count all who leave, those who come back too? A market with another rhythm (--like) may fit better.",
    "repeat": "Does your figure count everybody who ever bought? Then many of your first buyers have had little time.",
    "nps": "Are all customers asked, or chosen ones? If the score is right, quality or the way people answer differ from this market's.",
    "csat": "Are all customers asked, or chosen ones?",
    "contacts": "Count only contacts about something that went wrong, and give failures too: each contact here follows one.",
    "referral": "Few markets win so many by referral; count only those who say that a customer sent them.",
    "share": "A share of customers or of purchases? Give the rivals too, or leave the share out.",
    "growth": "Give new customers a year and churn, if the firm grows or shrinks; without them it is taken to stay as large.",
    "new": "Do you count people who bought before as new? Leave it out if you are not sure.",
    "purchases": "Is it for each who bought in the last 12 months? Beside few who buy again, many purchases for each hardly go together.",
    "revenue": "It follows from price, purchases and customers; correct the one you trust least.",
    "first_contact": "Some callers give up before they are helped; give the share of those who got through.",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """One figure.

    Attributes:
        key: of `cxsim.data.figures`, or growth.
        name: in words.
        wanted: the firm's.
        model: the model's, mean with the 95% interval that luck leaves.
        tolerance: how far the model's may lie from it.
        given: whether the firm gave it.
        advice: what to do where it is missed; empty where it is not.
    """

    key: str
    name: str
    wanted: float
    model: Estimate
    tolerance: float
    given: bool
    advice: str

    @property
    def fits(self) -> bool:
        """Whether the model's figure lies within the tolerance, or luck alone may be why it does not."""
        return not self.advice

    @property
    def write(self) -> Writer:
        """How its numbers are written."""
        return writer_of(self.key)

    def told(self) -> tuple[str, str, str, str]:
        """Name, the firm's, the model's, and a mark."""
        yours = self.write(self.wanted) + ("" if self.given else " (not given)")
        return (
            self.name,
            yours,
            estimated(self.model, self.write),
            "as yours" if self.fits else f"missed. {self.advice}",
        )


def writer_of(key: str) -> Writer:
    """How a figure is written: shares as percent, scores and counts whole."""
    if key.partition(" ")[0] == "share" or key == "growth" or (key in BY_KEY and BY_KEY[key].kind == "share"):
        return _percent
    if key in ("customers", "new", "revenue"):
        return whole
    return decimals(0) if key == "nps" else short


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share == share else "none"


def rows_of(
    figures: Figures, market: Founded, hidden: Sequence[Hidden], steps: Numbers, lives: Sequence[dict[str, float]]
) -> list[Held]:
    """Every figure that can be held against the market.

    Args:
        figures: of the firm.
        market: that was found.
        hidden: what was searched for.
        steps: where the search ended, shape (k,).
        lives: of the market, as `measured`.
    """
    at_ends = {each.target.key: _at_an_end(each, step) for each, step in zip(hidden, steps.tolist(), strict=True)}
    at_ends["new"] = at_ends.get("new for each", "")
    customers = number_of(figures, "customers")
    rows = []
    for key in NAMES:
        wanted = growth_of(figures) if key == "growth" else number_of(figures, key)
        values = _values(key, lives, customers)
        if wanted is not None and values is not None:
            given = key != "growth" or bool(
                at_ends.get(key) is not None and any(h.target.given for h in hidden if h.target.key == key)
            )
            rows.append(_row(key, NAMES[key], wanted, values, given, at_ends.get(key, "")))
    rivals = figures.get("rivals")
    for name, share in zip(
        list(market.record["brand"])[1:], rivals.values() if isinstance(rivals, dict) else [], strict=False
    ):
        key = f"share of {name}"
        rows.append(_row(key, key, float(share), np.array([life[key] for life in lives]), True, at_ends.get(key, "")))
    return rows


def _values(key: str, lives: Sequence[dict[str, float]], customers: float | None) -> Numbers | None:
    """The model's, shape (lives,), for as many customers as the firm has; None where they are not known."""
    if key in ("customers", "new", "revenue"):
        if customers is None:
            return None
        if key == "customers":
            each = np.array([life["for_each"] for life in lives])
            return np.asarray(customers * each / each.mean())
        return np.array([life[f"{key} for each"] for life in lives]) * customers
    return np.array([life[key] for life in lives])


def _row(key: str, name: str, wanted: float, values: Numbers, given: bool, at_an_end: str) -> Held:
    found, tolerance = estimate(values), tolerance_of(key.partition(" of ")[0], wanted)
    near = abs(found.mean - wanted) <= tolerance or (
        found.low <= wanted + tolerance and found.high >= wanted - tolerance
    )
    advice = "" if near else f"{at_an_end}{ADVICE.get(key.partition(' of ')[0], 'Correct it, or leave it out.')}"
    return Held(key, name, wanted, found, tolerance, given, advice)


def _at_an_end(each: Hidden, step: float) -> str:
    low, high = each.ends
    if low + AT_AN_END < step < high - AT_AN_END:
        return ""
    value = next(iter(each.values(step).values()))
    return f"{each.key} went to the end of its range ({value:.3g}). "
