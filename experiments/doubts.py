"""Unsound plans, each with the doubt it gets, and the ready plans, which get none; with the first sentence of each verdict.

    python -m experiments.doubts [--write]     (about two minutes)

The plans are in examples/unsound; docs/doubts.md says what each doubt means.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.doubt import Doubt, Kind
from cxsim.analysis.compare.guard import doubts_of
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.scenario.files import load_together, scenario_names
from experiments.pages import asked_to_write, table, write_figures

ROOT = Path(__file__).parents[1]
PLANS, PAGE = ROOT / "examples" / "unsound", ROOT / "docs" / "doubts.md"
REPLICATIONS = 8
NOBODY_MINDS = ("purchase.price_weight=0", "purchase.rise_weight=0")
NOTHING_BY_CHANCE = (
    "market.people=200", "market.horizon_weeks=60", "need.kind=contract", "need.period_weeks=4", "loyalty.leave_a=0.01", "loyalty.leave_b=1000",
)  # fmt: skip


class Unsound(NamedTuple):
    """A plan that deserves a doubt: its file, the market it is for, what is set in both, and the doubt."""

    plan: str
    market: str
    kind: Kind
    settings: tuple[str, ...] = ()


UNSOUND = (
    Unsound("five-times-the-price", "online-retailer", "price", NOBODY_MINDS),
    Unsound("nobody-minds-the-price", "restaurant", "another market"),
    Unsound("nothing-at-all", "restaurant", "nothing changes"),
    Unsound("after-the-end", "restaurant", "cannot act"),
    Unsound("for-nobody", "restaurant", "cannot act"),
    Unsound("mends-what-is-whole", "rhythm-only", "cannot act"),
    Unsound("twice-the-desk", "online-retailer", "desk"),
    Unsound("hardly-a-desk", "b2b-software", "desk"),
    Unsound("a-poster", "restaurant", "return"),
    Unsound("for-nothing", "restaurant", "return"),
    Unsound("summer", "restaurant", "season"),
    Unsound("the-rival-stumbles", "online-retailer", "season"),
    Unsound("one-table", "restaurant", "few people", ("market.people=60",)),
    Unsound("hardly-anybody", "restaurant", "few differences", ("market.people=400",)),
    Unsound("nobody-ever-leaves", "rhythm-only", "no spread", NOTHING_BY_CHANCE),
    Unsound("one-table", "restaurant", "heavy tails", ("purchase.basket_shape=1", "purchase.basket_evenness=1.8")),
)


def ready() -> list[tuple[str, str]]:
    """Every ready plan with its market."""
    names = scenario_names()
    markets = [name for name in names if not name.startswith("plans/")]
    plans = [name for name in names if name.startswith("plans/")]
    return [(max((each for each in markets if plan.startswith(f"plans/{each}")), key=len), plan) for plan in plans]


def asked(
    market: str, plan: str | Path, settings: Sequence[str] = (), replications: int = REPLICATIONS
) -> tuple[list[Doubt], str]:
    """Every doubt about a plan in a market, with values that are set in both; and the first sentence of the verdict."""
    compared = compare(*load_together([market, plan], list(settings)), replications=replications)
    (result,) = compared.plans.values()
    return doubts_of(compared.base_runs, result), verdict_of(compared.base_runs, result).headline


def figures() -> str:
    """Two tables in Markdown: the unsound plans, and the ready ones."""
    unsound = []
    for each in UNSOUND:
        doubts, headline = asked(each.market, PLANS / f"{each.plan}.toml", each.settings)
        said = " ".join(f"*{doubt.kind}*: {doubt.sentence}" for doubt in doubts)
        given = " ".join([each.market, *(f"`--set {setting}`" for setting in each.settings)])
        unsound.append([f"`{each.plan}`", given, said or "nothing", headline])
    sound = []
    for market, plan in ready():
        doubts, headline = asked(market, plan)
        sound.append([f"`{plan}`", headline, " ".join(doubt.sentence for doubt in doubts) or "none"])
    return (
        table(["plan", "market", "Careful:", "first sentence of the verdict"], unsound)
        + f"\n\nThe ready plans, with {REPLICATIONS} replications:\n\n"
        + table(["plan", "first sentence of the verdict", "doubts"], sound)
    )


def main() -> None:
    """Print the figures, and write them with `--write`."""
    write = asked_to_write(__doc__)
    text = figures()
    print(text)
    if write:
        write_figures(PAGE, text)


if __name__ == "__main__":
    main()
