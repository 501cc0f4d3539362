"""Protects common random numbers at the root: no file of the package draws luck anywhere but from `cxsim.engine.luck`."""

import ast
from pathlib import Path

import pytest

import cxsim

PACKAGE = Path(cxsim.__file__).parent
FORBIDDEN = ("random", "numpy.random", "secrets.SystemRandom")


def modules_used(source: str) -> set[str]:
    """Dotted names of everything imported, and of attribute chains such as np.random.normal."""
    used = set()
    aliases = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                used.add(name.name)
                aliases[name.asname or name.name.split(".")[0]] = name.name if name.asname else name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            used.update(f"{node.module}.{name.name}" for name in node.names)
            aliases.update({name.asname or name.name: f"{node.module}.{name.name}" for name in node.names})
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            chain = ast.unparse(node)
            head, _, rest = chain.partition(".")
            if head in aliases:
                used.add(f"{aliases[head]}.{rest}")
    return used


def forbidden_in(source: str) -> set[str]:
    return {used for used in modules_used(source) if any(f"{used}.".startswith(f"{name}.") for name in FORBIDDEN)}


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_luck_comes_from_one_place(file):
    assert not forbidden_in(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import choice",
        "import numpy as np\nx = np.random.default_rng(1)",
        "import numpy\nx = numpy.random.normal()",
        "from numpy.random import default_rng",
        "from numpy import random as r",
        "import numpy.random as nr",
    ],
)
def test_the_lint_sees(source):
    assert forbidden_in(source)


def test_the_lint_does_not_cry_wolf():
    assert not forbidden_in(
        "from cxsim.engine.luck import uniform\nimport numpy as np\nrandom = np.ones(3)\nx = random.sum()"
    )
