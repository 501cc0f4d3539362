"""The house stays a house: one name for one thing, no file and no function that nobody can hold in mind."""

import ast
from pathlib import Path

from docs.measure_house import circles, class_names_twice, floors, imports, measure, sources

PACKAGE = Path(__file__).parents[1] / "cxsim"
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES_OF_A_FILE, MOST_LINES_OF_A_FUNCTION = 400, 60


def test_no_class_name_stands_for_two_things():
    assert class_names_twice(sources()) == {}
    twice = {"cxsim/one.py": "class Left: ...", "cxsim/two.py": "def late():\n    class Left: ...\nclass Right: ..."}
    assert class_names_twice(twice) == {"Left": ["cxsim/one.py", "cxsim/two.py"]}


def test_no_files_import_each_other_in_a_circle():
    """Neither at the top, nor in a function, nor for types alone."""
    assert measure(sources()).circles == []


def test_a_circle_is_found_wherever_its_imports_stand():
    files = {
        "cxsim/one.py": "def late():\n    from cxsim import two\n",
        "cxsim/two.py": "from cxsim.three import x\n",
        "cxsim/three.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cxsim.one\n",
        "cxsim/above.py": "from cxsim.one import late\n",
    }
    assert circles(imports(files)) == [{"cxsim/one.py", "cxsim/two.py", "cxsim/three.py"}]
    assert floors(imports(files)) == 2
    assert (
        circles(imports({**files, "cxsim/three.py": ""})) == []
        and floors(imports({**files, "cxsim/three.py": ""})) == 4
    )


def test_no_file_and_no_function_is_too_long_to_hold_in_mind():
    long = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > MOST_LINES_OF_A_FILE:
            long.append(f"{file.relative_to(PACKAGE)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_LINES_OF_A_FUNCTION:
                    long.append(f"{file.relative_to(PACKAGE)}: {node.name}, {length} lines")
    assert long == []
