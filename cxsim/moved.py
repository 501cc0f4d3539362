"""Old names answer: an import of a module that has moved, and a name that has changed, say the new one.

The words and their successors are in docs/glossary.md.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Never

# The longest beginning counts: "cxsim.ledger.money" is "cxsim.engine.outcomes.money".
NEW_HOMES = {
    "analysis.results.lock": "analysis.results.folder",
    "analysis.sweep.block_writer": "analysis.sweep.blocks",
    "analysis.sweep.pairing": "analysis.sweep.precision",
    "analysis.sweep.plan": "analysis.sweep.sweep",
    "analysis.sweep.progress": "analysis.workers.threads",
    "analysis.sweep.store": "analysis.sweep",
    "analysis.sweep.store.finished": "analysis.sweep.reading",
    "analysis.sweep.store.tables": "analysis.sweep.blocks",
    "analysis.workers.people": "analysis.workers.run_record",
    "analysis.workers.runs": "analysis.workers.run_record",
    "calibration": "analysis.calibration",
    "calibration.data": "data",
    "calibration.data.problems": "data.errors",
    "calibration.data.days": "data.cells",
    "calibration.data.encoding": "data.csv_file",
    "calibration.data.experience": "data.surveys",
    "calibration.data.headings": "data.table",
    "calibration.data.merging": "data.rows",
    "calibration.data.numbers": "data.cells",
    "calibration.data.readings": "data.cells",
    "calibration.data.table": "data.table",
    "calibration.data.treatment": "data.purchases",
    "calibration.meeting": "analysis.calibration.solve",
    "calibration.rhythm": "analysis.calibration.repeat_buying",
    "calibration.told": "analysis.calibration.survey_moments",
    "charts": "interface.charts",
    "classroom": "interface.classroom",
    "classroom.keys": "interface.classroom.access",
    "classroom.living": "interface.classroom.round_runner",
    "classroom.opening": "interface.classroom.startup",
    "cli": "interface.cli",
    "cli.lives": "interface.cli.run",
    "closed_forms": "analysis.closed_forms",
    "compiled": "engine.compiled",
    "customer": "engine.agents",
    "data.plain_table": "data.opening",
    "export": "analysis.export",
    "journey": "engine.journey",
    "journey.terms": "engine.journey.schedule",
    "ledger": "engine.outcomes",
    "ledger.noted": "engine.event_log",
    "ledger.outcomes": "engine.outcomes.status",
    "luck": "engine.luck",
    "market": "engine.market",
    "market.world": "engine.market.start",
    "measures": "engine.measures",
    "model": "engine.model",
    "parameter": "scenario.parameter",
    "portfolio": "analysis.portfolio",
    "records": "engine.state",
    "report": "interface.report",
    "scenario.backing": "scenario.evidence",
    "scenario.doubts": "scenario.warnings",
    "scenario.places": "scenario.toml_lines",
    "scenario.problems": "scenario.errors",
    "scenario.terms": "scenario.schedule",
    "scenario.wording": "scenario.messages",
    "sensitivity": "analysis.sensitivity",
    "sensitivity.studied": "analysis.sensitivity.study_data",
    "stages": "scenario.stages",
    "study": "analysis.compare",
    "study.folder": "analysis.results.folder",
    "study.lived": "engine.simulate",
    "study.lock": "analysis.results.folder",
    "study.paired": "analysis.compare.intervals",
    "study.reading": "analysis.results.reading",
    "study.replications": "analysis.workers.threads",
    "study.results": "analysis.results.writing",
    "sweep": "analysis.sweep",
    "sweep.book": "analysis.sweep.blocks",
    "sweep.design": "analysis.sweep",
    "sweep.design.keys": "analysis.sweep.parameters",
    "sweep.enough": "analysis.sweep.precision",
    "sweep.store.left": "analysis.workers.run_record",
    "sweep.store.people": "analysis.workers.run_record",
    "sweep.workers": "analysis.workers",
    "sweep.workers.crews": "analysis.workers.backends",
    "sweep.workers.work": "analysis.sweep.work",
    "verification": "analysis.verification",
    "workshop": "interface.explorer",
    "workshop.app": "interface.web.app",
    "workshop.guard": "interface.web.limits",
    "workshop.runs": "interface.web.pool",
    "workshop.serving": "interface.web.serving",
}


def new_home(module: str) -> str | None:
    """Where the contents of an old module, such as "cxsim.records", are now; None if there was no such module."""
    package, _, old = module.partition(".")
    parts = old.split(".")
    for length in range(len(parts), 0, -1):
        home = NEW_HOMES.get(".".join(parts[:length]))
        if package == "cxsim" and home is not None:
            now = ".".join([package, home, *parts[length:]])
            return new_home(now) or now  # some have moved twice
    return None


class _OldPaths:
    """Asked last, when nobody else has found a module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        home = new_home(fullname)
        if home is None:
            return None
        # Python imports the package before the module in it, so this is all that the author of an import hears.
        elsewhere = [f"cxsim.{old}" for old in NEW_HOMES if f"cxsim.{old}".startswith(f"{fullname}.")]
        lines = [f"{fullname} is now {home}", *(f"{old} is now {new_home(old)}" for old in elsewhere)]
        raise ImportError("\n    ".join(lines), name=fullname)


def answer_old_paths() -> None:
    """Let imports of old paths say where to go."""
    sys.meta_path.append(_OldPaths())


def renamed(module: str, **names: str) -> Callable[[str], Never]:
    """The `__getattr__` of a module whose names have changed, old to new.

    Raises:
        ImportError: for an old name; an AttributeError's words would be lost in `from module import name`.
        AttributeError: for any other.
    """

    def answer(name: str) -> Never:
        if name in names:
            raise ImportError(f"{module}.{name} is now {module}.{names[name]}", name=module)
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return answer


class Renamed:
    """An attribute of a class under its old name; a subclass may still use the name for something of its own."""

    def __init__(self, now: str) -> None:
        self.now = now

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Never:
        raise AttributeError(f"{owner.__name__}.{self.name} is now {owner.__name__}.{self.now}")
