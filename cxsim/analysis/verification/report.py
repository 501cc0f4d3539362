"""Results of a verification in words, tables and files."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cxsim.analysis.results.folder import Draw, write_folder
from cxsim.analysis.verification.limit import ERRORS_ALLOWED, Check, Verified, expected_false_alarms
from cxsim.scenario.writing import scenario_hash


def line_of(result: Verified) -> str:
    """One line: passed or not, checks passed, the largest miss."""
    return (
        f"{'passes' if result.passed else 'FAILS ':<7} {result.limit.name:<20} {checks_passed(result):>8} checks"
        f"   largest miss {result.largest_miss:.1f} standard errors   {result.limit.title}"
    )


def checks_passed(result: Verified) -> str:
    """Such as "9 of 10"."""
    return f"{sum(check.passed for check in result.checks)} of {len(result.checks)}"


def table_of(result: Verified) -> str:
    """Every check of a limit as plain text."""
    wide = max(len(check.quantity) for check in result.checks)
    far = max(len("at"), *(len(check.at) for check in result.checks))
    lines = [f"{'':<{wide}}  {'at':<{far}}  closed form   simulated      error       bias   miss"]
    for check in result.checks:
        numbers = f"{_number(check.expected):>11} {_number(check.simulated):>11} {_small(check.standard_error):>10}"
        mark = "" if check.passed else "  <- fails"
        lines.append(
            f"{check.quantity:<{wide}}  {check.at:<{far}}  {numbers} {_small(check.bias):>10} {check.z:>6.1f}{mark}"
        )
    lines.append("error: standard error over replications; miss: in standard errors, beyond the bias")
    return "\n".join(lines)


def summary(results: Sequence[Verified]) -> str:
    """How many checks passed, and how many would fail by luck."""
    checks = [check for result in results for check in result.checks]
    failed = sum(not check.passed for check in checks)
    verdict = f"{failed} failed" if failed else "all passed"
    return (
        f"{len(checks)} checks, {verdict}. With another seed a right simulator fails "
        f"{expected_false_alarms(results):.1f} of {len(checks)} by luck on average, at most: each may miss by "
        f"{ERRORS_ALLOWED:g} standard errors beyond its bias. The checks of one curve share its luck and fail together."
    )


def table(results: Sequence[Verified]) -> pd.DataFrame:
    """One row a check: limit, quantity, at, closed_form, simulated, standard_error, bias, miss (in errors), passed."""
    columns = ["limit", "quantity", "at", "closed_form", "simulated", "standard_error", "bias", "miss", "passed"]
    rows = [(result.limit.name, *_row(check)) for result in results for check in result.checks]
    return pd.DataFrame(rows, columns=columns)


def _row(check: Check) -> tuple[object, ...]:
    numbers = (check.expected, check.simulated, check.standard_error, check.bias, check.z)
    return (check.quantity, check.at, *numbers, check.passed)


def page(results: Sequence[Verified]) -> str:
    """The table of limits, and below it every check of each, in Markdown."""
    return "\n\n".join([summary(results), overview(results), *(section(result) for result in results)])


def overview(results: Sequence[Verified]) -> str:
    """One row a limit, in Markdown."""
    rows = [
        [f"`{result.limit.name}`", f"{result.limit.title}: {result.limit.reference}", checks_passed(result), f"{result.largest_miss:.1f}"]
        for result in results
    ]  # fmt: skip
    return _markdown(["limit", "closed form", "checks passed", "largest miss, standard errors"], rows)


def section(result: Verified) -> str:
    """A limit in Markdown: what is switched off, the formula, the bias, every check."""
    limit, market = result.limit, result.scenario.market
    rows = [
        [check.quantity, check.at, _number(check.expected), _number(check.simulated), _small(check.standard_error),
         _small(check.bias), f"{check.z:.1f}" + ("" if check.passed else " **fails**")]
        for check in result.checks
    ]  # fmt: skip
    return "\n\n".join(
        [
            f"### {limit.title} (`{limit.name}`)",
            " ".join(result.scenario.story.split()),
            f"    {limit.formula}",
            f"{limit.reference}. Bias: {limit.bias}. {result.replications} replications of {market.people:,} people over {market.horizon_weeks} weeks.",
            _markdown(["quantity", "at", "closed form", "simulated", "standard error", "bias", "miss"], rows),
        ]
    )


def _markdown(heading: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, ["---"] * len(heading), *rows])


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 10.0 else f"{value:.4f}"


def _small(value: float) -> str:
    return "0" if value == 0.0 else f"{value:.1e}" if value < 1e-4 else f"{value:.4f}"


def write(results: Sequence[Verified], folder: Path, draw: Draw, overwrite: bool = False) -> None:
    """Write table.csv, verification.md, the charts that `draw` saves, and manifest.json.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    manifest = {"limits": {result.limit.name: _record(result) for result in results}}
    texts = {"verification.md": f"# Verification\n\n{page(results)}\n"}
    write_folder(folder, "verification", manifest, {"table": table(results)}, texts, draw, overwrite=overwrite)


def _record(result: Verified) -> dict[str, object]:
    """What a result depends on, for the manifest."""
    return {
        "seed": result.seed,
        "replications": result.replications,
        "first_replication": result.limit.first_replication,
        "scenario_sha256": scenario_hash(result.scenario),
        "passed": result.passed,
    }
