"""Machine code that came with the program: rules compiled where its wheel was built, for any processor of that kind.

Numba's own cache is tied to one processor, and to the path and the time of every source file. Here a rule is known by the text of all rules
(`compiled.fingerprint`), by the types that it is handed, and by the kind of machine, so that it can travel. Without a fused or reordered
operation the bits are those of a rule compiled in place.
"""

# mypy: disable-error-code="misc, no-untyped-call, no-untyped-def"
# mypy: disallow-subclassing-any=False

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

from cxsim.engine.rules_text import fingerprint

BEING_MADE: Final = "CXSIM_SHIP_TO"  # the folder, in the process that makes what is shipped (`hatch_build.py`)
FOLDER: Final = Path(os.environ.get(BEING_MADE) or Path(__file__).parent / "shipped")
MACHINE: Final = (sys.platform, platform.machine())  # a part of the key in place of the very processor


def is_shipped() -> bool:
    """Whether machine code of this version came along; rules of other mechanisms than the ready ones are never in it."""
    return FOLDER.is_dir()


class _InThatFolder(_CacheLocator):
    def __init__(self, rule: Callable[..., object]) -> None:
        self._rule = rule

    @classmethod
    def from_function(cls, py_func: Callable[..., object], py_file: str) -> "_InThatFolder":
        """For any rule."""
        return cls(py_func)

    def get_cache_path(self) -> str:
        """The same for all."""
        return str(FOLDER)

    def get_source_stamp(self) -> str:
        """What has to be the same text as here."""
        return fingerprint()

    def get_disambiguator(self) -> str:
        """Stages have rules of the same name in files of the same name."""
        return str(self._rule.__module__.replace(".", "_"))


class _Portable(CompileResultCacheImpl):
    _locator_classes: ClassVar[list[Any]] = [_InThatFolder]


class ShippedCache(FunctionCache):
    """Of one rule."""

    _impl_class = _Portable

    def save_overload(self, sig: Any, data: Any) -> None:
        """Only where what is shipped is being made."""
        if BEING_MADE in os.environ:
            super().save_overload(sig, data)

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        of_types, _, of_text = super()._index_key(sig, codegen)
        return of_types, MACHINE, of_text
