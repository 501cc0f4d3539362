"""Protects the notebooks of the docs: they run from top to bottom, show what they are about, and are kept without output."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """All notebooks, each run by a process of its own, beside the others."""
    place = tmp_path_factory.mktemp("notebooks")
    start = "from nbclient.cli import main; main()"
    running = {
        path.stem: subprocess.Popen(
            [sys.executable, "-c", start, str(path), f"--output={place / path.name}", "--timeout=300"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for path in NOTEBOOKS
    }  # fmt: skip
    for name, process in running.items():
        said, _ = process.communicate()
        assert process.returncode == 0, f"{name}: {said[-3000:]}"
    return {name: nbformat.read(place / f"{name}.ipynb", as_version=4) for name in running}


def outputs_of(book):
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_a_notebook_runs_and_warns_of_nothing(books, name):
    outputs = outputs_of(books[name])
    assert outputs and not [each for each in outputs if each.output_type == "error"]
    said = [each.text for each in outputs if each.output_type == "stream" and each.name == "stderr"]
    without_widgets = "IProgress not found"  # says the tqdm that Mesa imports, where there are no ipywidgets
    assert not [text for text in said if without_widgets not in text]


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_results_show_themselves_in_it(books, name):
    pages = [each.data["text/html"] for each in outputs_of(books[name]) if "text/html" in each.get("data", {})]
    assert any("<svg" in page and 'class="cxsim"' in page for page in pages)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_output(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs") and not cell.get("execution_count")


def test_each_of_the_three_users_has_one():
    assert [path.stem for path in NOTEBOOKS] == ["researcher", "strategist", "teacher"]
