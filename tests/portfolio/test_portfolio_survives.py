"""Protects what a search has lived: stopped, killed or lost, `--resume` gives the folder of a search never interrupted.

Processes are killed when the log has grown, never after a time; files are compared byte for byte.
"""

import hashlib
import json
import os
import shutil
import signal
import sys

import pytest
from click.testing import CliRunner
from clusters import dask
from interruption import StopAfter
from sessions import started, wait_until
from small import MARKET, MENU, market_and_menu, one_thread, written

from cxsim.analysis.portfolio.choosing import best_portfolio
from cxsim.analysis.portfolio.memory import question, remembered
from cxsim.analysis.results.folder import ResultsExistError
from cxsim.analysis.sweep.journal import records
from cxsim.engine.fingerprint import rules
from cxsim.interface import cli

BUDGET, RUNS = 45.0, 300
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and sessions")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with a market and a menu of one world."""
    folder = tmp_path_factory.mktemp("shop")
    written(folder, "market.toml", MARKET)
    written(folder, "menu.toml", MENU.replace('name = "till"', 'name = "till"\nlevel = "typical"'))
    return folder


def asked(shop, out, *options):
    """The command that searches the shop."""
    question = ("portfolio", shop / "market.toml", "--menu", shop / "menu.toml", "--budget", BUDGET, "--runs", RUNS)
    return (*question, "-o", out, *options)


@pytest.fixture(scope="module")
def reference(shop):
    """The folder of a search that nothing happened to, and what it holds."""
    result = CliRunner().invoke(cli.cxsim, [str(word) for word in asked(shop, shop / "out", "--workers", 0)])
    assert result.exit_code == 0, result.output
    return shop / "out", contents(shop / "out")


@pytest.fixture
def whole(reference, tmp_path, monkeypatch):
    """What a search holds that nothing happened to; a copy of its folder is beside the test."""
    monkeypatch.setenv("CI", "true")  # a slow machine tells of its progress
    folder, held = reference
    shutil.copytree(folder, tmp_path / "whole")
    return held


def contents(out):
    """Every file by its SHA-256; of the log its records, which come in the order in which workers finish."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    with files.pop("search/lives.log").open("rb") as log:
        lives = sorted((run, payload) for run, payload, _ in records(log))
    assert len({run for run, _ in lives}) == len(lives) > RUNS / 2
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}, lives


def size_of_log(out):
    log = out / "search" / "lives.log"
    return log.stat().st_size if log.exists() else 0


@posix
def test_ctrl_c_and_kill_9_lose_nothing(cxsim, shop, whole, tmp_path):
    out = tmp_path / "out"
    process = started(*asked(shop, out, "--workers", 2))
    wait_until(lambda: size_of_log(out) > 2_000, process)
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert errors == f"cxsim: stopped; what is finished is kept in {out}, --resume goes on\n"
    before = size_of_log(out)
    process = started(*asked(shop, out, "--workers", 2, "--resume"))
    wait_until(lambda: size_of_log(out) > before + 2_000, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (out / "report.md").exists()
    assert cxsim(*asked(shop, out, "--workers", 0, "--resume"))[::2] == (0, "")
    assert contents(out) == whole


@posix
def test_on_a_cluster_too(cxsim, shop, whole, tmp_path):
    pytest.importorskip("distributed", reason="needs cxsim[cluster]")
    out = tmp_path / "out"
    with dask(tmp_path) as cluster:
        cluster.worker("--no-nanny")
        cluster.backend(1)
        process = started(*asked(shop, out, "--cluster", cluster.address))
        wait_until(lambda: size_of_log(out) > 2_000, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        code, _, errors = cxsim(*asked(shop, out, "--cluster", cluster.address, "--resume"))
    assert (code, errors) == (0, "")
    assert contents(out) == whole


def test_a_finished_search_is_only_looked_up_and_may_go_on(cxsim, shop, whole, tmp_path, monkeypatch):
    out = tmp_path / "whole"
    with monkeypatch.context() as patch:
        patch.setattr("cxsim.analysis.portfolio.work.Branching", None)
        assert cxsim(*asked(shop, out, "--workers", 0, "--resume"))[0] == 0
    assert contents(out) == whole
    assert cxsim(*asked(shop, out, "--workers", 0, "--resume", "--runs", 400))[0] == 0
    assert cxsim(*asked(shop, tmp_path / "long", "--workers", 0, "--runs", 400))[0] == 0
    files, lives = contents(out)
    assert files == contents(tmp_path / "long")[0] and files != whole[0] and {*lives} > {*whole[1]}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "holds a search already; --resume goes on with it, --overwrite begins again"),
        (("--resume", "--budget", 46), "holds another search (different: budget)"),
        (("--resume", "--aim", "loops", "--seed", 2), "holds another search (different: aim, seed)"),
        (("--resume", "--overwrite"), "give either --resume or --overwrite"),
    ],
)
def test_another_question_does_not_go_into_the_folder(cxsim, shop, whole, tmp_path, options, said):
    code, _, errors = cxsim(*asked(shop, tmp_path / "whole", "--workers", 0, *options))
    assert code == 2 and said in errors
    assert contents(tmp_path / "whole") == whole


def test_lives_of_other_rules_are_not_mixed(cxsim, shop, whole, tmp_path):
    file = tmp_path / "whole" / "search" / "asked.json"
    asked_before = json.loads(file.read_text())
    assert asked_before["rules"] == rules()
    file.write_text(json.dumps({**asked_before, "rules": "0123"}))
    code, _, errors = cxsim(*asked(shop, tmp_path / "whole", "--workers", 0, "--resume"))
    assert code == 2 and "holds another search (different: rules)" in errors
    file.write_text(json.dumps({key: value for key, value in asked_before.items() if key != "rules"}))
    assert cxsim(*asked(shop, tmp_path / "whole", "--workers", 0, "--resume"))[0] == 0  # of before they were noted


def test_overwriting_begins_again(cxsim, shop, whole, tmp_path):
    for name in ("whole", "new"):
        assert cxsim(*asked(shop, tmp_path / name, "--workers", 0, "--overwrite", "--seed", 2))[0] == 0
    assert contents(tmp_path / "whole") == contents(tmp_path / "new") != whole


# ---- by itself ------------------------------------------------------------------------------------------------------


def test_plans_that_cannot_be_are_remembered_as_such(tmp_path, monkeypatch):
    both = "".join(
        f'[[intervention]]\nname = "{name}"\neffect = [{{parameter = "purchase.ease", add = 0.2}}]\ncost = {{once = 1.0}}\n'
        for name in ("till", "door")
    )
    market, menu = market_and_menu(tmp_path, both)
    search = (market, menu, 50.0, "loops", [{}])
    tables = []
    for _ in range(2):
        with remembered(tmp_path / "out", question(*search, seed=1), resume=True) as lives:
            tables.append(best_portfolio(*search, one_thread, runs=300, lives=lives).tried())
        monkeypatch.setattr("cxsim.analysis.portfolio.work.Branching", None)
    assert tables[0].equals(tables[1]) and (tables[0]["impossible"] != "").sum() == 1


def test_a_search_stopped_before_its_first_life_leaves_nothing_to_ask_about(shop, tmp_path):
    search = (*market_and_menu(tmp_path), BUDGET, "loops", [{}])
    for seed in (1, 2):
        with remembered(tmp_path / "out", question(*search, seed=seed)):
            pass
    with remembered(tmp_path / "out", question(*search, seed=1)) as lives, pytest.raises(KeyboardInterrupt):
        best_portfolio(*search, one_thread, lives=lives, progress=StopAfter(30))
    with (
        pytest.raises(ResultsExistError, match="holds a search already"),
        remembered(tmp_path / "out", question(*search, 1)),
    ):
        pass


def test_a_folder_of_the_user_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ResultsExistError, match="not empty"), remembered(tmp_path, {}, resume=True):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_searches_do_not_write_one_folder(tmp_path):
    out = tmp_path / "out"
    with remembered(out, {}), pytest.raises(ResultsExistError, match="another cxsim"), remembered(out, {}, resume=True):
        pass
