"""Why lines ended in choosing, beside what a fault once said: nothing was bought, explained with the luck of the next choice.

python -m experiments.causes [--write]     (two minutes: the fault is lived by the agents engine)
"""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cxsim
from cxsim import LoyaltyModel
from cxsim.engine.agents import Customer
from cxsim.engine.journey.bookkeeping import count
from cxsim.engine.journey.expectation import end_without_purchase
from cxsim.engine.journey.neighbours import hear_news_of_all_brands
from cxsim.engine.journey.purchase import after_failed_checkout, buy, checks_out, choose, lose_those_in_play
from cxsim.engine.measures import Measure
from cxsim.engine.simulate import simulate
from cxsim.engine.state import Cause, Stage
from cxsim.scenario import Scenario
from cxsim.scenario.smaller import of_people
from experiments.pages import asked_to_write, table, write_figures

MARKETS = (
    "online-retailer",
    "subscription",
    "restaurant",
)  # the others live for longer than the agents engine is quick
PEOPLE = 1000
PAGE = Path(__file__).parents[1] / "docs" / "causes.md"


class AsBefore(Customer):
    """Counts the choice before it explains it, as the rule did once; lives are the same."""

    def purchase(self) -> None:
        state, person, me = self.state, self.number, self.person
        hear_news_of_all_brands(state, person)
        chosen = int(me.target) if me.by_habit else choose(state, person)
        while chosen >= 0:
            count(state, chosen, Measure.chosen)
            if checks_out(state, person, chosen):
                buy(state, person, chosen)
                break
            chosen = after_failed_checkout(state, person, chosen)
        me.choices += 1
        if chosen < 0:
            lose_those_in_play(state, person, chosen)
            end_without_purchase(state, person)


class Causes(NamedTuple):
    """Lines of the focal brand that ended in choosing or buying, at the horizon, by cause."""

    market: str
    before: Counter[str]
    now: Counter[str]
    wrong: int

    @property
    def lines(self) -> int:
        """All of them."""
        return self.now.total()


def causes_of(market: str, people: int = PEOPLE, seed: int = 1) -> Causes:
    """A ready market lived twice with the same luck: by the fault and by the rule.

    Raises:
        AssertionError: if anything but a cause differs.
    """
    scenario: Scenario = of_people(cxsim.load(market), min(people, cxsim.load(market).market.people))
    now = simulate(scenario, seed, 0).state.bonds[:, scenario.focal]
    before = simulate(scenario, seed, 0, model=LoyaltyModel, customer=AsBefore).state.bonds[:, scenario.focal]
    assert all((now[name] == before[name]).all() for name in ("purchases", "ended_stage", "margin"))
    ended = now["ended_stage"] == Stage.PURCHASE
    old, new = before["ended_cause"][ended], now["ended_cause"][ended]
    return Causes(market, _named(old), _named(new), int((old != new).sum()))


def _named(causes: object) -> Counter[str]:
    return Counter(Cause(int(cause)).name.lower().replace("_", " ") for cause in causes)  # type: ignore[attr-defined]


def figures(found: list[Causes]) -> str:
    """One row a cause, two columns a market."""
    names = sorted({name for each in found for name in each.before | each.now})
    heading = ["cause", *(f"{each.market}, {when}" for each in found for when in ("before", "now"))]
    rows = [[name, *(f"{side[name]:,}" for each in found for side in (each.before, each.now))] for name in names]
    said = "; ".join(
        f"{each.market} {each.wrong:,} of {each.lines:,} ({each.wrong / each.lines:.1%})" for each in found
    )
    return f"{table(heading, rows)}\n\nLines with a wrong cause before: {said}."


def main() -> None:
    """Print the table, and write it with `--write`."""
    write = asked_to_write(__doc__)
    found = figures([causes_of(market) for market in MARKETS])
    print(found)
    if write:
        write_figures(PAGE, found)


if __name__ == "__main__":
    main()
