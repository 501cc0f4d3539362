"""The small part of Markdown that cxsim's own texts use, as HTML: headings, lists, tables, code, strong words."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from markupsafe import Markup

_KINDS = (
    ("heading", re.compile(r"#{1,5} ")),
    ("table", re.compile(r"\|")),
    ("item", re.compile(r"- ")),
    ("code", re.compile(r" {4}")),
    ("left out", re.compile(r"\s*$|!\[")),  # pictures are the page's own
)
_INLINE = ((re.compile(r"`([^`]+)`"), r"<code>\1</code>"), (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"))


def html(text: str) -> Markup:
    """Markdown as HTML; the heading of the whole (`# ...`) is left out, since the page has its own."""
    blocks = groupby(text.splitlines(), key=_kind)
    return Markup("\n".join(each for kind, lines in blocks for each in _BLOCKS[kind](list(lines))))


def _kind(line: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.match(line)), "paragraph")


def _inline(text: str) -> str:
    said = escape(text.strip())
    for pattern, replacement in _INLINE:
        said = pattern.sub(replacement, said)
    return said


def _heading(lines: list[str]) -> Iterator[str]:
    for line in lines:
        marks, _, words = line.partition(" ")
        if len(marks) > 1:
            yield f"<h{len(marks)}>{_inline(words)}</h{len(marks)}>"


def _items(lines: list[str]) -> Iterator[str]:
    yield f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"


def _code(lines: list[str]) -> Iterator[str]:
    yield f"<pre><code>{escape(chr(10).join(line[4:] for line in lines))}</code></pre>"


def _paragraph(lines: list[str]) -> Iterator[str]:
    yield f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> Iterator[str]:
    heading, _, *rows = ([cell.strip() for cell in _cells(line)] for line in lines)
    columns = max(2, min(3, len(heading) - 1))
    label = escape(", ".join(heading), quote=True)
    yield f'<div class="scroll" role="group" aria-label="{label}" tabindex="0"><table style="--columns: {columns}">'
    names = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in heading)
    yield f"<thead><tr>{names}</tr></thead><tbody>"
    for first, *others in rows:
        cells = "".join(f"<td>{_inline(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{_inline(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _cells(line: str) -> list[str]:
    """The cells of a row; a bar that belongs to a cell has a backslash before it."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


_BLOCKS = {
    "heading": _heading,
    "table": _table,
    "item": _items,
    "code": _code,
    "left out": lambda _: iter(()),
    "paragraph": _paragraph,
}
