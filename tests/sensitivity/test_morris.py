"""Protects the screening: designs walk as Morris's do, linear effects are exact, luck is not taken for an effect."""

import numpy as np
import pytest
from formulas import ISHIGAMI, ishigami, with_separate_luck

from cxsim.analysis.sensitivity import Factor, morris, morris_design, morris_from

FACTORS = [Factor("a", 0.0, 2.0), Factor("b", -1.0, 1.0), Factor("c", 10.0, 30.0)]


def test_every_step_changes_one_factor_by_two_thirds_of_its_range():
    unit = (morris_design(FACTORS, 50) - [0.0, -1.0, 10.0]) / [2.0, 2.0, 20.0]
    assert np.all((unit > -1e-9) & (unit < 1.0 + 1e-9))
    steps = np.diff(unit.reshape(50, 4, 3), axis=1)
    moved = np.abs(steps) > 1e-9
    assert np.all(moved.sum(axis=2) == 1) and np.all(moved.sum(axis=1) == 1)
    assert np.abs(steps[moved]) == pytest.approx(2.0 / 3.0)
    assert {round(level * 3) for level in unit.ravel()} == {0, 1, 2, 3}


def test_a_linear_function_has_its_slopes_and_no_spread():
    table = morris(lambda points: (points @ [3.0, -1.0, 0.2])[:, None], FACTORS).set_index("key")
    assert table["mu"].to_dict() == pytest.approx({"a": 6.0, "b": -2.0, "c": 4.0})
    assert list(table.index) == ["a", "c", "b"]  # most important first
    assert table["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_an_interaction_shows_as_spread():
    table = morris(lambda points: np.prod(points[:, :2], axis=1)[:, None], FACTORS).set_index("key")
    assert table.loc["a", "sigma"] > 0.5 * table.loc["a", "mu_star"]
    assert table.loc["c", "mu_star"] == pytest.approx(0.0, abs=1e-9)


def test_luck_says_what_a_factor_without_effect_would_show():
    table = morris(with_separate_luck(10, seed=1), [*ISHIGAMI], trajectories=400).set_index("key")
    luck_alone = morris_from(
        ISHIGAMI,
        design := morris_design(ISHIGAMI, 400),
        with_separate_luck(10, seed=2)(design) - ishigami(design)[:, None],
    )
    assert luck_alone["mu_star"].to_numpy() == pytest.approx(luck_alone["luck"].to_numpy(), rel=0.12)
    assert np.all(table["mu_star"] > table["luck"])


def test_as_salib_computes_it():
    analyze = pytest.importorskip("SALib.analyze.morris", reason="compares with SALib where it is installed")
    design = morris_design(ISHIGAMI, 30)
    values = ishigami(design)
    problem = {"num_vars": 3, "names": ["one", "two", "three"], "bounds": [[-np.pi, np.pi]] * 3}
    theirs = analyze.analyze(problem, design, values, num_levels=4)
    ours = morris_from(ISHIGAMI, design, values[:, None]).set_index("key").loc[problem["names"]]
    for name in ("mu", "mu_star", "sigma"):
        assert ours[name].to_numpy() == pytest.approx(np.asarray(theirs[name], float))
