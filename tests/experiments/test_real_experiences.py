"""Protects the counts of real complaints and of a real experiment: plain arithmetic, effects recovered from choices, figures of the page."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments import hillstrom, iranian_churn


def test_log_odds_by_hand():
    """Ten who complained, eight gone; twenty others, four gone: log(8 * 16 / (2 * 4)), Woolf's error from 1/8 + 1/2 + 1/4 + 1/16."""
    split = np.repeat([True, False], [10, 20])
    gone = np.concatenate([np.repeat([True, False], [8, 2]), np.repeat([True, False], [4, 16])])
    assert iranian_churn.log_odds(split, gone) == pytest.approx((np.log(16.0), 1.96 * np.sqrt(0.9375)))


def test_a_difference_is_that_of_welch():
    left, right = (pd.Series(stats.norm.rvs(size=many, random_state=many)) for many in (40, 60))
    found = hillstrom.difference(left, right)
    assert found.mean / found.error == pytest.approx(stats.ttest_ind(left, right, equal_var=False).statistic)


def test_comparing_within_classes_recovers_an_effect_that_choosing_hides():
    """Spending grows with earlier spending, a letter adds exactly 5, and good customers get it: 50 firms of 3,000.

    The plain difference is wrong in all of them; within classes the interval holds 5 in at least 40 of 50 (a right one of 95% falls
    below that once in ten thousand).
    """
    history = stats.gamma.rvs(2.0, scale=100.0, size=3000, random_state=1)
    letter = stats.uniform.rvs(size=3000, random_state=1002) < 0.5
    rows = pd.DataFrame({"history": history, "segment": np.where(letter, "Letter", hillstrom.NONE)})
    plain, within = [], []
    for seed in range(50):
        rows["spend"] = history / 10.0 + 5.0 * letter + stats.norm.rvs(scale=5.0, size=3000, random_state=100 + seed)
        chosen = hillstrom.chosen_by_spending(rows, seed)
        sent = chosen["segment"] == "Letter"
        for found, estimate in ((plain, hillstrom.difference(chosen.loc[sent, "spend"], chosen.loc[~sent, "spend"])),
                                (within, hillstrom.within_classes(chosen, "Letter", "spend"))):  # fmt: skip
            found.append(abs(estimate.mean - 5.0) < hillstrom.Z * estimate.error)
    assert sum(plain) == 0
    assert sum(within) >= 40


def test_the_real_table_says_what_the_page_says():
    try:
        seen = iranian_churn.real()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert len(seen.gone) == 2850
    odds, half = iranian_churn.log_odds(seen.complained, seen.gone)
    assert (odds, odds - half, odds + half) == pytest.approx((3.78, 3.42, 4.15), abs=0.005)


def test_the_lot_made_the_arms_alike_and_the_letters_worked():
    """Six differences before the letters, each beyond 3.3 standard errors once in a thousand times."""
    try:
        rows = hillstrom.customers()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    none = rows[rows["segment"] == hillstrom.NONE]
    for letter in ("Mens E-Mail", "Womens E-Mail"):
        sent = rows[rows["segment"] == letter]
        for name in hillstrom.BEFORE:
            found = hillstrom.difference(sent[name], none[name])
            assert abs(found.mean) < 3.3 * found.error
        assert hillstrom.difference(sent["spend"], none["spend"]).mean > 0.4


def test_simulated_customers_are_counted_as_the_table_counts():
    seen = iranian_churn.simulated(replications=1, people=800)
    assert len(seen.gone) > 100 and 0.0 < seen.gone.mean() < 0.3
    assert seen.unhelped is not None and not np.any(seen.unhelped & ~seen.complained)
    assert not np.any(seen.complained & (seen.failures == 0)) or np.mean(seen.complained & (seen.failures == 0)) < 0.02
