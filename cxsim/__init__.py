"""cxsim: simulate the whole customer story, and compare plans on the same customers with the same luck.

    import cxsim
    base = cxsim.load("online-retailer")
    result = cxsim.compare(base, "plans/online-retailer-support", replications=20)
    print(result.verdict())

Everything below is imported when first used, so that `import cxsim` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cxsim.moved import answer_old_paths, new_home

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "cxsim.analysis.compare.comparison",
    "Customer": "cxsim.engine.agents",
    "Decided": "cxsim.analysis.compare.stopping",
    "HalfWidth": "cxsim.analysis.compare.stopping",
    "Mechanism": "cxsim.scenario.mechanism",
    "LoyaltyModel": "cxsim.engine.model",
    "Runs": "cxsim.analysis.compare.runs",
    "Scenario": "cxsim.scenario",
    "ScenarioError": "cxsim.scenario",
    "charts": "cxsim.interface.charts",
    "compare": "cxsim.analysis.compare.comparison",
    "evaluate": "cxsim.analysis.compare.evaluation",
    "follow": "cxsim.engine.outcomes.story",
    "load": "cxsim.scenario",
    "purpose": "cxsim.engine.luck",
    "read_people": "cxsim.analysis.sweep",
    "read_runs": "cxsim.analysis.sweep",
    "read_study": "cxsim.analysis.sweep",
    "read_weeks": "cxsim.analysis.sweep",
    "run": "cxsim.analysis.compare.runs",
    "scenario_names": "cxsim.scenario",
    "sweep": "cxsim.analysis.sweep.sweep",
    "uniform": "cxsim.engine.luck",
}

_SHOWN = ("Comparison", "Runs", "compare", "run")  # what notebooks have a face for

if TYPE_CHECKING:
    from cxsim.analysis.compare.comparison import Comparison, compare
    from cxsim.analysis.compare.evaluation import evaluate
    from cxsim.analysis.compare.runs import Runs, run
    from cxsim.analysis.compare.stopping import Decided, HalfWidth
    from cxsim.analysis.sweep import read_people, read_runs, read_study, read_weeks
    from cxsim.analysis.sweep.sweep import sweep
    from cxsim.engine.agents import Customer
    from cxsim.engine.luck import purpose, uniform
    from cxsim.engine.model import LoyaltyModel
    from cxsim.engine.outcomes.story import follow
    from cxsim.interface import charts
    from cxsim.scenario import Scenario, ScenarioError, load, scenario_names
    from cxsim.scenario.mechanism import Mechanism


def __getattr__(name: str) -> object:
    if name in _SHOWN:
        from cxsim.interface.notebook import attach

        attach()
    if name in _HOMES:
        home = import_module(_HOMES[name])
        return home if name == "charts" else getattr(home, name)
    moved = new_home(f"cxsim.{name}")
    raise AttributeError(f"cxsim.{name} is now {moved}" if moved else f"module 'cxsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__version__"])


answer_old_paths()

__all__ = [
    "Comparison",
    "Customer",
    "Decided",
    "HalfWidth",
    "LoyaltyModel",
    "Mechanism",
    "Runs",
    "Scenario",
    "ScenarioError",
    "__version__",
    "charts",
    "compare",
    "evaluate",
    "follow",
    "load",
    "purpose",
    "read_people",
    "read_runs",
    "read_study",
    "read_weeks",
    "run",
    "scenario_names",
    "sweep",
    "uniform",
]
