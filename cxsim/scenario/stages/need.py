"""Need: what starts a journey, and when a customer needs the product again."""

from enum import IntEnum
from typing import Annotated, Final

from pydantic import Field, field_validator

from cxsim.scenario.parameter import Section, by_name, parameter

MONTHS: Final = 12
MOST_FACTOR: Final = 100.0
Factor = Annotated[float, Field(ge=0.0, le=MOST_FACTOR)]


class NextNeed(IntEnum):
    """How the next need of a customer arises."""

    repeat = 0  # waits ~ Exp(rate of the person), rates ~ Gamma: the NBD of frequently bought goods
    replacement = 1  # Weibull product life
    contract = 2  # a fixed renewal period


class NeedTraits(Section):
    """How needs arise in people."""

    kind: by_name(NextNeed) = parameter(  # type: ignore[valid-type]
        NextNeed.repeat,
        "How a customer's next need arises: repeat (random, at a personal rate), replacement (wears out), contract (renewal).",
        "word", 0, 2, "assumed", "The scenario's own choice of market.",
    )  # fmt: skip
    at_entry: bool = parameter(
        False,
        "Whether a first need arises at the moment of entering the market (a cohort of buyers) or by chance later.",
        "true or false", 0, 1, "assumed", "The scenario's own choice of market.",
    )  # fmt: skip
    spontaneous_annual: float = parameter(
        0.03,
        "Hazard that a person outside the market feels the need unprompted.",
        "per year", 0, 520, "published",
        "Bass coefficient of innovation p, mean .03 a year over 213 applications: Sultan, Farley & Lehmann (1990), JMR 27(1), 70-77; there it holds all influence from outside, here advertising (reach_annual) comes on top.", plausible=(0.0001, 0.04),
    )  # fmt: skip
    imitation_annual: float = parameter(
        0.38,
        "Hazard, when all neighbours are customers, that a person outside starts a journey because of them.",
        "per year", 0, 520, "published",
        "Bass coefficient of imitation q, mean .38 a year over 213 applications: Sultan, Farley & Lehmann (1990), JMR 27(1), 70-77; there, as in Bass (1969), Management Science 15(5), 215-227, everybody is everybody's neighbour.", plausible=(0.2, 1.0),
    )  # fmt: skip
    rate_shape: float = parameter(
        1.0,
        "Shape r of the Gamma distribution of need rates across people (repeat needs); small means very unequal.",
        "pure number", 0.01, 1000, "assumed", "Exponentially distributed rates; CDNOW's customers are more unequal (.243 in Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284).",
    )  # fmt: skip
    rate_scale_weeks: float = parameter(
        8.0,
        "Rate parameter alpha of that Gamma distribution: the mean need rate is rate_shape / rate_scale_weeks per week.",
        "weeks", 0.01, 10_000, "assumed", "A need every eight weeks on average.",
    )  # fmt: skip
    life_shape: float = parameter(
        2.0,
        "Shape of the Weibull product life (replacement needs); 1 is memoryless, larger wears out on time.",
        "pure number", 0.5, 10, "assumed", "Wears out (a rising hazard, above 1); 2 is the Rayleigh life.", plausible=(1.0, 4.0),
    )  # fmt: skip
    life_scale_weeks: float = parameter(
        312.0, "Scale of the Weibull product life: 63% of products are replaced by then.",
        "weeks", 0.1, 10_000, "assumed", "Six years, a household durable.",
    )  # fmt: skip
    period_weeks: float = parameter(
        52.0, "Time between renewals (contract needs).", "weeks", 0.1, 1040, "assumed", "An annual contract."
    )
    season: tuple[Factor, ...] = parameter(
        (),
        "How many times faster than on average needs arise: twelve factors, one for each month of the calendar (with `market.start`), or fifty-two, one for each week from week 0 on, over and over; none: at all times alike. Contracts renew by date, in season or out.",
        "factors of mean 1", 0, MOST_FACTOR, "assumed", "No season unless a market says so; monthly sales of the trade, each divided by their mean, are one.",
    )  # fmt: skip

    @field_validator("season")
    @classmethod
    def _a_year(cls, season: tuple[float, ...]) -> tuple[float, ...]:
        if season and len(season) not in (MONTHS, 52):
            raise ValueError(f"it takes twelve factors (months) or fifty-two (weeks), not {len(season)}")
        if season and not any(season):
            raise ValueError("all factors are 0, so no need would ever arise; at least one must be above 0")
        return season


class NeedOffer(Section):
    """What a brand does to start journeys, and what else it has for who is happy with it."""

    reach_annual: float = parameter(
        0.03,
        "Hazard that the brand's advertising starts a journey of a person outside the market, and makes it known.",
        "per year", 0, 520, "assumed",
        "As much as unprompted needs. The mean of .03 a year in Sultan, Farley & Lehmann (1990), JMR 27(1), 70-77 is all influence from outside, which both together exceed.",
    )  # fmt: skip
    similar: float = parameter(
        0.0,
        "Chance that a customer who stays after a good episode, one at least as satisfying as `telling.neutral`, buys something similar from the brand too (cross-buying); 0: it has nothing else to sell, or nobody wants it.",
        "probability", 0, 1, "assumed",
        "Nothing similar is sold. Returns, the rhythm of purchases, the first category and marketing drive cross-buying: Kumar, George & Pancras (2008), J. Retailing 84(1), 15-27; satisfaction's part in it differs between short and long relationships: Verhoef, Franses & Hoekstra (2001), J. Retailing 77(3), 359-378; no chance is taken from either.",
    )  # fmt: skip
