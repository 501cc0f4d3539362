"""A mechanism of one's own: one Python file that adds parameters, records, counts, causes and rules to the story.

A scenario names the file, `mechanisms = ["points.py"]`, or the entry point of an installed package. The file holds one
subclass of `Mechanism`; what it may contain is said there, and docs/mechanisms.md works four of them out.
"""

import ast
import difflib
import hashlib
import importlib.metadata
import importlib.util
import inspect
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar

from cxsim.scenario.parameter import Section
from cxsim.scenario.stages import STAGES

GROUP = "cxsim.mechanisms"  # of entry points
READY = Path(__file__).parents[1] / "engine" / "mechanisms"  # those that come with the program, by their file
FIRST_CAUSE, MOST_CAUSES = 64, 256  # a cause is kept in a byte; those below are the stages' own
Rule = Callable[..., Any]

_TERM = ("state", "person", "brand")
_EVENT = ("state", "person")
# What a mechanism may do, and the arguments it is handed.
HOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "before_week": ("state",),
        "after_week": ("state",),
        "arising": ("state", "person"),
        "waiting": ("state", "person", "since", "weeks"),
        "expecting": _TERM,
        "choosing": _TERM,
        "staying": _TERM,
        "telling": _TERM,
        "leaving": ("state", "person", "stage", "cause", "chance"),
        "tier": _TERM,
        "channel": _TERM,
        "customer_changed": _TERM,
        **{f"after_{stage}": _EVENT for stage in STAGES if stage != "money"},
    }
)
EXPLAINED = ("choosing", "staying")  # terms that can be the cause of a line
KNOWN = ("tier", "channel")  # what rules by history may ask for: of one mechanism at most
_RECORDS = ("Person", "Bond", "Standing")
_PARTS = ("Traits", "Offer", *_RECORDS, "counts", "stocks", "good", "causes", "held_by")
_CHECKS = {"wrong": ("offer", "traits")}  # asked when a scenario is read
_SAID = ("name", "reference", "sha256", "text", "present_terms_only")  # about it, not what it does
_FIELD = {bool: "?", int: "i8", float: "f8"}
_SMALL_FIELDS = ("u1", "i2", "u2", "i4", "f4")  # as NumPy calls them: of types such as `cxsim.mechanism.Small`
TAKEN = frozenset(
    (*STAGES, "name", "story", "extends", "mechanisms", "market", "segment", "brand", "intervention", "reaction",
     "channel", "evidence", "reference", "share", "fees")
)  # fmt: skip


class MechanismError(ValueError):
    """A mechanism that cannot be read, or says something that no part of the engine would hear."""


class Mechanism:
    """What a mechanism adds to the story. Subclass it once in a file; the class's name is that of its section.

        class Points(Mechanism):           # [points] and [brand.NAME.points]
            class Offer(Section):          # what a brand offers, with unit, range, default, evidence and source
                each: float = parameter(...)
            class Bond:                    # what is kept of a person and a brand; everything begins at 0
                balance: float
            counts = {"points_given": "points given to customers"}
            good = {"points_given": -1}
            causes = {"staying": "tier lost"}

            @staticmethod
            def after_purchase(state, person): ...

    Attributes:
        Traits: parameters of customers, by segment.
        Offer: parameters of brands, which interventions may change.
        Person: fields of a person (`bool`, `int`, `float`): `state.people[person].points.balance`.
        Bond: fields of a person and a brand: `state.bonds[person, brand].points.balance`.
        Standing: fields of a brand: `state.standings[brand].points.given`.
        counts: whole numbers counted by week and brand, with their meaning: `state.counted[week, brand].points_given`.
            Those that end in `_money` count 1/MONEY_UNIT of the currency (`money_units`).
        stocks: of counts, those that say how much there is at the end of a week; as a figure, at the end of the run.
        good: of counts, 1 where more is better for the brand, -1 where less; of no other is a plan said to be better by it.
        causes: what to call a line that `choosing` or `staying` ended, because its term weighed most.
        held_by: a flag of `Person`, set while somebody has decided to go and is held: with their brand they are a line, no loop.
        present_terms_only: True if its rules read no terms (`state.offers`, `state.traits`) but those of `row_for`, write
            none, and remember nothing but in records. Then base and plan are lived once until they differ.

    Rules are static functions. They change the records they are handed, return numbers, and draw luck with
    `cxsim.uniform(state.luck, person, PURPOSE, ordinal, 0)` under a purpose of their own:

    - `before_week(state)`, `after_week(state)`: once a week, plain Python with NumPy, in both engines.
    - `expecting`, `choosing`, `staying`, `telling` `(state, person, brand)`: a term added to the expectation before a
      journey, to the utility of a brand, to the logit of staying, to the logit of referring.
    - `arising(state, person)`: a factor on the hazard that a need arises outside, known for the week.
    - `waiting(state, person, since, weeks)`: the weeks until the next need, counted from `since`, changed.
    - `leaving(state, person, stage, cause, chance)`: somebody has decided not to stay; True: they do for now, as the rule has
      arranged it, and the decision waits.
    - `tier`, `channel` `(state, person, brand)`: what rules by history may ask for (`when = {tier = "gold"}`): 0, 1 or 2 for none,
      silver and gold; 0 for the usual way and 1 for the brand's `[[channel]]`. A tier is asked for as each week begins; a
      channel when the week of somebody who lived is over, for the next one, and of all when terms change.
    - `customer_changed(state, person, brand)`: somebody has become, or stopped being, a customer of a brand.
    - `after_need` ... `after_loyalty` `(state, person)`: when an event of that stage has been lived.

    `wrong(offer, traits)` says in words what cannot be meant about a brand's offer (`offer.points.needed`, the stages' too)
    to customers of these traits, or nothing; it is asked of the terms of every week when a scenario is read.

    All but the weekly ones are compiled for the compiled engine; in the agents engine `after_...` runs as plain Python.
    """

    Traits: ClassVar[type[Section] | None] = None
    Offer: ClassVar[type[Section] | None] = None
    Person: ClassVar[type | None] = None
    Bond: ClassVar[type | None] = None
    Standing: ClassVar[type | None] = None
    counts: ClassVar[Mapping[str, str]] = MappingProxyType({})
    stocks: ClassVar[tuple[str, ...]] = ()
    good: ClassVar[Mapping[str, int]] = MappingProxyType({})
    causes: ClassVar[Mapping[str, str]] = MappingProxyType({})
    held_by: ClassVar[str] = ""
    present_terms_only: ClassVar[bool] = False

    name: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    sha256: ClassVar[str] = ""
    text: ClassVar[str] = ""  # of its file, as it was read; empty if a package brings it

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if cls.name in TAKEN:
            raise MechanismError(f"{cls.__name__}: {cls.name!r} is a section of its own already; choose another name")
        for name, value in vars(cls).copy().items():
            if not name.startswith("_") and name not in _SAID:
                _check_part(cls.__name__, name, value)
        for name, sign in cls.good.items():
            if name not in cls.counts or sign not in (1, -1):
                raise MechanismError(f"{cls.__name__}.good: {name!r} is given {sign!r}; it holds counts, each 1 or -1")
        for name in cls.stocks:
            if name not in cls.counts:
                raise MechanismError(f"{cls.__name__}.stocks: {name!r} is not among its counts")
        if cls.held_by and (cls.held_by, "?") not in cls.fields("Person"):
            raise MechanismError(f"{cls.__name__}.held_by: {cls.held_by!r} is no bool of its Person")
        for hook in cls.causes:
            if hook not in EXPLAINED:
                raise MechanismError(
                    f"{cls.__name__}.causes: {hook!r} ends no line; a cause belongs to {_listed(EXPLAINED)}"
                )

    @classmethod
    def mark(cls) -> str:
        """What a state's type carries, so that the rules are compiled for this mechanism as it is now."""
        return f"{cls.name}_{cls.sha256[:16]}"

    @classmethod
    def is_ready(cls) -> bool:
        """Whether it comes with the program."""
        return cls.reference in ready()

    @classmethod
    def summary(cls) -> str:
        """What it brings, in a line."""
        hooks = [hook for hook in HOOKS if cls.rule(hook) is not None]
        counts = f"; counts {', '.join(cls.counts)}" if cls.counts else ""
        return f"{', '.join(hooks) or 'no rules'}{counts}"

    @classmethod
    def rule(cls, hook: str) -> Rule | None:
        """What it does there, as written; None if nothing."""
        return getattr(cls, hook, None)

    @classmethod
    def check(cls) -> Callable[[Any, Any], str] | None:
        """What it asks of an offer and of customers when a scenario is read, as written; None if nothing."""
        return getattr(cls, "wrong", None)

    @classmethod
    def cause(cls, hook: str) -> int:
        """The number of the cause of this term: always the same for the same words."""
        return number_of_cause(cls.causes.get(hook, cls.name.replace("_", " ")))

    @classmethod
    def fields(cls, record: str) -> list[tuple[str, str]]:
        """(name, NumPy type) of the fields of `Person`, `Bond` or `Standing`."""
        kept = getattr(cls, record)
        hints = inspect.get_annotations(kept, eval_str=True) if kept else {}
        return [(name, _field(hint)) for name, hint in hints.items()]


def _field(hint: object) -> str:
    """NumPy's name of a field declared so; empty if none is."""
    if hint in _FIELD:
        return _FIELD[hint]
    small = getattr(hint, "__metadata__", ("",))[0]
    return small if small in _SMALL_FIELDS else ""


def causes_of(mechanisms: Iterable[type[Mechanism]]) -> dict[int, str]:
    """What these mechanisms call the causes of lines, by number."""
    return {
        each.cause(hook): each.causes.get(hook, each.name.replace("_", " "))
        for each in mechanisms
        for hook in EXPLAINED
        if each.rule(hook) is not None
    }


def number_of_cause(words: str) -> int:
    """A byte for a mechanism's cause, which does not depend on what else was loaded."""
    return FIRST_CAUSE + zlib.crc32(words.encode()) % (MOST_CAUSES - FIRST_CAUSE)


def words_of_cause(number: int) -> str:
    """What a mechanism calls its cause."""
    return causes_of(known()).get(number, f"a mechanism's cause ({number})")


def _check_part(owner: str, name: str, value: object) -> None:
    rule = value.__func__ if isinstance(value, staticmethod) else value
    rule = getattr(rule, "py_func", rule)  # compiled already
    if name in _PARTS:
        if name in _RECORDS:
            for field, hint in inspect.get_annotations(value, eval_str=True).items():  # type: ignore[arg-type]
                if not _field(hint):
                    raise MechanismError(f"{owner}.{name}.{field}: a field is a bool, an int or a float")
        return
    takes = {**HOOKS, **_CHECKS}
    if not inspect.isfunction(rule) or name not in takes:
        near = difflib.get_close_matches(name, [*takes, *_PARTS], n=1, cutoff=0.6)
        hint = f"Did you mean {near[0]!r}?" if near else f"It may hold {_listed((*_PARTS, *takes))}."
        raise MechanismError(
            f"{owner}.{name}: nothing in the engine is called so. {hint} Helpers stand outside the class, or begin with _"
        )
    if not isinstance(value, staticmethod):
        raise MechanismError(f"{owner}.{name}: a rule belongs to no object; write @staticmethod above it")
    if tuple(inspect.signature(rule).parameters) != takes[name]:
        raise MechanismError(f"{owner}.{name}: takes ({', '.join(takes[name])})")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"


_BY_REFERENCE: dict[tuple[str, str], type[Mechanism]] = {}
_BY_MARK: dict[str, type[Mechanism]] = {}
_SENT: ContextVar[Mapping[str, str]] = ContextVar("sent", default=MappingProxyType({}))  # came with the work


def known() -> Iterator[type[Mechanism]]:
    """Every mechanism loaded in this process; of several versions of one the last."""
    yield from {mechanism.name: mechanism for mechanism in _BY_MARK.values()}.values()


def by_mark(mark: str) -> type[Mechanism] | None:
    """The mechanism with this mark, if it was loaded in this process."""
    return _BY_MARK.get(mark)


def installed() -> dict[str, importlib.metadata.EntryPoint]:
    """Mechanisms of installed packages, by name."""
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}


def ready() -> dict[str, Path]:
    """Mechanisms that come with the program, by name."""
    return {file.stem: file for file in sorted(READY.glob("[a-z]*.py"))}


def stories() -> dict[str, str]:
    """What those that a scenario can name without a file are about, by name; none of them is run for it."""
    told = {
        name: ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "" for name, file in ready().items()
    }
    brought = {
        name: f"Of the package {point.dist.name if point.dist else point.module}."
        for name, point in installed().items()
    }
    return {**brought, **{name: f"{story.partition('.')[0]}." for name, story in told.items()}}


def text_of(reference: str) -> str:
    """The source of a mechanism, to send to a machine that does not hold the file."""
    sent = _SENT.get()
    return sent[reference] if reference in sent else Path(reference).read_text(encoding="utf-8")


@contextmanager
def received(texts: Mapping[str, str]) -> Iterator[None]:
    """Read mechanisms from sources that came with the work, by reference, whatever their files here say, if any."""
    token = _SENT.set(texts)
    try:
        yield
    finally:
        _SENT.reset(token)


def load_mechanism(reference: str) -> type[Mechanism]:
    """The mechanism in a file, a ready one, or that of an installed package.

    Args:
        reference: a file (`points.py`, with its folder), the name of a ready one (`loyalty_programme`), or that of an
            entry point in the group `cxsim.mechanisms`.

    Raises:
        MechanismError: if there is none, it cannot be run, or holds not exactly one mechanism.
    """
    file = ready().get(reference)
    if file is None and not reference.endswith(".py"):
        return _of_package(reference)
    try:
        text = file.read_text(encoding="utf-8") if file else text_of(reference)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise MechanismError(f"{reference} cannot be read: {reason}") from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    key = (reference, digest)
    if key not in _BY_REFERENCE:
        mechanism = _from_text(str(file or reference), text, digest)
        _BY_REFERENCE[key] = _kept(mechanism, reference, digest, "" if file else text)  # what is everywhere travels not
    return _BY_REFERENCE[key]


def may_hold(values: Mapping[str, Any], key: str) -> bool:
    """Whether a scenario of these values has the section that a full key leads to: every scenario's, or of its mechanisms."""
    parts = key.split(".")
    section = parts[2] if parts[0] in ("brand", "segment") and len(parts) > 2 else parts[0]
    names = values.get("mechanisms") or ()
    if section in TAKEN or not isinstance(names, list | tuple):
        return section in TAKEN
    try:
        return section in {load_mechanism(name).name for name in names if isinstance(name, str)}
    except MechanismError:  # which whoever reads the scenario says
        return False


def _of_package(name: str) -> type[Mechanism]:
    points = installed()
    if name not in points:
        there = [*ready(), *points]
        near = difflib.get_close_matches(name, there, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(there)}."
        raise MechanismError(
            f"no installed package brings a mechanism {name!r}, none of that name is ready, and a file ends in .py. {hint}"
        )
    mechanism = points[name].load()
    if not (inspect.isclass(mechanism) and issubclass(mechanism, Mechanism)):
        raise MechanismError(f"the entry point {name!r} is no subclass of cxsim.Mechanism")
    digest = hashlib.sha256(Path(inspect.getfile(mechanism)).read_bytes()).hexdigest()
    return _BY_REFERENCE.setdefault((name, digest), _kept(mechanism, name, digest))


def _kept(mechanism: type[Mechanism], reference: str, digest: str, text: str = "") -> type[Mechanism]:
    mechanism.reference, mechanism.sha256, mechanism.text = reference, digest, text
    _BY_MARK[mechanism.mark()] = mechanism
    return mechanism


def _from_text(reference: str, text: str, digest: str) -> type[Mechanism]:
    path = Path(reference)
    module = ModuleType(f"cxsim_mechanism_{path.stem}_{digest[:8]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where its classes say they come from
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except MechanismError as error:
        raise MechanismError(f"{reference}: {error}") from None
    except Exception as error:
        line = _line_of(error, str(path))
        raise MechanismError(f"{reference}{line}: {type(error).__name__}: {error}") from None
    own = [each for each in vars(module).values() if inspect.isclass(each) and issubclass(each, Mechanism)]
    own = [each for each in own if each.__module__ == module.__name__]
    if len(own) != 1:
        raise MechanismError(
            f"{reference} holds {len(own)} subclasses of cxsim.Mechanism; a mechanism is one file, one class"
        )
    return own[0]


def _line_of(error: Exception, file: str) -> str:
    """The line of the file at which it failed."""
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
