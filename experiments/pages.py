"""The figures of a page are written by the script that computes them, between two marks; the words are people's."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BEGIN = "<!-- figures: begin (written by the script; do not edit) -->"
END = "<!-- figures: end -->"
ABREAST: Final = 5  # markets beside each other in a table


def asked_to_write(description: str | None) -> bool:
    """Whether the command line asks to update the page and its picture (`--write`), and not only to print."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--write", action="store_true", help="update the page and its picture")
    return bool(parser.parse_args().write)


def write_figures(page: Path, figures: str) -> None:
    """Replace what stands between the marks of a Markdown page.

    Raises:
        ValueError: if the page has not exactly one pair of marks.
    """
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{page} needs exactly one line {BEGIN!r} and, below it, one line {END!r}")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{figures.strip()}\n\n{END}{after}", encoding="utf-8")


def table(heading: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def tables_abreast(heading: list[str], rows: list[list[str]], before: int = 1, after: int = 0) -> str:
    """Markdown tables of at most five columns each besides those at the ends, so that many markets fit on a page.

    Args:
        heading: of all columns.
        rows: as long as the heading.
        before: columns at the left that every table repeats.
        after: columns at the right that every table repeats.
    """
    end = len(heading) - after
    parts = [slice(first, min(first + ABREAST, end)) for first in range(before, end, ABREAST)]

    def of(part: slice, cells: Sequence[str]) -> list[str]:
        return [*cells[:before], *cells[part], *cells[end:]]

    return "\n\n".join(table(of(part, heading), [of(part, row) for row in rows]) for part in parts)
