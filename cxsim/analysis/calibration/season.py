"""Whether purchases have a season, which no closed form knows: months in which far more or less is bought than a fit expects."""

from datetime import date, timedelta

import numpy as np

from cxsim.analysis.calibration.holdout import summed_over
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Numbers

STRONG = 1.3  # times as many as expected, or as few: CDNOW has 1.2, a British shop 1.4 in the weeks before Christmas
FEWEST = 30.0  # expected in a month, to be judged
BEYOND_LUCK = 5.0  # standard deviations of a Poisson count, since purchases of one customer come in bunches
WEEKS_OF_TWO_YEARS = 104
NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def season_warnings(model: BgNbd | ParetoNbd, first: Numbers, weekly: Numbers, start: date) -> tuple[str, ...]:
    """A warning where the months differ strongly from what a fit expects; nothing else.

    Args:
        model: fitted.
        first: week of each customer's first purchase, shape (customers,).
        weekly: cumulative repeat purchases by week 1, 2, ..., shape (weeks,).
        start: first day of week 1.
    """
    if len(weekly) < 2:
        return ()
    expected = np.diff(summed_over(first, len(weekly), model.expected_repeats), prepend=0.0)
    real = np.diff(weekly, prepend=0.0)
    month = np.array([(start + timedelta(days=7 * week + 3)).month - 1 for week in range(len(weekly))])
    by_month = [
        np.bincount(month, weights=each, minlength=12) for each in (real, expected * real.sum() / expected.sum())
    ]
    found, usual = by_month
    judged = (usual >= FEWEST) & (np.abs(found - usual) > BEYOND_LUCK * np.sqrt(usual))
    ratio = np.where(judged, found / np.maximum(usual, 1.0), 1.0)
    odd = [
        f"{NAMES[each]} {ratio[each]:.2g} times" for each in np.flatnonzero((ratio >= STRONG) | (ratio <= 1.0 / STRONG))
    ]
    if not odd:
        return ()
    years = (
        "Less than two years of data cannot tell a season from a campaign."
        if len(weekly) < WEEKS_OF_TWO_YEARS
        else "Hold back whole years, so that the same months are fitted and judged."
    )
    return (
        f"Purchases have a strong season, or something else that time brought: beside what {model.NAME} expects, "
        f"{', '.join(odd)} as many. The fit knows no season, so forecasts of single months, and a hold-out that begins or ends in such a "
        f"month, say little. {years}",
    )
