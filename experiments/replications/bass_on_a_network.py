"""Bass (1969) on networks: the S-curve of a well-mixed market, what a network does to it, and what a Bass fit then returns.

Everybody has the same p and q; only who talks to whom differs. Theory leaves two marks the simulator must hit: the
complete network is Bass's closed form, the ring with two neighbours that of Fibich & Gibori (2010).

    python -m experiments.replications.bass_on_a_network [--write]
"""

import tomllib
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.interface.charts.look import INK, NEUTRAL, new_axes
from cxsim.scenario import Scenario
from experiments.pages import asked_to_write, table, write_figures

P, Q = 0.03, 0.38  # a year: the means of 213 applications in Sultan, Farley & Lehmann (1990), JMR 27(1), 70-77
PEOPLE = 20_000
REPLICATIONS = 20
WEEKS = 1040
WEEKLY = np.arange(1, WEEKS + 1) / 52.0  # years at the end of each week
YEARS = WEEKLY[51::52]
COLOURS = ("#0072B2", "#56B4E9", "#CC79A7", "#009E73", "#E69F00", "#D55E00", NEUTRAL)
PAGE = Path(__file__).with_suffix(".md")

NETWORKS = {
    "everybody talks to everybody": 'kind = "complete"',
    "random, 8 friends": 'kind = "small_world"\nneighbours = 8\nrewiring = 1.0',
    "scale-free, 8 friends on average": 'kind = "scale_free"\nneighbours = 8',
    "communities of 50, one link in twenty leaves": 'kind = "communities"\nneighbours = 8\nbridges = 0.05',
    "small world, 8 friends, one link in ten anywhere": 'kind = "small_world"\nneighbours = 8\nrewiring = 0.1',
    "ring, 8 nearest": 'kind = "small_world"\nneighbours = 8\nrewiring = 0.0',
    "ring, 2 nearest": 'kind = "small_world"\nneighbours = 2\nrewiring = 0.0',
}
# Whoever feels the need buys at once, keeps it, and needs no second one; nothing experienced or told changes that.
ADOPTION_ONLY = """
need.rate_scale_weeks = 10000.0
research.duration_weeks = 0.0
purchase.outside = -inf
telling.refer_base = -50.0
loyalty.leave_a = 0.01
loyalty.leave_b = 1000.0
loyalty.satisfaction_weight = 0.0
brand.focal.expectation.awareness = 1.0
brand.focal.research.findability = 1.0
brand.focal.purchase.ease = 1.0
"""

Curve = NDArray[np.float64]


def market(links: str, people: int = PEOPLE) -> Scenario:
    """The market with these links."""
    need = f"need.spontaneous_annual = {P}\nneed.imitation_annual = {Q}\nbrand.focal.need.reach_annual = 0.0\n"
    frame = f"[market]\npeople = {people}\nhorizon_weeks = {WEEKS}\n[market.links]\n{links}\n"
    return Scenario.model_validate(tomllib.loads(ADOPTION_ONLY + need + frame))


def adoption(scenario: Scenario, replication: int) -> Curve:
    """Share of people who own at the end of each week, shape (weeks,)."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    while model.running:
        model.step()
    bought: Curve = np.cumsum(model.state.tally[:, 0, Measure.first_purchases]) / scenario.market.people
    return bought


def adoptions(links: str, people: int = PEOPLE, replications: int = REPLICATIONS) -> Curve:
    """Curves of all replications, shape (replications, weeks)."""
    scenario = market(links, people)
    return np.array(each_replication(lambda number: adoption(scenario, number), replications, workers=2))


def bass(years: Curve, p: float = P, q: float = Q, final: float = 1.0) -> Curve:
    """Owners after so many years: Bass (1969), Management Science 15(5), 215-227."""
    waned = np.exp(-(p + q) * years)
    return final * (1.0 - waned) / (1.0 + q / p * waned)


def ring(years: Curve, p: float = P, q: float = Q) -> Curve:
    """Owners on a ring where each has two neighbours: Fibich & Gibori (2010), Operations Research 58(5), 1450-1468."""
    return 1.0 - np.exp(-(p + q) * years + q * (1.0 - np.exp(-p * years)) / p)


def fitted(curve: Curve) -> tuple[float, float, float]:
    """p, q and final share by least squares on yearly sales (Srinivasan & Mason 1986, Marketing Science 5(2), 169-178)."""

    def sales(years: Curve, p: float, q: float, final: float) -> Curve:
        return bass(years, p, q, final) - bass(years - 1.0, p, q, final)

    yearly = np.diff(curve[51::52], prepend=0.0)
    found, _ = curve_fit(sales, YEARS, yearly, p0=(P, Q, 1.0), bounds=([1e-4, 0.0, 0.1], [1.0, 3.0, 2.0]))
    return float(found[0]), float(found[1]), float(found[2])


def years_to(curve: Curve, share: float) -> float:
    """Years until this share owns."""
    return float(np.argmax(curve >= share) + 1) / 52.0 if curve[-1] >= share else float("nan")


def best_year(curve: Curve) -> float:
    """The middle of the 52 weeks with the most sales."""
    return float(np.argmax(curve[52:] - curve[:-52]) + 1 + 26) / 52.0


def figures(curves: Curve) -> dict[str, Estimate]:
    """What is said of a network: shares, times, and what a fit of Bass's curve returns; over replications."""
    fits = np.array([fitted(curve) for curve in curves])
    misses = [np.abs(bass(YEARS, *fit) - curve[51::52]).max() for fit, curve in zip(fits, curves, strict=True)]
    return {
        "F(5)": estimate(curves[:, 5 * 52 - 1]),
        "F(10)": estimate(curves[:, 10 * 52 - 1]),
        "best year": estimate(np.array([best_year(curve) for curve in curves])),
        "years to 84%": estimate(np.array([years_to(curve, 0.84) for curve in curves])),
        "fitted p": estimate(fits[:, 0]),
        "fitted q": estimate(fits[:, 1]),
        "fit misses by at most": estimate(np.array(misses)),
    }


def said(name: str, value: Estimate) -> str:
    """A figure with its interval, with as many decimals as it needs."""
    digits = 1 if "year" in name else 4 if name == "fitted p" else 3
    mean = f"{value.mean:.{digits}f}"
    return mean if np.isnan(value.low) else f"{mean} ({value.low:.{digits}f}-{value.high:.{digits}f})"


def report(curves: dict[str, Curve]) -> str:
    """The table of the page, the closed forms first."""
    known = {"*closed form: Bass*": bass(WEEKLY)[None, :], "*closed form: ring of two*": ring(WEEKLY)[None, :]}
    every = {name: figures(many) for name, many in (known | curves).items()}
    rows = [[name, *(said(key, value) for key, value in found.items())] for name, found in every.items()]
    return table(["network", *next(iter(every.values()))], rows)


def draw(curves: dict[str, Curve], ax: Axes | None = None) -> Axes:
    """Mean adoption curves between the two closed forms."""
    ax = ax or new_axes(9.0, 5.0)
    ax.plot(WEEKLY, bass(WEEKLY), color=INK, linestyle="--", linewidth=1, label="Bass (1969), closed form")
    for colour, (name, many) in zip(COLOURS, curves.items(), strict=True):
        ax.plot(WEEKLY, many.mean(axis=0), color=colour, label=name)
    ax.plot(WEEKLY, ring(WEEKLY), color=INK, linestyle=":", linewidth=1, label="ring of two neighbours, closed form")
    ax.set(xlabel="years", ylabel="share who own", xlim=(0, 20), ylim=(0, 1))
    ax.set_title("The same p and q on seven networks", loc="left", fontweight="bold", color=INK)
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def main() -> None:
    writing = asked_to_write(__doc__)
    curves = {name: adoptions(links) for name, links in NETWORKS.items()}
    print(text := report(curves))
    if writing:
        write_figures(PAGE, text)
        draw(curves).figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
