"""Many lives: replications of one scenario, and the same customers with the same luck through several plans.

`evaluate` is imported when first used, so that `import cxsim` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

_HOMES = {"evaluate": "cxsim.study.evaluation"}

if TYPE_CHECKING:
    from cxsim.study.evaluation import evaluate


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'cxsim.study' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


__all__ = ["evaluate"]
