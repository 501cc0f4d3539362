"""Draws docs/images/house.svg and the tables of docs/house.md from the real imports: `python -m docs.make_house`."""

import ast
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from docs.measure_house import Measure, class_names_twice, longest, measure, sources

ROOT = Path(__file__).parents[1]
PAGE, PICTURE = ROOT / "docs" / "house.md", ROOT / "docs" / "images" / "house.svg"
ROOMS = {
    "interface": "what people see: charts, reports, command line, pages",
    "analysis": "many lives: compare, sweep, calibrate, verify",
    "data": "a firm's tables, read",
    "engine": "one life: rules, people, luck, outcomes",
    "scenario": "what a user writes: files, parameters, checks",
}
# The house before it had rooms, commit 03a7337, by where its files went: files and lines. And its measures.
BEFORE = {
    "interface": (88, 8_813),
    "analysis": (120, 12_735),
    "data": (16, 1_774),
    "engine": (38, 3_830),
    "scenario": (26, 2_765),
}
MEASURED_BEFORE = {
    "rooms at the top": "18, and 9 single files",
    "files": "290",
    "lines, about": "30,000",
    "arrows between rooms": "123",
    "floors": "11",
    "circles of files": "2, of 12 and 2 files",
    "longest file, longest function, lines": "301, 127",
    "class names that stand for two things": "21",
}  # fmt: skip
WIDTH, LEFT, ROW, CELL, A_ROW = 900, 20, 34, 116, 6
BOX = A_ROW * CELL + 24
MARKS = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)
MARKS_OF_MEASURES = re.compile(r"(?<=<!-- measures -->\n).*(?=<!-- end of measures -->)", re.DOTALL)


@dataclass(frozen=True)
class Room:
    """A room: its subrooms with their numbers of files, files of its own, lines, and the rooms it imports from."""

    name: str
    subrooms: dict[str, int]
    own_files: int
    lines: int
    imports: frozenset[str]

    @property
    def files(self) -> int:
        """Of the room and its subrooms."""
        return self.own_files + sum(self.subrooms.values())

    @property
    def height(self) -> int:
        """In the picture."""
        return 52 + ROW * -(-len(self.cells) // A_ROW) + 8

    @property
    def cells(self) -> list[str]:
        """The words in its small boxes."""
        own = [f"{self.own_files} single files"] if self.own_files else []
        return [f"{name} {count}" for name, count in sorted(self.subrooms.items())] + own


def rooms() -> list[Room]:
    """The five rooms as they are, from the top."""
    return [room(name) for name in ROOMS]


def room(name: str) -> Room:
    """One of them."""
    files = sorted((ROOT / "cxsim" / name).rglob("*.py"))
    inside = [file.relative_to(ROOT / "cxsim" / name).parts for file in files]
    subrooms = {parts[0]: sum(other[0] == parts[0] for other in inside) for parts in inside if len(parts) > 1}
    own = sum(len(parts) == 1 and parts[0] != "__init__.py" for parts in inside)
    texts = [file.read_text(encoding="utf-8") for file in files]
    imported = {room for text in texts for room in rooms_in(text)} - {name}
    return Room(name, subrooms, own, sum(text.count("\n") for text in texts), frozenset(imported))


def rooms_in(source: str) -> set[str]:
    """The rooms that a file imports from."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
    parts = [module.split(".") for module in modules]
    return {part[1] for part in parts if len(part) > 1 and part[0] == "cxsim" and part[1] in ROOMS}


def table(house: list[Room]) -> str:
    """Rooms, files and lines (to the next 500), then and now, as Markdown."""
    rows = ["| room | holds | files: then | now | lines, about: then | now |", "| --- | --- | --- | --- | --- | --- |"]
    for each in house:
        held = ", ".join(f"`{name}`" for name in sorted(each.subrooms)) or ROOMS[each.name]
        files, lines = BEFORE[each.name]
        rows.append(f"| `{each.name}` | {held} | {files} | {each.files} | {_about(lines)} | {_about(each.lines)} |")
    return "\n".join(rows) + "\n"


def _about(lines: int) -> str:
    return f"{round(lines / 500) * 500:,}"


def measures(house: Measure, files: dict[str, str]) -> str:
    """Before and after, as Markdown."""
    count, lines = (sum(column) for column in zip(*house.rooms.values(), strict=True))
    circles = f"{len(house.circles)}, of {', '.join(str(len(each)) for each in house.circles)} files"
    file, function = longest(files)
    now = [
        f"{len(house.rooms) - 1}, and {house.rooms['single files'][0]} single files",
        f"{count:,}",
        _about(lines),
        f"{house.arrows}",
        f"{house.floors}",
        circles if house.circles else "0",
        f"{file}, {function}",
        f"{len(class_names_twice(files))}",
    ]
    rows = ["| | before the rooms | now |", "| --- | --- | --- |"]
    pairs = zip(MEASURED_BEFORE.items(), now, strict=True)
    return "\n".join([*rows, *(f"| {name} | {then} | {after} |" for (name, then), after in pairs)]) + "\n"


def picture(house: list[Room]) -> str:
    """The house as SVG: a box a room, the top one first, and an arrow wherever one imports from another."""
    tops, top = {}, 20
    for each in house:
        tops[each.name] = top
        top += each.height + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" role="img">',
        "<title>The five rooms of cxsim; arrows are imports</title>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 10 5 0 10z" fill="#444"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>',
    ]
    for each in house:
        parts += drawn(each, tops[each.name])
    parts += arrows(house, tops)
    return "\n".join([*parts, "</svg>"]) + "\n"


def drawn(each: Room, top: int) -> list[str]:
    """A room: its name, what it is for, a small box for each room inside."""
    parts = [
        f'<rect x="{LEFT}" y="{top}" width="{BOX}" height="{each.height}" rx="6" fill="#eef2fb" stroke="#3f51b5"/>',
        f'<text x="{LEFT + 14}" y="{top + 31}" font-size="20" font-weight="bold" fill="#1a237e">{each.name}</text>',
        f'<text x="{LEFT + 124}" y="{top + 30}" font-size="14" fill="#333">{escape(ROOMS[each.name])}</text>',
        f'<text x="{LEFT + BOX - 14}" y="{top + 30}" font-size="14" text-anchor="end" fill="#333">{each.files} files</text>',
    ]
    for number, words in enumerate(each.cells):
        x, y = LEFT + 12 + number % A_ROW * CELL, top + 48 + number // A_ROW * ROW
        parts.append(f'<rect x="{x}" y="{y}" width="{CELL - 8}" height="26" rx="4" fill="#fff" stroke="#9fa8da"/>')
        parts.append(
            f'<text x="{x + (CELL - 8) / 2:g}" y="{y + 17}" font-size="12" text-anchor="middle">{words}</text>'
        )
    return parts


def arrows(house: list[Room], tops: dict[str, int]) -> list[str]:
    """Straight to the next room below, round the side to any other; one that leads upwards is red."""
    names, parts, lane = list(ROOMS), [], 0
    for place, each in enumerate(house):
        for target in (name for name in names if name in each.imports):
            there = names.index(target)
            if there == place + 1:
                x = LEFT + BOX // 2
                path = f"M{x} {tops[each.name] + each.height} V{tops[target] - 2}"
            else:
                side, x = LEFT + BOX, LEFT + BOX + 26 + 15 * lane
                start, end = tops[each.name] + 22 + 7 * there, tops[target] + 22 + 7 * place
                path, lane = f"M{side} {start} H{x} V{end} H{side + 2}", lane + 1
            colour = "#444" if there > place else "#c62828"
            parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" marker-end="url(#tip)"/>')
    return parts


def page(house: list[Room]) -> str:
    """docs/house.md with the tables of now."""
    text, files = MARKS.sub(lambda _: table(house), PAGE.read_text(encoding="utf-8")), sources()
    return MARKS_OF_MEASURES.sub(lambda _: measures(measure(files), files), text)


if __name__ == "__main__":
    now = rooms()
    PAGE.write_text(page(now), encoding="utf-8")
    PICTURE.write_text(picture(now), encoding="utf-8")
