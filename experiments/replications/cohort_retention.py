"""Retention rates that rise with a cohort's age although nobody's own chance changes, and what that does to valuation.

Experience counts for nothing here: people differ in their chance to leave, and keep it. A year of contract is one week
of the model, so that a century can be followed.

    python -m experiments.replications.cohort_retention [--write]
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.special import betaln

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import State
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, LOOP, NEUTRAL
from cxsim.scenario import Scenario, load
from experiments.pages import asked_to_write, table, write_figures

PEOPLE, REPLICATIONS, YEARS = 20_000, 20, 150
COHORTS, DISCOUNT = 5, 0.10
PAGE, BARE = Path(__file__).with_suffix(".md"), Path(__file__).with_name("bare.toml")

# Survivors in percent, years 0 to 12, and the Beta fitted to years 0 to 7: Fader & Hardie (2007), Table 1 and section 4.
SURVIVORS = {
    "High End": (100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4),
    "Regular": (100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3),
}
FITTED = {"High End": (0.668, 3.806), "Regular": (0.704, 1.182)}
# Yearly churn and share of customers of three clusters of a mobile operator, as used in Fader's lecture.
CLUSTERS = {"low risk": (0.06, 0.70), "medium risk": (0.35, 0.20), "high risk": (0.65, 0.10)}
ALMOST_EQUAL = 1000.0  # the larger a and b of a Beta, the more alike its people; more the model does not allow

CONTRACTS = [
    f"market.horizon_weeks={YEARS}", "market.entry_step_weeks=1.0", "need.kind=contract", "need.period_weeks=1.0",
    "telling.refer_threshold=2.0", "brand.focal.use.failure_rate=0.0",
]  # fmt: skip

Numbers = NDArray[np.float64]


def market(segments: Mapping[str, tuple[float, float, float]], people: int, cohorts: int = 1) -> Scenario:
    """Segments of (share, a, b): customers whose yearly chance to leave is Beta(a, b), entering in equal yearly cohorts."""
    frame = [f"market.people={people}", f"market.entry_counts={[1] * cohorts}", *CONTRACTS]
    for name, (share, a, b) in segments.items():
        mine = f"segment.{name}"
        frame += [f"{mine}.share={share}", f"{mine}.loyalty.leave_a={a}", f"{mine}.loyalty.leave_b={b}"]
    return load(BARE, frame)


def clusters(people: int) -> Scenario:
    """The three clusters, each of (almost) equal people."""
    alike = {}
    for name, (churn, share) in CLUSTERS.items():
        scale = ALMOST_EQUAL / max(churn, 1.0 - churn)
        alike[name] = (share, scale * churn, scale * (1.0 - churn))
    return market(alike, people)


def lived(scenario: Scenario, replication: int) -> State:
    """The market after all years."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    while model.running:
        model.step()
    return model.state


def survivors(years_paid: NDArray[np.integer], years: int) -> Numbers:
    """Customers still there at the beginning of year 0, 1, ..., shape (years,)."""
    return np.array([np.count_nonzero(years_paid > year) for year in range(years)], float)


def retention(left: Numbers) -> Numbers:
    """Share of those there in a year who are there in the next."""
    with np.errstate(invalid="ignore"):  # nobody left: nan
        rates: Numbers = left[1:] / left[:-1]
    return rates


def lifetimes(replication: int, people: int = PEOPLE) -> dict[str, Numbers]:
    """The clusters: retention of each and of all, years 1 to 10; lifetime as (first rate, years by it, lived, error)."""
    world = lived(clusters(people), replication)
    paid, segment = world.bonds["purchases"][:, 0], world.people["segment"]
    found = {name: retention(survivors(paid[segment == place], 11)) for place, name in enumerate(CLUSTERS)}
    found["all"] = retention(survivors(paid, 11))
    averaged, lived_through = 1.0 / (1.0 - found["all"][0]), float(paid.mean())
    return found | {"lifetime": np.array([found["all"][0], averaged, lived_through, averaged / lived_through - 1.0])}


def base_value(name: str, replication: int, people: int = PEOPLE) -> Numbers:
    """A base of five yearly cohorts, valued after its fifth year: (its retention rate, value by it, lived, error).

    Values are discounted years still to be paid, for each customer there.
    """
    scenario = market({name: (1.0, *FITTED[name])}, people, COHORTS)
    sold = lived(scenario, replication).tally[:, 0, Measure.purchases].astype(float)
    rate = sold[COHORTS] / sold[COHORTS - 1]
    future = sold[COHORTS + 1 :] / sold[COHORTS]
    return values(rate, future)


def values(rate: float, future: Numbers) -> Numbers:
    """Residual lifetime by a constant rate, and by the share really there in each later year: (rate, both, error)."""
    constant = rate / (1.0 + DISCOUNT - rate)
    actual = float(future @ (1.0 + DISCOUNT) ** -np.arange(1.0, len(future) + 1.0))
    return np.array([rate, constant, actual, constant / actual - 1.0])


def survival(name: str, years: Numbers) -> Numbers:
    """The closed form, S(t) = B(a, b + t) / B(a, b)."""
    a, b = FITTED[name]
    share: Numbers = np.exp(betaln(a, b + years) - betaln(a, b))
    return share


def expected_value(name: str) -> Numbers:
    """What `base_value` has to come to, by the closed form."""
    age = np.arange(COHORTS + 1.0)
    sold = [survival(name, age[:COHORTS] + later).sum() for later in range(YEARS - COHORTS + 1)]
    rate = sold[1] / sold[0]
    return values(rate, np.array(sold[2:]) / sold[1])


def curves(name: str, replication: int, people: int = PEOPLE) -> Numbers:
    """Survivors of one cohort in percent, years 0 to 12."""
    paid = lived(market({name: (1.0, *FITTED[name])}, people), replication).bonds["purchases"][:, 0]
    return 100.0 * survivors(paid, 13) / people


Figures = dict[str, list[Estimate]]


def results(people: int = PEOPLE, replications: int = REPLICATIONS) -> Figures:
    """All figures of the page, by name, each a row of estimates."""

    def row(work: Callable[[int], Numbers]) -> list[Estimate]:
        return [estimate(column) for column in np.array(each_replication(work, replications, workers=2)).T]

    runs = each_replication(partial(lifetimes, people=people), replications, workers=2)
    found = {key: [estimate(column) for column in np.array([run[key] for run in runs]).T] for key in runs[0]}
    for name in FITTED:
        found[f"survivors, {name}"] = row(partial(curves, name, people=people))
        found[f"base, {name}"] = row(partial(base_value, name, people=people))
    return found


def said(value: Estimate, digits: int = 2) -> str:
    """A figure with its interval."""
    return f"{value.mean:.{digits}f} ({value.low:.{digits}f} to {value.high:.{digits}f})"


def report(found: Figures) -> str:
    """The three tables of the page."""
    years = (1, 2, 5, 7, 8, 10, 12)
    curve_rows = []
    for name, real in SURVIVORS.items():
        simulated, form = found[f"survivors, {name}"], 100.0 * survival(name, np.arange(13.0))
        curve_rows += [
            [f"{name}, real", *(f"{real[year]:.1f}" for year in years)],
            [f"{name}, closed form", *(f"{form[year]:.1f}" for year in years)],
            [f"{name}, simulated", *(said(simulated[year], 1) for year in years)],
        ]
    rates = (1, 2, 3, 4, 5)
    rate_rows = [[name, *(said(found[name][year - 1], 3) for year in rates)] for name in (*CLUSTERS, "all")]
    bases = {"three clusters: years to come": found["lifetime"]}
    bases |= {f"{name}: discounted years to come": found[f"base, {name}"] for name in FITTED}
    value_rows = [
        [
            name,
            said(rate, 3),
            said(constant),
            said(actual),
            f"{error.mean:+.1%} ({error.low:+.1%} to {error.high:+.1%})",
        ]
        for name, (rate, constant, actual, error) in bases.items()
    ]
    forms = "; ".join(
        "{}: {:.3f}, {:.2f}, {:.2f}, {:+.1%}".format(name, *map(float, expected_value(name))) for name in FITTED
    )
    return "\n\n".join(
        (
            f"{REPLICATIONS} replications of {PEOPLE:,} customers, 95% intervals.",
            "Survivors of a cohort in percent, by years (the Beta was fitted to years 0 to 7):",
            table(["cohort", *map(str, years)], curve_rows),
            "Retention rate of three clusters of like customers, and of all of them together, by years:",
            table(["customers", *map(str, rates)], rate_rows),
            "What a customer base is worth when its retention rate is taken as constant, and what it was in fact:",
            table(["base", "retention rate", "with constant rate", "as lived", "error"], value_rows),
            f"The same four figures by the closed form: {forms}.",
        )
    )


def draw(found: Figures, axes: tuple[Axes, Axes]) -> None:
    """Rates of the clusters and of all; survivors simulated and real."""
    years = np.arange(1, 11)
    for name, colour in zip(CLUSTERS, (LOOP, FIRST_CYCLE, LINE), strict=True):
        known = [rate.mean for rate in found[name] if rate.high - rate.low < 0.1]  # few of the high risks live long
        axes[0].plot(years[: len(known)], known, color=colour, label=f"{name} alone")
    axes[0].plot(years, [rate.mean for rate in found["all"]], color=INK, linewidth=2.5, label="all together")
    axes[0].set(xlabel="years since joining", ylabel="retention rate", ylim=(0, 1))
    axes[0].set_title("Each rate is constant; their mixture rises", loc="left", fontweight="bold", color=INK)
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    for (name, real), colour in zip(SURVIVORS.items(), (LOOP, LINE), strict=True):
        axes[1].plot([point.mean for point in found[f"survivors, {name}"]], color=colour, label=f"{name}, simulated")
        axes[1].plot(real, "o", color=colour, markersize=4, label=f"{name}, real")
    axes[1].axvline(7.0, color=NEUTRAL, linewidth=1, linestyle=":")
    axes[1].set(xlabel="years since joining", ylabel="survivors, percent", ylim=(0, 100))
    axes[1].set_title("A real cohort; fitted on years 0 to 7", loc="left", fontweight="bold", color=INK)
    axes[1].legend(frameon=False, fontsize=8)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    found = results()
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        figure, axes = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
        draw(found, axes)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
