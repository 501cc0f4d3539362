"""Break the rules one at a time and see whether the golden tests notice. Run by hand:

    python tests/mutations.py                 the listed mutations, then 150 drawn by key
    python tests/mutations.py --sample 0      the listed ones only

A mutation lives in memory: the rules are not compiled, and a forked process gives the functions of one module the code
of its changed source, then runs the golden tests until one fails. Golden lives are lived once, before forking. No file
is touched. docs/testing.md tells what survived, and why.
"""

import argparse
import ast
import importlib
import inspect
import os
import re
import resource
import sys
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
MUTATED = ("cxsim/engine/journey", "cxsim/engine/market/exchange.py", "cxsim/engine/outcomes", "cxsim/analysis/compare")
SKIPPED = ("__init__.py", "story.py", "verdict.py", "runs.py", "against_real.py", "stopping.py", "evaluation.py")
GOLDEN = [f"tests/golden/test_golden_{name}.py" for name in ("life", "ledger", "causes", "comparison")]
TESTS = {  # by the longest beginning of a module's name
    "cxsim.engine": GOLDEN,
    "cxsim.analysis": [GOLDEN[-1], "tests/test_paired.py"],
    "cxsim.analysis.compare.guard": ["tests/test_guard.py"],
    **{f"cxsim.analysis.compare.{name}": ["tests/test_trade.py"] for name in ("funnel", "trade", "waterfall")},
    "cxsim.analysis.compare.price": ["tests/test_guard.py", "tests/experiments/test_prices.py"],
}
ROOMS = ("cxsim.engine", "cxsim.analysis")  # the rules of the engine are compiled for all but mutations of themselves
PLAIN = ("cxsim.engine.journey", "cxsim.engine.market.exchange", "cxsim.engine.market.base")  # and what calls them
PATIENCE_SECONDS = 300  # of work, whatever else the machine does: a mutation may never end


class Mutation(NamedTuple):
    """A module's changed source, and what was changed where."""

    module: str
    what: str
    source: str


# The small mutations that once survived: file, text, replacement.
LISTED = (
    ("journey/purchase.py", "ordinal = int(me.choices) * MOST_TRIES + attempt", "ordinal = attempt"),
    ("journey/purchase.py", "state.offers[row_for(state, referrer), brand].telling.reward",
     "state.offers[row_for(state, me), brand].telling.reward"),
    ("journey/loyalty.py", "    logit = stay_logit(traits, latent, felt, bond.failures,",
     "    logit = stay_logit(traits, latent, felt, bond.failures + me.severity,"),
    ("journey/listening.py", "    elif score <= 6:\n        count(state, brand, Measure.detractors)",
     "    elif score <= 7:\n        count(state, brand, Measure.detractors)"),
    ("journey/listening.py", "    elif score <= 6:\n        count(state, brand, Measure.true_detractors)",
     "    elif score <= 7:\n        count(state, brand, Measure.true_detractors)"),
    ("journey/use.py", "    me.delight = 0.0\n", ""),
    ("journey/relation.py", "    bond.streak = 0\n", ""),
    ("market/exchange.py", "state.offers[state.first_row[week], brand]",
     "state.offers[state.first_row[max(0, week - 1)], brand]"),
    ("journey/purchase.py", "    pay(state, person, brand, Measure.interventions_money, offer.fees.purchase)\n",
     "    if not me.by_habit:\n        pay(state, person, brand, Measure.interventions_money, offer.fees.purchase)\n"),
    ("journey/telling.py", "stars = five_point(me.episode)",
     "stars = five_point(state.bonds[person, me.target].satisfaction)"),
    ("journey/expectation.py", "(standing.reviews + traits.rating_half)",
     "(standing.reviews + traits.rating_half + 1)"),
    ("journey/purchase.py", "price = -traits.price_weight *", "price = traits.price_weight *"),
    ("journey/purchase.py", "price += traits.price_weight *", "price -= traits.price_weight *"),
    ("journey/loyalty.py", "            cause = Cause.OWN_REASONS.value  # with", "            pass  # with"),
    ("journey/loyalty.py", "            cause = Cause.OWN_REASONS.value\n        state.due",
     "            pass\n        state.due"),
    ("journey/telling.py", "at < friend.invited_at or", "at > friend.invited_at or"),
    ("journey/need.py", "me.called_week == week - 1", "me.called_week <= week - 1"),
    ("journey/history.py", "known >= cut.edge", "known > cut.edge"),
    ("journey/support.py", "        state.bonds[person, me.target].reported_week = state.clock[WEEK]\n", ""),
    ("market/exchange.py", "    tell_cells(state, not is_last and bool(state.first_row[week] != state.first_row[week + 1]))\n", ""),
    ("journey/history.py", "if look.next == look.kind else week", "if look.next == look.kind else again"),
    ("journey/loyalty.py", "state.traits[row_for(state, me), me.target].loyalty.exit",
     "state.traits[row_for(state, me), -1].loyalty.exit"),
    ("journey/neighbours.py", "return bond.was_customer if bond.changed_week == week else bond.customer",
     "return bond.customer"),
    ("journey/neighbours.py", "return bond.was_satisfaction if bond.changed_week == week else bond.satisfaction",
     "return bond.satisfaction"),
    ("journey/support.py", "bond.complaints == 1", "bond.complaints >= 1"),
    ("outcomes/money.py", "math.ceil(item.start_week)", "math.floor(item.start_week)"),
)  # fmt: skip


def listed() -> Iterator[Mutation]:
    """The mutations written down above."""
    for file, old, new in LISTED:
        path = ROOT / "cxsim/engine" / file
        source = path.read_text(encoding="utf-8")
        if source.count(old) != 1:
            raise SystemExit(f"{file} holds {source.count(old)} times {old!r}; bring the list up to date")
        changed = f"{file}: {old.strip()[:60]!r} -> {new.strip()[:60]!r}"
        yield Mutation(module_of(path), changed, source.replace(old, new))


def drawn(sample: int) -> list[Mutation]:
    """So many of all simple mutations, drawn by key, so that the same ones are drawn again."""
    every = [mutation for path in mutated_files() for mutation in mutations_of(path)]
    return sorted(every, key=lambda one: zlib.crc32(f"{one.module} {one.what}".encode()))[:sample]


def mutated_files() -> list[Path]:
    """The files whose rules are broken."""
    found = [
        path for place in MUTATED for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).glob("*.py"))
    ]
    return sorted(path for path in found if path.name not in SKIPPED)


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


DECLARATIONS = ("Figure", "field", "purpose")  # read at import, by other modules too
SWAPPED = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutations_of(path: Path) -> Iterator[Mutation]:
    """Every simple mutation of a file: an operator swapped, a constant moved, a statement dropped."""
    source = path.read_text(encoding="utf-8")
    places = len(list(changes(ast.parse(source))))
    for place in range(places):
        tree = ast.parse(source)
        node, change = list(changes(tree))[place]
        before = ast.unparse(node)
        apply(node, change)
        what = f"{path.name}:{node.lineno}:{node.col_offset} {change}: {before[:70]!r}"
        yield Mutation(module_of(path), what, ast.unparse(tree))


def changes(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Nodes that can be changed, and how."""
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        for outer in (
            getattr(node, "annotation", None),
            getattr(node, "returns", None),
            *getattr(node, "decorator_list", []),
        )
        if isinstance(outer, ast.AST)
        for inner in ast.walk(outer)
    }
    hidden |= {  # values of arguments left out: read at import
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for default in (*node.defaults, *node.kw_defaults)
        if default is not None
        for inner in ast.walk(default)
    }
    hidden |= {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECLARATIONS
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield node, "swap the comparison"
        elif isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in SWAPPED:
            yield node, "swap the operator"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
            yield node, "move the constant"
        if drops(node):
            yield node, "drop the statement"


def drops(node: ast.AST) -> bool:
    """Whether a statement does something that others see: a call, or a field written."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], (ast.Attribute, ast.Subscript))
    return isinstance(node, ast.AugAssign)


def apply(node: ast.AST, change: str) -> None:
    """Change the node in place."""
    if change == "swap the comparison":
        node.ops[0] = SWAPPED[type(node.ops[0])]()
    elif change == "swap the operator":
        node.op = SWAPPED[type(node.op)]()
    elif change == "move the constant":
        node.value = (
            not node.value
            if isinstance(node.value, bool)
            else 1 - node.value
            if node.value in (0, 1)
            else node.value + 1
        )
    else:
        fields = ast.Pass(lineno=node.lineno, col_offset=node.col_offset)
        node.__class__, node.__dict__ = ast.Pass, dict(fields.__dict__)


def uncompile() -> None:
    """Import the package with the rules of the journey and of the tick left as they are; all others are compiled."""
    import cxsim.engine.compiled as compiling

    machine_code = compiling.machine_code

    def left_as_they_are(rule: Any, cached: bool = True) -> Any:
        plain = getattr(rule, "__module__", "").startswith(PLAIN)
        return rule if plain else machine_code(rule, cached)

    compiling.machine_code = left_as_they_are
    import golden.life

    import cxsim.engine.branching as branching
    import cxsim.engine.market.start as start
    import cxsim.engine.model as model
    import cxsim.engine.run_in as run_in

    for module, rules in (
        (start, ("begin_with_customers", "count_all_whom_rules_meant", "tell_cells", "note_history")),
        (run_in, ("note_history",)),
    ):
        for rule in rules:  # called before a state is handed out
            setattr(module, rule, of_plain_state(getattr(module, rule)))
    for module, name in ((model, "state_at_start"), (model, "books_opened"), (branching, "state_under")):
        setattr(module, name, made_plain(getattr(module, name)))
    golden.life.golden_life = lived_once(golden.life.golden_life)


def of_plain_state(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A rule that is handed the plain form of its state."""
    from plain_rules import plain

    return lambda state, *rest: rule(plain(state), *rest)


def made_plain(make: Callable[..., Any]) -> Callable[..., Any]:
    """What makes a state, in its plain form."""
    from plain_rules import plain

    return lambda *given: plain(make(*given))


def lived_once(live: Callable[..., Any]) -> Callable[..., Any]:
    """Golden lives by scenario (wherever its friends are written), seed and replication."""
    known: dict[tuple[str, int, int], Any] = {}

    def remembered(scenario: Any, seed: int = 1, replication: int = 0) -> Any:
        key = (re.sub(r'"edges":"[^"]*"', "", scenario.model_dump_json()), seed, replication)
        if key not in known:
            known[key] = live(scenario, seed, replication)
        return known[key]

    return remembered


def install(mutation: Mutation) -> None:
    """Give the functions of a module, and its constants, what the changed source says."""
    module = importlib.import_module(mutation.module)
    tree = ast.parse(mutation.source)
    compiled = compile(mutation.source, str(module.__file__), "exec")
    codes = {code.co_qualname: code for code in constants(compiled)}
    for function in functions_of(module):
        function.__code__ = codes[function.__qualname__]
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        named = any(isinstance(target, ast.Name) and target.id.isupper() for target in targets)
        if named and "purpose(" not in ast.unparse(node) and "Figure(" not in ast.unparse(node):
            exec(compile(ast.Module([node], []), "constant", "exec"), module.__dict__)


def constants(code: CodeType) -> Iterator[CodeType]:
    """All code within code."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from constants(inner)


def functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """The functions and methods written in a module; what a cache remembers of them is forgotten."""
    holders = [module, *(each for each in vars(module).values() if inspect.isclass(each))]
    for holder in holders:
        for found in list(vars(holder).values()):
            if hasattr(found, "cache_clear"):
                found.cache_clear()
            function = inspect.unwrap(found.fget if isinstance(found, property) else found)
            if isinstance(function, FunctionType) and function.__code__.co_filename == module.__file__:
                yield function


def run_tests(mutation: Mutation | None) -> int:
    """The exit code of pytest: 0 when nothing was noticed."""
    tests = GOLDEN
    if mutation is not None:
        install(mutation)
        tests = TESTS[max((name for name in TESTS if mutation.module.startswith(name)), key=len)]
    options = [
        "-qq",
        "-x",
        "--noconftest",
        "-k",
        "not everything_happens",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:logging",
    ]
    return int(pytest.main([*options, "--rootdir", str(ROOT), *(str(ROOT / test) for test in tests)]))


def survives(mutation: Mutation) -> bool:
    """Whether the tests pass in a process of its own; one that crashes or never ends does not."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_SECONDS, PATIENCE_SECONDS))
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        try:
            code = run_tests(mutation)
        except BaseException:
            code = 1
        os._exit(min(code, 1))
    _, status = os.waitpid(child, 0)
    return status == 0


def report(name: str, mutations: Sequence[Mutation]) -> None:
    """Try them all; print what survives as it is found, and the score."""
    killed = 0
    for mutation in mutations:
        start = time.monotonic()
        alive = survives(mutation)
        killed += not alive
        print(f"{'SURVIVES' if alive else 'killed  '} {time.monotonic() - start:5.1f} s  {mutation.what}", flush=True)
    if mutations:
        print(f"{name}: {killed} of {len(mutations)} killed ({killed / len(mutations):.0%})", flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Break the rules one at a time; see what the golden tests notice.")
    parser.add_argument("--sample", type=int, default=150, help="how many mutations to draw besides the listed ones")
    parser.add_argument("--only", default="", help="only mutations whose description holds this text")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads that rest
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    for room in ROOMS:
        if os.fork() == 0:
            try_room(room, arguments.sample, arguments.only)
            sys.stdout.flush()
            os._exit(0)
        os.wait()


def try_room(room: str, sample: int, only: str) -> None:
    """The mutations of one room, in a process of its own."""
    of_room = [
        (name, [one for one in found if one.module.startswith(room) and only in one.what])
        for name, found in (("listed", list(listed())), ("drawn", drawn(sample)))
    ]
    if not any(found for _, found in of_room):
        return
    if room == ROOMS[0]:
        uncompile()
    if run_tests(None) != 0:
        raise SystemExit("the golden tests fail without any mutation; run pytest tests/golden")
    for name, found in of_room:
        report(f"{room}, {name}", found)


if __name__ == "__main__":
    main()
