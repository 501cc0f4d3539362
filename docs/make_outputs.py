"""Run every command and code block of the tours, and show what they print now: `python -m docs.make_outputs [PAGE ...]`.

Blocks run from top to bottom in one folder, as a reader would run them: ```toml blocks are written to the file that their
first line names, as are ```python blocks that begin with one; ```console blocks run through the command line in this
process, ```python blocks in one namespace, with what they print in the ```text block below. A line of three dots leaves
something out: what stands before and behind it is looked for in what is printed, by its first words, numbers aside.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from cxsim.interface.cli import cxsim

ROOT = Path(__file__).parents[1]
TOURS = [
    "README.md",
    "docs/calibration.md",
    "docs/channels.md",
    "docs/contracts.md",
    "docs/exports.md",
    "docs/library.md",
    "docs/mechanisms.md",
    "docs/questions.md",
    "docs/report.md",
    "docs/sensitivity.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/tutorials/*.md")),
]
BLOCK = re.compile(r"^```(toml|console|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")
COLUMNS = 120
LEFT_OUT = "..."
WORDS_COMPARED = 4


class Shown(NamedTuple):
    """Something that a page shows as printed: by what, as shown, and what is printed now."""

    what: str
    shown: str
    printed: str


def first_words(line: str) -> list[str]:
    """The first words of a line, numbers replaced by #."""
    return [re.sub(r"[\d.,]*\d", "#", word) for word in line.split()][:WORDS_COMPARED]


def shown_again(shown: str, printed: str) -> str:
    """What is printed now, of which as much is left out as in what was shown.

    Args:
        shown: an excerpt, with a line of three dots wherever something is left out.
        printed: all that is printed.

    Raises:
        LookupError: if a part of the excerpt begins like nothing that is printed.
    """
    lines = [piece for line in printed.rstrip().splitlines() for piece in _wrapped(line)]
    parts = [part.splitlines() for part in re.split(r"^\.\.\.\n?", f"{shown.strip()}\n", flags=re.MULTILINE)]
    again: list[str] = []
    at = 0
    for place, part in enumerate(parts):
        again += [LEFT_OUT] if place else []
        if not part:
            continue
        at = _where(part[0], lines, at)
        whole = place == len(parts) - 1
        end = len(lines) if whole else _end(part, lines, at)
        again += lines[at:end]
        at = end
    return "\n".join(line.rstrip() for line in again)


def _wrapped(line: str) -> list[str]:
    return (
        textwrap.wrap(line, COLUMNS, break_long_words=False, break_on_hyphens=False) if len(line) > COLUMNS else [line]
    )


def _where(begins: str, lines: list[str], at: int) -> int:
    wanted = first_words(begins)
    for words in range(len(wanted), 0, -1):  # a sentence may go on otherwise than it did
        for place in range(at, len(lines)):
            if first_words(lines[place])[:words] == wanted[:words]:
                return place
    raise LookupError(f"nothing that is printed begins like {begins!r}")


def _end(part: list[str], lines: list[str], at: int) -> int:
    """As many lines as were shown; of a wrapped paragraph all."""
    paragraphs = "\n".join(part).strip().split("\n\n")
    if len(paragraphs) == 1 and len(part) > 1 and all(len(line) > COLUMNS - 30 for line in part[:-1]):
        while at < len(lines) and lines[at].strip():
            at += 1
        return at
    return at + len(part)


def run_tour(page: str) -> Iterator[Shown]:
    """Every output that a page shows, beside what is printed now; in the present folder, which it fills.

    Raises:
        AssertionError: if a command is not one of cxsim, or fails.
    """
    names: dict[str, object] = {"__name__": "tour"}
    printed = ""
    for kind, block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        file = FILE.match(block)
        if kind in ("toml", "python") and file:
            Path(file[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(file[1]).write_text(block, encoding="utf-8")
        elif kind == "console":
            for command, shown in commands_of(block):
                yield Shown(command, shown, run_command(command))
        elif kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block, page, "exec"), names)
            printed = out.getvalue()
        else:
            yield Shown("the Python block above", block, printed)


def commands_of(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip("\n")


def run_command(command: str) -> str:
    """What a `cxsim ...` command prints."""
    program, *arguments = shlex.split(command)
    assert program == "cxsim", f"a tour may only show commands of cxsim, not {command!r}"
    result = CliRunner(env={"COLUMNS": str(COLUMNS)}).invoke(cxsim, arguments, catch_exceptions=False)
    assert result.exit_code == 0, f"{command}: {result.output}"
    return result.stdout


def prepare(folder: Path) -> None:
    """Put into a folder what the tours read from examples/."""
    for part in ("channels", "contracts", "data", "mechanisms"):
        shutil.copytree(ROOT / "examples" / part, folder / "examples" / part)


def remade(page: str) -> str:
    """The text of a page with every output as it is printed now."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for each in run_tour(page):
        if not each.shown.strip():
            continue
        again = shown_again(each.shown, each.printed)
        assert text.count(each.shown.strip("\n")) >= 1, f"{page}: {each.what} is shown in a way that cannot be replaced"
        text = text.replace(each.shown.strip("\n"), again, 1)
    return text


def main() -> None:
    """Write the pages named, or all tours."""
    for page in sys.argv[1:] or TOURS:
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder))
            before = Path.cwd()
            os.chdir(folder)
            try:
                text = remade(page)
            finally:
                os.chdir(before)
        (ROOT / page).write_text(text, encoding="utf-8")
        print(page)


if __name__ == "__main__":
    main()
