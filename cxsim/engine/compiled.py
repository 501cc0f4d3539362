"""How a rule of the journey becomes machine code: one decorator, one cache folder.

Numba caches compiled code beside the source and looks only at the file that holds the function, so a change in a rule
that another file calls would leave a stale caller behind. The cache folder therefore carries a fingerprint of every
source file that rules are made of. It is chosen here, before any rule is decorated.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import numba

Rule = TypeVar("Rule", bound=Callable[..., object])

ENGINE = Path(__file__).parent


@cache
def fingerprint() -> str:
    """Sixteen hex digits that change with any rule's source text or with Numba itself."""
    digest = hashlib.sha256(numba.__version__.encode())
    scenario = ENGINE.parent / "scenario"
    here = [ENGINE / f"{name}.py" for name in ("compiled", "hooks", "luck", "measures", "state")]
    here += [scenario / "history.py", scenario / "parameter.py"]
    folders = (ENGINE / "journey", ENGINE / "market", scenario / "stages")
    for source in here + [source for folder in folders for source in sorted(folder.glob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


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
def options(cached: bool) -> dict[str, object]:
    """What every rule is compiled with; `cached` where its source file is there to hold the cache against."""
    return {
        "cache": cached and CACHE is not None,
        "nogil": True,
        "error_model": "numpy",
        "forceinline": True,
        "no_cfunc_wrapper": True,
        "_nrt": False,
    }


_OPTIONS = options(cached=True)


def compiled(rule: Rule) -> Rule:
    """Compile `rule` with Numba when first called; the typed signature stays that of the Python function.

    A rule allocates no arrays and returns no records (Numba would copy them): it changes what it is handed.
    """
    machine_code: Rule = numba.njit(rule, **_OPTIONS)  # type: ignore[call-overload]  # _nrt is not in its types
    return machine_code


def compiled_as(signature: str) -> Callable[[Rule], Rule]:
    """Like `compiled`, for one fixed signature: arguments of other types are converted, not compiled for anew."""

    def compile_rule(rule: Rule) -> Rule:
        machine_code: Rule = numba.njit(signature, **_OPTIONS)(rule)  # type: ignore[call-overload]
        return machine_code

    return compile_rule


@cache
def announce_compilation() -> None:
    """Say on stderr, once, that the first run compiles, when the kernel of this version is not in the cache yet."""
    if CACHE is None or not any(CACHE.rglob("life.live_week-*.nbi")):
        print("cxsim: compiling the journey for this machine (once, about half a minute) ...", file=sys.stderr)
