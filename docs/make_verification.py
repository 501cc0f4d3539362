"""Write the figures and pictures of docs/verification.md: `python -m docs.make_verification` from the repository's root.

It does what `cxsim verify` does, with the same seed, and takes as long.
"""

from pathlib import Path

from cxsim.analysis.verification import LIMITS, report, verify
from cxsim.interface.charts.agreement import save_limits
from experiments.pages import write_figures

PAGE = Path(__file__).with_name("verification.md")
PICTURES = Path(__file__).parent / "images"
SHOWN = ("bass", "bg-nbd", "sbg")


def main() -> None:
    """Update the page and the pictures it shows."""
    results = [verify(limit, progress=True) for limit in LIMITS.values()]
    write_figures(PAGE, report.page(results))
    save_limits([result for result in results if result.limit.name in SHOWN], PICTURES, prefix="verification-", dpi=100)


if __name__ == "__main__":
    main()
