"""A double-click starts what the page on starting says, from wherever the folder lies, and says what is missing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STARTERS = ROOT / "examples/start"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell's script")


def started(folder, uv=None):
    """What the starter in a copy of the project's folder says, with this uv on the path or none."""
    starter = folder / "a folder with spaces/examples/start/start.command"
    starter.parent.mkdir(parents=True)
    starter.write_bytes((STARTERS / "start.command").read_bytes())
    starter.chmod((STARTERS / "start.command").stat().st_mode)
    tools = folder / "tools"
    tools.mkdir()
    if uv:
        (tools / "uv").write_text(uv)
        (tools / "uv").chmod(0o755)
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    lonely = {**os.environ, "PATH": str(tools), "HOME": str(folder)}
    return subprocess.run([starter], env=lonely, cwd="/", capture_output=True, text=True, check=False)


def test_a_double_click_starts_the_page_in_the_folder_of_the_project(tmp_path):
    done = started(tmp_path, '#!/bin/sh\npwd\necho "$@"\n')
    assert done.stdout.splitlines() == [
        str(tmp_path / "a folder with spaces"),
        "tool run --python 3.12 --from .[web] cxsim serve --browser",
    ]


@pytest.mark.skipif(any(Path(at, "uv").exists() for at in ("/usr/local/bin", "/opt/homebrew/bin")), reason="uv is here")
def test_a_double_click_says_what_is_missing(tmp_path):
    done = started(tmp_path)
    assert done.returncode == 1
    assert "uv is missing" in done.stdout and "https://astral.sh/uv/install.sh" in done.stdout


def test_windows_and_the_page_on_starting_say_the_same_line():
    (line,) = re.findall(r"uv tool run .* cxsim serve", (STARTERS / "start.command").read_text())
    assert line in (STARTERS / "start.bat").read_text()
    assert line in (ROOT / "docs/start.md").read_text()
