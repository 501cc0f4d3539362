"""cxsim: simulate the whole customer story, and compare plans on the same customers with the same luck.

    import cxsim
    base = cxsim.load("online-retailer")
    result = cxsim.compare(base, "plans/online-retailer-support", replications=20)
    print(result.verdict())

Everything below is imported when first used, so that `import cxsim` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "cxsim.study.comparison",
    "Customer": "cxsim.customer",
    "LoyaltyModel": "cxsim.model",
    "Runs": "cxsim.study.runs",
    "Scenario": "cxsim.scenario",
    "ScenarioError": "cxsim.scenario",
    "compare": "cxsim.study.comparison",
    "follow": "cxsim.ledger.story",
    "load": "cxsim.scenario",
    "run": "cxsim.study.runs",
    "scenario_names": "cxsim.scenario",
}

if TYPE_CHECKING:
    from cxsim.customer import Customer
    from cxsim.ledger.story import follow
    from cxsim.model import LoyaltyModel
    from cxsim.scenario import Scenario, ScenarioError, load, scenario_names
    from cxsim.study.comparison import Comparison, compare
    from cxsim.study.runs import Runs, run


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'cxsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__version__"])


__all__ = [
    "Comparison",
    "Customer",
    "LoyaltyModel",
    "Runs",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "follow",
    "load",
    "run",
    "scenario_names",
]
