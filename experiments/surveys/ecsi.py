"""Tables and picture of a simulated satisfaction survey against two real ones (see ecsi_customers.py).

python -m experiments.surveys.ecsi [--write]
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from cxsim.interface.charts.look import FIRST_CYCLE, INK, LOOP, NEUTRAL
from experiments.pages import asked_to_write, table, write_figures
from experiments.surveys.aggregates import CALIBRATION, HELD_OUT
from experiments.surveys.calibration import Fit, Numbers, keep
from experiments.surveys.ecsi_customers import (
    MINDS_FREE,
    MODELS,
    PAIR_NAMES,
    REPLICATIONS,
    SPREADS_FREE,
    SURVEYS,
    assimilations,
    calibrate,
    inside,
    interval,
    misses,
    peers,
    predicted,
    real_half,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "surveys" / "ecsi.md"
PICTURE = DOCS / "images" / "surveys-ecsi.png"
Predictions = dict[str, tuple[Numbers, Numbers]]  # by model: correlations, their Monte Carlo errors


def name_of(survey: str, model: str) -> str:
    """What a fit is called where fits are stored."""
    return f"{survey}, {model}"


def predictions(survey: str, fits: dict[str, Fit]) -> Predictions:
    """What each model, calibrated to half of a survey, predicts."""
    real = real_half(survey, CALIBRATION)
    return {model: predicted(fits[name_of(survey, model)], real) for model in MODELS}


def figures(fits: dict[str, Fit], found: dict[str, Predictions]) -> str:
    """All tables of the page."""
    parts = [f"**{survey.capitalize()}**\n\n{_pairs(survey, found[survey])}" for survey in SURVEYS]
    parts += [f"**In sum**\n\n{_sums(fits, found)}", f"**Calibrated values**\n\n{_values(fits)}"]
    parts.append(f"**Misfit to the calibration half, with assimilation held fixed**\n\n{_held()}")
    return "\n\n".join(parts)


def _pairs(survey: str, found: Predictions) -> str:
    held_out = real_half(survey, HELD_OUT)
    real, own = held_out.moments.correlations, real_half(survey, CALIBRATION).moments.correlations
    low, high = interval(real, held_out.customers)
    rows = []
    for pair, name in enumerate(PAIR_NAMES):
        row = [name, f"{own[pair]:.2f}", f"{real[pair]:.2f} ({low[pair]:.2f} to {high[pair]:.2f})"]
        for correlations, errors in found.values():
            missed = misses(correlations, real, held_out.customers)[pair]
            row.append(f"{correlations[pair]:.2f} ({errors[pair]:.3f}); {missed:+.1f}")
        rows.append(row)
    return table(
        ["correlation", "calibration half", "held-out half (95%)", *(f"{model} (s.e.); miss" for model in found)], rows
    )


def _sums(fits: dict[str, Fit], found: dict[str, Predictions]) -> str:
    rows = []
    for survey in SURVEYS:
        held_out = real_half(survey, HELD_OUT)
        tries = {f"simulated, {model}": correlations for model, (correlations, _) in found[survey].items()}
        for who, correlations in (tries | peers(survey)).items():
            missed = misses(correlations, held_out.moments.correlations, held_out.customers)
            fit = fits.get(name_of(survey, who.removeprefix("simulated, ")))
            rows.append(
                [survey, who, f"{inside(correlations, held_out)} of 6", f"{np.sqrt(np.mean(missed**2)):.1f}"]
                + ([f"{fit.misfit:.1f}", f"{14 - len(fit.values)}"] if fit else ["", ""])
            )
    return table(
        ["survey", "prediction", "inside", "root mean square miss", "misfit to calibration half", "moments left"], rows
    )


def _values(fits: dict[str, Fit]) -> str:
    names = list(MODELS[MINDS_FREE])
    rows = [
        [name.removeprefix("brand.firm."), *(_value(fits[name_of(survey, model)], name) for survey in SURVEYS for model in MODELS)]
        for name in names
    ]  # fmt: skip
    return table(["", *(name_of(survey, model) for survey in SURVEYS for model in MODELS)], rows)


def _value(fit: Fit, name: str) -> str:
    return f"{fit.values[name]:.2f} ({fit.errors[name]:.2f})" if name in fit.values else "default"


def _held() -> str:
    columns = {survey: assimilations(survey) for survey in SURVEYS}
    values = list(next(iter(columns.values())))
    rows = [[survey, *(f"{column[value]:.1f}" for value in values)] for survey, column in columns.items()]
    return table(["assimilation", *(f"{value:g}" for value in values)], rows)


def picture(found: dict[str, Predictions]) -> None:
    """Real correlations of both halves with the intervals of the held-out one, and the simulated ones."""
    figure, panels = plt.subplots(1, len(SURVEYS), figsize=(11, 4.6), sharey=True, layout="constrained")
    for ax, survey in zip(panels, SURVEYS, strict=True):
        _panel(ax, survey, found[survey])
    panels[0].set_yticks(range(len(PAIR_NAMES)), PAIR_NAMES)
    panels[0].invert_yaxis()
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    figure.suptitle(
        "Correlations in two customer surveys, real and simulated", x=0.01, ha="left", weight="bold", color=INK
    )
    figure.savefig(PICTURE, dpi=150)


def _panel(ax: Axes, survey: str, found: Predictions) -> None:
    held_out, rows = real_half(survey, HELD_OUT), np.arange(len(PAIR_NAMES))
    real = held_out.moments.correlations
    low, high = interval(real, held_out.customers)
    ax.errorbar(
        real, rows, xerr=[real - low, high - real], fmt="o", color=INK, capsize=3, label="held-out half, 95% interval"
    )
    ax.plot(
        real_half(survey, CALIBRATION).moments.correlations,
        rows - 0.2,
        "|",
        color=NEUTRAL,
        ms=12,
        mew=2,
        label="calibration half",
    )
    for model, marker, colour, place in ((SPREADS_FREE, "s", FIRST_CYCLE, 0.2), (MINDS_FREE, "D", LOOP, 0.35)):
        ax.plot(found[model][0], rows + place, marker, color=colour, ms=6, label=f"simulated, {model}")
    ax.set_title(f"{survey.capitalize()}, {held_out.customers} customers in each half", loc="left", fontsize=10)
    ax.set_xlim(0.1, 1.0)
    ax.set_xlabel("correlation")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def main() -> None:
    writing = asked_to_write(__doc__)
    fits = {
        name_of(survey, model): calibrate(real_half(survey, CALIBRATION), free)
        for survey in SURVEYS
        for model, free in MODELS.items()
    }
    found = {survey: predictions(survey, fits) for survey in SURVEYS}
    text = (
        figures(fits, found)
        + f"\n\n{REPLICATIONS} replications of 5,000 customers; s.e. is the Monte Carlo standard error."
    )
    print(text)
    if writing:
        keep("ecsi", fits)
        picture(found)
        write_figures(PAGE, text)


if __name__ == "__main__":
    main()
