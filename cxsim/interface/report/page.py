"""Templates filled in. Everything a user wrote is escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined

import cxsim
from cxsim.analysis.phrases import percent
from cxsim.analysis.results.reading import Results
from cxsim.interface.report import numbers
from cxsim.scenario.calendar import starting


def rendered(template: str, **facts: object) -> str:
    """A template with what it shows filled in."""
    return _environment().get_template(template).render(here=cxsim.__version__, **facts)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cxsim.interface.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for written in (numbers.number, percent, numbers.parts, numbers.interval, numbers.setting, starting):
        environment.filters[written.__name__] = written
    return environment


def provenance(results: Results) -> dict[str, object]:
    """What the part of every page on its own making shows."""
    return {"written": results.written, "folder": results.folder.resolve().name}
