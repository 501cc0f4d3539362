"""A wheel that brings the rules as machine code, so that who installs it compiles nothing.

    CXSIM_MACHINE_CODE=1 python -m build --wheel --no-isolation

builds it for this operating system, kind of processor and Python, in an environment that has the dependencies; without the variable the wheel is
the same source for all. `python hatch_build.py FOLDER` makes the machine code alone.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SMALL = ["market.people=40", "market.horizon_weeks=6"]


class MachineCode(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles before files are packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder, and name the wheel by what it is for."""
        if version == "editable" or not os.environ.get("CXSIM_MACHINE_CODE"):
            return
        self._folder = tempfile.TemporaryDirectory()
        made_in(Path(self._folder.name))
        build_data["force_include"][self._folder.name] = "cxsim/engine/shipped"
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The wheel holds it now."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def made_in(folder: Path) -> None:
    """Machine code of every ready market and plan, for any processor of this kind."""
    folder.mkdir(parents=True, exist_ok=True)
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "CXSIM_SHIP_TO": str(folder)}
    with tempfile.TemporaryDirectory() as nothing_known:
        own = {"NUMBA_CACHE_DIR": nothing_known, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, __file__], cwd=ROOT, env={**os.environ, **generic, **own}, check=True)


def live_everything() -> None:
    """Once each, small: all rules that the commands call are compiled for all records that ready scenarios have."""
    from cxsim.engine.simulate import simulate
    from cxsim.scenario import load, scenario_names

    sets = set()  # of mechanisms, each with records and rules of its own
    for scenario in (load(name, SMALL) for name in scenario_names()):
        if scenario.own not in sets:
            sets.add(scenario.own)
            simulate(scenario, 1, 0, notes=1000)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        made_in(Path(sys.argv[1]).absolute())
    else:
        live_everything()
