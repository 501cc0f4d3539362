"""Protects commands as processes: what they import, Ctrl-C, pipes that close, a disk that is full, orders to the terminal."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typed import BASE, PLAN, SMALL, shell

from cxsim import scenario_names
from cxsim.interface.cli import main

HEAVY = {"numpy", "numba", "pandas", "mesa", "scipy", "matplotlib", "pydantic"}


ONLY_FOR_GRIDS = {"networkx.classes", "mesa.discrete_space.grid", "scipy.spatial"}
NOT_LIVED = {"scipy.stats", "scipy.optimize", "scipy.interpolate", "scipy.sparse", "matplotlib", *ONLY_FOR_GRIDS}
LIVED = ("--set", "market.people=20", "--set", "market.horizon_weeks=4")


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (("--help",), HEAVY),
        (("list",), {"pandas", "mesa", "pyarrow", "scipy.special", *NOT_LIVED}),
        (("run", "restaurant", "-n", "1", *LIVED), {"pyarrow.parquet", *NOT_LIVED}),
        (("check", "restaurant", *LIVED), {"pyarrow.parquet", *NOT_LIVED}),
        (("compare", "restaurant", "plans/restaurant-second-cook", "-n", "3", *LIVED), NOT_LIVED - {"matplotlib"}),
    ],
)
def test_commands_import_nothing_that_they_do_not_use(arguments, unused, tmp_path):
    code = (
        f"import sys; sys.argv = ['cxsim', *{arguments!r}]\n"
        "from cxsim.interface.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = shell(code=code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not unused & set(done.stderr.split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("compare", "--help")])
def test_questions_about_usage_are_answered(arguments):
    done = shell(*arguments, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cxsim" in done.stdout


def test_a_mistake_in_a_process_of_its_own():
    done = shell("run", "no-such-market")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cxsim: no-such-market: scenario: no such file")


# A test run in the background inherits an ignored SIGINT, and Python then keeps ignoring it; at a terminal it is heard.
INTERRUPTED_AT_THE_THIRD = """
import os, signal, sys
import cxsim.analysis.compare.comparison as comparison
signal.signal(signal.SIGINT, signal.default_int_handler)
pair_of, pairs = comparison.pair_of, []
def interrupted(base, plan):
    pairs.append(base)
    if len(pairs) == 3:
        os.kill(os.getpid(), signal.SIGINT)
    return pair_of(base, plan)
comparison.pair_of = interrupted
from cxsim.interface.cli import main
main()
"""


def test_ctrl_c_stops_a_comparison_at_once_and_writes_nothing(tmp_path):
    arguments = ("compare", BASE, PLAN, "-n", 100_000, *SMALL, "-o", tmp_path / "out")
    done = shell(*arguments, code=INTERRUPTED_AT_THE_THIRD, timeout=120)
    assert done.returncode == 130
    assert done.stderr.endswith("cxsim: stopped; nothing was written\n")
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert not list(tmp_path.iterdir())


def test_a_reader_that_stops_reading_gets_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-m", "cxsim", "assumptions", BASE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        process.wait(60)


def test_the_commands_of_the_makefile_exist():
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    said = re.search(r"cxsim compare (.*?)\n\n", makefile, re.S)
    assert said is not None
    names = [
        word for word in said[1].split() if re.fullmatch(r"[a-z/-]+", word) and not word.startswith(("-", "results"))
    ]
    assert len(names) == 3 and set(names) <= set(scenario_names())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("command", [("new", "plan.toml"), ("schema", "-o", "schema.json")])
def test_a_disk_that_is_full_leaves_no_file_behind(tmp_path, command):
    resource = pytest.importorskip("resource")
    small = {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        "env": {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    }
    full = shell(*command, cwd=tmp_path, **small)
    assert full.returncode == 2 and full.stderr == f"cxsim: {command[-1]}: File too large\n"
    assert not list(tmp_path.iterdir())
    assert shell(*command, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [command[-1]]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell's pipe")
def test_who_reads_no_further_is_left_in_peace():
    read, write = os.pipe()
    os.close(read)
    for command in ("list", "schema"):
        ended = subprocess.run(
            [sys.executable, "-m", "cxsim", command], stdout=write, stderr=subprocess.PIPE, text=True
        )
        assert (ended.returncode, ended.stderr) == (0, "")
    os.close(write)


def test_what_a_scenario_is_called_gives_no_orders_to_the_terminal(monkeypatch, tmp_path):
    shown = io.StringIO()
    shown.isatty = lambda: True
    (tmp_path / "named.toml").write_text(
        'name = "red \\u001b[31m\\u202e\\u0007\\u009b2J"\nextends = "restaurant"\n', encoding="utf-8"
    )
    (tmp_path / "wrong.toml").write_text('"\\u001b[2J" = 1\n', encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr(sys, "stderr", shown)
    for file in ("named", "wrong"):
        monkeypatch.setattr(
            sys, "argv", ["cxsim", "assumptions", str(tmp_path / f"{file}.toml"), "--only", "published"]
        )
        with contextlib.suppress(SystemExit):
            main()
    assert (
        "red \\x1b[31m\\u202e\\x07\\x9b2J" in shown.getvalue() and "\\x1b[2J: there is no such key" in shown.getvalue()
    )
    assert all(letter.isprintable() or letter == "\n" for letter in shown.getvalue())
    assert sys.stdout is shown
