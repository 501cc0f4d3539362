"""All forecasts in one run: `python -m experiments.forecasts [--write]`. The full market takes a while."""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from experiments.forecasts import bass, cdnow, pictures, retention
from experiments.pages import write_figures

DOCS = Path(__file__).parents[2] / "docs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update docs/forecasts.md and its pictures")
    write = parser.parse_args().write
    prepared, sealed, sample = cdnow.run("sample")
    parts = [("CDNOW, the sample of 2,357 customers", sample, "forecast-tracking", pictures.tracking(prepared, sealed))]
    prepared, sealed, full = cdnow.run("full")
    parts.append(("CDNOW, all 23,570 customers", full, "forecast-tracking-full", pictures.tracking(prepared, sealed)))
    text, curves = retention.run()
    parts.append(("Retention under contract", text, "forecast-retention", pictures.survivors(curves)))
    text, curves = bass.run()
    parts.append(("New products", text, "forecast-sales", pictures.sales(curves)))
    page = "\n\n".join(f"## {title}\n\n{text}\n\n![{title}](images/{image}.png)" for title, text, image, _ in parts)
    print(page)
    if write:
        for _, _, image, figure in parts:
            figure.savefig(DOCS / f"images/{image}.png", dpi=110, metadata={"Software": None})
        write_figures(DOCS / "forecasts.md", page)


if __name__ == "__main__":
    main()
