"""Late parcels and stars: simulated orders against 5,232 real ones of Olist, a Brazilian marketplace.

Calibrated to half of the bins of delay: where stars lie on satisfaction, how unequal orders are,
and what lateness costs. Predicted: the stars of the other half, on time and late, and the shares of one and five stars.
Then two questions to the shape of the loss: is it a loss only, and does it grow with the delay?

    python -m experiments.surveys.olist [--write]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxsim import load
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.engine.measures import Note
from experiments.pages import asked_to_write, table, write_figures
from experiments.surveys.aggregates import CALIBRATION, DELAYS, HELD_OUT, pooled, stored
from experiments.surveys.calibration import Free, Numbers, Values, calibrated
from experiments.surveys.watched import last_notes, lived

PAGE = Path(__file__).parents[2] / "docs" / "surveys" / "olist.md"
MARKET = Path(__file__).with_name("olist.toml")
EARLY, IN_TIME, LATE, VERY_LATE = DELAYS.values()
REPLICATIONS = 20
NOTES_PER_PERSON = 16
COST, BASE, SPREAD = "use.lateness_cost", "use.satisfaction_base", "brand.shop.use.quality_sd"
FREE = {
    COST: Free(0.0, 2.0, (0.35,)),  # its default
    BASE: Free(-1.0, 1.0, (0.2,)),
    SPREAD: Free(0.0, 1.0, (0.4,)),
}


@dataclass(frozen=True)
class Stars:
    """Orders and their stars: how many, mean, standard deviation, shares of one and of five stars."""

    orders: float
    mean: float
    sd: float
    ones: float
    fives: float

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return self.sd / float(np.sqrt(self.orders))


def real(half: str, *deliveries: str) -> Stars:
    """The stars of these groups of real deliveries together."""
    return Stars(**pooled(stored("olist").query("half == @half and delivery in @deliveries")))


def simulated(values: Values, replication: int, orders: int = 20_000) -> tuple[Stars, Stars]:
    """The stars of simulated orders on time and late."""
    settings = values | {"market.people": orders}
    model = lived(load(MARKET, [f"{key}={value}" for key, value in settings.items()]), replication, NOTES_PER_PERSON)
    reviews = last_notes(model, Note.REVIEWS)
    late = model.state.people["late"][reviews["person"]]
    return stars_of(reviews["a"][~late]), stars_of(reviews["a"][late])


def stars_of(stars: Numbers) -> Stars:
    """What is said of these orders; nan where there are none."""
    if len(stars) == 0:
        return Stars(0, *[float("nan")] * 4)
    return Stars(len(stars), stars.mean(), stars.std(ddof=1), (stars == 1).mean(), (stars == 5).mean())


def calibrate(orders: int = 100_000) -> Values:
    """Lateness cost, base and spread that give the stars of half of the bins: on time (mean, spread) and late (mean)."""
    on_time, late = real(CALIBRATION, EARLY, IN_TIME), real(CALIBRATION, LATE, VERY_LATE)

    def distances(values: Values) -> Numbers:
        simulated_on_time, simulated_late = simulated(values, 0, orders)
        return np.array(
            [
                (simulated_on_time.mean - on_time.mean) / on_time.error,
                (simulated_on_time.sd - on_time.sd) / on_time.error * np.sqrt(2),
                (simulated_late.mean - late.mean) / late.error,
            ]
        )

    return calibrated(FREE, distances, step=0.02).values


def figures() -> str:
    """Three tables: the prediction, gain against loss, and how the loss grows with the delay."""
    values = calibrate()
    runs = [simulated(values, 1 + replication) for replication in range(REPLICATIONS)]
    cost = f"Calibrated: lateness cost {values[COST]:.2f} (0.35 by default), quality_sd {values[SPREAD]:.2f}, "
    return "\n\n".join(
        [
            cost + f"satisfaction base {values[BASE]:.2f}.",
            _prediction(runs),
            _gain_and_loss(values, runs),
            _doses(runs),
            f"{REPLICATIONS} replications of 20,000 orders; 95% intervals: real figures by their sampling error, simulated ones over replications.",
        ]
    )


def _prediction(runs: list[tuple[Stars, Stars]]) -> str:
    rows = []
    for place, (name, deliveries) in enumerate({"on time": (EARLY, IN_TIME), "late": (LATE, VERY_LATE)}.items()):
        fitted, held_out = real(CALIBRATION, *deliveries), real(HELD_OUT, *deliveries)
        for what in ("mean", "ones", "fives"):
            p = getattr(held_out, what)
            error = held_out.error if what == "mean" else float(np.sqrt(p * (1 - p) / held_out.orders))
            simulation = estimate(np.array([getattr(run[place], what) for run in runs]))
            label = {"mean": "mean stars", "ones": "share of one star", "fives": "share of five stars"}[what]
            rows.append(_row(f"{label}, {name}", getattr(fitted, what), p, error, simulation))
    on_time, late = real(HELD_OUT, EARLY, IN_TIME), real(HELD_OUT, LATE, VERY_LATE)
    fitted_loss = real(CALIBRATION, EARLY, IN_TIME).mean - real(CALIBRATION, LATE, VERY_LATE).mean
    error = float(np.hypot(on_time.error, late.error))
    rows.append(_row("stars lost when late", fitted_loss, on_time.mean - late.mean, error, loss(runs)))
    return table(["", "calibration half", "held-out half", "simulated", "inside"], rows)


def _row(name: str, fitted: float, held_out: float, error: float, simulation: Estimate) -> list[str]:
    inside = abs(simulation.mean - held_out) < 1.96 * error
    real_one = f"{held_out:.2f} ({held_out - 1.96 * error:.2f} to {held_out + 1.96 * error:.2f})"
    return [name, f"{fitted:.2f}", real_one, _shown(simulation), "yes" if inside else "no"]


def _shown(simulation: Estimate) -> str:
    return f"{simulation.mean:.2f} ({simulation.low:.2f} to {simulation.high:.2f})"


def signed(mean: float, half_width: float) -> str:
    """A difference with its interval."""
    return f"{mean:+.2f} ({mean - half_width:+.2f} to {mean + half_width:+.2f})"


def minus(one: Estimate) -> str:
    """The negative of an estimate, with its interval."""
    return f"{-one.mean:+.2f} ({-one.high:+.2f} to {-one.low:+.2f})"


def loss(runs: list[tuple[Stars, Stars]]) -> Estimate:
    """Stars lost when late."""
    return estimate(np.array([on_time.mean - late.mean for on_time, late in runs]))


def gain_of_equal_size(values: Values, runs: list[tuple[Stars, Stars]]) -> Estimate:
    """Stars won if something raised quality by as much as lateness lowers it, the same people with the same luck."""
    better = values | {"brand.shop.use.quality": 0.7 + values[COST], "brand.shop.use.late_rate": 0.0}
    usual = values | {"brand.shop.use.late_rate": 0.0}
    pairs = [(simulated(better, 1 + r)[0], simulated(usual, 1 + r)[0]) for r in range(len(runs))]
    return estimate(np.array([one.mean - other.mean for one, other in pairs]))


def _gain_and_loss(values: Values, runs: list[tuple[Stars, Stars]]) -> str:
    rows = []
    for half in (CALIBRATION, HELD_OUT):
        early, in_time, late = real(half, EARLY), real(half, IN_TIME), real(half, LATE, VERY_LATE)
        gain, gain_error = early.mean - in_time.mean, 1.96 * float(np.hypot(early.error, in_time.error))
        lost, lost_error = in_time.mean - late.mean, 1.96 * float(np.hypot(in_time.error, late.error))
        rows.append([f"real, {half} half", signed(gain, gain_error), signed(-lost, lost_error)])
    rows.append(["simulated: early is as good as in time", "0 by construction", minus(loss(runs))])
    rows.append(
        ["simulated, if early helped as much as late hurts", f"+{_shown(gain_of_equal_size(values, runs))}", ""]
    )
    evenly = values | {"use.loss_aversion": 1.0}
    even_runs = [simulated(evenly, 1 + r) for r in range(REPLICATIONS)]
    rows.append(
        [
            "... and without loss aversion",
            f"+{_shown(gain_of_equal_size(evenly, even_runs))}",
            minus(loss(even_runs)),
        ]
    )
    return table(["stars against a delivery in time", f"{EARLY}", "late"], rows)


def _doses(runs: list[tuple[Stars, Stars]]) -> str:
    late = _shown(estimate(np.array([run[1].mean for run in runs])))
    rows = [
        [group] + [f"{stars.mean:.2f} ({stars.mean - 1.96 * stars.error:.2f} to {stars.mean + 1.96 * stars.error:.2f})"
         for stars in (real(CALIBRATION, group), real(HELD_OUT, group))] + [late]
        for group in (LATE, VERY_LATE)
    ]  # fmt: skip
    return table(["mean stars", "calibration half", "held-out half", "simulated"], rows)


def main() -> None:
    writing = asked_to_write(__doc__)
    text = figures()
    print(text)
    if writing:
        write_figures(PAGE, text)


if __name__ == "__main__":
    main()
