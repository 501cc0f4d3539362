"""When people buy again and when they stop: the closed forms, fitted by maximum likelihood, as parameters of a scenario."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.likelihood import Fit, fit_repeat_buying, fit_retention
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull, Sbg
from cxsim.data.histories import Histories, Numbers
from cxsim.scenario import Scenario

AnyModel = BgNbd | ParetoNbd | Sbg | BetaDiscreteWeibull
AnyFit = Fit[BgNbd] | Fit[ParetoNbd] | Fit[Sbg] | Fit[BetaDiscreteWeibull]

# Where each parameter of a closed form stands in a scenario.
KEYS: dict[str, dict[str, str]] = {
    "BG/NBD": {
        "r": "need.rate_shape",
        "alpha": "need.rate_scale_weeks",
        "a": "loyalty.leave_a",
        "b": "loyalty.leave_b",
    },
    "Pareto/NBD": {
        "r": "need.rate_shape",
        "alpha": "need.rate_scale_weeks",
        "s": "loyalty.hazard_shape",
        "beta": "loyalty.hazard_scale_weeks",
    },
    "sBG": {"a": "loyalty.leave_a", "b": "loyalty.leave_b"},
    "BdW": {"a": "loyalty.leave_a", "b": "loyalty.leave_b", "c": "loyalty.tenure_shape"},
}
# The structure that makes the simulator that closed form, once every effect of experience is off.
STRUCTURE: dict[str, dict[str, str | bool]] = {
    "BG/NBD": {"loyalty.departure": "after_use", "loyalty.first_may_leave": False, "need.kind": "repeat"},
    "Pareto/NBD": {"loyalty.departure": "anytime", "need.kind": "repeat"},
    "sBG": {"loyalty.departure": "after_use", "loyalty.first_may_leave": True, "need.kind": "contract"},
    "BdW": {"loyalty.departure": "after_use", "loyalty.first_may_leave": True, "need.kind": "contract"},
}
# The kind of need whose timing a closed form describes.
NEED = {"BG/NBD": "repeat", "Pareto/NBD": "repeat", "sBG": "contract", "BdW": "contract"}


@dataclass(frozen=True)
class Rhythm:
    """The closed forms fitted to one set of data, and the one that is used.

    Attributes:
        fits: each model tried, in order of trying.
        chosen: the one used.
        why: why, in a sentence.
    """

    fits: tuple[AnyFit, ...]
    chosen: AnyFit
    why: str

    @property
    def keys(self) -> list[str]:
        """Keys of the fitted parameters in a scenario, in the order of `chosen.values`."""
        places = KEYS[self.chosen.model.NAME]
        return [places[name] for name in self.chosen.names]

    def plausible(self, draws: int, seed: int) -> pd.DataFrame:
        """Parameters that fit nearly as well: one row a draw, one column a key."""
        return pd.DataFrame(self.chosen.plausible(draws, seed), columns=self.keys)


def fit_rhythm(histories: Histories, departure: str | None = None) -> Rhythm:
    """Fit BG/NBD and Pareto/NBD, which have equally many parameters, and keep the likelier one.

    Args:
        histories: of the calibration period.
        departure: `after_use` or `anytime` where the market has decided already; None leaves it to the data.
    """
    fits: tuple[AnyFit, ...] = (fit_repeat_buying(BgNbd, histories), fit_repeat_buying(ParetoNbd, histories))
    if departure is not None:
        chosen = fits[0] if departure == "after_use" else fits[1]
        return Rhythm(fits, chosen, f"the market lets customers leave {departure.replace('_', ' ')}")
    chosen = max(fits, key=lambda fit: fit.log_likelihood)
    gap = abs(fits[0].log_likelihood - fits[1].log_likelihood)
    return Rhythm(fits, chosen, f"it is the likelier of the two, by {gap:.1f} in log-likelihood")


def fit_contract(survivors: Numbers) -> Rhythm:
    """Fit sBG and, if it is worth its third parameter (lower AIC, Akaike 1974), BdW.

    Raises:
        ValueError: if nobody leaves, so that no chance to leave can be told.
    """
    if survivors[-1] == survivors[0]:
        raise ValueError(
            f"nobody leaves in the {len(survivors) - 1} periods to fit, so how customers leave cannot be told"
        )
    fits: tuple[AnyFit, ...] = (fit_retention(Sbg, survivors), fit_retention(BetaDiscreteWeibull, survivors))
    gain = 2.0 * (fits[1].log_likelihood - fits[0].log_likelihood)
    if len(survivors) > 3 and gain > 2.0:
        return Rhythm(fits, fits[1], f"its third parameter is worth it (AIC lower by {gain - 2.0:.1f})")
    return Rhythm(fits, fits[0], "a third parameter would not be worth it (AIC)")


def in_words(model: AnyModel) -> list[tuple[str, float, str]]:
    """What fitted parameters mean: (words, value, unit)."""
    if isinstance(model, BgNbd):
        return [_rate(model), ("mean chance to leave after a repeat purchase", model.a / (model.a + model.b), "share")]
    if isinstance(model, ParetoNbd):
        half_life = model.beta * (2.0 ** (1.0 / model.s) - 1.0)
        return [_rate(model), ("time after which half of the customers have left", half_life, "weeks")]
    first, fifth = (float(value) for value in model.survival(np.array([1.0, 5.0])))
    return [("still there after one period", first, "share"), ("still there after five periods", fifth, "share")]


def _rate(model: BgNbd | ParetoNbd) -> tuple[str, float, str]:
    return ("mean purchases of a customer who stays", 52.0 * model.r / model.alpha, "per year")


def refuse_another_kind_of_need(scenario: Scenario, rhythm: Rhythm) -> None:
    """A closed form can be the start of a search only where needs arise in its way.

    Raises:
        ValueError: naming both kinds of need.
    """
    need = NEED[rhythm.chosen.model.NAME]
    if scenario.need.kind.name != need:
        told = "purchases at any time" if need == "repeat" else "a retention table of contracts"
        ready = "online-retailer" if need == "repeat" else "subscription"
        raise ValueError(
            f"in {scenario.name!r} needs arise by {scenario.need.kind.name}, and the data are {told}: name a market whose "
            f'need.kind is "{need}" (--market {ready}, or a file of your own)'
        )
