"""Whether latent loyalty in the ready markets is what their evidence says: as many stay with all effects on as they should.

Latent loyalty (`loyalty.leave_a`, `leave_b`) was moved until they did; this prints what comes out.

    python -m experiments.latent_loyalty     (about half a minute)
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import cxsim
from cxsim.analysis.phrases import decimals
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.simulate import simulate
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import Scenario
from experiments.forecasts.switched_off import NO_EXPERIENCE
from experiments.pages import table

# What latent loyalty alone was to say of each market, before experience acted as much as it does.
ALONE: Final = {
    "restaurant": ("loyalty.leave_b=3.0",),
    "durable": ("loyalty.leave_b=1.5",),
    "b2b-software": ("loyalty.leave_b=14.0", "segment.large.loyalty.leave_b=20.0"),
}
DECISIONS: Final = (Note.STAYS, Note.DOUBTS, Note.LEAVES)
PEOPLE, REPLICATIONS = 6000, 2
FIRST_WEEKS, KNOWN_WEEKS = 13, 39  # of CDNOW: when customers came, and until when their purchases are known
RENEWALS = 7
PUBLISHED = Path(__file__).parents[1] / "examples" / "data" / "retention.csv"


def staying(scenario: Scenario, replications: int = REPLICATIONS) -> float:
    """The share of all decisions, of customers of any brand, that end in staying."""
    shares = []
    for replication in range(replications):
        what = run_with_log(scenario, 0, replication, EVERYBODY, 40 * scenario.market.people).log["what"]
        shares.append((what == Note.STAYS).sum() / np.isin(what, DECISIONS).sum())
    return float(np.mean(shares))


def repeats(scenario: Scenario, replications: int = REPLICATIONS) -> float:
    """Repeat purchases by week 39 for each customer of the focal brand who came in weeks 1-13."""
    found = []
    for replication in range(replications):
        bonds = simulate(scenario, 0, replication).state.bonds[:, scenario.focal]
        early = bonds["first_bought"] < FIRST_WEEKS
        found.append((bonds["purchases"][early] - 1).mean())
    return float(np.mean(found))


def survival(scenario: Scenario) -> dict[str, NDArray[np.float64]]:
    """By segment the share of contracts, of any brand, that pass 1, 2, ... renewals without a doubt."""
    state = run_with_log(scenario, 0, 0, EVERYBODY, 40 * scenario.market.people)
    log = state.log[np.isin(state.log["what"], (Note.BUYS, *DECISIONS))]
    log = log[np.argsort(log["person"], kind="stable")]
    names = list(scenario.segments())
    decided, stayed = np.zeros((2, len(names), RENEWALS + 1))
    passed: dict[int, int] = {}  # by person, since the contract was chosen; nobody who has doubted it
    for person, what, by_habit in zip(log["person"].tolist(), log["what"].tolist(), log["c"].tolist(), strict=True):
        if what == Note.BUYS:
            if not by_habit:
                passed[person] = 0
        elif person in passed:
            at = (state.people["segment"][person], min(passed[person], RENEWALS))
            decided[at] += 1
            stayed[at] += what == Note.STAYS
            if what == Note.STAYS:
                passed[person] += 1
            else:
                del passed[person]
    shares = np.cumprod(stayed[:, :RENEWALS] / decided[:, :RENEWALS], axis=1)
    return dict(zip(names, shares, strict=True))


def published(segment: str) -> NDArray[np.float64]:
    """The published survival of a segment of readers after 1, 2, ... years (Fader & Hardie 2007)."""
    shares: NDArray[np.float64] = pd.read_csv(PUBLISHED)[f"{segment}_pct"].to_numpy(float)[1 : RENEWALS + 1] / 100.0
    return shares


def main() -> None:
    """Print what should be beside what is."""
    rows = []
    for market, alone in ALONE.items():
        small = [f"market.people={min(PEOPLE, cxsim.load(market).market.people)}"]
        should = staying(cxsim.load(market, [*small, *NO_EXPERIENCE, *alone]))
        rows.append(
            [market, "decisions that end in staying", *map(decimals(3), (should, staying(cxsim.load(market, small))))]
        )
    shop = cxsim.load("online-retailer", [f"market.horizon_weeks={KNOWN_WEEKS}"])
    rows.append(
        ["online-retailer", "repeat purchases for each customer", decimals(3)(2457 / 2357), decimals(3)(repeats(shop))]
    )
    for name, shares in survival(cxsim.load("subscription")).items():
        rows.append(
            [
                "subscription",
                f"{name}: past renewals 1 to {RENEWALS}",
                " ".join(map(decimals(3), published(name))),
                " ".join(map(decimals(3), shares)),
            ]
        )
    print(table(["market", "what", "should be", "is"], rows))


if __name__ == "__main__":
    main()
