"""Protects the first ten minutes of a newcomer: every command and code block of the tours works as it is shown.

What a tour shows as printed is what is printed, number by number; `python -m docs.make_outputs` remakes it after a change of
the model. The examples run as a user runs them, with every warning an error.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cxsim.interface.cli import cxsim
from docs.make_outputs import BLOCK, TOURS, prepare, run_tour, shown_again

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


@pytest.mark.parametrize("page", TOURS)
def test_every_block_works_and_prints_what_is_shown(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    for each in run_tour(page):
        assert each.printed.strip(), f"{each.what} prints nothing"
        if each.shown.strip():
            assert shown_again(each.shown, each.printed).strip() == each.shown.strip(), each.what


def test_an_excerpt_is_made_again_around_what_it_leaves_out():
    printed = "figures of 12 people\n  loops 7 (5 to 9)\n  lines 3 (2 to 4)\n\nthe end of 12 weeks\nall\n"
    assert shown_again("figures of 10 people\n...\n  lines 9 (1 to 2)\n...", printed) == (
        "figures of 12 people\n...\n  lines 3 (2 to 4)\n..."
    )
    assert shown_again("...\nthe end of 1 weeks\nnone", printed) == "...\nthe end of 12 weeks\nall"
    with pytest.raises(LookupError, match="nothing that is printed begins like 'margin 1'"):
        shown_again("margin 1\n...", printed)


def test_the_tours_show_each_kind_of_block():
    assert {kind for page in TOURS for kind, _ in BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))} == {
        "toml",
        "console",
        "python",
        "text",
    }


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
        timeout=1200,
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
