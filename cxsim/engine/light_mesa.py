"""Mesa without what only its grids and experiments need: networkx, parts of SciPy, a look at the file of every module.

They make up more than half of `import mesa`. They are there as ever, and read when somebody first asks for anything in
them. Mesa could do so itself: by a module's `__getattr__`, and with `create_module_logger(__name__)`.
"""

import inspect
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import FrameType, ModuleType
from typing import Any, Final

WHEN_ASKED_FOR: Final = ("networkx", "mesa.discrete_space", "mesa.experimental", "mesa.experimental.continuous_space")


class _Finder(MetaPathFinder):
    """Finds these modules as everybody does, to be read when something in them is asked for."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The specification of one of them; None of any other module, which is left to the other finders."""
        if name == "mesa.model":
            _name_loggers_quickly()
        found = PathFinder.find_spec(name, path, target) if name in WHEN_ASKED_FOR else None
        if found and found.loader:
            found.loader = LazyLoader(found.loader)
        return found


def _name_loggers_quickly() -> None:
    """Mesa's loggers look for their names in the sources of the whole stack, a second; they stand in its frames."""
    quick: Any = ModuleType("inspect")
    vars(quick).update(vars(inspect))
    quick.stack = lambda: _frames(sys._getframe(1))
    quick.getouterframes = _frames
    quick.getmodule = lambda frame: sys.modules[frame.f_globals["__name__"]]
    logging: Any = import_module("mesa.mesa_logging")
    logging.inspect = quick


def _frames(frame: FrameType | None) -> list[tuple[FrameType, str, int, str]]:
    """What `inspect.getouterframes` says, without a look into files."""
    found = []
    while frame:
        found.append((frame, frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return found


_finder = _Finder()
sys.meta_path.insert(0, _finder)
try:
    import mesa
    from mesa.agent import AgentSet
finally:
    sys.meta_path.remove(_finder)

__all__ = ["AgentSet", "mesa"]
