"""Protects what compiling costs, and that it changes nothing: one form of a rule, no code of its own for what only other
rules call, one process that compiles where several are in need.

Nothing here is statistical.
"""

import subprocess
import sys
from collections import Counter
from functools import partial

import numpy as np

from cxsim.engine.compiled import machine_code
from cxsim.engine.journey.bookkeeping import count, note, note_at, pay
from cxsim.engine.journey.listening import listening
from cxsim.engine.market.start import state_at_start
from cxsim.scenario import load

made_afresh = partial(machine_code, cached=False)  # what is read from disk lowers nothing


@made_afresh
def half(amount: float, times: int = 1) -> float:
    for _ in range(times):
        amount /= 2
    return amount


@made_afresh
def halves(of):
    return half(of[0]), half(3), half(np.float32(0.1), True), half(2.0**60, np.uint8(3))


def test_arguments_are_converted_to_what_a_rule_takes_as_in_plain_python():
    assert halves(np.array([5])) == (2.5, 1.5, float(np.float32(0.1)) / 2, 2.0**57)


def test_what_rules_call_is_lowered_once_and_has_no_code_of_its_own():
    assert len(half._lowered) == 1, "whether numbers are whole, narrow or left out"
    assert not half.overloads
    assert half(1.0) == 0.5 and half.overloads, "until Python calls it"


def test_rules_left_as_they_are_do_the_same():
    assert half.py_func(5, 2) == half(5, 2) == 1.25


def test_a_rule_of_the_journey_has_one_form_for_each_set_of_mechanisms():
    state = state_at_start(load("restaurant", ["market.people=2"]), 1, 0)
    made_afresh(listening.py_func)(state, 0)  # notes and counts with arguments of every kind
    for rule in (note, note_at, count, pay):
        assert set(Counter(args[0] for args in rule._lowered).values()) == {1}, rule.__name__


SLOW = """
import sys, time
from pathlib import Path
import cxsim.engine.machine_code as made
from cxsim.engine.luck import philox
import numpy as np
def compiling(self, args, return_type):
    with open(sys.argv[1], "a") as file:
        file.write("compiled\\n")
    time.sleep(1)
    return compile_it(self, args, return_type)
compile_it = made._FunctionCompiler.compile
philox._compiler.compile = compiling.__get__(philox._compiler)
print(philox(*(np.uint64(number) for number in range(6))))
"""


def test_of_two_processes_in_need_of_a_rule_one_compiles_it(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    command = [sys.executable, "-c", SLOW, str(tmp_path / "log")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate()[0] for process in both}
    assert len(said) == 1 and said != {""}
    assert (tmp_path / "log").read_text().splitlines() == ["compiled"]
