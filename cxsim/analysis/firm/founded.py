"""The market of a firm before anything is searched for: the nearest ready market, with what is known set in it.

Of every value that changes it is kept whether it was given, follows from what was given, or is a choice of this program.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cxsim.analysis.calibration.priors import plausible
from cxsim.analysis.calibration.simulated import prices_in_proportion, rounded
from cxsim.analysis.firm.nearest import purchases_a_year
from cxsim.analysis.sweep.parameters import Record, Values, record_of, scenario_with
from cxsim.data.figures import BILLING, BY_KEY, Figures, number_of, times_a_year
from cxsim.scenario import Scenario
from cxsim.scenario.parameter import WEEKS_PER_YEAR, about
from cxsim.scenario.stages.need import NextNeed

SEARCH_PEOPLE: Final = (1200, 8000)  # with whom the hidden values are searched for: fewer where they buy often
SEARCH_PURCHASES: Final = 30_000  # of a year, of which the focal brand's are a part
YEAR: Final = 52
RUN_IN: Final = 3 * YEAR  # weeks until as many come as go, where people buy rarely and at random
OFTEN: Final = 6.0  # purchases a year from which a year is enough for that
CUSTOMERS_AT_FIRST: Final = (
    0.75  # share of people who are somebody's customers, where the ready market begins with nobody
)
LEAST_OTHERS: Final = 0.02  # share of the market below which those whom nobody named are left out
OTHERS: Final = "Others"
MOST_WEEKS: Final = 260  # of a horizon

GIVEN, FOLLOWS, CHOSEN, FOUND, COMPUTED = "given", "follows", "chosen", "found", "computed"


@dataclass(frozen=True)
class Said:
    """Why a key has its value.

    Attributes:
        how: `GIVEN`, `FOLLOWS` (in proportion to what was given), `CHOSEN` by this program, `FOUND` by its search, or
            `COMPUTED` from the market itself.
        words: from which figure, or why.
    """

    how: str
    words: str


@dataclass
class Founded:
    """A market under way.

    Attributes:
        record: the scenario as plain tables.
        said: by full key, why each value that is not the ready market's is what it is.
        source: the ready market.
    """

    record: Record
    source: Scenario
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def focal(self) -> str:
        """Name of the firm's brand."""
        return str(self.record["market"]["focal"])

    def put(self, key: str, value: object, how: str, words: str) -> None:
        """Set a value by full key."""
        place = self.record
        *above, last = key.split(".")
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
        self.said[key] = Said(how, words)
        self.record.get("evidence", {}).pop(key, None)

    def scenario(self, values: Values | None = None) -> Scenario:
        """As it stands, with other values by full key."""
        return scenario_with(self.record, values or {})


def founded(figures: Figures, ready: Scenario) -> Founded:
    """The ready market with everything in it that the figures say directly.

    Args:
        figures: a firm's.
        ready: the nearest market.

    Raises:
        ValueError: if figures are of another kind of need than the market.
    """
    _refuse_another_need(figures, ready)
    price = number_of(figures, "price")
    scaled = _in_proportion(ready, price) if price else ready
    market = Founded(_bare(scaled), ready)
    _brands(market, figures, scaled)
    _frame(market, figures)
    _rhythm(market, figures)
    _of_the_firm(market, figures)
    if price:
        focal = market.focal
        market.said[f"brand.{focal}.purchase.price"] = Said(GIVEN, "price")
        words = f"In proportion to the price of {price:,.10g}, given; the ready market's is {_price(ready):,.10g}"
        for name in market.record["brand"]:
            keys = ("money.unit_cost",) if name == focal else ("purchase.price", "money.unit_cost")
            for key in keys:
                market.said.setdefault(f"brand.{name}.{key}", Said(FOLLOWS, words))
        market.said["purchase.price_weight"] = Said(FOLLOWS, words)
    return market


def _price(scenario: Scenario) -> float:
    return scenario.brand[scenario.market.focal].purchase.price


def _refuse_another_need(figures: Figures, ready: Scenario) -> None:
    kind = ready.need.kind.name
    for key in figures:
        if kind not in BY_KEY[key].needs:
            fitting = " or ".join(BY_KEY[key].needs)
            raise ValueError(
                f"{key}: it is a figure of firms whose customers buy by {fitting}, and in {ready.name!r} they buy by {kind}. "
                "Leave it out, or name a market that is more like yours (--like)"
            )


def _in_proportion(ready: Scenario, price: float) -> Scenario:
    """The ready market at another price: all prices, costs of goods and rewards, and the weight of money in proportion."""
    factor = price / _price(ready)
    focal = ready.market.focal
    values: dict[str, Any] = dict(prices_in_proportion(ready, price))
    values[f"brand.{focal}.purchase.price"] = price
    values["telling.refer_reward"] = rounded(ready.telling.refer_reward / factor)
    for name, offer in ready.brand.items():
        values[f"brand.{name}.telling.reward"] = rounded(offer.telling.reward * factor)
        values[f"brand.{name}.money.advertising_weekly"] = rounded(offer.money.advertising_weekly * factor)
        values |= _money_of_mechanisms(ready, name, factor)
    return scenario_with(record_of(ready), values)


def _money_of_mechanisms(ready: Scenario, brand: str, factor: float) -> dict[str, Any]:
    """Rewards, switching costs and the like of a brand at another price; what is 0 or nothing stays."""
    amounts = {
        f"{each.name}.{field}": getattr(getattr(ready.brand[brand], each.name), field)
        for each in ready.own
        if each.Offer
        for field, declared in each.Offer.model_fields.items()
        if about(declared).get("unit") == "currency"
    }
    return {
        f"brand.{brand}.{key}": rounded(amount * factor) for key, amount in amounts.items() if 0.0 < amount < math.inf
    }


def _bare(scenario: Scenario) -> Record:
    """What a market sets, without what is about its own data or plans."""
    record = record_of(scenario)
    for key in ("reference", "extends", "intervention", "reaction", "channel", "name", "story"):
        record.pop(key, None)
    return record


def _brands(market: Founded, figures: Figures, ready: Scenario) -> None:
    """The firm and its rivals, who do business as those of the ready market do."""
    offers, record = ready.brands, market.record
    rivals_there = [name for name in offers if name != ready.market.focal]
    own, given = number_of(figures, "share"), figures.get("rivals")
    names = _names(str(figures.get("name", ready.market.focal)), list(given) if isinstance(given, dict) else [])
    shares = dict(zip(names[1:], given.values(), strict=True)) if isinstance(given, dict) else {}
    if not shares:
        names[1:] = [name for name in rivals_there if name != names[0]]
    elif own is not None and 1.0 - own - sum(shares.values()) > LEAST_OTHERS:
        names.append(OTHERS)
    like = (
        [ready.market.focal, *(rivals_there[place % len(rivals_there)] for place in range(len(names) - 1))]
        if rivals_there
        else [ready.market.focal]
    )
    names = names[: len(like)]
    record["brand"] = {name: _copied(record["brand"][model]) for name, model in zip(names, like, strict=True)}
    record["evidence"] = _renamed(record.get("evidence", {}), names, like)
    record["market"]["focal"] = names[0]
    _start(market, figures, shares, like, ready)


def _copied(table: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, dict) else value for key, value in table.items()}


def _names(own: str, rivals: list[str]) -> list[str]:
    """Names that a scenario may hold, none twice."""
    found: list[str] = []
    for name in (own, *rivals):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9_ -]+", " ", plain).strip(" -")[:50].strip() or "Firm"
        while plain in found:
            plain += " 2"
        found.append(plain)
    return found


def _renamed(evidence: dict[str, Any], names: list[str], like: list[str]) -> dict[str, Any]:
    """The evidence of the ready market for what is still its own, under the names that are used here."""
    kept = {key: backing for key, backing in evidence.items() if not key.startswith("brand.")}
    for name, model in zip(names, like, strict=True):
        prefix = f"brand.{model}."
        kept |= {
            f"brand.{name}.{key.removeprefix(prefix)}": backing
            for key, backing in evidence.items()
            if key.startswith(prefix)
        }
    return kept


def _start(market: Founded, figures: Figures, shares: dict[str, float], like: list[str], ready: Scenario) -> None:
    """With how many customers each brand begins."""
    there = {name: offer.purchase.customers_at_start for name, offer in ready.brand.items()}
    somebodys = sum(there.values()) or CUSTOMERS_AT_FIRST
    names, own = list(market.record["brand"]), number_of(figures, "share")
    base = [there[name] / somebodys if any(there.values()) else 1.0 / len(ready.brand) for name in like]
    if own is not None:
        base[0] = own
    known = [shares.get(name) for name in names]
    left = 1.0 - base[0] - sum(share for share in known if share is not None)
    unnamed = [place for place in range(1, len(names)) if known[place] is None]
    weight = sum(base[place] for place in unnamed)
    for place, name in enumerate(names):
        share = known[place]
        if share is None:
            share = base[0] if place == 0 else max(left, 0.0) * base[place] / weight if weight else 0.0
        given = (place == 0 and own is not None) or known[place] is not None
        words = f"Its share of the market, {share:.3g}, of the {somebodys:.3g} of people who are somebody's customers, which nobody gave"
        if not given:
            words = f"What is left of the market, as the ready market divides it, of the {somebodys:.3g} who are somebody's customers"
        market.put(
            f"brand.{name}.purchase.customers_at_start", rounded(share * somebodys), FOLLOWS if given else CHOSEN, words
        )


def _frame(market: Founded, figures: Figures) -> None:
    """An established market: people are there from the start, and who leaves may come back."""
    ready, record = market.source, market.record
    record["market"].pop("entry_counts", None)
    record["market"].pop("entry_step_weeks", None)
    if not any(offer.purchase.customers_at_start for offer in ready.brand.values()):
        market.put("loyalty.rejoin", 1.0, CHOSEN, "The firm is established: who leaves may come back")
        record["need"].pop("at_entry", None)
        record.get("evidence", {}).pop("need.at_entry", None)
    weeks = max(104, min(MOST_WEEKS, 4 * math.ceil(WEEKS_PER_YEAR / purchases_a_year(ready))))
    if "billing" in figures:
        weeks = max(156, 4 * math.ceil(BILLING[str(figures["billing"])]))
    market.put("market.horizon_weeks", weeks, CHOSEN, "Long enough to see people buy several times")
    often, share = times_a_year(figures) or purchases_a_year(ready), number_of(figures, "share") or 1.0
    rare = ready.need.kind == NextNeed.repeat and often < OFTEN
    words = "Years before week 0, in which memories and ratings come about"
    market.put("market.run_in_weeks", RUN_IN if rare else YEAR, CHOSEN, words)
    in_all = often / math.sqrt(share) if ready.need.kind == NextNeed.repeat else often  # at rivals too
    people = int(min(max(SEARCH_PURCHASES / in_all, SEARCH_PEOPLE[0]), SEARCH_PEOPLE[1]))
    market.put("market.people", people, CHOSEN, "As many as it takes to search")
    if "currency" in figures:
        market.put("market.currency", str(figures["currency"])[:8], GIVEN, "currency")
    for name, table in record["brand"].items():
        table.setdefault("support", {})["capacity"] = math.inf  # set at the end, beside the contacts that come
        scale = people / ready.market.people
        money = table.setdefault("money", {})
        if money.get("advertising_weekly"):
            market.put(
                f"brand.{name}.money.advertising_weekly",
                rounded(money["advertising_weekly"] * scale),
                FOLLOWS,
                "For each person as in the ready market, in proportion to the price",
            )


def _rhythm(market: Founded, figures: Figures) -> None:
    """How long a contract runs and how long a thing lasts, which is known; how often people buy is searched for."""
    ready = market.source
    if "billing" in figures:
        weeks = BILLING[str(figures["billing"])]
        shorter = weeks / ready.need.period_weeks
        market.put("need.period_weeks", rounded(weeks), GIVEN, "billing")
        _for_each_period(market, shorter)
    life = number_of(figures, "life")
    if life is not None and ready.need.kind == NextNeed.replacement:
        scale = life * WEEKS_PER_YEAR / math.gamma(1.0 + 1.0 / ready.need.life_shape)
        market.put("need.life_scale_weeks", rounded(scale), GIVEN, f"life: a mean of {life:g} years")
    season = figures.get("season")
    if isinstance(season, tuple):
        mean = sum(season) / len(season)
        market.put(
            "need.season",
            [rounded(month / mean) for month in season],
            GIVEN,
            "season: each month beside the mean of all",
        )
        market.put("market.start", "2027-01-04", CHOSEN, "A season needs a calendar; set your own first day")


def _for_each_period(market: Founded, shorter: float) -> None:
    """What may go wrong in a period of a contract goes wrong less often in a shorter one, and less is told of it."""
    words = "As in the ready market, for the length of a period"
    for name, offer in market.scenario().brand.items():
        rates = {"use.failure_rate": offer.use.failure_rate, "use.late_rate": offer.use.late_rate}
        for key, rate in rates.items():
            market.put(f"brand.{name}.{key}", rounded(float(np.clip(rate * shorter, *plausible(key)))), FOLLOWS, words)
        for key, chance in {"purchase.ease": offer.purchase.ease, "purchase.fit": offer.purchase.fit}.items():
            market.put(f"brand.{name}.{key}", rounded(max(1.0 - (1.0 - chance) * shorter, 0.0)), FOLLOWS, words)
    base = market.scenario().telling.refer_base + math.log(shorter)
    market.put("telling.refer_base", rounded(float(np.clip(base, *plausible("telling.refer_base")))), FOLLOWS, words)


DIRECT: Final = {
    "failures": "use.failure_rate",
    "late": "use.late_rate",
    "first_contact": "support.resolve_rate",
    "contact_cost": "money.contact_cost",
}  # figures that are parameters of the firm's offer


def _of_the_firm(market: Founded, figures: Figures) -> None:
    for key, parameter in DIRECT.items():
        value = number_of(figures, key)
        if value is not None:
            market.put(f"brand.{market.focal}.{parameter}", rounded(value), GIVEN, key)
    margin = number_of(figures, "margin")
    if margin is not None:
        price = market.record["brand"][market.focal]["purchase"]["price"]
        market.put(f"brand.{market.focal}.money.unit_cost", rounded(price * (1.0 - margin)), GIVEN, "margin")
