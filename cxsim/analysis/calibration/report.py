"""The folder a calibration leaves behind: a scenario, the plausible set, a report in plain words, a picture."""

from pathlib import Path

import pandas as pd

from cxsim.analysis.calibration.calibrate import Calibration
from cxsim.analysis.calibration.customers_report import CUSTOMERS, customers_table, customers_text
from cxsim.analysis.calibration.identify import NOT_TOLD
from cxsim.analysis.calibration.observed import HeldBack
from cxsim.analysis.calibration.repeat_buying import in_words
from cxsim.analysis.phrases import fitting
from cxsim.analysis.results.folder import Draw, write_folder
from cxsim.analysis.results.writing import markdown_table
from cxsim.scenario.writing import as_toml, scenario_hash

WEEKLY = "weekly.csv"
GOOD_HOLDOUT = (
    "**A good hold-out says nothing about plans.** It shows that customers go on as they did. What they would do if something changed, fewer "
    "failures or another price, never happened in these data, and markets that forecast equally well answer it differently."
)
FEW_DRAWS = 50  # below, no more than one draw lies beyond each end of a 95% range


def write_calibration(
    calibration: Calibration,
    folder: Path,
    overwrite: bool = False,
    draw: Draw | None = None,
    command: str | None = None,
) -> None:
    """Write calibrated.toml, report.md, plausible.csv, customers, the holdout and the moments as tables, and manifest.json.

    Args:
        calibration: what came of it.
        folder: where to; made if it is not there.
        overwrite: whether results already there are replaced.
        draw: draws pictures into the folder.
        command: that repeats it, if it was made by one.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    fitted, observed = calibration.fitted, calibration.observed
    tables = {"plausible": fitted.plausible.rename_axis("draw").reset_index()}
    if fitted.moments is not None:
        tables["moments"] = fitted.moments
    if calibration.holdout is not None:
        tables["holdout"] = calibration.holdout.curves.reset_index()
    if observed.weekly is not None:
        tables["weekly"] = observed.weekly
    if calibration.customers is not None:
        tables[CUSTOMERS] = customers_table(calibration.customers)
    manifest = {
        "data": observed.name,
        "sha256": observed.sha256,
        "told": {each.name: each.given for each in calibration.told},
        "market": calibration.market,
        "market_sha256": scenario_hash(calibration.base),
        "mechanisms": {each.name: each.sha256 for each in calibration.base.own},
        "seed": calibration.seed,
        "values": calibration.values,
        "sources": calibration.sources,
        "holdout": calibration.holdout.facts() if calibration.holdout else None,
        "command": command,
    }
    texts = {"calibrated.toml": scenario_text(calibration), "report.md": report_text(calibration)}
    write_folder(folder, "calibration", manifest, tables, texts, draw, overwrite=overwrite)


# ---- the scenario ---------------------------------------------------------------------------------------------------


def scenario_text(calibration: Calibration) -> str:
    """The calibrated scenario as TOML: what it sets, and what backs each value."""
    observed = calibration.observed
    where = Path(calibration.market)
    parent = str(where.resolve()) if where.is_file() else calibration.market
    lines = [
        f"# Calibrated on {observed.name} (sha256 {observed.sha256}), seed {calibration.seed}.",
        "# Read report.md beside this file before you use it: it says what the data could not tell.",
        f"name = {as_toml(f'Calibrated on {observed.name}')}",
        f"extends = {as_toml(parent)}",
        "",
    ]
    lines += [f"{_quoted(key)} = {as_toml(value)}" for key, value in calibration.values.items()]
    if observed.weekly is not None and "market.entry_counts" in calibration.values:  # the same cohort, week by week
        lines += [
            f"reference.weekly_repeat_purchases = {as_toml(WEEKLY)}",
            f"reference.origin = {as_toml(observed.period)}",
        ]
    lines += ["", "[evidence]"]
    for key, (evidence, source) in calibration.sources.items():
        lines.append(f"{as_toml(key)} = {{ evidence = {as_toml(evidence)}, source = {as_toml(source)} }}")
    return "\n".join(lines) + "\n"


def _quoted(key: str) -> str:
    """A full key as TOML writes it; names with spaces need quotes."""
    return ".".join(
        part if part.replace("_", "").replace("-", "").isalnum() else as_toml(part) for part in key.split(".")
    )


# ---- the report -----------------------------------------------------------------------------------------------------


def report_text(calibration: Calibration) -> str:
    """The report in Markdown."""
    parts = [
        f"# Calibration on {calibration.observed.name}",
        _what_was_read(calibration),
        _what_was_fitted(calibration),
        _how_well(calibration),
        _held_back(calibration),
        customers_text(calibration.customers) if calibration.customers else "",
        _not_told(calibration),
        _may_not_claim(calibration),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what_was_read(calibration: Calibration) -> str:
    observed = calibration.observed
    lines = [f"- {line}" for line in observed.summary]
    lines += [f"- {line}" for told in calibration.told for line in told.summary]
    lines += [f"- **Careful:** {line}" for line in observed.warnings]
    return "\n".join(["## What was read\n", *lines, f"- Used to fit: {observed.period}."])


def _what_was_fitted(calibration: Calibration) -> str:
    rhythm, fitted = calibration.rhythm, calibration.fitted
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
    limits = [f"- **Careful:** {each}" for each in calibration.warnings]
    found = pd.DataFrame(
        [
            (
                each.key,
                f"{fitted.best[each.key]:.4g}",
                f"{each.low:.3g} to {each.high:.3g}",
                each.words_beside(fitted.best[each.key]),
            )
            for each in fitted.findings
        ],
        columns=["parameter", "value", "95% of the plausible set", "what the data told"],
    )
    return "\n".join(
        [
            "## What was fitted\n",
            markdown_table(rows),
            f"\n{rhythm.chosen.model.NAME} is used: {rhythm.why}. It is fitted as if experience did not act. In plain words:\n",
            *words,
            *limits,
            f"\n{_plausible_set(calibration)}\n",
            markdown_table(found),
        ]
    )


def _plausible_set(calibration: Calibration) -> str:
    """How large the plausible set is, what the one value is, and whether there are enough draws to trust its edges."""
    fitted = calibration.fitted
    different = len(fitted.plausible.drop_duplicates())
    words = f"The plausible set has {len(fitted.plausible)} draws (`plausible.csv`). `calibrated.toml` holds one point of it: "
    words += "the most likely one." if fitted.moments is None else "the draw whose figures come closest to yours."
    if fitted.moments is not None:
        words += (
            " Only what the data told is `fitted` in that file; a value that they did not tell is `assumed`, and any other of "
            "its range would have done."
        )
    if different < len(fitted.plausible):
        words += f" {different} of the draws are different; the others repeat them."
    if different < FEW_DRAWS:
        words += f" **Careful:** from {different} draws the edges of the ranges are rough; ask for more `--draws`."
    return words


def _how_well(calibration: Calibration) -> str:
    fitted = calibration.fitted
    if fitted.moments is None:
        return ""
    return "\n".join(
        [
            "## How well the market reproduces the data\n",
            f"{len(fitted.plausible)} of {fitted.tried} guesses were kept: those whose every figure to fit lies within three errors "
            "of yours; checks decide nothing. A score is what the closed form would have to correct in the simulated customers, and 0 "
            "for your own. The error holds the data's own, the luck of the simulation (from the spread of 8 markets with the "
            "parameters from which the search began), and 2% of the figure, since no simulated market is the real one. Low and high "
            "are the ends of what was kept.\n",
            markdown_table(fitted.moments.round(4)),
            *_leanings(fitted.moments),
        ]
    )


def _leanings(moments: pd.DataFrame) -> list[str]:
    """Figures that every kept guess has too high, or too low: there the market cannot quite do what the customers do."""
    sides = {
        "high": moments["figure"][moments["low"] > moments["observed"] + moments["error"]],
        "low": moments["figure"][moments["high"] < moments["observed"] - moments["error"]],
    }
    return [
        f"\n**Careful:** all of them have a {figure} that is too {side}, by more than one error. In this the market is not "
        "yours."
        for side, figures in sides.items()
        for figure in figures
    ]


def _held_back(calibration: Calibration) -> str:
    holdout = calibration.holdout
    if holdout is None:
        return f"## Forecast of what was held back\n\nNothing was held back, so no forecast could be judged: {calibration.observed.held_back}."
    scores = holdout.scores().set_index("forecast")
    times = f"{holdout.time}s {holdout.fitted_until + 1:.0f} to {holdout.curves.index[-1]}"
    write = fitting(holdout.happened, most=4)
    shown = pd.DataFrame(
        {
            "forecast": scores.index,
            f"{times} alone": [write(value) for value in scores["alone"]],
            "off by": [f"{value:+.1%}" for value in scores["alone_error"]],
            "mean absolute error of the curve": [f"{value:.2%}" for value in scores["mean_absolute_error"]],
            f"error of the curve in {holdout.time} {holdout.curves.index[-1]}": [
                f"{value:+.2%}" for value in scores["last_error"]
            ],
        }
    )
    within = "within" if holdout.covered() else "**outside**"
    alone = "within" if holdout.alone_low <= holdout.happened <= holdout.alone_high else "**outside**"
    return "\n".join(
        [
            "## Forecast of what was held back\n",
            f"Fitted on {holdout.time}s up to {holdout.fitted_until:.0f}; the figures after it ({holdout.what}) were used for "
            "judging only.\n",
            markdown_table(shown),
            f"\nIn {times} alone {write(holdout.happened)} really happened (change of {holdout.what}), {alone} the range of 95% of the "
            f"simulated markets, {write(holdout.alone_low)} to {write(holdout.alone_high)}. The curve counts from the start: what was fitted is in "
            "it, so its errors are smaller.\n",
            f"{_verdict(scores['mean_absolute_error'], holdout.error_luck)} The simulated forecast is the mean of "
            f"{holdout.markets} markets, each with other plausible parameters; its own standard error is "
            f"{holdout.standard_error:.1%} of the last figure.\n",
            f"The last real figure lies {within} the range of 95% of these markets (`holdout.png`). That range holds both, what "
            f"is not known of the parameters and the luck of {calibration.lived:,.0f} customers"
            f"{_of_how_many(calibration)}. It does not hold what is wrong with the model. One cohort is one test; a method that "
            "wins here may lose on the next.\n",
            GOOD_HOLDOUT,
        ]
    )


def _verdict(errors: "pd.Series[float]", luck: float) -> str:
    """Who forecast best, as far as the luck of the errors lets one tell.

    Args:
        errors: mean absolute error of each forecast.
        luck: standard deviation of the gap between that of `simulated` and the best of the others (`Holdout.error_luck`).
    """
    simulated, others = float(errors["simulated"]), errors.drop("simulated")
    best, error = str(others.idxmin()), float(others.min())
    gap = f"the errors of the curve differ by {abs(simulated - error):.2%}, and luck of the customers held back alone moves that by {luck:.2%}"
    if not abs(simulated - error) > 2.0 * luck:  # also where the luck is not known
        return f"The simulated forecast and the best of the others, {best}, cannot be told apart: {gap} (one standard deviation)."
    if simulated < error:
        return f"The simulated forecast is the best of these: {gap}."
    return f"The simulated forecast is not the best of these, {best} is: {gap}."


def _of_how_many(calibration: Calibration) -> str:
    held_back = calibration.observed.held_back
    if not isinstance(held_back, HeldBack) or calibration.lived >= 0.95 * held_back.customers:
        return ", as many as yours"
    return f"; you have {held_back.customers:,}, whose luck is smaller, so the range is too wide"


def _not_told(calibration: Calibration) -> str:
    fitted = calibration.fitted
    lines = [f"- {sentence}" for sentence in fitted.trade_offs]
    silent = [each.key for each in fitted.findings if each.verdict == NOT_TOLD]
    if silent:
        lines.append(
            f"- Nearly nothing about {', '.join(silent)}: any value of the range shown above fits about as well."
        )
    if fitted.moments is None:
        lines.append(
            "- Anything about experience. How satisfaction, failures, support or word of mouth move people cannot be told from "
            "these records at all, and this market leaves them out. Name a market with `--market` to put them in, at the "
            "ranges that are assumed."
        )
    else:
        lines.append(
            "- Anything that is not in the table above: the rest of the market is as its file says, most of it assumed "
            "(`cxsim assumptions`)."
        )
    return "\n".join(["## What these data cannot tell\n", *lines])


def _may_not_claim(calibration: Calibration) -> str:
    return "\n".join(
        [
            "## What may not be claimed\n",
            "- The parameters hold if the model holds; a good fit does not show that it does.",
            "- The plausible set is what this model could not rule out. It is no posterior distribution and no confidence "
            "region for the world outside.",
            "- A plan's effect on calibrated customers is still a what-if: run it over the plausible set, and say how often "
            "the verdict stays.",
            "- A plan can be compared with this market only if it extends it: `cxsim new plan-for-these --market calibrated.toml` "
            "writes such a plan. The ready plans extend the ready markets, whose customers are not yours.",
        ]
    )
