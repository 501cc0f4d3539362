"""What the forecasts of single customers say in words, and the folder of a calibration by opportunities, which has no market."""

from pathlib import Path

import pandas as pd

from cxsim.analysis.calibration.customers import CustomerForecasts, Judged, forecast_customers
from cxsim.analysis.calibration.observed import Observed
from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.phrases import interval
from cxsim.analysis.results.folder import write_folder
from cxsim.analysis.results.writing import markdown_table

CUSTOMERS = "customers"  # the table's name
FEWEST_OPPORTUNITIES = 3  # after the first purchase: with fewer, four parameters are not told
TOO_FEW_HELD = 0.93  # of intervals of 95%
KEPT_TO = 4  # digits after the point


def customers_table(forecasts: CustomerForecasts) -> pd.DataFrame:
    """The table as it is written: figures to four digits after the point."""
    return forecasts.table.round(KEPT_TO)


def customers_text(forecasts: CustomerForecasts) -> str:
    """The section of a report: what the columns are, how the forecasts did on what was held back."""
    table, many = forecasts.table, "s" * (forecasts.ahead != 1)
    ahead = f"{forecasts.ahead:g} {forecasts.unit}{many}"
    value = float(table["value"].sum()) if "value" in table else None
    together = f"{table['purchases'].sum():,.0f} purchases" + (f" worth {value:,.0f}" if value is not None else "")
    lines = [
        "## Customers, one by one\n",
        f"`{CUSTOMERS}.csv` has a line for each of {len(table):,} customers: what to expect in the {ahead} after the end of the "
        f"data, from {forecasts.fit.model.NAME} fitted to all of it. All of them together: {together}.\n",
        _columns(forecasts),
        *([f"\n{_judged(forecasts.judged, forecasts.unit)}"] if forecasts.judged else []),
        *(f"\n{note}" for note in forecasts.notes),
        *(
            f"\n**Careful:** {name} ran to the end of its range: the data do not bound it, and what follows from it is a guess."
            for name in forecasts.fit.at_a_limit
        ),
    ]
    return "\n".join(lines)


def _columns(forecasts: CustomerForecasts) -> str:
    unit = forecasts.unit
    rows = [
        (
            "frequency, recency, T",
            f"repeat purchases; {unit}s from the first purchase to the last, and to the end of the data",
        ),
        ("alive", "chance that the customer has not left for good"),
        ("purchases", "expected; low and high: 95% of this customer's futures lie between, luck included"),
    ]
    if "value" in forecasts.table:
        rows += [
            ("amount", "expected amount of a purchase (Gamma-Gamma: the own average, drawn toward that of all)"),
            ("value", "purchases times amount: money spent, no cost taken off, not discounted; low and high as above"),
        ]
    return markdown_table(pd.DataFrame(rows, columns=["column", "what it is"]))


def _judged(judged: Judged, unit: str) -> str:
    text = (
        f"The same forecast made at the end of what was used to fit: {judged.customers:,} customers were expected to buy "
        f"{interval(judged.forecast, judged.low, judged.high)} times in the {judged.time:.4g} {unit}s held back, and bought "
        f"{judged.real:,.0f} times. Customer by customer the root mean squared error is {judged.rmse:.3f} purchases, the correlation "
        f"{judged.correlation:.2f}. The intervals of 95% held {judged.covered:.1%} of the customers, "
        f"and {judged.covered_repeaters:.1%} of those who had bought again before: purchases are whole, so the intervals hold at least 95% "
        "where these customers keep to the model."
    )
    if min(judged.covered, judged.covered_repeaters) < TOO_FEW_HELD:
        text += " **Careful:** that is too few: these customers do not keep to the model, so read the intervals as too narrow."
    if not judged.low <= judged.real <= judged.high:
        text += " **Careful:** what all of them bought lies outside of its range."
    return text


# ---- purchases at opportunities ------------------------------------------------------------------------------------------


def forecast_by_opportunity(observed: Observed, weeks: float, seed: int) -> CustomerForecasts:
    """Forecast customers whose purchases are possible at given times only, by BG/BB.

    Raises:
        ValueError: if there were too few opportunities, or nobody bought twice.
    """
    records = observed.records
    assert records is not None and records.by_opportunity
    most = int(records.histories.age.max())
    if most < FEWEST_OPPORTUNITIES:
        raise ValueError(
            f"{observed.name}: purchases are possible once a {records.unit}, and the file holds {most} such opportunities after "
            f"the first purchases; at least {FEWEST_OPPORTUNITIES} are needed. Take a longer period; if the dates were rounded when they "
            "were exported, export the real ones"
        )
    return forecast_customers(records, BgBb, weeks, seed)


def write_by_opportunity(
    observed: Observed,
    forecasts: CustomerForecasts,
    seed: int,
    folder: Path,
    overwrite: bool = False,
    command: str | None = None,
) -> None:
    """Write customers.csv, plausible.csv, report.md and manifest.json. There is no calibrated.toml: no market is fitted.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    fit = forecasts.fit
    plausible = pd.DataFrame(fit.plausible(200, seed), columns=list(fit.names)).rename_axis("draw").reset_index()
    manifest = {
        "data": observed.name,
        "sha256": observed.sha256,
        "told": {},
        "market": "",
        "seed": seed,
        "values": {},
        "sources": {},
        "holdout": None,
        "command": command,
    }
    tables = {CUSTOMERS: customers_table(forecasts), "plausible": plausible}
    texts = {"report.md": by_opportunity_text(observed, forecasts, plausible)}
    write_folder(folder, "calibration", manifest, tables, texts, overwrite=overwrite)


def by_opportunity_text(observed: Observed, forecasts: CustomerForecasts, plausible: pd.DataFrame) -> str:
    """The report in Markdown."""
    model = forecasts.fit.model
    assert isinstance(model, BgBb)
    ends = plausible.quantile([0.025, 0.975])
    values = pd.DataFrame(
        [
            (name, f"{getattr(model, name):.4g}", f"{ends[name].iloc[0]:.3g} to {ends[name].iloc[1]:.3g}")
            for name in forecasts.fit.names
        ],
        columns=["parameter", "value", "95% of the plausible set"],
    )
    buys, leaves = model.alpha / (model.alpha + model.beta), model.gamma / (model.gamma + model.delta)
    return "\n".join(
        [
            f"# Calibration on {observed.name}\n",
            "## What was read\n",
            *(f"- {line}" for line in observed.summary),
            *(f"- **Careful:** {line}" for line in observed.warnings),
            "\n## What was fitted\n",
            f"BG/BB, by maximum likelihood on all of the data (log-likelihood {forecasts.fit.log_likelihood:,.1f}). In plain words:\n",
            f"- mean chance to buy at an opportunity, of a customer who is there: {buys:.3g}",
            f"- mean chance to leave for good before an opportunity, of a new customer: {leaves:.3g}\n",
            markdown_table(values),
            f"\n{customers_text(forecasts)}\n",
            "## What was not fitted\n",
            f"No market, and so there is no `calibrated.toml`: a customer here may buy once a {forecasts.unit} or not, and in every "
            "market needs arise at any time, or by contract. A fit of these dates would find customers who never leave. If the dates were "
            "rounded when they were exported (to the first of the month, say), export the real ones and calibrate on these.\n",
        ]
    )
