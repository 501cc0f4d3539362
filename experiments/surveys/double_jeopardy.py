"""Double jeopardy: brands with fewer buyers are also bought a little less often by them. Three scanner panels.

Simulated households are calibrated to half of the real ones: purchases each, the brands' shares, brands bought per
household, and how often a purchase repeats the last brand. Not calibrated, so predicted: how each brand's purchases
divide into buyers (penetration) and purchases per buyer (frequency).

    python -m experiments.surveys.double_jeopardy [--write]
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim import load
from cxsim.engine.measures import Note
from cxsim.engine.state import NOTES
from experiments.pages import asked_to_write, table, write_figures
from experiments.surveys.aggregates import CALIBRATION, HELD_OUT, PANELS, stored
from experiments.surveys.calibration import Fit, Free, Numbers, Values, calibrated, keep
from experiments.surveys.watched import lived

PAGE = Path(__file__).parents[2] / "docs" / "surveys" / "double-jeopardy.md"
MARKET = Path(__file__).with_name("panel.toml")
BRANDS = ("first", "second", "third", "fourth")
WEEKS = 104.0  # as in panel.toml; the panels carry no dates, so the length only sets the unit of rates
SAMENESS = 3.2  # a + b of the chance to look around, as by default
REPLICATIONS = 10  # of the final prediction
Counts = NDArray[np.int64]
NOTES_PER_PURCHASE = 18  # at most 14 are taken; some households buy more than the mean


@dataclass(frozen=True)
class Panel:
    """What is known of a panel; arrays have shape (4,), brands in alphabetical order.

    Attributes:
        households: who are in it.
        buyers: households that ever bought each brand.
        purchases: of each brand.
        repeats: share of purchases that repeat the household's last brand, first purchases left out.
    """

    households: int
    buyers: Numbers
    purchases: Numbers
    repeats: float

    @property
    def penetration(self) -> Numbers:
        """Share of households that ever bought each brand."""
        return self.buyers / self.households

    @property
    def frequency(self) -> Numbers:
        """Mean purchases of those who did."""
        return self.purchases / self.buyers

    @property
    def slope(self) -> float:
        """Of log frequency on log penetration over the brands: double jeopardy is a positive one."""
        return float(np.polyfit(np.log(self.penetration), np.log(self.frequency), 1)[0])

    def calibrated_figures(self) -> Numbers:
        """Log shares against the first brand, brands per household, logit of repeats, shape (5,)."""
        logs = np.log(self.purchases)
        return np.array([*(logs[1:] - logs[0]), self.penetration.sum(), np.log(self.repeats / (1 - self.repeats))])


@dataclass(frozen=True)
class Purchases:
    """Purchases in the order of households and of time, shape (purchases,) each."""

    household: Counts
    brand: Counts

    def of(self, first: int, number: int) -> Panel:
        """A panel of so many households from the first one on."""
        inside = (self.household >= first) & (self.household < first + number)
        household, brand = self.household[inside] - first, self.brand[inside]
        counts = np.zeros((number, len(BRANDS)))
        np.add.at(counts, (household, brand), 1)
        same_household = household[1:] == household[:-1]
        repeats = float((brand[1:] == brand[:-1])[same_household].mean())
        return Panel(number, (counts > 0).sum(axis=0), counts.sum(axis=0), repeats)

    def of_all(self) -> Panel:
        """The panel of all households."""
        return self.of(0, self.households)

    @property
    def households(self) -> int:
        """How many there are."""
        return int(self.household[-1]) + 1


def real(category: str, half: str) -> Panel:
    """Half of a real panel."""
    brands = stored("panel_brands").query("category == @category and half == @half").sort_values("brand")
    everybody = household_figures(category, half)
    buyers, purchases = (brands[column].to_numpy(np.float64) for column in ("buyers", "purchases"))
    return Panel(int(everybody["households"]), buyers, purchases, float(everybody["repeats"]))


@cache
def household_figures(category: str, half: str) -> pd.Series:
    """What is stored about the households of half of a panel."""
    return stored("panel_households").query("category == @category and half == @half").iloc[0]


@cache
def rates(category: str) -> tuple[float, float]:
    """Shape and rate parameter of the gamma distribution of needs a week.

    A household buys at entry and then a negative binomial number of times; who buys less often than anybody in the
    panel is not let in. Mean and standard deviation of those let in are the calibration half's.
    """
    each = household_figures(category, CALIBRATION)
    counts = np.arange(int(each["fewest"]), 3000)

    def distances(values: Values) -> Numbers:
        shape, later = np.exp(values["log shape"]), np.exp(values["log mean"])
        chances = stats.nbinom.pmf(counts - 1, shape, shape / (shape + later))
        mean = np.average(counts, weights=chances)
        sd = np.sqrt(np.average((counts - mean) ** 2, weights=chances))
        return np.array([mean / each["purchases"] - 1, sd / each["purchases_sd"] - 1])

    start = float(np.log(each["purchases"]))
    free = {"log shape": Free(-2.0, 4.0, (0.0,)), "log mean": Free(0.0, 5.0, (start,))}
    found = calibrated(free, distances, step=1e-4).values
    shape = float(np.exp(found["log shape"]))
    return shape, shape * WEEKS / float(np.exp(found["log mean"]))


def bought(values: Values, category: str, replication: int, people: int) -> Purchases:
    """What simulated households buy, of those who buy often enough to be in the panel."""
    shape, scale = rates(category)
    settings = values | {"need.rate_shape": shape, "need.rate_scale_weeks": scale, "market.people": people}
    look_around = settings.pop("mean chance to look around")
    settings |= {"loyalty.leave_a": look_around * SAMENESS, "loyalty.leave_b": (1 - look_around) * SAMENESS}
    room = NOTES_PER_PURCHASE * math.ceil(1 + WEEKS * shape / scale)
    model = lived(load(MARKET, [f"{key}={value}" for key, value in settings.items()]), replication, room)
    log = model.state.log[: int(model.state.clock[NOTES])]
    buys = log[log["what"] == Note.BUYS]
    buys = buys[np.lexsort((buys["at"], buys["person"]))]
    often = np.bincount(buys["person"], minlength=people) >= household_figures(category, CALIBRATION)["fewest"]
    inside = often[buys["person"]]
    return Purchases((np.cumsum(often) - 1)[buys["person"][inside]], buys["brand"][inside].astype(np.int64))


def calibrate(category: str, people: int = 4000) -> Fit:
    """Appeals, spread of tastes and chance to look around that give the calibration half's figures."""
    target = real(category, CALIBRATION).calibrated_figures()

    def distances(values: Values) -> Numbers:
        return bought(values, category, 0, people).of_all().calibrated_figures() - target

    free = {f"brand.{name}.purchase.appeal": Free(-6.0, 6.0, (0.0,)) for name in BRANDS[1:]}
    free |= {"use.taste_sd": Free(0.0, 2.0, (0.2,)), "mean chance to look around": Free(0.01, 0.99, (0.4,))}
    return calibrated(free, distances, step=0.01)


@dataclass(frozen=True)
class Prediction:
    """What calibrated households show.

    Attributes:
        panels: one panel of all households a replication.
        slopes: of every panel as small as the real half, cut from the replications: its spread is sampling error.
    """

    panels: list[Panel]
    slopes: Numbers


def predicted(values: Values, category: str, replications: int = REPLICATIONS, people: int = 4000) -> Prediction:
    """Panels of independent replications."""
    small = real(category, HELD_OUT).households
    panels, slopes = [], []
    for replication in range(1, 1 + replications):
        purchases = bought(values, category, replication, people)
        panels.append(purchases.of_all())
        cuts = [purchases.of(first, small) for first in range(0, purchases.households - small + 1, small)]
        slopes += [cut.slope for cut in cuts if cut.buyers.all()]
    return Prediction(panels, np.array(slopes))


def error_of_shape(frequency: Numbers, held_out: Panel) -> float:
    """Mean absolute error of log frequencies, the mean over the brands taken out of both."""
    difference = np.log(frequency) - np.log(held_out.frequency)
    return float(np.abs(difference - difference.mean()).mean())


def with_error(values: list[float]) -> str:
    """Mean over replications and its Monte Carlo standard error."""
    return f"{np.mean(values):.2f} ({np.std(values, ddof=1) / np.sqrt(len(values)):.2f})"


def figures(fits: dict[str, Fit]) -> str:
    """Two tables: every brand, and the relation over the brands."""
    brands, relations = [], []
    for category, fit in fits.items():
        calibration, held_out = real(category, CALIBRATION), real(category, HELD_OUT)
        prediction = predicted(fit.values, category)
        names = stored("panel_brands").query("category == @category")["brand"].drop_duplicates().sort_values()
        for place, name in enumerate(names):
            row = [f"{category}: {name}"]
            for what, form in (("penetration", ".2f"), ("frequency", ".1f")):
                row += [format(getattr(panel, what)[place], form) for panel in (calibration, held_out)]
                row.append(with_error([getattr(panel, what)[place] for panel in prediction.panels]))
            brands.append(row)
        relations.append(_relation(category, calibration, held_out, prediction))
    halves = ["calibration half", "held-out half", "simulated (s.e.)"]
    heading = ["brand", *[f"{what}: {half}" for what in ("penetration", "purchases per buyer") for half in halves]]
    spread = ["95% of simulated panels as small", "of them positive"]
    errors = [f"error of shape: {peer}" for peer in ("simulated", "calibration half", "all brands alike")]
    return "\n\n".join(
        [
            table(heading, brands),
            table(["panel", "households", *[f"slope: {half}" for half in halves], *spread, *errors], relations),
            f"{REPLICATIONS} replications of 4,000 people; s.e. is the Monte Carlo standard error.",
        ]
    )


def _relation(category: str, calibration: Panel, held_out: Panel, prediction: Prediction) -> list[str]:
    low, high = np.quantile(prediction.slopes, [0.025, 0.975])
    frequency = np.mean([panel.frequency for panel in prediction.panels], axis=0)
    rivals = (frequency, calibration.frequency, np.ones(len(BRANDS)))
    return [
        category, str(held_out.households), f"{calibration.slope:.2f}", f"{held_out.slope:.2f}",
        with_error([panel.slope for panel in prediction.panels]), f"{low:.2f} to {high:.2f}",
        f"{(prediction.slopes > 0).mean():.0%}", *[f"{error_of_shape(rival, held_out):.2f}" for rival in rivals],
    ]  # fmt: skip


def main() -> None:
    writing = asked_to_write(__doc__)
    fits = {category: calibrate(category) for category in PANELS}
    text = figures(fits)
    print(text)
    if writing:
        keep("double_jeopardy", fits)
        write_figures(PAGE, text)


if __name__ == "__main__":
    main()
