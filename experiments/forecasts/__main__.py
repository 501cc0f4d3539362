"""All forecasts in one run: `python -m experiments.forecasts [--only SECTION ...] [--write]`.

The full market takes a while; `--only` computes, and writes, some of the page's sections and leaves the others.
"""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib.figure import Figure

from experiments.forecasts import bass, cdnow, pictures, retention
from experiments.pages import BEGIN, END, write_figures

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "forecasts.md"


@dataclass(frozen=True)
class Section:
    """A section of the page: its title, its picture's name, and what computes text and picture."""

    title: str
    image: str
    compute: Callable[[], tuple[str, Figure]]


def _purchases(which: str) -> tuple[str, Figure]:
    prepared, sealed, text = cdnow.run(which)
    return text, pictures.tracking(prepared, sealed)


def _contracts() -> tuple[str, Figure]:
    text, curves = retention.run()
    return text, pictures.survivors(curves)


def _products() -> tuple[str, Figure]:
    text, curves = bass.run()
    return text, pictures.sales(curves)


SECTIONS = {
    "sample": Section("CDNOW, the sample of 2,357 customers", "forecast-tracking", lambda: _purchases("sample")),
    "full": Section("CDNOW, all 23,570 customers", "forecast-tracking-full", lambda: _purchases("full")),
    "contracts": Section("Retention under contract", "forecast-retention", _contracts),
    "products": Section("New products", "forecast-sales", _products),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update docs/forecasts.md and its pictures")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="compute these alone")
    asked = parser.parse_args()
    for section in (SECTIONS[name] for name in asked.only):
        text, figure = section.compute()
        whole = f"## {section.title}\n\n{text}\n\n![{section.title}](images/{section.image}.png)"
        print(whole, end="\n\n", flush=True)
        if asked.write:
            figure.savefig(DOCS / f"images/{section.image}.png", dpi=110, metadata={"Software": None})
            write_figures(PAGE, with_section(PAGE.read_text(encoding="utf-8"), section.title, whole))


def with_section(page: str, title: str, section: str) -> str:
    """The figures of a page with one section replaced, in the order of `SECTIONS`."""
    figures = page.partition(BEGIN)[2].partition(END)[0]
    by_title = {each.partition("\n")[0]: f"## {each.strip()}" for each in re.split(r"^## ", figures, flags=re.M)[1:]}
    by_title[title] = section
    return "\n\n".join(by_title[each.title] for each in SECTIONS.values() if each.title in by_title)


if __name__ == "__main__":
    main()
