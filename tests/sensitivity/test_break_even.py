"""Protects the break-even: the root where a formula has it, the interval of the paired test, and plain words without."""

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.sensitivity import Factor, break_even, one_at_a_time
from cxsim.analysis.sensitivity.break_even import PRECISE

RATE = Factor("brand.focal.use.failure_rate", 0.0, 0.5)
LUCK = stats.norm.rvs(scale=0.05, size=6, random_state=4)


def falling(points):
    """Advantage 0.2 - rate, plus luck that is the same at every rate."""
    return 0.2 - points[:, [0]] + LUCK


def test_the_root_and_its_interval_are_those_of_the_paired_test():
    result = break_even(falling, [RATE], [0.1], 0)
    known = estimate(0.2 + LUCK)  # the advantage at rate r is 0.2 + luck - r: its root and interval are known
    assert [result.value, result.low, result.high] == pytest.approx(
        [known.mean, known.low, known.high], abs=0.5 * PRECISE
    )
    assert result.wins_at_low and result.flips == 1
    assert str(result).endswith("flips at 18.5% (13.9% to 23.2%)")


def test_the_interval_covers():
    # 300 studies of 5 replications: 95% by theory; fewer than 270 would be a chance of 1 in 4,000.
    luck = stats.norm.rvs(scale=0.04, size=(300, 5), random_state=1)
    results = [break_even(lambda x, add=add: 0.2 - x[:, [0]] + add, [RATE], [0.1], 0) for add in luck]
    covered = sum(result.low <= 0.2 <= result.high for result in results)
    assert 270 <= covered < 300


def test_no_flip_is_said_plainly():
    result = break_even(lambda points: 1.0 + falling(points), [RATE], [0.1], 0)
    assert np.isnan(result.value) and result.decided
    assert str(result) == "use failure rate of focal: does not flip in the range, the plan wins throughout"
    unsure = break_even(lambda points: -0.001 + 0.0 * points[:, [0]] - np.array([-0.1, 0.1, 0.0]), [RATE], [0.1], 0)
    assert str(unsure).endswith("loses throughout; its sign is not certain all along")


def test_an_interval_may_be_open():
    result = break_even(lambda points: 0.48 + LUCK - LUCK.mean() - points[:, [0]], [RATE], [0.1], 0)
    assert result.high == np.inf and 0.0 < result.low < 0.48
    assert "to the end of the range" in str(result)


def test_the_nearest_of_several_flips_is_told():
    result = break_even(lambda points: (points[:, [0]] - 0.1) * (points[:, [0]] - 0.4) + 1e-4 * LUCK, [RATE], [0.45], 0)
    assert result.value == pytest.approx(0.4, abs=0.01) and result.flips == 2
    assert "flips 2 times" in str(result)


def test_every_value_is_lived_once():
    seen = []

    def counted(points):
        seen.extend(points[:, 0])
        return falling(points)

    break_even(counted, [RATE], [0.1], 0)
    assert len(seen) == len(set(seen)) < 30


def test_one_replication_has_no_interval():
    with pytest.raises(ValueError, match="two replications"):
        break_even(lambda points: falling(points)[:, :1], [RATE], [0.1], 0)


def test_one_at_a_time_moves_one_and_leaves_the_others():
    factors = [RATE, Factor("price", 10.0, 30.0, unit="EUR")]

    def outcome(points):
        return falling(points) * 10.0 + (points[:, [1]] - 20.0)

    result = one_at_a_time(outcome, factors, [0.1, 20.0])
    table = result.table.set_index("key")
    assert list(table.index) == ["price", RATE.key]  # widest first
    assert table["swing"].to_dict() == pytest.approx({"price": 20.0, RATE.key: -5.0})
    assert table.loc["price", ["at_low", "at_high"]].to_list() == pytest.approx(
        result.present.mean + np.array([-10.0, 10.0])
    )
    assert [flip.factor.key for flip in result.break_evens] == list(table.index)
    assert table.loc[RATE.key, ["swing_low", "swing_high"]].to_list() == pytest.approx([-5.0, -5.0])  # luck cancels
