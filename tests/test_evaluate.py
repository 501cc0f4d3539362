"""Protects the way in for other programs: a plain function whose figures are those of the command line, and its page.

Nothing here is statistical. The blocks of docs/driving.md run where the package that they name is installed.
"""

import importlib.util
import math
import multiprocessing
import pickle
import re
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import cxsim
from cxsim import evaluate
from cxsim.analysis.compare import evaluation
from cxsim.engine import branching
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.engine.simulate import run_of
from cxsim.scenario.files import load_together

PAGE = (Path(__file__).parents[1] / "docs" / "driving.md").read_text(encoding="utf-8")
BASE, PLAN = "restaurant", "plans/restaurant-second-cook"
SMALL = {"market.people": 300, "market.horizon_weeks": 40}
NAMES = [figure.name for figure in FIGURES]


def same(one, other):
    return one.keys() == other.keys() and all(
        one[name] == other[name] or (one[name] != one[name] and other[name] != other[name]) for name in one
    )


def loaded(*scenarios):
    return load_together(scenarios, [f"{key}={value}" for key, value in SMALL.items()])


# ---- the figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("replication", [0, 2])
def test_the_figures_are_those_of_a_run(replication):
    runs = cxsim.run(loaded(BASE)[0], replications=3, seed=5)
    figures = evaluate(BASE, seed=5, replication=replication, **SMALL)
    assert same(figures, runs.figures.loc[replication].to_dict())
    assert list(figures) == NAMES


def test_with_a_plan_they_are_those_of_a_comparison_with_means_and_errors_of_pairs():
    compared = cxsim.compare(*loaded(BASE, PLAN), replications=4)
    (result,) = compared.plans.values()
    figures = evaluate(BASE, PLAN, replications=4, **SMALL)
    for name in ("loops", "lines", "net_margin", "satisfaction"):
        difference = result.difference(name)
        assert figures[name] == pytest.approx(compared.base_figures[name].mean())
        assert figures[f"plan_{name}"] == pytest.approx(result.figures[name].mean())
        assert figures[f"difference_{name}"] == pytest.approx(difference.estimate.mean)
        assert figures[f"difference_{name}_error"] == pytest.approx(difference.sd / 2.0)
    assert figures["rescued_lines"] == pytest.approx(result.rescued_people.mean) and figures["rescued_lines"] > 0
    assert figures["broken_loops"] == pytest.approx(result.broken_people.mean)


def test_a_plan_and_more_replications_only_add_figures():
    alone, both = evaluate(BASE, **SMALL), evaluate(BASE, PLAN, **SMALL)
    assert same(alone, {name: both[name] for name in alone})
    assert len(both) == 3 * len(alone) + 2
    averaged = evaluate(BASE, PLAN, replications=2, **SMALL)
    assert averaged.keys() == {*both, *(f"{name}_error" for name in both)}
    assert all(type(value) is float for value in averaged.values())


def test_a_figure_that_some_replications_lack_is_the_mean_of_the_others():
    few = {
        "market.people": 30,
        "market.horizon_weeks": 8,
        "market.run_in_weeks": 0,
        "brand.Olive.purchase.customers_at_start": 0.0,
    }
    single = [evaluate(BASE, replication=each, **few)["clv"] for each in range(12)]
    known = [value for value in single if math.isfinite(value)]
    assert 1 < len(known) < 12
    figures = evaluate(BASE, replications=12, **few)
    assert figures["clv"] == pytest.approx(np.mean(known))
    assert figures["clv_error"] == pytest.approx(np.std(known, ddof=1) / math.sqrt(len(known)))


def test_the_same_seed_and_replication_are_the_same_luck_whatever_the_parameters():
    cheap, dear = (evaluate(BASE, **SMALL, **{"brand.Olive.money.unit_cost": cost}) for cost in (1.0, 2.0))
    assert cheap["margin"] > dear["margin"]
    assert same(
        *({name: each[name] for name in NAMES if "margin" not in name and name != "clv"} for each in (cheap, dear))
    )
    assert evaluate(BASE, replication=1, **SMALL)["loops"] != evaluate(BASE, **SMALL)["loops"]
    assert evaluate(BASE, seed=2, **SMALL)["loops"] != evaluate(BASE, **SMALL)["loops"]


def test_samplers_may_hand_over_the_numbers_of_numpy():
    late, people = np.float64(0.2), np.float64(300.0)
    mixed = evaluate(BASE, seed=np.int64(1), **{**SMALL, "market.people": people, "brand.Olive.use.late_rate": late})
    assert same(mixed, evaluate(BASE, **SMALL, **{"brand.Olive.use.late_rate": 0.2}))
    dropped = {"intervention.second cook.present": np.False_, "intervention.faster tables.level": "low"}
    assert evaluate(BASE, PLAN, **SMALL, **dropped)["plan_loops"] != evaluate(BASE, PLAN, **SMALL)["plan_loops"]


def test_a_plan_without_its_interventions_changes_nothing():
    absent = {"intervention.second cook.present": False, "intervention.faster tables.present": False}
    figures = evaluate(BASE, PLAN, **SMALL, **absent)
    assert all(figures[f"difference_{name}"] == 0.0 or math.isnan(figures[name]) for name in NAMES)
    assert (figures["rescued_lines"], figures["broken_loops"]) == (0.0, 0.0)


# ---- the function ----------------------------------------------------------------------------------------------------


def test_a_base_asked_for_again_is_lived_once_and_the_answer_is_the_callers_own(monkeypatch):
    evaluation._KNOWN.forget()
    lives = []
    monkeypatch.setattr(branching, "run_of", lambda model: lives.append(model.settings.name) or run_of(model))
    for coverage in (0.2, 0.4, 0.6):
        figures = evaluate(BASE, PLAN, **SMALL, **{"intervention.second cook.coverage": coverage})
        figures["loops"] = -1.0
    assert len(lives) == 4
    assert evaluate(BASE, **SMALL)["loops"] >= 0.0
    assert len(lives) == 4


def test_a_file_that_was_changed_is_lived_anew(tmp_path):
    file = tmp_path / "market.toml"
    found = []
    for quality in (0.3, 0.9):
        file.write_text(f"[market]\npeople = 300\nhorizon_weeks = 40\n[brand.focal.use]\nquality = {quality}\n")
        found.append(evaluate(file)["satisfaction"])
    assert found[0] < found[1]


def test_it_can_be_sent_to_another_process():
    lives = pickle.loads(pickle.dumps(partial(evaluate, BASE, **SMALL)))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert same(pool.submit(lives, replication=3).result(), evaluate(BASE, replication=3, **SMALL))


def test_it_is_imported_when_first_used_and_stays_a_function():
    code = (
        "import sys, cxsim.analysis.compare; assert not {'numba', 'pandas', 'mesa'} & set(sys.modules)\n"
        "import cxsim.analysis.compare.evaluation\n"
        "from cxsim import evaluate; assert callable(evaluate)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'evaluat'"):
        _ = cxsim.analysis.compare.evaluat


WRONG = {
    "unknown scenario": ({"scenario": "restaurnt"}, "Did you mean 'restaurant'"),
    "unknown plan": ({"plan": "plans/restaurant-second-cok"}, "no such file or ready scenario"),
    "unknown key": ({"brand.Olive.use.late_rat": 0.1}, "Did you mean 'late_rate'"),
    "unknown word": ({"replicaton": 3}, "replicaton: there is no such key"),
    "out of range": ({"brand.Olive.use.late_rate": 1.5}, "given 1.5"),
    "no number": ({"brand.Olive.use.late_rate": float("nan")}, "given nan"),
    "half a person": ({"market.people": 300.5}, "given 300.5"),
    "a list": ({"brand.Olive.use.late_rate": [0.1]}, "should be a number"),
    "nothing": (
        {"brand.Olive.use.late_rate": None},
        "takes a number, true or false, a word, a date, or a list of them",
    ),
    "true for a number": ({"brand.Olive.use.late_rate": True}, "given True; it should be a number"),
    "true for a seed": ({"seed": True}, "must be a whole number"),
    "a word for a number": ({"brand.Olive.use.late_rate": "often"}, "given 'often'"),
    "unknown intervention": ({"plan": PLAN, "intervention.second cok.coverage": 0.5}, "Did you mean 'second cook'"),
    "intervention without a plan": ({"intervention.second cook.coverage": 0.5}, "Interventions here: none"),
    "another market": ({"plan": "subscription"}, "a comparison needs the same"),
    "no replication": ({"replications": 0}, "must be at least 1"),
    "half a replication": ({"replication": 0.5}, "must be a whole number"),
    "a seed that is none": ({"seed": -1}, "seed -1 is outside"),
    "a seed in words": ({"seed": "one"}, "must be a whole number"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_words(given, said):
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        evaluate(**{"scenario": BASE, **given})
    assert "--set" not in str(refused.value)


# ---- the page --------------------------------------------------------------------------------------------------------


def blocks():
    """The Python blocks of the page, those of one package joined; a block names in its first line what it needs."""
    joined = {}
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)):
        package = re.match(r"# (\w+)\n", block)
        key = package[1] if package else f"cxsim {number}"
        joined[key] = joined.get(key, "") + block
    return joined


BLOCKS = blocks()


def test_the_page_shows_every_program():
    assert {"SALib", "optuna", "ema_workbench", "mesa", "joblib"} < set(BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_blocks_of_the_page_work(name, capsys):
    package = name.split()[0]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # of other people's packages
        exec(compile(BLOCKS[name], f"docs/driving.md: {name}", "exec"), {"__name__": "driving"})
    assert capsys.readouterr().out.strip()
