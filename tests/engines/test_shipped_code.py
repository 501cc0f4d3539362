"""Protects rules that come compiled: they are found on another processor, by the text of the rules alone, and give the same bits.

One small rule stands for all here; `python benchmarks/wheel.py` does it with a whole wheel and every ledger. Nothing is statistical.
"""

import os
import subprocess
import sys

MAKE = """
from cxsim.engine.luck import philox
import numpy as np
print(philox(*(np.uint64(number) for number in range(6))))
"""
ONLY_READ = f"""
import cxsim.engine.machine_code as made
def refused(self, args, return_type):
    raise AssertionError("compiled")
made._FunctionCompiler.compile = refused
{MAKE}"""


def said_by(program, folder, cache, **settings):
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "CXSIM_SHIP_TO": str(folder), **settings}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_shipped_rule_is_read_on_another_processor_and_only_while_the_rules_are_the_same(tmp_path):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    made = said_by(MAKE, shipped, tmp_path / "one", NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")
    assert said_by(ONLY_READ, shipped, tmp_path / "two") == made
    assert said_by(MAKE, tmp_path / "nothing there", tmp_path / "three") == made
    other = "import cxsim.engine.rules_text as text\ntext.fingerprint = lambda: 'of other rules'\n"
    assert said_by(other + ONLY_READ, shipped, tmp_path / "four") == "AssertionError: compiled"
