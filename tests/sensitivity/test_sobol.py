"""Protects the Sobol indices: Ishigami's closed form, with luck as without it, and intervals that cover what they say."""

from importlib import import_module

import numpy as np
import pytest
from formulas import FIRST, ISHIGAMI, TOTAL, VARIANCE, ishigami, with_common_luck, with_separate_luck

from cxsim.analysis.sensitivity import sobol, sobol_design, sobol_from
from cxsim.analysis.sensitivity.sobol import SobolIndices

TRUE = np.concatenate([FIRST, TOTAL])


def indices(result: SobolIndices) -> np.ndarray:
    return result.table[["first", "total"]].to_numpy().T.ravel()


def ends(result: SobolIndices) -> tuple[np.ndarray, np.ndarray]:
    return tuple(result.table[[f"first_{end}", f"total_{end}"]].to_numpy().T.ravel() for end in ("low", "high"))


@pytest.fixture
def few_resamples(monkeypatch):
    monkeypatch.setattr(import_module("cxsim.analysis.sensitivity.sobol"), "RESAMPLES", 2)


def test_ishigami_without_luck():
    result = sobol(lambda points: ishigami(points)[:, None], ISHIGAMI, points=1024)
    assert indices(result) == pytest.approx(TRUE, abs=0.02)
    low, high = ends(result)
    assert np.all((low <= TRUE) & (high >= TRUE)) and np.all(high - low < 0.2)
    assert np.isnan(result.luck[0])


@pytest.mark.parametrize("luck", [with_separate_luck, with_common_luck])
def test_luck_is_taken_out(luck, few_resamples):
    # 60 studies; fixed seeds. With fresh ones a true estimator would fail once in a thousand (six z-tests at 3.8).
    estimates = np.array([indices(sobol(luck(4, seed), ISHIGAMI, 128, seed=seed)) for seed in range(1, 61)])
    z = (estimates.mean(axis=0) - TRUE) / (estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates)))
    assert np.abs(z).max() < 3.8


def test_the_mean_over_replications_would_not_do(few_resamples):
    # What taking luck out is for: the indices of the plain mean are off by far more than chance.
    def of_mean(seed):
        values = with_separate_luck(4, seed)(sobol_design(ISHIGAMI, 128, seed))
        return indices(sobol_from(ISHIGAMI, values.mean(axis=1, keepdims=True)))

    estimates = np.array([of_mean(seed) for seed in range(1, 61)])
    z = (estimates.mean(axis=0) - TRUE) / (estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates)))
    assert z[5] > 8.0  # a total index gains the luck that is left


def test_the_share_of_luck_is_its_share_of_the_variance(few_resamples):
    share = [sobol(with_separate_luck(5, seed), ISHIGAMI, 256, seed=seed).luck[0] for seed in range(1, 21)]
    assert np.mean(share) == pytest.approx(9.0 / (9.0 + VARIANCE), abs=0.01)


def test_luck_that_is_the_same_everywhere_is_called_shared():
    values = ishigami(sobol_design(ISHIGAMI, 64))[:, None] + np.array([-3.0, 1.0, 2.0, 0.5])
    result = sobol_from(ISHIGAMI, values)
    assert result.luck_shared == pytest.approx(1.0)
    assert indices(result) == pytest.approx(indices(sobol_from(ISHIGAMI, values[:, :1])))


def test_intervals_cover(monkeypatch):
    # 30 studies of 6 indices with luck of half the variance; fixed seeds. Intervals that left replications out of the
    # bootstrap would cover about half as often.
    monkeypatch.setattr(import_module("cxsim.analysis.sensitivity.sobol"), "RESAMPLES", 100)
    covered, wide = [], []
    for seed in range(1, 31):
        low, high = ends(sobol(with_common_luck(8, seed), ISHIGAMI, 128, seed=seed))
        covered.append((low <= TRUE) & (high >= TRUE))
        wide.append(high - low)
    assert np.mean(covered) >= 0.92
    assert np.mean(covered, axis=0).min() >= 0.85
    assert np.median(wide) < 0.8


def test_pure_luck_has_no_indices():
    values = with_separate_luck(5, seed=1)(sobol_design(ISHIGAMI, 64))
    luck_only = values - ishigami(sobol_design(ISHIGAMI, 64))[:, None]
    result = sobol_from(ISHIGAMI, luck_only - luck_only.mean(axis=1, keepdims=True))
    assert result.table[["first", "total"]].isna().all(axis=None)
    assert result.luck[0] == 1.0


def test_the_same_seed_gives_the_same_table():
    values = with_separate_luck(3, seed=1)(sobol_design(ISHIGAMI, 32))
    assert sobol_from(ISHIGAMI, values).table.equals(sobol_from(ISHIGAMI, values).table)


@pytest.mark.parametrize(
    "values, message",
    [
        (np.ones((11, 2)), "no design of 3 factors"),
        (np.ones(10), "have shape"),
        (np.full((10, 2), np.nan), "point 0"),
    ],
)
def test_wrong_outcomes_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        sobol_from(ISHIGAMI, values)


def test_the_number_of_points_is_a_power_of_two():
    with pytest.raises(ValueError, match="power of two"):
        sobol_design(ISHIGAMI, 100)
