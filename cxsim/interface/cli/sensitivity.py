"""`cxsim sensitivity`: what drives the outcome of a study, and when a plan fails, from the folder a sweep wrote."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxsim.interface.cli.options import PLACE

if TYPE_CHECKING:
    from cxsim.analysis.sensitivity.answer import Answer
    from cxsim.analysis.sensitivity.study_data import StudyData


@click.command()
@click.argument("folder", type=PLACE)
@click.option("--figure", default="net_margin", show_default=True, help="What counts: net_margin, loops, lines, ...")
@click.option("-o", "--out", type=PLACE, help="Folder for summary, tables and pictures.")
@click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
def sensitivity(folder: Path, figure: str, out: Path | None, overwrite: bool) -> None:
    """Say what the study in FOLDER, written by `cxsim sweep`, can say: what drives the outcome, when a plan fails.

    Which analyses are made follows from the design of the study. Works on a study that is not complete, and says what is
    missing.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ValueError("cxsim sensitivity needs the package pyarrow: pip install 'cxsim[parquet]'") from None
    from cxsim.analysis.results.folder import check_free
    from cxsim.analysis.sensitivity.report import answers, summary
    from cxsim.analysis.sensitivity.study_data import studied

    if out is not None:
        check_free(out, overwrite)
    study = studied(folder, figure)
    said = list(answers(study))
    text = summary(study, said)
    click.echo(text, nl=False)
    if out is not None:
        _write(study, said, text, out, overwrite)
        click.echo(f"\nWritten to {out}")


def _write(study: "StudyData", said: list["Answer"], text: str, out: Path, overwrite: bool) -> None:
    from cxsim.analysis.results.folder import write_folder

    tables = {name: table for answer in said for name, table in answer.tables.items()}
    manifest = {"study": str(study.folder), "figure": study.figure.name, "runs": study.found, "of": study.expected}
    texts = {"summary.txt": text}
    write_folder(out, "sensitivity", manifest, tables, texts, lambda place: _draw(said, place), overwrite=overwrite)


def _draw(said: list["Answer"], place: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    for answer in said:
        for picture in answer.pictures:
            save(getattr(charts, picture.chart)(*picture.arguments), place / f"{picture.file}.png")
