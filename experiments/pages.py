"""The figures of a page are written by the script that computes them, between two marks; the words are people's."""

from pathlib import Path

BEGIN = "<!-- figures: begin (written by the script; do not edit) -->"
END = "<!-- figures: end -->"


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
