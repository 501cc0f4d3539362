"""Protects docs/sensitivity.md: its example runs from top to bottom and prints what it shows."""

from test_docs import blocks_of, check_shown


def test_the_example_works_as_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    printed = ""
    for kind, block in blocks_of("docs/sensitivity.md"):
        if kind == "python":
            exec(compile(block, "sensitivity.md", "exec"), names)
            printed = capsys.readouterr().out
        else:
            check_shown(block, printed, "the Python block above")
