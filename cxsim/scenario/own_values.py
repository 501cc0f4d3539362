"""Which values a user's own files set, and not the ready market that they extend."""

from pathlib import Path

from cxsim.scenario.files import find, library_folder
from cxsim.scenario.toml_file import read_toml


def sets_itself(source: str | Path, key: str) -> bool:
    """Whether a scenario's own file, or one of one's own that it extends, sets a value; a ready market's never do.

    Args:
        source: file or name of a scenario that can be loaded.
        key: in full, as in "brand.focal.use.failure_rate".
    """
    beside = None
    while source:
        path = find(source, beside)
        if path.resolve().is_relative_to(library_folder().resolve()):
            return False
        values = read_toml(path).values
        if _holds(values, key):
            return True
        source, beside = str(values.get("extends", "")), path.parent
    return False


def _holds(values: object, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True
