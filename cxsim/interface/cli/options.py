"""What run, compare and follow share: options, and what becomes of a folder for results."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.decorators import FC
    from matplotlib.axes import Axes
    from pandas import DataFrame

    from cxsim.analysis.compare.comparison import Comparison
    from cxsim.analysis.compare.runs import Runs
    from cxsim.analysis.results.folder import Kind
    from cxsim.scenario import Scenario


class GivenPath(click.Path):
    """A file or folder; a name that is empty is none, least of all the folder one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of what was given."""
        if not str(value).strip():
            self.fail("the name is empty; give a file or folder", param, ctx)
        return super().convert(value, param, ctx)


MOST_REPLICATIONS = 1_000_000  # more would have no end
PLACE = GivenPath(path_type=Path)
SET = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one value of every scenario named, e.g. brand.focal.use.quality=0.8.",
)
SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Key of all luck.")
OUT = click.option("-o", "--out", type=PLACE, help="Folder for the results.")
FORMAT = click.option("--parquet", is_flag=True, help="Tables as Parquet instead of CSV (needs cxsim[parquet]).")
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace results in a folder that is not empty.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
WORKERS = click.option("--workers", type=click.IntRange(1), help="Threads; all cores when left out.")


def replications(default: int) -> "Callable[[FC], FC]":
    """How many times to live, with the number a command takes when nobody says."""
    return click.option(
        "-n",
        "--replications",
        type=click.IntRange(1, MOST_REPLICATIONS),
        default=default,
        show_default=True,
        help="Times to live.",
    )


def prepare(out: Path | None, overwrite: bool, parquet: bool) -> None:
    """Find out before the work, not after it, that results could not be written."""
    if parquet:
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError("--parquet needs the package pyarrow: pip install 'cxsim[parquet]'") from None
    if out is not None:
        from cxsim.analysis.results.folder import check_free

        check_free(out, overwrite)


def draw(out: Path, names: list[str], result: "Runs | Comparison", plan: str | None = None, mark: str = "") -> None:
    """Draw charts into the results folder."""
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.interface import charts
    from cxsim.interface.charts.look import save

    for name in names:
        chart = getattr(charts, name)
        save(chart(result, plan) if plan else chart(result), out / f"{name}{mark}.png")


def write_pictured(
    out: Path,
    kind: "Kind",
    scenarios: "Sequence[Scenario]",
    luck: "Mapping[str, int]",
    tables: "Mapping[str, DataFrame]",
    text: str,
    picture: "Callable[[], Axes]",
    overwrite: bool,
) -> None:
    """Write what is a picture and words into a folder of its own, and say so."""
    import matplotlib

    matplotlib.use("Agg")
    from cxsim.analysis.results.folder import write_folder
    from cxsim.interface.charts.look import save
    from cxsim.scenario.writing import scenario_hash

    lived = [{"name": each.name, "sha256": scenario_hash(each)} for each in scenarios]
    texts = {"summary.txt": text}
    write_folder(
        out, kind, {"scenarios": lived, **luck}, tables, texts, lambda folder: save(picture(), folder / f"{kind}.png"),
        overwrite=overwrite,
    )  # fmt: skip
    click.echo(f"\nWritten to {out}")
