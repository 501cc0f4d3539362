"""The hidden values of a market, each searched for until its market gives a figure of the firm back."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cxsim.analysis.calibration.priors import allowed
from cxsim.analysis.calibration.simulated import rounded
from cxsim.analysis.firm.founded import CHOSEN, FOUND, Founded
from cxsim.analysis.firm.nearest import purchases_a_year
from cxsim.analysis.sweep.parameters import Values
from cxsim.data.figures import Figures, number_of, times_a_year
from cxsim.scenario.register import find_entries
from cxsim.scenario.stages.need import NextNeed

Scale = Callable[[float], float]
LEAST: Final = 1e-4  # shares and rates below are taken for this: a logarithm has to exist
EVERYBODY: Final = 0.999  # share of people who may be somebody's customers; the rest is for rounding
APPEAL: Final = (-8.0, 8.0)  # utility: beyond, a brand has nearly nobody or everybody
AT_AN_END: Final = 0.1  # steps from the end of a range
FURTHEST: Final = 6.0  # steps to which a hidden value may go


def _log(value: float) -> float:
    return math.log(max(value, LEAST))


def _logit(value: float) -> float:
    inside = min(max(value, LEAST), 1.0 - LEAST)
    return math.log(inside / (1.0 - inside))


def _points(value: float) -> float:
    return value / 25.0


@dataclass(frozen=True)
class Aim:
    """A figure to be given back.

    Attributes:
        key: as `measured` names it.
        wanted: its value.
        tolerance: how far the model's may lie from it.
        scale: on which it answers about evenly to the value that moves it.
        given: whether the firm gave it; else it is taken for granted, and said so.
    """

    key: str
    wanted: float
    tolerance: float
    scale: Scale
    given: bool = True

    def missed(self, found: float) -> float:
        """By how much it is missed, on its scale; nan counts as 0."""
        return self.scale(0.0 if math.isnan(found) else found) - self.scale(self.wanted)

    @property
    def error(self) -> float:
        """The tolerance on its scale."""
        return abs(self.scale(self.wanted + self.tolerance) - self.scale(self.wanted - self.tolerance)) / 2.0


@dataclass(frozen=True)
class Hidden:
    """A value that is searched for.

    Attributes:
        key: short key, in words of the register.
        starts: by full key, where the search begins; segments move together.
        logarithmic: whether a step multiplies, by e, or adds `unit`.
        unit: what one step adds.
        target: the figure that it answers for.
        low: least value.
        high: largest value.
    """

    key: str
    starts: dict[str, float]
    logarithmic: bool
    unit: float
    target: Aim
    low: float
    high: float

    def values(self, steps: float) -> Values:
        """By full key, so many steps from the start, within the range."""
        return {
            key: rounded(min(max(self._at(start, steps), self.low), self.high)) for key, start in self.starts.items()
        }

    def _at(self, start: float, steps: float) -> float:
        return start * math.exp(steps) if self.logarithmic else start + steps * self.unit

    @property
    def ends(self) -> tuple[float, float]:
        """The steps at which every start has come to an end of the range; no further than is of use."""
        starts = self.starts.values()
        if self.logarithmic:
            low, high = (math.log(max(end, 1e-9)) for end in (self.low, self.high))
            away = [(low - math.log(start), high - math.log(start)) for start in starts]
        else:
            away = [((self.low - start) / self.unit, (self.high - start) / self.unit) for start in starts]
        return max(min(low for low, _ in away), -FURTHEST), min(max(high for _, high in away), FURTHEST)


def tolerance_of(key: str, wanted: float) -> float:
    """How far the model's figure may lie from the firm's: about what firms know their figures to."""
    relative, least = TOLERANCES.get(key, (0.05, 0.0))
    return max(relative * abs(wanted), least)


TOLERANCES: Final = {
    "churn": (0.07, 0.01), "repeat": (0.07, 0.02), "nps": (0.0, 4.0), "csat": (0.0, 0.03), "contacts": (0.1, 1.0),
    "referral": (0.1, 0.015), "growth": (0.0, 0.05), "share": (0.1, 0.01), "failures": (0.05, 0.01), "late": (0.05, 0.01),
    "first_contact": (0.05, 0.03), "new": (0.1, 0.0), "margin": (0.03, 0.01), "revenue": (0.07, 0.0),
}  # fmt: skip  # key: share of the figure, and at least so much


def hidden_values(market: Founded, figures: Figures) -> list[Hidden]:
    """What is searched for: one value for every figure that no parameter is, in the order of the story."""
    found = [
        *_of_purchases(market, figures),
        *_of_churn(market, figures),
        *_of_scores(market, figures),
        *_of_support(market, figures),
        *_of_referrals(market, figures),
        *_of_the_market(market, figures),
    ]
    return [each for each in found if each is not None]


def _target(key: str, wanted: float, scale: Scale, given: bool = True) -> Aim:
    return Aim(key, wanted, tolerance_of(key.partition(" of ")[0], wanted), scale, given)


def _everywhere(market: Founded, key: str, factor: float = 1.0) -> dict[str, float]:
    """Where customers have a value: in all segments that set it, and for everybody; times a factor."""
    stage, name = key.split(".")
    scenario = market.scenario()
    low, high = allowed(key)

    def of(value: float) -> float:
        return rounded(min(max(value * factor, low), high))

    places = {key: of(float(getattr(getattr(scenario, stage), name)))}
    for segment, (_, traits) in scenario.segments().items():
        if segment in scenario.segment and name in getattr(scenario.segment[segment], stage).model_fields_set:
            places[f"segment.{segment}.{key}"] = of(float(getattr(getattr(traits, stage), name)))
    return places


def _of_brand(market: Founded, brand: str, key: str) -> dict[str, float]:
    stage, name = key.split(".")
    return {f"brand.{brand}.{key}": float(getattr(getattr(market.scenario().brand[brand], stage), name))}


def _range(key: str) -> tuple[float, float]:
    """Where a value may lie: the plausible range, else the allowed one."""
    entry = find_entries(key)[0]
    return entry.plausible or (entry.low, entry.high)


def _of_purchases(market: Founded, figures: Figures) -> list[Hidden]:
    often = number_of(figures, "purchases")
    if often is None:
        return []
    key, factor = "need.rate_scale_weeks", purchases_a_year(market.source) / often
    target = _target("purchases", often, _log)
    return [Hidden(key, _everywhere(market, key, factor), True, 1.0, target, *_range(key))]


def _of_churn(market: Founded, figures: Figures) -> list[Hidden]:
    """Latent loyalty, by the share lost in a year; without a contract by who buys again, if that is known."""
    key = "loyalty.leave_b"
    churn, again = number_of(figures, "churn"), number_of(figures, "repeat")
    if market.source.need.kind == NextNeed.contract and churn is not None:
        times = times_a_year(figures) or purchases_a_year(market.source)
        loyalty = [(share, traits.loyalty) for share, traits in market.source.segments().values()]
        chance = sum(share * each.leave_a / (each.leave_a + each.leave_b) for share, each in loyalty)
        factor = chance / (1.0 - (1.0 - churn) ** (1.0 / times))
        return [Hidden(key, _everywhere(market, key, factor), True, 1.0, _target("churn", churn, _log), *_range(key))]
    if again is not None:
        return [Hidden(key, _everywhere(market, key), True, 1.0, _target("repeat", again, _logit), *_range(key))]
    if churn is not None:
        return [Hidden(key, _everywhere(market, key), True, 1.0, _target("churn", churn, _logit), *_range(key))]
    return []


def _of_scores(market: Founded, figures: Figures) -> list[Hidden]:
    """How good the product is, by the score of a survey."""
    key = "use.quality"
    start = _of_brand(market, market.focal, key)
    score, satisfied = number_of(figures, "nps"), number_of(figures, "csat")
    if score is not None:
        return [Hidden(key, start, False, 0.1, _target("nps", score, _points), *_range(key))]
    if satisfied is not None:
        return [Hidden(key, start, False, 0.1, _target("csat", satisfied, _logit), *_range(key))]
    return []


def _of_support(market: Founded, figures: Figures) -> list[Hidden]:
    """How readily people complain, by the contacts that come."""
    contacts, key = number_of(figures, "contacts"), "support.contact_base"
    if contacts is None:
        return []
    return [Hidden(key, _everywhere(market, key), False, 1.0, _target("contacts", contacts, _log), *_range(key))]


def _of_referrals(market: Founded, figures: Figures) -> list[Hidden]:
    share, key = number_of(figures, "referral"), "telling.refer_base"
    if share is None:
        return []
    target = _target("referral", share, _log)
    return [Hidden(key, _everywhere(market, key), False, 1.0, target, *_range(key))]


def _of_the_market(market: Founded, figures: Figures) -> list[Hidden]:
    """What draws people to the firm, by its share where people choose anew each time, else by how it grows."""
    key, growth = "purchase.appeal", growth_of(figures)
    start = _of_brand(market, market.focal, key)
    found = _of_shares(market, figures)
    if market.source.need.kind != NextNeed.repeat and len(market.record["brand"]) > 1:
        found.append(
            Hidden(key, start, False, 1.0, _target("growth", growth, _log, _growth_is_given(figures)), *APPEAL)
        )
    new, customers = number_of(figures, "new"), number_of(figures, "customers")
    if market.source.need.kind == NextNeed.repeat and new is not None and customers:
        coming = "need.spontaneous_annual"
        share_new = Aim("new for each", new / customers, tolerance_of("new", new / customers), _log)
        found.append(Hidden(coming, _everywhere(market, coming), True, 1.0, share_new, 1e-4, 52.0))
    return found


def _of_shares(market: Founded, figures: Figures) -> list[Hidden]:
    """Shares hang on appeal where people choose anew each time; under contract on how many are customers to begin with."""
    own, rivals, names = number_of(figures, "share"), figures.get("rivals"), list(market.record["brand"])
    shares = [("share", own)] if own is not None else []
    if isinstance(rivals, dict):
        shares += [(f"share of {name}", share) for name, share in zip(names[1:], rivals.values(), strict=False)]
    anew = market.source.need.kind == NextNeed.repeat
    found: list[Hidden] = []
    for name, (key, share) in zip(names if own is not None else names[1:], shares, strict=False):
        if len(found) == len(names) - 1 and anew:
            break  # the last has what is left
        target = _target(key, share, _logit)
        if anew:
            found.append(
                Hidden("purchase.appeal", _of_brand(market, name, "purchase.appeal"), False, 1.0, target, *APPEAL)
            )
        else:
            start = _of_brand(market, name, "purchase.customers_at_start")
            high = _room(market) * max(next(iter(start.values())), LEAST)
            found.append(Hidden("purchase.customers_at_start", start, True, 1.0, target, LEAST, high))
    return found


def _room(market: Founded) -> float:
    """The factor by which the shares of all brands may rise: a fifth, but together to no more than everybody."""
    somebodys = sum(offer.purchase.customers_at_start for offer in market.scenario().brand.values())
    return min(1.2, EVERYBODY / somebodys) if somebodys else 1.2


def growth_of(figures: Figures) -> float:
    """Customers a year on beside those of today; as many, where nobody says how many come and go."""
    if not _growth_is_given(figures):
        return 1.0
    new, customers, churn = (number_of(figures, key) or 0.0 for key in ("new", "customers", "churn"))
    return 1.0 + new / customers + math.log(1.0 - churn) if customers else 1.0


def _growth_is_given(figures: Figures) -> bool:
    return all(number_of(figures, key) is not None for key in ("new", "customers", "churn")) and "billing" in figures


def kindness(hidden: list[Hidden], steps: list[float], missed: list[float]) -> Values:
    """How kindly people answer, at the end of its range, where quality alone cannot give the score; else nothing."""
    key = "listening.leniency"
    low, high = _range(key)
    for each, step, off in zip(hidden, steps, missed, strict=True):
        if each.key == "use.quality" and abs(off) > 1.0:
            if off < 0.0 and step > each.ends[1] - AT_AN_END:
                return {key: high}
            if off > 0.0 and step < each.ends[0] + AT_AN_END:
                return {key: low}
    return {}


def settle(market: Founded, hidden: list[Hidden], steps: list[float]) -> None:
    """Put what was found into the market."""
    for each, step in zip(hidden, steps, strict=True):
        words = _words(each)
        for key, value in each.values(step).items():
            market.put(key, value, FOUND if each.target.given else CHOSEN, words)


def _words(each: Hidden) -> str:
    target = each.target
    if target.key == "growth":
        return f"So that a year on there are {target.wanted:.3g} times as many customers" + (
            "" if target.given else ", which nobody gave"
        )
    return f"So that the market gives back {target.key} {target.wanted:.4g}"
