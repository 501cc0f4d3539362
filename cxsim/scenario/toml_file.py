"""A TOML file as read: what it says, and where."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.overrides import Table
from cxsim.scenario.toml_lines import Path as KeyPath
from cxsim.scenario.toml_lines import line_of, lines_of_keys
from cxsim.scenario.toml_words import HINT, in_words, too_much

MOST_BYTES = 4_000_000  # of a file: a market with a thousand brands is a tenth of it


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
    text = _text_of(path)
    return TomlFile(path, values_of(text, str(path)), lines_of_keys(text))


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except FileNotFoundError:
        raise _refused(path, "there is no such file") from None
    except (OSError, ValueError) as error:  # a folder, a name that no file can have
        raise _refused(path, f"cannot be read: {getattr(error, 'strerror', None) or 'it is no file'}") from None
    if size > MOST_BYTES:
        raise _refused(path, f"has {size:,} bytes; a scenario has {MOST_BYTES:,} at most")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        found = "the file is UTF-16" if wide else "a letter is not written in UTF-8"
        raise _refused(
            f"{path}, line {line}", f"cannot be read: {found}", "Save the file with encoding UTF-8."
        ) from None


def _refused(where: str | Path, message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(str(where), "file", message, hint)])


def values_of(text: str, name: str) -> Table:
    """What a TOML text says, which a reader knows by this name.

    Raises:
        ScenarioError: if it is no TOML, or would take for ever.
    """
    wrong, hint = too_much(text), ""
    if wrong is None:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            wrong, hint = in_words(str(error), text), HINT
        except (RecursionError, ValueError):
            raise ScenarioError([Problem(name, "TOML", "brackets are nested too deeply")]) from None
    words, line = wrong
    raise ScenarioError([Problem(f"{name}, line {line}", "TOML", words, hint)])
