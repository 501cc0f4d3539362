"""A TOML file as read: what it says, and where."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.overrides import Table
from cxsim.scenario.toml_lines import Path as KeyPath
from cxsim.scenario.toml_lines import line_of, lines_of_keys


@dataclass
class TomlFile:
    """A TOML file.

    Attributes:
        path: of the file.
        values: what it says, not yet checked.
        lines: where its keys stand.
    """

    path: Path
    values: Table = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def where(self, key: KeyPath) -> str:
        """File and line of a key, or of the nearest table above it."""
        line = line_of(self.lines, key)
        return f"{self.path}, line {line}" if line else str(self.path)


def read_toml(path: Path) -> TomlFile:
    """Read a file.

    Raises:
        ScenarioError: if it is not there, cannot be read, or is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError([Problem(str(path), "file", "there is no such file")]) from None
    except (OSError, ValueError) as error:  # a folder, no UTF-8, a name that no file can have
        raise ScenarioError([Problem(str(path), "file", f"cannot be read: {error}")]) from None
    return TomlFile(path, values_of(text, str(path)), lines_of_keys(text))


def values_of(text: str, name: str) -> Table:
    """What a TOML text says, which a reader knows by this name.

    Raises:
        ScenarioError: if it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = 'A key needs a value after "=", text needs quotes, and a key may be given once.'
        raise ScenarioError([Problem(name, "TOML", str(error), hint)]) from None
    except RecursionError:
        raise ScenarioError([Problem(name, "TOML", "brackets are nested too deeply")]) from None
