"""How a rule of the journey becomes machine code: one decorator, one cache folder.

Numba caches compiled code beside the source and looks only at the file that holds the function, so a change in a rule
that another file calls would leave a stale caller behind. The cache folder therefore carries a fingerprint of every
source file that rules are made of. It is chosen here, before any rule is decorated.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numba

from cxsim.engine.machine_code import RuleDispatcher
from cxsim.engine.rules_text import fingerprint
from cxsim.engine.shipped_code import FOLDER

Rule = TypeVar("Rule", bound=Callable[..., object])


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cache_folder() -> Path | None:
    """The first writable of the places a cache belongs, or None: then every process compiles afresh."""
    places = [os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")]
    candidates = [Path(place) for place in places if place]
    candidates += [Path("~").expanduser() / ".cache", Path(tempfile.gettempdir())]
    for candidate in candidates:
        folder = candidate / f"cxsim-numba-{fingerprint()}"
        if _is_writable(folder):
            return folder
    return None


CACHE = _cache_folder()
if CACHE is not None:
    numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]  # set at run time


# No `fastmath`: both engines must give the same bits. `nogil`: replications run side by side in threads. `_nrt=False`
# (compiled rules own no memory, so they allocate nothing) and `forceinline` make a rule that is handed the whole state
# ten times faster: without them every call counts references to every array of it.
OPTIONS: Final[Any] = {
    "nogil": True,
    "error_model": "numpy",
    "forceinline": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}


def machine_code(rule: Rule, cached: bool = True) -> Rule:
    """The rule as machine code, made when first called; `cached` where its source file is there to hold it against."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # set at run time
        return rule
    compiled_rule = RuleDispatcher(rule, targetoptions={"nopython": True, **OPTIONS})
    if cached and CACHE is not None:
        compiled_rule.enable_caching()
    return compiled_rule  # type: ignore[return-value]


def compiled(rule: Rule) -> Rule:
    """Compile `rule` with Numba when first called; the typed signature stays that of the Python function.

    A rule allocates no arrays and returns no records (Numba would copy them): it changes what it is handed.
    """
    return machine_code(rule)


_ANNOUNCING: Final = threading.Lock()


def announce_compilation() -> None:
    """Say on stderr, once, that the first run compiles, when the kernel of this version is not in the cache yet."""
    with _ANNOUNCING:  # a cache alone does not keep two replications that begin side by side from saying it both
        _announce()


@cache
def _announce() -> None:
    known = [folder for folder in (CACHE, FOLDER) if folder is not None]
    if not any(any(folder.rglob("life.live_week-*.nbi")) for folder in known):
        print("cxsim: compiling the journey for this machine (once, about half a minute) ...", file=sys.stderr)
