"""Pages on calibrations, markets made from figures, verifications, portfolios, beliefs and journeys: the text written with them, with pictures and provenance."""

import base64
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from cxsim.analysis.calibration.holdout import Holdout
from cxsim.analysis.results.reading import Results, Written
from cxsim.analysis.verification.limit import ERRORS_ALLOWED
from cxsim.interface import charts
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, PALE, caption, open_box
from cxsim.interface.report.markdown import html
from cxsim.interface.report.page import provenance, rendered
from cxsim.interface.report.pictures import Pictures

FARTHEST: Final = 3.0 * ERRORS_ALLOWED  # misses beyond are drawn there


class Calibrated(Written):
    """The manifest of a calibration."""

    data: str
    sha256: str
    told: dict[str, object]
    market: str
    seed: int
    values: dict[str, object]
    sources: dict[str, tuple[str, str]]
    holdout: dict[str, str | float] | None
    command: str | None = None  # none of a calibration made from Python


class MadeFromFigures(Written):
    """The manifest of a market made from a firm's figures."""

    figures: dict[str, str | float | dict[str, float] | list[float]]
    market: str
    seed: int
    command: str | None = None


class VerificationManifest(Written):
    """The manifest of a verification."""

    limits: dict[str, dict[str, str | int | bool]]


def calibration(results: Results) -> str:
    """The page on a calibration.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    manifest = results.manifest(Calibrated)
    return rendered(
        "calibration.html",
        calibrated=manifest,
        text=html(results.file("report.md").read_text(encoding="utf-8")),
        holdout=_holdout(results, manifest),
        **provenance(results),
    )


def _holdout(results: Results, manifest: Calibrated) -> Markup | None:
    if manifest.holdout is None:
        return None
    facts = dict(manifest.holdout)
    curves = results.table("holdout").set_index(str(facts["time"]))
    held = Holdout(
        what=str(facts["what"]),
        time=str(facts["time"]),
        fitted_until=float(facts["fitted_until"]),
        curves=curves,
        markets=int(facts["markets"]),
        standard_error=float(facts["standard_error"]),
    )
    return Pictures()(partial(charts.holdout, held), "Real figures and forecasts")


class PortfolioManifest(Written):
    """The manifest of a portfolio."""

    scenario: dict[str, str]
    seed: int
    runs: int


def portfolio(results: Results) -> str:
    """The page on the best plan for a budget.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    return rendered(
        "portfolio.html",
        chosen=results.manifest(PortfolioManifest),
        text=html(results.file("report.md").read_text(encoding="utf-8")),
        front=base64.b64encode(results.file("front.png").read_bytes()).decode(),
        **provenance(results),
    )


class PicturedManifest(Written):
    """The manifest of what is a picture and words: what one must believe, a journey map."""

    scenarios: list[dict[str, str]]
    seed: int
    replications: int


def market(results: Results) -> str:
    """The page on a market made from a firm's figures.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    text = html(results.file("report.md").read_text(encoding="utf-8").partition("\n")[2])
    return rendered("market.html", own=results.manifest(MadeFromFigures), text=text, **provenance(results))


def pictured(results: Results) -> str:
    """The page on what one must believe, or on a journey: its picture, its words, and how they were made.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    kind = results.written.kind
    return rendered(
        "pictured.html",
        kind=kind,
        lived=results.manifest(PicturedManifest),
        text=results.file("summary.txt").read_text(encoding="utf-8"),
        picture=base64.b64encode(results.file(f"{kind}.png").read_bytes()).decode(),
        **provenance(results),
    )


def verification(results: Results) -> str:
    """The page on a verification.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    table = results.table("table")
    limits = table["limit"].drop_duplicates().tolist()
    misses = Pictures()(partial(_misses, table), "Misses of all checks", height=1.4 + 0.3 * len(limits))
    return rendered(
        "verification.html",
        failed=int((~table["passed"]).sum()),
        checks=len(table),
        limits=results.manifest(VerificationManifest).limits,
        misses=misses,
        text=html(results.file("verification.md").read_text(encoding="utf-8")),
        **provenance(results),
    )


def _misses(table: pd.DataFrame, ax: Axes) -> Axes:
    """Every check's miss in standard errors, one row a limit, within the band that is allowed."""
    ax.axvspan(-ERRORS_ALLOWED, ERRORS_ALLOWED, color=PALE, alpha=0.6, linewidth=0)
    ax.axvline(0.0, color=INK, linewidth=0.8)
    limits = table["limit"].drop_duplicates().tolist()
    for place, limit in enumerate(limits):
        own = table[table["limit"] == limit]
        for passed, colour in ((True, FIRST_CYCLE), (False, LINE)):
            chosen = own[own["passed"] == passed]["miss"].clip(-FARTHEST, FARTHEST)
            ax.plot(chosen, np.full(len(chosen), place), "o" if passed else "X", color=colour, markersize=5, alpha=0.7)
    ax.set_yticks(range(len(limits)), limits)
    ax.set_ylim(len(limits) - 0.5, -0.5)
    ax.set_xlabel("miss, standard errors beyond the bias")
    ax.tick_params(axis="y", length=0)
    open_box(ax)
    caption(ax, "One mark a check; shaded: allowed; crosses: failed.")
    return ax
