"""Prints the measure of the house: rooms, files, lines, floors, circles, now or at commits: `python -m docs.measure_house COMMIT`."""

import ast
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[1]
Graph = Mapping[str, set[str]]  # who imports whom


@dataclass(frozen=True)
class Measure:
    """A house in numbers.

    Attributes:
        rooms: files and lines of each folder at the top; single files there are one row.
        arrows: pairs of rooms of which one imports from the other.
        floors: the longest way down through the rooms.
        circles: sets of files that import each other, wherever in a file the import stands.
    """

    rooms: dict[str, tuple[int, int]]
    arrows: int
    floors: int
    circles: list[set[str]]


def sources(commit: str | None = None) -> dict[str, str]:
    """The files of cxsim/ by path, as they lie here or at a commit."""
    if commit is None:
        return {
            str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in (ROOT / "cxsim").rglob("*.py")
        }
    packed = subprocess.run(["git", "archive", commit, "cxsim"], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive if member.name.endswith(".py")]
        return {name: file.read().decode() for name, file in files if file is not None}


def imports(files: Mapping[str, str]) -> dict[str, set[str]]:
    """The files that each file imports, at its top, in a function or for types alone."""
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in files}
    found: dict[str, set[str]] = {}
    for name, text in files.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module:
                inside = {f"{node.module}.{each.name}" for each in node.names}
                named |= inside & modules.keys() or {node.module}
            elif isinstance(node, ast.Import):
                named |= {each.name for each in node.names}
        found[name] = {modules[each] for each in named & modules.keys()} - {name}
    return found


def circles(graph: Graph) -> list[set[str]]:
    """Sets of more than one node from each of which every other can be reached."""
    reached = {node: _reached(graph, node) for node in graph}
    together = {frozenset({node, *(other for other in reached[node] if node in reached[other])}) for node in graph}
    return sorted((set(each) for each in together if len(each) > 1), key=sorted)


def _reached(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen - {start}


def floors(graph: Graph) -> int:
    """How many floors it has: each node stands above those that it imports and is not imported by."""
    below = {node: _reached(graph, node) for node in graph}
    below = {node: {other for other in those if node not in below[other]} for node, those in below.items()}
    heights: dict[str, int] = {}
    for node in sorted(graph, key=lambda each: len(below[each])):
        heights[node] = 1 + max((heights[other] for other in below[node] if other in heights), default=0)
    return max(heights.values())


def longest(files: Mapping[str, str]) -> tuple[int, int]:
    """Lines of the longest file, and of the longest function."""
    functions = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for text in files.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return max(len(text.splitlines()) for text in files.values()), max(functions)


def class_names_twice(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Names that more than one class has, with the files they stand in."""
    homes: dict[str, list[str]] = {}
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name)
    return {name: places for name, places in homes.items() if len(places) > 1}


def measure(files: Mapping[str, str]) -> Measure:
    """The house of these files."""
    graph = {name: those for name, those in imports(files).items() if name != "cxsim/__init__.py"}  # only a face
    rooms: dict[str, tuple[int, int]] = {}
    for name, text in files.items():
        room = _room(name) if "/" in name.removeprefix("cxsim/") else "single files"
        count, lines = rooms.get(room, (0, 0))
        rooms[room] = (count + 1, lines + len(text.splitlines()))
    above: dict[str, set[str]] = {_room(name): set() for name in graph}
    for name, those in graph.items():
        above[_room(name)] |= {_room(other) for other in those if other in graph} - {_room(name)}
    graph = {name: those & graph.keys() for name, those in graph.items()}
    return Measure(dict(sorted(rooms.items())), sum(map(len, above.values())), floors(above), circles(graph))


def _room(name: str) -> str:
    return name.removeprefix("cxsim/").partition("/")[0].removesuffix(".py")


def table(house: Measure, title: str) -> str:
    """It in lines."""
    rows = [
        title,
        *(f"  {room:<14} {count:>4} files {lines:>7,} lines" for room, (count, lines) in house.rooms.items()),
    ]
    count, lines = (sum(column) for column in zip(*house.rooms.values(), strict=True))
    tied = f" of {', '.join(str(len(circle)) for circle in house.circles)} files" if house.circles else ""
    rooms = len(house.rooms)
    return "\n".join(
        [*rows, f"  {'together':<14} {count:>4} files {lines:>7,} lines, {rooms} rows, {house.arrows} arrows between rooms, "
         f"{house.floors} floors, {len(house.circles)} circles{tied}"]
    )  # fmt: skip


if __name__ == "__main__":
    for given in (*sys.argv[1:], None):
        print(table(measure(sources(given)), given or "now"))
