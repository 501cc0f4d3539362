"""What may vary in a calibration by simulation, and how widely before the data are seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario
from cxsim.scenario.own_values import sets_itself
from cxsim.scenario.register import find_entries

# Standard deviation of the logarithm of a parameter that a closed form has too. Twice the standard error of its fit, so
# that the search does not know more than the data; at least a factor of 2.7 up or down, since other effects of experience
# than the market's own need other values; at most one of 4.5, since a fit with so few data says little about where to search.
NARROWEST, WIDEST = 1.0, 1.5
# Before the data are seen one in twenty lies beyond either end of what is plausible: little where they tell nothing, and where they insist
# there is a way out.
BEYOND = 0.05
_ENDS_AT = float(-stats.norm.ppf(BEYOND))


@dataclass(frozen=True)
class Uncertain:
    """A parameter of the scenario that is not known.

    Attributes:
        key: full key in the scenario.
        low: least plausible value before the data are seen; for a rhythm parameter one standard deviation below.
        high: largest plausible value; for a rhythm parameter one standard deviation above.
        of_rhythm: whether it starts at a fitted closed form (log-normal); else anything in the range is as likely, and a tenth
            lies beyond it, half at either end, where the data may lead.
    """

    key: str
    low: float
    high: float
    of_rhythm: bool = False

    def value(self, normal: Numbers) -> Numbers:
        """The parameter at points of a standard normal prior, any shape."""
        if self.of_rhythm:
            centre, spread = np.log(self.low * self.high) / 2.0, np.log(self.high / self.low) / 2.0
            low, high = allowed(self.key)
            return np.asarray(np.clip(np.exp(centre + spread * normal), low, high))
        least, most = allowed(short_key(self.key))
        inside = (stats.norm.cdf(normal) - BEYOND) / (1.0 - 2.0 * BEYOND)
        place = np.where(
            np.abs(normal) <= _ENDS_AT, inside, np.where(normal > 0.0, 1.0 + _past(normal), -_past(-normal))
        )
        return np.asarray(np.clip(self.low + (self.high - self.low) * place, least, most))

    def value_inside(self, normal: Numbers) -> Numbers:
        """The same for a parameter of experience of which no data can speak: never beyond the range."""
        return np.asarray(self.low + (self.high - self.low) * stats.norm.cdf(normal))


def _past(normal: Numbers) -> Numbers:
    """How far past an end of the range, as a share of it: exponential tails, as dense at the end as what lies inside."""
    left = np.log(BEYOND) - stats.norm.logsf(np.maximum(normal, _ENDS_AT))
    return np.asarray(BEYOND / (1.0 - 2.0 * BEYOND) * left)


# How experience becomes loyalty and word of mouth. Purchases alone hardly tell these; they are left free all the same,
# so that the plausible set is as wide as our ignorance of them.
OF_CUSTOMERS = (
    "loyalty.satisfaction_weight", "loyalty.failure_weight", "support.recovery_weight", "use.surprise_weight",
    "use.loss_aversion", "telling.good", "telling.bad",
)  # fmt: skip
OF_BRAND = ("use.failure_rate",)
COUNTED = ("use.failure_rate", "use.late_rate", "support.resolve_rate")  # by a firm, in its own books


def around_rhythm(keys: list[str], values: Numbers, log_errors: Numbers) -> list[Uncertain]:
    """Parameters that a closed form has too; other effects of experience may move them.

    Args:
        keys: in the scenario.
        values: where the search begins, shape (k,).
        log_errors: standard errors of their logarithms, shape (k,).
    """
    factors = np.exp(np.clip(2.0 * log_errors, NARROWEST, WIDEST))
    return [
        Uncertain(key, float(value / factor), float(value * factor), True)
        for key, value, factor in zip(keys, values, factors, strict=True)
    ]


Ranges = Mapping[str, tuple[float, float]]  # by short key, where to look for a parameter


def of_experience(scenario: Scenario, told_by_data: list[str], counted: Ranges | None = None) -> list[Uncertain]:
    """Parameters of experience that start at the plausible range of the register.

    Args:
        scenario: the market; brand parameters are those of its focal brand.
        told_by_data: short keys of further parameters that the data at hand have something to say about.
        counted: where to look for parameters that the data tell directly, instead of the plausible range, which is a guess.
    """
    keys = dict.fromkeys([*OF_BRAND, *OF_CUSTOMERS, *told_by_data])
    ranges = {key: (counted or {}).get(key) or plausible(key) for key in keys}
    offers_first = sorted(keys, key=lambda key: not is_offer(key))
    return [Uncertain(full_key(scenario, key), *ranges[key]) for key in offers_first]


def full_key(scenario: Scenario, key: str) -> str:
    """The full key of a parameter of the customers, or of the focal brand."""
    return f"brand.{scenario.market.focal}.{key}" if is_offer(key) else key


def short_key(key: str) -> str:
    """A full key without the brand."""
    return key.split(".", 2)[2] if key.startswith("brand.") else key


def known_beforehand(market: str | Path, scenario: Scenario, uncertain: list[Uncertain]) -> set[str]:
    """Full keys of the values that stay as the user's own file says: what a firm counts, and what it gives evidence for.

    Nobody counts how much a disappointment weighs, so such a value is a guess that the data may correct, unless it is backed.

    Args:
        market: name or file of the scenario.
        scenario: the same, loaded.
        uncertain: what would be varied.
    """
    backed = {key for key, backing in scenario.evidence.items() if backing.evidence != "assumed"}
    stay = backed | {full_key(scenario, key) for key in COUNTED}
    return {each.key for each in uncertain if each.key in stay and sets_itself(market, each.key)}


def around_share(share: float, error: float) -> tuple[float, float]:
    """Where to look for a rate of which a firm counted a share: four errors, and half as much again, to either side."""
    return max(0.0, share - 4.0 * error) / 1.5, min(1.0, 1.5 * (share + 4.0 * error))


def is_offer(key: str) -> bool:
    """Whether a short key is the firm's, not the customers'."""
    from cxsim.scenario.effects import is_of_brand

    return is_of_brand(key)


def plausible(key: str) -> tuple[float, float]:
    """The plausible range of a parameter by its short key.

    Raises:
        ValueError: if the register has none.
    """
    entry = find_entries(key)[0]
    if entry.plausible is None:
        raise ValueError(f"{key} has no plausible range in the register; a scenario has to set it")
    return entry.plausible


def allowed(key: str) -> tuple[float, float]:
    """The allowed range of a parameter."""
    entry = find_entries(key)[0]
    return entry.low, entry.high
