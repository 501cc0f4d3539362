"""Protects scripts: what users need stands in `cxsim` itself, and a name that has moved or changed says the new one.

Nothing here is statistical.
"""

import importlib
import subprocess
import sys
from importlib.util import find_spec

import pytest

import cxsim
from cxsim.moved import NEW_HOMES, new_home


def test_dir_holds_all_that_is_public_and_all_of_it_is_there():
    assert dir(cxsim) == sorted(cxsim.__all__)
    assert {"run", "compare", "follow", "evaluate", "sweep", "load", "charts", "LoyaltyModel"} < set(dir(cxsim))
    for name in dir(cxsim):
        assert getattr(cxsim, name) is not None


def test_charts_are_a_module_of_cxsim():
    from cxsim import charts

    assert charts is cxsim.charts is importlib.import_module("cxsim.interface.charts")
    assert callable(cxsim.charts.matrix)


def test_import_is_quick_for_it_imports_nothing_heavy():
    code = (
        "import sys, cxsim; print(*{'numpy', 'numba', 'pandas', 'mesa', 'pydantic', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("old", NEW_HOMES)
def test_every_new_home_is_there_and_no_old_one_is(old):
    assert find_spec(f"cxsim.{NEW_HOMES[old]}") is not None
    with pytest.raises(ImportError, match="is now cxsim"):
        importlib.import_module(f"cxsim.{old}")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("from cxsim.study import evaluate", "cxsim.study is now cxsim.analysis.compare"),
        ("from cxsim import study", "cxsim.study is now cxsim.analysis.compare"),
        ("from cxsim.study.lived import live", "cxsim.study.lived is now cxsim.engine.simulate"),
        ("from cxsim.charts import matrix", "cxsim.charts is now cxsim.interface.charts"),
        ("from cxsim.records import Person", "cxsim.records is now cxsim.engine.state"),
        ("from cxsim.luck import uniform", "cxsim.luck is now cxsim.engine.luck"),
        ("import cxsim.ledger.outcomes", "cxsim.ledger.outcomes is now cxsim.engine.outcomes.status"),
        ("from cxsim.sweep import read_runs", "cxsim.sweep is now cxsim.analysis.sweep"),
        ("from cxsim.scenario.terms import amount", "cxsim.scenario.terms is now cxsim.scenario.schedule"),
        ("from cxsim.engine.simulate import live", "cxsim.engine.simulate.live is now cxsim.engine.simulate.simulate"),
        ("from cxsim.engine.state import World", "cxsim.engine.state.World is now cxsim.engine.state.State"),
    ],
)
def test_an_old_import_names_the_new_home(script, said):
    with pytest.raises(ImportError) as refused:
        exec(script, {})
    assert said in str(refused.value).replace("\n    ", "\n").splitlines()


def test_what_was_never_there_is_not_found_as_usual():
    assert new_home("cxsim.nothing") is None
    assert new_home("other.study") is None
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        importlib.import_module("cxsim.nothing")
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = cxsim.nothing
    with pytest.raises(AttributeError, match=r"cxsim\.study is now"):
        _ = cxsim.study


@pytest.mark.parametrize(("old", "new"), [("plan", "settings"), ("world", "state")])
def test_old_attributes_of_a_model_name_the_new_ones(old, new):
    model = cxsim.LoyaltyModel("restaurant", rng=1, **{"market.people": 20})
    assert hasattr(model, new) and not hasattr(model, old)
    with pytest.raises(AttributeError, match=rf"LoyaltyModel\.{old} is now LoyaltyModel\.{new}"):
        getattr(model, old)
    setattr(model, old, "a user's own")
    assert getattr(model, old) == "a user's own"
