"""Draw the pictures of the documentation afresh: `python docs/make_images.py`."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from cxsim import charts, compare, run

FOLDER = Path(__file__).parent / "images"


def main() -> None:
    """Write flow, matrix, differences and rhythm as PNG."""
    comparison = compare("online-retailer", "plans/online-retailer-checkout", replications=20)
    for chart in (charts.flow, charts.matrix, charts.differences):
        chart(comparison).figure.savefig(FOLDER / f"{chart.__name__}.png", dpi=110, metadata={"Software": None})
    runs = run("online-retailer-rhythm", replications=60)
    charts.rhythm(runs).figure.savefig(FOLDER / "rhythm.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
