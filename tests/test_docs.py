"""Protects the first ten minutes of a newcomer: every command and code block of the tours works as it is shown.

Blocks run from top to bottom in one folder, as a reader would run them: ```toml blocks are written to the file that
their first line names, ```console blocks run through the command line in this process, ```python blocks in one namespace. What is shown below has to begin as the real output begins, numbers
aside, so a renamed command, key or column is found. A retuned market is no error here, though it makes the numbers of
the README stale: the release check is to paste the new output. The examples run as a user runs
them, with every warning an error.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cxsim.cli import cxsim

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("experiments/**/*.md"),
    ]
)
TOURS = [
    "README.md",
    "docs/calibration.md",
    "docs/report.md",
    "docs/sensitivity.md",
    *(page for page in PAGES if page.startswith("docs/tutorials/")),
]
WORDS_COMPARED = 4


def first_words(text):
    """The first words of an output, numbers replaced by #."""
    return [re.sub(r"[\d.,]*\d", "#", word) for word in text.split()][:WORDS_COMPARED]


def commands_of(block):
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip()


def run_command(command):
    """What a `cxsim ...` command prints."""
    program, *arguments = shlex.split(command)
    assert program == "cxsim", f"the README may only show commands of cxsim, not {command!r}"
    result = CliRunner().invoke(cxsim, arguments, catch_exceptions=False)
    assert result.exit_code == 0, f"{command}: {result.output}"
    return result.stdout


def check_shown(shown, printed, what):
    """The shown output begins like the printed one, unless the beginning is left out."""
    assert printed.strip(), f"{what} prints nothing"
    expected = first_words(shown.partition("...")[0])
    assert first_words(printed)[: len(expected)] == expected, f"{what} prints:\n{printed[:600]}"


def blocks_of(page):
    """(kind, text) of every block that can be run or compared."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```(toml|console|python|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", TOURS)
def test_every_block_works_as_shown(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    names = {"__name__": "tour"}
    printed = ""
    for kind, block in blocks_of(page):
        if kind == "toml":
            (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
        elif kind == "console":
            for command, shown in commands_of(block):
                check_shown(shown, run_command(command), command)
        elif kind == "python":
            capsys.readouterr()
            exec(compile(block, page, "exec"), names)
            printed = capsys.readouterr().out
        else:
            check_shown(block, printed, "the Python block above")


def test_the_tours_show_each_kind_of_block():
    assert {kind for page in TOURS for kind, _ in blocks_of(page)} == {"toml", "console", "python", "text"}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}, which does not exist"


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_example_runs(example, tmp_path):
    result = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_every_example_is_short():
    for example in (ROOT / "examples").glob("*.py"):
        assert len(example.read_text(encoding="utf-8").splitlines()) < 50, example.name


def commands_not_run():
    """Commands of ```sh blocks, which take long, serve, or need another machine."""
    for page in PAGES:
        for block in re.findall(
            r"^```sh\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            for line in block.splitlines():
                if line.startswith("cxsim "):
                    yield pytest.param(line, id=f"{page}: {line[:50]}")


@pytest.mark.parametrize("line", list(commands_not_run()))
def test_a_command_that_is_not_run_has_the_options_it_is_given(line):
    _, name, *arguments = shlex.split(line, comments=True)
    command = cxsim.commands[name]
    with click.Context(command) as context:
        command.parse_args(context, list(arguments))
