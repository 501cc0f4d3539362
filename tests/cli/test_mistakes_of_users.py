"""Protects who mistypes, or whose folder or disk is not as it should be: one clear message, code 2, never a traceback, before the work."""

import sys

import pytest
from typed import BASE, PLAN, SMALL

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


@pytest.mark.parametrize(
    "command", [("new", ""), ("schema", "-o", " "), ("run", BASE, "-o", ""), ("export", BASE, "-o", ""), ("report", "")]
)
def test_an_empty_name_is_no_place(cxsim, command):
    code, _, error = cxsim(*command)
    assert code == 2 and "the name is empty; give a file or folder" in error
