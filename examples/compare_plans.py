"""Compare two plans for a restaurant, say the verdicts, and save three charts of each.

Run it with: python examples/compare_plans.py [folder]
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # draw into files, no window

import matplotlib.pyplot as plt

from cxsim import charts, compare

PLANS = ("plans/restaurant-bring-a-friend", "plans/restaurant-second-cook")


def main(folder: Path) -> None:
    """Live both plans, print what they do, draw where lines end and who was rescued."""
    folder.mkdir(parents=True, exist_ok=True)
    comparison = compare("restaurant", *PLANS, replications=8, seed=1)
    for number, (name, plan) in enumerate(comparison.plans.items(), start=1):
        print(comparison.verdict(name), "\n")
        print(plan.rescued.head(3).round(1).to_string(index=False), "\n")
        for chart in (charts.flow, charts.matrix, charts.differences):
            figure = chart(comparison, name).figure
            figure.savefig(folder / f"{chart.__name__}-{number}.png", dpi=120)
            plt.close(figure)
    print(f"Charts are in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/compare_plans"))
