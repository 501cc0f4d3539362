"""Protects the command line: every command works, and every mistake gets one clear message and never a traceback."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from cxsim import scenario_names
from cxsim.interface.cli import main

SMALL = ("--set", "market.people=200", "--set", "market.horizon_weeks=20")
BASE, PLAN = "online-retailer", "plans/online-retailer-delivery"


def shell(*arguments, code=None, **options):
    """Run Python in a process of its own."""
    begin = ["-c", code] if code else ["-m", "cxsim"]
    return subprocess.run([sys.executable, *begin, *map(str, arguments)], capture_output=True, text=True, **options)


def test_a_plan_for_another_market_is_noticed(cxsim, tmp_path):
    other = tmp_path / "calibrated.toml"
    other.write_text('extends = "online-retailer"\nloyalty.leave_b = 5.0\nneed.rate_shape = 0.5\n')
    _, same, _ = cxsim("compare", BASE, PLAN, "-n", 1, *SMALL)
    assert "differs" not in same
    _, note, _ = cxsim("compare", other, PLAN, "-n", 1, *SMALL)
    assert "differs from 'calibrated' in need.rate_shape, loyalty.leave_b, from the first week" in note
    cxsim("new", tmp_path / "mine", "--market", other)
    _, own, _ = cxsim("compare", other, tmp_path / "mine.toml", "-n", 1, *SMALL)
    assert "differs" not in own


# ---- every command --------------------------------------------------------------------------------------------------


def test_list_names_every_market_plan_intervention_and_mechanism(cxsim):
    code, out, _ = cxsim("list")
    assert code == 0
    for name in (*scenario_names(), "smooth-checkout", "loyalty_programme"):
        assert f"  {name} " in out


def test_run_shows_every_figure_with_its_unit(cxsim):
    code, out, err = cxsim("run", BASE, "-n", 2, *SMALL)
    assert (code, err) == (0, "")
    assert out.startswith("Online retailer: 2 replications of 200 people, seed 1")
    assert re.search(r"^    loops +\d+.* \(people\)$", out, re.M)
    assert "nan" not in out


def test_run_compares_with_real_figures_where_there_are_any(cxsim):
    _, out, _ = cxsim("run", "online-retailer-rhythm", "-n", 1)
    assert "4,339 real" in out


def test_compare_gives_the_verdict_the_matrix_and_the_rescued_lines(cxsim):
    many = ("--set", "market.people=3000", "--set", "market.horizon_weeks=40")  # enough for both plans to move somebody
    code, out, err = cxsim("compare", BASE, PLAN, "plans/online-retailer-checkout", "-n", 2, *many)
    assert (code, err) == (0, "")
    assert len(re.findall(r"[\d,]+ \(.*?\) turn from lines into loops", out)) == 2
    assert out.count("The same people in base and plan") == out.count("Rescued lines") == 2
    assert "not a forecast" in out


def test_compare_says_none_when_no_line_was_rescued(cxsim):
    _, out, _ = cxsim("compare", BASE, BASE, "-n", 2, *SMALL)
    assert "Empty DataFrame" not in out
    assert re.search(r"used to end\n +none\n", out)


def test_compare_is_the_same_with_any_number_of_workers(cxsim):
    said = {cxsim("compare", BASE, PLAN, "-n", 3, "--workers", workers, "--json", *SMALL) for workers in (1, 3)}
    assert len(said) == 1


def test_follow_tells_one_life_or_two(cxsim):
    code, out, _ = cxsim("follow", 3, BASE, *SMALL)
    assert code == 0 and out.startswith("Person 3 in Online retailer\n")
    code, out, _ = cxsim("follow", 3, BASE, BASE, *SMALL)
    assert code == 0 and "does the same in" in out


def test_follow_stops_where_two_lives_part_unless_asked_to_go_on(cxsim):
    faster = ("--set", "need.rate_scale_weeks=0.5", "--set", "market.horizon_weeks=40")
    parted = next(
        person for person in range(50) if "Then they part" in cxsim("follow", person, BASE, PLAN, *SMALL, *faster)[1]
    )
    _, short, _ = cxsim("follow", parted, BASE, PLAN, *SMALL, *faster)
    _, whole, _ = cxsim("follow", parted, BASE, PLAN, "--whole-life", *SMALL, *faster)
    assert short.count("Then they part") == whole.count("Then they part") == 1
    assert len(whole.splitlines()) >= len(short.splitlines())
    assert "more moments" not in whole


def test_check_explain_and_assumptions(cxsim):
    code, out, _ = cxsim("check", PLAN)
    assert code == 0 and out.startswith("Online retailer: parcels on time: right.")
    code, out, _ = cxsim("explain", "support.quick_rate")
    assert code == 0 and out.startswith("support.quick_rate = ")
    code, out, _ = cxsim("assumptions", BASE)
    assert code == 0 and re.search(r"^\* loyalty.leave_b +6.4 .* fitted ", out, re.M)
    code, out, _ = cxsim("assumptions", BASE, "--only", "published")
    assert code == 0 and " assumed " not in out


RULE = """name = "Thanks"
extends = "restaurant"
[[intervention]]
name = "thanks"
when = {purchases = ">= 5"}
effect = [{parameter = "purchase.price", multiply = 0.95}]
[[intervention]]
name = "sorry"
when = {complained = true, last_score = "> 9"}
start_week = 100
effect = [{parameter = "use.quality", add = 0.01}]
"""


def test_whom_a_rule_means_is_said_before_and_after(cxsim, tmp_path):
    (tmp_path / "thanks.toml").write_text(RULE, encoding="utf-8")
    plan, small = str(tmp_path / "thanks.toml"), ("--set", "market.people=300")
    _, out, _ = cxsim("check", plan, *small)
    assert re.search(r"for purchases >= 5: [1-9]\d* people when week 0 begins", out)
    assert "for complained and last_score > 9: " in out
    _, out, _ = cxsim("compare", "restaurant", plan, "-n", "2", "-o", str(tmp_path / "out"), *small)
    assert re.search(r"'thanks' meant [1-9]\d* \(.* people, in [\d,]+ \(.* weeks of theirs", out)
    reach = pd.read_csv(tmp_path / "out" / "reach.csv")
    assert reach["rule"].tolist() == 2 * ["thanks", "sorry"] and (reach["people"] <= reach["person_weeks"]).all()
    _, out, _ = cxsim("report", str(tmp_path / "out"))
    _, out, _ = cxsim("explain", "when")
    assert "when.purchases" in out and "when.customer" in out


def test_schema_accepts_what_the_markets_are(cxsim, tmp_path):
    code, out, _ = cxsim("schema")
    schema = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"market": {"people": 5}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"market": {"peple": 5}}, schema)
    assert code == cxsim("schema", "-o", tmp_path / "s.json")[0] == 0
    assert (tmp_path / "s.json").read_text() == out


@pytest.mark.parametrize("name", ["my-plan", "my-plan.toml", "plan.v2", 'we\\ird "name"'])
def test_new_writes_a_plan_that_is_right(cxsim, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    code, out, _ = cxsim("new", name)
    written = name if name.endswith(".toml") else f"{name}.toml"
    assert code == 0 and written in out
    assert [path.name for path in tmp_path.iterdir()] == [written]
    assert cxsim("check", written)[0] == 0
    assert cxsim("compare", BASE, written, "-n", 1, *SMALL)[0] == 0


def test_new_refuses_to_overwrite(cxsim, tmp_path):
    (tmp_path / "mine.toml").write_text("mine")
    code, _, err = cxsim("new", tmp_path / "mine")
    assert code == 2 and "exists already" in err
    assert (tmp_path / "mine.toml").read_text() == "mine"


def test_new_can_extend_a_file(cxsim, tmp_path):
    market = tmp_path / "market.toml"
    market.write_text('name = "Mine"\n')
    assert cxsim("new", tmp_path / "plan", "--market", market)[0] == 0
    assert "Mine" not in (tmp_path / "plan.toml").read_text()
    assert cxsim("check", tmp_path / "plan.toml")[0] == 0


@pytest.mark.parametrize("command", ["run", "compare"])
def test_json_parses_and_holds_no_nan(cxsim, command):
    code, out, err = cxsim(command, BASE, *([PLAN] if command == "compare" else []), "-n", 1, "--json", *SMALL)
    assert (code, err) == (0, "")
    result = json.loads(out, parse_constant=lambda word: pytest.fail(word))
    assert result["replications"] == 1


def test_assumptions_as_json(cxsim):
    rows = json.loads(cxsim("assumptions", BASE, "--json")[1])
    assert len(rows) > 50
    keys = {"key", "value", "range", "unit", "evidence", "source", "set_here"}
    assert all(row.keys() == keys for row in rows)


def test_results_and_charts_are_written_to_the_folder(cxsim, tmp_path):
    out = tmp_path / "results" / "demo"
    code, said, _ = cxsim("compare", BASE, PLAN, "plans/online-retailer-checkout", "-n", 2, "-o", out, *SMALL)
    assert code == 0 and f"Written to {out}" in said
    charts = {f"{chart}-{number}.png" for chart in ("flow", "endings", "matrix", "money") for number in (1, 2)}
    assert {path.name for path in out.iterdir()} >= charts | {"summary.md", "manifest.json", "differences.csv"}
    code, _, _ = cxsim("run", "online-retailer-rhythm", "-n", 1, "--parquet", "-o", tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"flow.png", "rhythm.png", "figures.parquet"}


# ---- a user's mistakes ----------------------------------------------------------------------------------------------

MISTAKES = {
    "missing file": (("run", "no-such-market"), "no such file or ready scenario"),
    "a name nearly right": (("run", "online-retaler"), "Did you mean 'online-retailer'"),
    "misspelt key": (("check", BASE, "--set", "use.memry=0.5"), "Did you mean 'memory'"),
    "set without a value": (("run", BASE, "--set", "use.memory"), "has no key or no value"),
    "set out of range": (("run", BASE, "--set", "use.memory=7"), "Allowed: 0 to 1"),
    "set to a wrong kind": (("run", BASE, "--set", "market.people=many"), "market.people"),
    "unknown plan": (("compare", BASE, "plans/nothing"), "no such file or ready scenario"),
    "no plan": (("compare", BASE), "Missing argument"),
    "another market": (("compare", BASE, "durable"), "a comparison needs the same"),
    "no replications": (("run", BASE, "-n", 0), "0 is not in the range"),
    "negative seed": (("run", BASE, "--seed", -1), "-1 is not in the range"),
    "seed no number": (("run", BASE, "--seed", "x"), "not a valid integer"),
    "seed too large": (("run", BASE, "--seed", 2**63), "is not in the range"),
    "person out of range": (("follow", 200, BASE, *SMALL), "the market has people 0 to 199"),
    "negative person": (("follow", "--", -1, BASE), "-1 is not in the range"),
    "replication out of range": (("follow", 1, BASE, "--replication", 2**32, *SMALL), "outside 0 to"),
    "unknown command": (("rum", BASE), "No such command"),
    "unknown option": (("run", BASE, "--sed", 3), "No such option"),
    "unknown parameter": (("explain", "support.quik_rate"), "Did you mean support.quick_rate"),
    "a discount": (("explain", "discount"), "purchase.price"),
    "a word of a meaning": (("explain", "advertising"), "There is money.advertising_weekly"),
    "unknown stage": (("explain", "xyz"), "Try a stage"),
    "nowhere to write a plan": (("new", "/no/such/folder/plan"), "No such file or directory"),
    "plan for an unknown market": (("new", "plan", "--market", "nowhere"), "no such file or ready scenario"),
    "nowhere to write the schema": (("schema", "-o", "/no/such/folder/schema.json"), "No such file or directory"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_message_and_code_2(cxsim, mistake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, message = MISTAKES[mistake]
    code, out, err = cxsim(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err and out == ""
    assert err.count("cxsim: ") + err.count("Error: ") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("market.people = ", "line 1: TOML: there is no value"),
        ("[market]\npeople = 10\npeople = 20\n", "line 3"),
        ("[market]\npeple = 10\n", "line 2: market.peple: there is no such key"),
        ('extends = "nowhere"', "no such file"),
        ('[[intervention]]\nname = "a"\nuse = "nothing"\n', "there is no 'nothing'"),
        ('market.links = {kind = "file", edges = "none.csv"}', "there is no file"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(cxsim, tmp_path, text, message):
    file = tmp_path / "plan.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, err = cxsim("check", file)
    assert code == 2 and message in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ("start_week = 500.0", "never works in the 104 weeks of this market"),
        ("start_week = 103.5", "never works"),
        ("start_week = 20.0\nend_week = 20.0", "never works"),
        ("coverage = 0.0", "reaches nobody"),
        ("ramp_weeks = 207.0", "never comes to its full strength, but to 50% of it at most"),
        ("start_week = 4.0\nramp_weeks = 100.0", "never comes to its full strength"),
        ("ramp_weeks = 20.0\nend_week = 10.0", "never comes to its full strength"),
        ("start_week = 4.0\nramp_weeks = 99.0", None),
    ],
)
def test_what_is_allowed_and_hardly_meant_is_said(cxsim, tmp_path, change, doubt):
    effect = 'effect = [{parameter = "use.late_rate", multiply = 0.5}]'
    file = tmp_path / "plan.toml"
    file.write_text(f'extends = "restaurant"\n[[intervention]]\nname = "cook"\n{effect}\n{change}\n')
    code, out, _ = cxsim("check", file)
    assert code == 0
    assert (f"Careful: intervention 'cook' {doubt}" in out) if doubt else ("Careful" not in out)


def test_results_are_refused_before_the_work_and_not_after_it(cxsim, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.analysis.compare.comparison.each_replication", lambda *_: pytest.fail("lived first"))
    monkeypatch.setattr("cxsim.analysis.compare.runs.simulate", lambda *_: pytest.fail("lived first"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for place, message in (("full", "--overwrite"), ("full/mine.txt", "is a file"), ("full/mine.txt/out", "is a file")):
        for command in (("run", BASE), ("compare", BASE, PLAN)):
            code, _, err = cxsim(*command, "-n", 1, "-o", tmp_path / place)
            assert code == 2 and message in err and "Traceback" not in err
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "mine.txt"]


def test_a_folder_without_permission_is_refused_before_the_work(cxsim, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.analysis.compare.runs.simulate", lambda *_: pytest.fail("lived first"))
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, who may write anywhere
    code, _, err = cxsim("run", BASE, "-n", 1, "-o", tmp_path / "out")
    assert code == 2 and "cannot be written" in err


def test_parquet_without_its_package_says_what_to_install(cxsim, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = cxsim("run", BASE, "-n", 1, "--parquet", "-o", tmp_path / "out", *SMALL)
    assert code == 2 and "pip install 'cxsim[parquet]'" in err


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(cxsim, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pandas.DataFrame.to_csv", full)
    code, _, err = cxsim("run", BASE, "-n", 1, "-o", tmp_path / "out", *SMALL)
    assert code == 2 and "No space left" in err and "Traceback" not in err
    assert not list(tmp_path.iterdir())


# ---- as a process ---------------------------------------------------------------------------------------------------

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
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    said = re.search(r"cxsim compare (.*?)\n\n", makefile, re.S)
    assert said is not None
    names = [
        word for word in said[1].split() if re.fullmatch(r"[a-z/-]+", word) and not word.startswith(("-", "results"))
    ]
    assert len(names) == 3 and set(names) <= set(scenario_names())


# ---- what the world does to a command -------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "command", [("new", ""), ("schema", "-o", " "), ("run", BASE, "-o", ""), ("export", BASE, "-o", ""), ("report", "")]
)
def test_an_empty_name_is_no_place(cxsim, command):
    code, _, error = cxsim(*command)
    assert code == 2 and "the name is empty; give a file or folder" in error


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
