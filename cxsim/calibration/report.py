"""The folder a calibration leaves behind: a scenario, the plausible set, a report in plain words, a picture."""

from pathlib import Path

import pandas as pd

from cxsim.calibration.calibrate import Calibration
from cxsim.calibration.rhythm import in_words
from cxsim.calibration.simulated import toml
from cxsim.study.folder import Draw, write_folder
from cxsim.study.results import markdown_table

WEEKLY = "weekly.csv"


def write_calibration(
    calibration: Calibration, folder: Path, overwrite: bool = False, draw: Draw | None = None
) -> None:
    """Write calibrated.toml, report.md, plausible.csv, the holdout and the moments as tables, and manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    tables = {"plausible": calibration.plausible.rename_axis("draw").reset_index()}
    if calibration.moments is not None:
        tables["moments"] = calibration.moments
    if calibration.holdout is not None:
        tables["holdout"] = calibration.holdout.curves.reset_index()
    if calibration.observed.weekly is not None:
        tables["weekly"] = calibration.observed.weekly
    manifest = {
        "data": calibration.observed.name,
        "sha256": calibration.observed.sha256,
        "market": calibration.market,
        "seed": calibration.seed,
        "values": calibration.values,
    }
    texts = {"calibrated.toml": scenario_text(calibration), "report.md": report_text(calibration)}
    write_folder(folder, manifest, tables, texts, draw, overwrite=overwrite)


# ---- the scenario ---------------------------------------------------------------------------------------------------


def scenario_text(calibration: Calibration) -> str:
    """The calibrated scenario as TOML: what it sets, and what backs each value."""
    observed = calibration.observed
    where = Path(calibration.market)
    parent = str(where.resolve()) if where.is_file() else calibration.market
    lines = [
        f"# Calibrated on {observed.name} (sha256 {observed.sha256}), seed {calibration.seed}.",
        "# Read report.md beside this file before you use it: it says what the data could not tell.",
        f"name = {toml(f'Calibrated on {observed.name}')}",
        f"extends = {toml(parent)}",
        "",
    ]
    lines += [f"{_quoted(key)} = {toml(value)}" for key, value in calibration.values.items()]
    if observed.weekly is not None and "market.entry_counts" in calibration.values:  # the same cohort, week by week
        lines += [f"reference.weekly_repeat_purchases = {toml(WEEKLY)}", f"reference.origin = {toml(observed.period)}"]
    lines += ["", "[evidence]"]
    for key, (evidence, source) in calibration.sources.items():
        lines.append(f"{toml(key)} = {{ evidence = {toml(evidence)}, source = {toml(source)} }}")
    return "\n".join(lines) + "\n"


def _quoted(key: str) -> str:
    """A full key as TOML writes it; names with spaces need quotes."""
    return ".".join(part if part.replace("_", "").replace("-", "").isalnum() else toml(part) for part in key.split("."))


# ---- the report -----------------------------------------------------------------------------------------------------


def report_text(calibration: Calibration) -> str:
    """The report in Markdown."""
    parts = [
        f"# Calibration on {calibration.observed.name}",
        _what_was_read(calibration),
        _what_was_fitted(calibration),
        _how_well(calibration),
        _held_back(calibration),
        _not_told(calibration),
        _may_not_claim(calibration),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what_was_read(calibration: Calibration) -> str:
    observed = calibration.observed
    lines = [f"- {line}" for line in observed.summary]
    lines += [f"- **Careful:** {line}" for line in observed.warnings]
    return "\n".join(["## What was read\n", *lines, f"- Used to fit: {observed.period}."])


def _what_was_fitted(calibration: Calibration) -> str:
    rhythm = calibration.rhythm
    rows = pd.DataFrame(
        [
            {
                "model": fit.model.NAME,
                "log-likelihood": f"{fit.log_likelihood:,.1f}",
                **{name: f"{value:.4g}" for name, value in zip(fit.names, fit.values, strict=True)},
            }
            for fit in rhythm.fits
        ]
    ).fillna("")
    words = [f"- {what}: {value:.3g} ({unit})" for what, value, unit in in_words(rhythm.chosen.model)]
    limits = [
        f"- **Careful:** {name} ran to the end of its range: the data do not bound it."
        for name in rhythm.chosen.at_a_limit
    ]
    found = pd.DataFrame(
        [
            (each.key, f"{_value(calibration, each.key):.4g}", f"{each.low:.3g} to {each.high:.3g}", each.words)
            for each in calibration.findings
        ],
        columns=["parameter", "value", "95% of the plausible set", "what the data told"],
    )
    return "\n".join(
        [
            "## What was fitted\n",
            markdown_table(rows),
            f"\n{rhythm.chosen.model.NAME} is used: {rhythm.why}. In plain words:\n",
            *words,
            *limits,
            f"\nThe plausible set has {len(calibration.plausible)} draws (`plausible.csv`).\n",
            markdown_table(found),
        ]
    )


def _value(calibration: Calibration, key: str) -> float:
    value = calibration.values[key]
    assert isinstance(value, float)  # findings are about fitted numbers
    return value


def _how_well(calibration: Calibration) -> str:
    if calibration.moments is None:
        return ""
    return "\n".join(
        [
            "## How well the market reproduces the data\n",
            f"{len(calibration.plausible)} of {calibration.tried} guesses were kept: those whose every figure lies within "
            "three errors of yours. The error holds the data's own, the simulation's luck, and 2% of the figure, since no "
            "simulated market is the real one.\n",
            markdown_table(calibration.moments.round(4)),
        ]
    )


def _held_back(calibration: Calibration) -> str:
    holdout = calibration.holdout
    if holdout is None:
        return (
            "## Holdout\n\nNothing was held back: these data show no course over time, so no forecast could be judged."
        )
    scores = holdout.scores()
    shown = pd.DataFrame(
        {
            "forecast": scores["forecast"],
            "mean absolute error": [f"{value:.2%}" for value in scores["mean_absolute_error"]],
            f"error in {holdout.time} {holdout.curves.index[-1]}": [f"{value:+.2%}" for value in scores["last_error"]],
        }
    )
    best = scores["forecast"].iloc[int(scores["mean_absolute_error"].argmin())]
    verdict = "is the best of these" if best == "simulated" else f"is not the best of these: {best} is"
    within = "within" if holdout.covered() else "**outside**"
    return "\n".join(
        [
            "## Forecast of what was held back\n",
            f"Fitted on {holdout.time}s up to {holdout.fitted_until:.0f}; the figures after it ({holdout.what}) were used for "
            "judging only.\n",
            markdown_table(shown),
            f"\nThe simulated forecast {verdict}. The last real figure lies {within} the range of 95% of simulated markets "
            "(`holdout.png`). One cohort is one test; a method that wins here may lose on the next.",
        ]
    )


def _not_told(calibration: Calibration) -> str:
    lines = [f"- {sentence}" for sentence in calibration.trade_offs]
    silent = [each.key for each in calibration.findings if each.words.startswith("not told")]
    if silent:
        lines.append(f"- The data say nothing about {', '.join(silent)}: any value in the range shown fits as well.")
    if calibration.moments is None:
        lines.append(
            "- Purchases alone hold no experience: how satisfaction, failures, support or word of mouth move people cannot be "
            "told from them at all, and this market leaves them out. Name a market with `--market` to put them in, at "
            "the ranges that are assumed."
        )
    return "\n".join(
        ["## What these data cannot tell\n", *(lines or ["- Every fitted parameter was told by the data."])]
    )


def _may_not_claim(calibration: Calibration) -> str:
    return "\n".join(
        [
            "## What may not be claimed\n",
            "- The parameters hold if the model holds; a good fit does not show that it does.",
            "- The plausible set is what this model could not rule out. It is no posterior distribution and no confidence "
            "region for the world outside.",
            "- A plan's effect on calibrated customers is still a what-if: run it over the plausible set, and say how often "
            "the verdict stays.",
        ]
    )
