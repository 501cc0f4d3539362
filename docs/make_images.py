"""Draw the pictures of the documentation afresh: `python -m docs.make_images`.

Those of the gallery are made by the code that charts.md shows: its blocks are run from top to bottom, and `ax` is saved
as the picture that follows.
"""

import re
import shlex
import tempfile
from contextlib import chdir
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from click.testing import CliRunner

from cxsim import charts, compare
from cxsim.interface.charts.look import made_for
from cxsim.interface.cli import cxsim

DOCS = Path(__file__).parent
GALLERY = DOCS / "charts.md"
DPI = 110
PART = re.compile(r"^```(python|toml|console)\n(.*?)^```$|^!\[.*?\]\((.*?)\)$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write the two pictures of the README, and the gallery."""
    comparison = compare("online-retailer", "plans/online-retailer-checkout", replications=20)
    for chart in (charts.flow, charts.matrix):
        chart(comparison).figure.savefig(
            DOCS / "images" / f"{chart.__name__}.png", dpi=DPI, metadata={"Software": None}
        )
    draw_gallery(GALLERY.read_text(encoding="utf-8"), DOCS)


def draw_gallery(page: str, folder: Path) -> dict[str, str]:
    """Run the blocks of a page in an empty folder and save each picture it shows below `folder`; code by picture."""
    names: dict[str, object] = {"__name__": "gallery"}
    drawn, code = {}, ""
    with tempfile.TemporaryDirectory() as empty, chdir(empty), made_for("report"):
        for kind, block, picture in PART.findall(page):
            if kind == "python":
                code = block
                exec(compile(block, "charts.md", "exec"), names)
            elif kind == "toml":
                Path(block.split()[1]).write_text(block, encoding="utf-8")
            elif kind == "console":
                _run(block)
            else:
                _save(names["ax"], folder / picture)
                drawn[picture] = code
    return drawn


def _run(block: str) -> None:
    for command in re.findall(r"^\$ cxsim (.*)$", block, re.MULTILINE):
        result = CliRunner().invoke(cxsim, shlex.split(command), catch_exceptions=False)
        if result.exit_code:
            raise RuntimeError(f"cxsim {command}: {result.output}")


def _save(ax: object, file: Path) -> None:
    import matplotlib.pyplot as plt

    file.parent.mkdir(parents=True, exist_ok=True)
    figure = ax.figure  # type: ignore[attr-defined]
    figure.savefig(file, dpi=DPI, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
