"""The command that fits a market to a firm's own data."""

import shlex
import textwrap
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.analysis.calibration.calibrate import Calibration
    from cxsim.analysis.calibration.customers import CustomerForecasts
    from cxsim.analysis.calibration.observed import Observed
    from cxsim.analysis.calibration.survey_moments import Told
    from cxsim.data.rfm import TimeUnit


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date | int | None:
    """`--until`: a day for purchases, the number of a period for a retention table."""
    if value is None:
        return None
    try:
        return int(value) if value.isdecimal() and len(value) < 5 else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a day such as 2025-06-30 nor the number of a period") from None


def _share(_: click.Context, __: click.Parameter, value: str | None) -> tuple[float, float | None] | None:
    """A share between 0 and 1, as .08, or with its standard error, as .08+-.01."""
    if value is None:
        return None
    share, given, error = value.replace("\N{PLUS-MINUS SIGN}", "+-").partition("+-")
    try:
        read = float(share), float(error) if given else None
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no share; write it like .08, or with its standard error like .08+-.01"
        ) from None
    if not 0.0 < read[0] < 1.0:
        raise click.BadParameter(f"{value!r}: a share lies between 0 and 1; 8 in a hundred are .08")
    if read[1] is not None and not 0.0 < read[1] <= 0.5:
        raise click.BadParameter(f"{value!r}: a standard error of a share is above 0 and at most .5")
    return read


@click.command()
@click.argument("data", type=PLACE)
@click.option("--market", default="rhythm-only", show_default=True, help="The market to calibrate, by name or file.")
@click.option(
    "--until", callback=_day, help="Last day (or period) to fit; the rest is held back to judge by. Default: 2/3."
)
@click.option("--scores", type=PLACE, multiple=True, help="Survey answers 0-10 or 1-5: score,count.")
@click.option("--episodes", type=PLACE,
              help="Linked records: customer_id,ordered[,promised,delivered,failed,contact,outcome,score], or an event log.")  # fmt: skip
@click.option("--experiment", type=PLACE, help="An experiment that was made: customer_id,arm,start[,outcome].")
@click.option("--tried", metavar="PLAN", help="What the treated got in it, as a plan for the market.")
@click.option("--contact-rate", type=click.FloatRange(0, 1), help="Contacts with support per purchase.")
@click.option("--referral-share", type=click.FloatRange(0, 1), help="Share of new customers who were referred.")
@click.option("--rating", type=click.FloatRange(1, 5), help="Mean public rating, in stars.")
@click.option(
    "--failure-rate",
    callback=_share,
    metavar="SHARE",
    help="Share of uses that fail, reported or not: .08, or .08+-.01.",
)
@click.option(
    "--late-rate", callback=_share, metavar="SHARE", help="Share of deliveries that come late: .08, or .08+-.01."
)
@click.option("--period-weeks", type=click.FloatRange(0, min_open=True),
              help="Length of a period of a retention table. Default: as its column says (month), else 52.")  # fmt: skip
@click.option("--time-unit", type=click.Choice(["days", "weeks"]),
              help="What recency and T of an RFM summary count. Default: weeks, with a warning where they look like days.")  # fmt: skip
@click.option("--cohort", help="Which column of a retention table with several.")
@click.option(
    "--draws", type=click.IntRange(50, 5000), default=200, show_default=True, help="Guesses, and plausible draws."
)
@click.option("--horizon-weeks", type=click.FloatRange(1, 1040), default=52.0, show_default=True,
              help="For how long each customer is forecast in customers.csv.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Key of all luck.")
@click.option("-o", "--out", type=PLACE, required=True, help="Folder for the scenario and report.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def calibrate(
    data: Path,
    market: str,
    until: date | int | None,
    scores: tuple[Path, ...],
    episodes: Path | None,
    experiment: Path | None,
    tried: str | None,
    contact_rate: float | None,
    referral_share: float | None,
    rating: float | None,
    failure_rate: tuple[float, float | None] | None,
    late_rate: tuple[float, float | None] | None,
    period_weeks: float | None,
    time_unit: "TimeUnit | None",
    cohort: str | None,
    draws: int,
    horizon_weeks: float,
    seed: int,
    out: Path,
    overwrite: bool,
) -> None:
    """Fit a market to DATA: purchases (customer_id,date,amount), an RFM summary, or a retention table.

    DATA is a CSV file, a workbook (sales.xlsx, or 'sales.xlsx#January' where several sheets hold something), or Parquet.

    Writes a scenario to run and compare, the plausible set of its parameters, a forecast of each customer, and a report that
    says what the data told, what they could not, and how well it forecast what was held back.
    """
    from cxsim.analysis.calibration.calibrate import RHYTHM_ONLY
    from cxsim.analysis.calibration.calibrate import calibrate as fit
    from cxsim.analysis.calibration.observed import observe
    from cxsim.analysis.calibration.report import write_calibration
    from cxsim.analysis.calibration.survey_moments import told_by
    from cxsim.analysis.results.folder import check_free

    check_free(out, overwrite)
    observed = observe(data, until, period_weeks, cohort, time_unit)
    told = told_by(scores, contact_rate, referral_share, rating, failure_rate, late_rate)
    told += _linked(observed, market, episodes, experiment, tried)
    read = (*observed.summary, *(line for each in told for line in each.summary))
    for line in (*read, *(f"Careful: {each}" for each in observed.warnings)):
        click.echo(_wrapped(line))
    if observed.by_opportunity and not told and market == RHYTHM_ONLY:
        _by_opportunity(observed, horizon_weeks, seed, out, overwrite)
        return
    result = fit(observed, market, told, draws, seed, progress=True, horizon_weeks=horizon_weeks)
    write_calibration(result, out, overwrite, lambda folder: _draw(result, folder), _command())
    click.echo("\n" + _wrapped(_in_short(result)))
    for each in result.warnings:
        click.echo(_wrapped(f"Careful: {each}"))
    if result.customers is not None:
        click.echo("\n" + _wrapped(_customers_in_short(result.customers)))
    scenario = out / "calibrated.toml"
    click.echo(f"\nWritten to {out}; read {out / 'report.md'} first. Then: cxsim run {scenario}")
    click.echo(f"A plan for these customers: cxsim new plan-for-these --market {shlex.quote(str(scenario))}")


def _linked(
    observed: "Observed", market: str, episodes: Path | None, experiment: Path | None, tried: str | None
) -> "list[Told]":
    """What records tell that are linked to the customers by their ids."""
    from cxsim.analysis.calibration.linked_moments import told_by_records
    from cxsim.analysis.calibration.tried import told_by_experiment

    if (experiment is None) != (tried is None):
        raise click.UsageError("--experiment and --tried belong together: who was treated, and with which plan")
    told = [] if episodes is None else [told_by_records(episodes, observed)]
    if experiment is not None and tried is not None:
        told.append(told_by_experiment(experiment, tried, market, observed))
    return told


def _by_opportunity(observed: "Observed", weeks: float, seed: int, out: Path, overwrite: bool) -> None:
    """Customers one by one and no market: no market knows purchases that are possible at given times only."""
    from cxsim.analysis.calibration.customers_report import forecast_by_opportunity, write_by_opportunity

    forecasts = forecast_by_opportunity(observed, weeks, seed)
    write_by_opportunity(observed, forecasts, seed, out, overwrite, _command())
    click.echo("\n" + _wrapped(_customers_in_short(forecasts)))
    click.echo(
        "\n"
        + _wrapped(
            f"Written to {out}; read {out / 'report.md'} first. There is no calibrated.toml, since no market knows purchases that are "
            "possible at given times only."
        )
    )


def _customers_in_short(forecasts: "CustomerForecasts") -> str:
    from cxsim.analysis.phrases import interval

    text = (
        f"Each customer by themselves (customers.csv, {forecasts.fit.model.NAME}): in the {forecasts.ahead:g} {forecasts.unit}s after "
        f"the data {forecasts.table['purchases'].sum():,.0f} purchases are expected of {len(forecasts.table):,} customers."
    )
    judged = forecasts.judged
    if judged is not None:
        text += (
            f" Held back, they bought {judged.real:,.0f} times, and {interval(judged.forecast, judged.low, judged.high)} were "
            f"expected; the intervals of 95% held {judged.covered:.0%} of the customers."
        )
    return text


def _command() -> str:
    """The command that was given, with the defaults that decide the result, for whoever wants to repeat it."""
    given = click.get_current_context()
    words = ["cxsim", "calibrate", str(given.params["data"])]
    for option in given.command.params:
        if isinstance(option, click.Option) and option.name not in ("out", "overwrite") and option.name is not None:
            value = given.params[option.name]
            if option.callback is _share and value is not None:
                value = "+-".join(str(part) for part in value if part is not None)
            several = value if isinstance(value, tuple) else () if value is None else (value,)
            words += [word for each in several for word in (option.opts[0], str(each))]
    return shlex.join([*words, "-o", str(given.params["out"])])


def _in_short(result: "Calibration") -> str:
    from cxsim.analysis.calibration.identify import NOT_TOLD
    from cxsim.analysis.calibration.repeat_buying import in_words

    words = "; ".join(f"{what} {value:.3g} ({unit})" for what, value, unit in in_words(result.rhythm.chosen.model))
    fitted = result.fitted
    silent = sum(each.verdict == NOT_TOLD for each in fitted.findings)
    text = f"{result.rhythm.chosen.model.NAME} on {result.observed.period}: {words}."
    if fitted.moments is not None:
        text += f" {len(fitted.plausible)} of {fitted.tried} guesses reproduce the data."
    if silent:
        text += f" The data tell nearly nothing about {silent} of {len(fitted.findings)} parameters."
    if result.holdout is not None:
        holdout = result.holdout
        scores = holdout.scores().set_index("forecast")
        when = f"{holdout.time}s {holdout.fitted_until + 1:.0f} to {holdout.curves.index[-1]}"
        text += f" Held back, the forecasts of {when} alone are off by " + _listed(scores["alone_error"], "+.1%")
        text += "; of the curve since the start, which holds what was fitted, by " + _listed(
            scores["mean_absolute_error"], ".1%"
        )
        text += ". A good hold-out says nothing about plans."
    return text


def _listed(errors: "pd.Series[float]", form: str) -> str:
    return ", ".join(f"{error:{form}} ({name})" for name, error in errors.items())


def _draw(result: "Calibration", folder: Path) -> None:
    if result.holdout is None:
        return
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    save(charts.holdout(result.holdout), folder / "holdout.png")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110)
