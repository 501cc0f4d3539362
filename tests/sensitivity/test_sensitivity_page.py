"""Protects docs/sensitivity.md: its commands and code run from top to bottom and print what they show."""

import re
import shutil

import pytest
from test_docs import ROOT, check_shown, commands_of, run_command

PAGE = "docs/sensitivity.md"
BLOCK = re.compile(r"^```(toml|console|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_works_as_shown(tmp_path, monkeypatch, capsys):
    pytest.importorskip("pyarrow", reason="needs cxsim[parquet]")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    names = {}
    printed = ""
    for kind, block in BLOCK.findall((ROOT / PAGE).read_text(encoding="utf-8")):
        if kind == "toml":  # its first line is a comment that names the file
            (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
        elif kind == "console":
            for command, shown in commands_of(block):
                check_shown(shown, run_command(command), command)
        elif kind == "python":
            capsys.readouterr()
            exec(compile(block, PAGE, "exec"), names)
            printed = capsys.readouterr().out
        else:
            check_shown(block, printed, "the Python block above")
    for folder in ("cook-said", "plausible-said"):
        assert (tmp_path / "results" / folder / "summary.txt").exists() and list(
            (tmp_path / "results" / folder).glob("*.png")
        )
