"""Protects studies lived by classes of one's own: they travel to processes, are noted in the folder, and are not mixed."""

import inspect
import json
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import ModuleType

import pytest
from studies import MARKET, lived, sums, written

import cxsim
from cxsim.analysis.results.folder import ResultsExistError
from cxsim.analysis.workers.backends import Processes

STUDY = 'scenario = "market.toml"\nreplications = 4\nseed = 3\n'


class Short(cxsim.LoyaltyModel):
    """A market that closes after half of its weeks."""

    def step(self):
        super().step()
        self.running = self.running and self.week < 10


class Counted(cxsim.Customer):
    """Lives as others do, and is counted."""

    needs = 0

    def need(self):
        Counted.needs += 1
        super().need()


@pytest.fixture
def study(tmp_path):
    return written(tmp_path, STUDY, MARKET.replace("people = 60", "people = 200").replace("weeks = 8", "weeks = 20"))


def test_classes_live_the_study_in_processes_as_in_this_one(study, tmp_path):
    lived(study, tmp_path / "ours")
    lived(study, tmp_path / "here", model=Short)
    lived(study, tmp_path / "there", Processes(2), model=Short)
    assert sums(tmp_path / "here") == sums(tmp_path / "there")
    ours, short = cxsim.read_runs(tmp_path / "ours"), cxsim.read_runs(tmp_path / "here")
    assert 0.0 < short["purchases"].sum() < ours["purchases"].sum()
    assert not {*short["id"]} & {*ours["id"]}  # other lives, other names


def test_a_class_of_customers_lives_the_study(tmp_path):
    study = written(tmp_path, STUDY.replace("= 4", "= 2"), MARKET)
    lived(study, tmp_path / "ours")
    lived(study, tmp_path / "theirs", customer=Counted)
    ours, theirs = (cxsim.read_runs(tmp_path / each) for each in ("ours", "theirs"))
    assert Counted.needs > 0
    assert ours.drop(columns="id").equals(theirs.drop(columns="id")) and (ours["id"] != theirs["id"]).all()


def test_the_folder_says_who_lived_and_is_gone_on_with_by_nobody_else(study, tmp_path, monkeypatch):
    out = tmp_path / "out"
    lived(study, out, model=Short)
    (said,) = json.loads((out / "sweep.json").read_text())["classes"].items()
    assert (said[0], said[1]["module"], said[1]["name"]) == ("model", __name__, "Short")
    assert len(said[1]["sha256"]) == 64
    before = sums(out)
    lived(study, out, model=Short, resume=True)
    assert sums(out) == before
    with pytest.raises(
        ResultsExistError, match=r"begun with model=test_classes.Short \(source \w+\), and is given model=cxsim's"
    ):
        lived(study, out, resume=True)
    with pytest.raises(ResultsExistError, match=r"customer=cxsim's own, and is given customer=test_classes.Counted"):
        lived(study, out, model=Short, customer=Counted, resume=True)
    edited = inspect.getsource(Short).replace("< 10", "< 11")
    monkeypatch.setattr(inspect, "getsource", lambda each: edited)
    with pytest.raises(ResultsExistError, match="go on with the class it was begun with"):
        lived(study, out, model=Short, resume=True)


def test_folders_of_cxsims_own_classes_are_gone_on_with_as_before(study, tmp_path):
    out = tmp_path / "out"
    lived(study, out)
    manifest = json.loads((out / "sweep.json").read_text())
    del manifest["classes"]  # as they were before
    (out / "sweep.json").write_text(json.dumps(manifest))
    lived(study, out, resume=True)
    with pytest.raises(ResultsExistError, match=r"begun with model=cxsim's own"):
        lived(study, out, model=Short, resume=True)


def _of_a_notebook():
    kind = type("Short", (cxsim.LoyaltyModel,), {"__module__": "__main__"})
    main = ModuleType("__main__")
    main.Short = kind
    return main, kind


def test_what_other_processes_cannot_import_is_refused_in_one_sentence(study, tmp_path, monkeypatch):
    class Local(cxsim.LoyaltyModel):
        pass

    main, of_a_notebook = _of_a_notebook()
    monkeypatch.setitem(sys.modules, "__main__", main)
    with ProcessPoolExecutor(1) as pool:
        for model in (Local, of_a_notebook):
            for workers in (Processes(1), pool):
                with pytest.raises(
                    ValueError, match=r"other processes cannot import: define the class at the top"
                ) as said:
                    lived(study, tmp_path / "out", workers, model=model)
                assert model.__qualname__ in str(said.value) and "\n" not in str(said.value)
    assert not (tmp_path / "out").exists()
    with ThreadPoolExecutor(1) as threads:  # the same process
        lived(study, tmp_path / "out", threads, model=Local)
    for given in (lambda *_, **__: None, 3, Local):
        with pytest.raises(ValueError, match=r"it takes a class derived from cxsim.Customer") as said:
            lived(study, tmp_path / "no", customer=given)
        assert "customer is given" in str(said.value)
