"""Where in a TOML file a key stands, so that a message can name the line (tomllib keeps no positions)."""

import re
from collections.abc import Iterator
from pathlib import Path as FilePath

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

_MARK = re.compile(r'''"""|\'{3}|"(?:\\.|[^"\\])*"|\'[^\']*\'|#|[][{}]''')
_END = {'"""': re.compile(r'(?:\\.|[^\\])*?"""+'), "'''": re.compile(r".*?'{3,}")}  # of a text in three quotes


def lines_of_keys(text: str) -> dict[Path, int]:
    """Line number (from 1) of every table header and key, by path; items of arrays of tables count from 0."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in _lines_with_keys(text):
        header = _HEADER.match(line)
        if header:
            table = _resolved(_parts(header[2]), counts, header[1] == "[[")
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table + _parts(key[1])
            lines.setdefault(path, number)
            for inner in re.finditer(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", line[key.end() :]):
                lines.setdefault((*path, inner[1]), number)
    return lines


def _lines_with_keys(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, but for those inside of a text in three quotes or of a list that goes on."""
    depth, quotes = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not (depth or quotes):
            yield number, line
        place = 0
        while place < len(line):
            if quotes:
                end = _END[quotes].match(line, place)
                if end is None:
                    break
                place, quotes = end.end(), ""
            found = _MARK.search(line, place)
            if found is None or found[0].startswith("#"):
                break
            place = found.end()
            if found[0] in _END:
                quotes = found[0]
            elif found[0] in "[]{}":
                depth = max(0, depth + (1 if found[0] in "[{" else -1))


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _resolved(path: Path, counts: dict[Path, int], is_array_item: bool) -> Path:
    """The path with the running number of each array of tables in it."""
    resolved: Path = ()
    for depth, part in enumerate(path):
        resolved = (*resolved, part)
        if is_array_item and depth == len(path) - 1:
            counts[resolved] = counts.get(resolved, -1) + 1
        if resolved in counts:
            resolved = (*resolved, counts[resolved])
    return resolved


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a key, of the first one below it, or of the nearest table above it that the file writes."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    below = [line for key, line in lines.items() if path and key[: len(path)] == path]
    return min(below, default=None)


def is_file(path: FilePath) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
