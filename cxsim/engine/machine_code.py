"""How rules become machine code at little cost: once, and only what is called from Python.

Left to itself, Numba optimises and translates every rule by itself, and once more in each rule that calls it, writes a
wrapper that unpacks the whole state for Python, compiles a rule anew for each mixture of whole and real arguments, and
hands the state on as the hundred and forty numbers of its arrays. Here

- a rule within another one is only lowered: what Python calls (a week, a stage, a tick) is optimised with all that it
  calls, and translated;
- arguments are converted to what the rule says that it takes (`int`, `float`, `bool`);
- the state is handed on by its address;
- of several processes that find a rule missing on disk one compiles it, and the others wait for it and read it.

The bits are the same. What is used here beyond Numba's documented interface is the dispatcher (`get_call_template`,
`get_overload`), the compiler's pipeline and the library of code; `tests/engines/test_machine_code.py` says what they
must do.
"""
# mypy: disable-error-code="misc, override, attr-defined, no-untyped-call, no-untyped-def, no-any-return, untyped-decorator"
# mypy: disallow-subclassing-any=False

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TextIO

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.caching import FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.dispatcher import _FunctionCompiler
from numba.core.lowering import Lower
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering
from numba.core.typing import make_concrete_template
from numba.core.typing.typeof import typeof_impl
from numba.extending import NativeValue, lower_getattr_generic, models, register_model, unbox

from cxsim.engine.shipped_code import ShippedCache, is_shipped
from cxsim.engine.state import State

_TAKEN_AS: Final = {int: types.int64, float: types.float64, bool: types.boolean}
_CONVERTED: Final = (types.Number, types.Boolean, types.Literal, types.IntEnumMember, types.Omitted)


class StateType(types.NamedTuple):
    """The type of a state in compiled rules, where it is an address."""

    def __init__(self, fields: tuple[Any, ...]) -> None:
        super().__init__(fields, State)

    @property
    def key(self) -> str:
        """What tells it from other types: its name, whose hash is known."""
        return self.name

    @property
    def mangling_args(self) -> tuple[str, tuple[int]]:
        """Its short name in symbols."""
        return "State", (self._code,)


@typeof_impl.register(State)
def _type_of(state: State, context: Any) -> StateType:
    return StateType(tuple(typeof_impl(records, context) for records in state))


@register_model(StateType)
class _StateModel(models.PrimitiveModel):
    def __init__(self, manager: Any, of: StateType) -> None:
        arrays = ir.LiteralStructType([manager.lookup(each).get_value_type() for each in of.types])
        super().__init__(manager, of, arrays.as_pointer())


@lower_getattr_generic(StateType)
def _field(context: Any, builder: Any, of: StateType, state: Any, name: str) -> Any:
    return builder.load(cgutils.gep_inbounds(builder, state, 0, of.fields.index(name)))


@unbox(StateType)
def _from_python(of: StateType, state: Any, wrapper: Any) -> NativeValue:
    arrays = wrapper.unbox(types.Tuple(of.types), state)
    address = cgutils.alloca_once_value(wrapper.builder, arrays.value)
    return NativeValue(address, is_error=arrays.is_error, cleanup=arrays.cleanup)


class _Lowered(JITCodeLibrary):
    """Code of a rule within others: linked into theirs, and neither optimised nor translated by itself."""

    def finalize(self) -> None:
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True


class _Lowering(CompilerBase):
    """Numba's own way as far as lowering."""

    def define_pipelines(self) -> list[Any]:
        codegen = self.state.targetctx.codegen()
        self.state.library = _Lowered(codegen, self.state.func_id.func_qualname)
        self.state.flags.no_compile = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


class _SharedCache(FunctionCache):
    """Rules on disk, each made by one process at a time, or shipped with the program."""

    _lock: TextIO | None = None

    def __init__(self, rule: Callable[..., Any]) -> None:
        super().__init__(rule)
        self._shipped = ShippedCache(rule) if is_shipped() else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The rule from disk; None when it is this process that has to compile it, and then to call `release`."""
        found = self._shipped and self._shipped.load_overload(sig, target_context)
        if found is None:
            found = super().load_overload(sig, target_context)
        if found is None:
            self._hold()
            found = super().load_overload(sig, target_context)  # somebody else may have made it meanwhile
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it, and ship it where that is being prepared."""
        super().save_overload(sig, data)
        if self._shipped:
            self._shipped.save_overload(sig, data)

    def _hold(self) -> None:
        """Wait until nobody else compiles this rule; where files cannot be held, go on."""
        try:
            folder = Path(self.cache_path)
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / f"{self._py_func.__qualname__}.lock").open("w")
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self._lock.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError:
            pass

    def release(self) -> None:
        """Let others go on."""
        if self._lock:
            self._lock.close()
            self._lock = None


class _LowerWhole(Lower):
    """What Python calls copies the arrays' addresses once, so that LLVM knows that nobody writes them meanwhile."""

    def extract_function_arguments(self) -> Any:
        """The arguments as the rest of the rule reads them."""
        given = zip(super().extract_function_arguments(), self.fndesc.argtypes, strict=True)
        self.fnargs = [self._copied(value) if isinstance(of, StateType) else value for value, of in given]
        return self.fnargs

    def _copied(self, state: Any) -> Any:
        return cgutils.alloca_once_value(self.builder, self.builder.load(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class _WholeLowering(NativeLowering):
    _name = "lowering_of_what_python_calls"

    @property
    def lowering_class(self) -> type[Lower]:
        return _LowerWhole


class _Compiling(CompilerBase):
    """Numba's own way, with that lowering."""

    def define_pipelines(self) -> list[Any]:
        passes = PassManager("of what Python calls")
        for each, words in DefaultPassBuilder.define_nopython_pipeline(self.state).passes:
            passes.add_pass(_WholeLowering if each is NativeLowering else each, words)
        passes.finalize()
        return [passes]


class RuleDispatcher(CPUDispatcher):
    """A rule: called from Python, compiled as ever; called by another rule, only lowered."""

    def __init__(self, rule: Callable[..., Any], **others: Any) -> None:
        super().__init__(rule, pipeline_class=_Compiling, **others)
        options = {**self.targetoptions, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        self._lowers = _FunctionCompiler(rule, self.targetdescr, options, {}, _Lowering)
        self._lowered: dict[tuple[Any, ...], Any] = {}
        named = inspect.signature(rule).parameters.values()
        self._taken_as = [_TAKEN_AS.get(each.annotation) for each in named]

    def enable_caching(self) -> None:
        """Keep on disk what is called from Python."""
        self._cache = _SharedCache(self.py_func)

    def compile(self, sig: Any) -> Any:
        """Make it ready to be called from Python: read from disk, or compiled."""
        with global_compiler_lock:
            try:
                return super().compile(sig)
            finally:
                if isinstance(self._cache, _SharedCache):
                    self._cache.release()

    def get_call_template(self, args: tuple[Any, ...], kws: dict[str, Any]) -> tuple[Any, ...]:
        """What typing a call from another rule needs; lowers this one for such arguments when it is the first."""
        pysig, args = self._compiler.fold_argument_types(args, kws)
        pairs = zip(args, self._taken_as, strict=True)
        args = tuple(own if own is not None and isinstance(given, _CONVERTED) else given for given, own in pairs)
        if args not in self._lowered:
            self._lowered[args] = self._lower(args)
        name = self.py_func.__name__
        return make_concrete_template(name, name, [self._lowered[args].signature]), pysig, args, {}

    def _lower(self, args: tuple[Any, ...]) -> Any:
        with global_compiler_lock:
            done = self._lowers.compile(args, None)
            done = done._replace(entry_point=done.library)  # by which the caller's lowering finds it
            self.targetctx.insert_user_function(done.library, done.fndesc, [done.library])
            return done

    def get_overload(self, args: Any) -> Any:
        """By what the lowering of a caller finds the code."""
        return self._lowered[tuple(getattr(args, "args", args))].entry_point
