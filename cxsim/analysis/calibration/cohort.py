"""A simulated cohort as a firm's records would show it: who bought when, since their own first purchase."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cxsim.data.histories import Histories, Numbers
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import EVERYBODY, NOBODY, NOTES, State
from cxsim.scenario import Scenario

NOTES_EXPECTED = 100  # of a person; where they are more, the market is lived again with room for all
GOLDEN = 0.6180339887498949  # spreads ages evenly over customers in any order


@dataclass(frozen=True)
class Cohort:
    """Customers of the focal brand who first bought early enough to be watched for `weeks`, in one run.

    Attributes:
        first: week of the first purchase, shape (customers,).
        purchases: bought by the end of each week of the run, shape (weeks of the run + 1, customers).
        last: week of the last purchase by then, same shape.
        state: the run at its end; with `noted`, its log holds what happened to everybody.
        people: who they are, shape (customers,).
    """

    first: Numbers
    purchases: Numbers
    last: Numbers
    state: State
    people: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def part(self, customers: int) -> "Cohort":
        """As many of them, spread evenly over all; everybody when there are not so many."""
        if customers >= len(self.first):
            return self
        chosen = np.arange(customers) * len(self.first) // customers
        return replace(
            self,
            first=self.first[chosen],
            purchases=self.purchases[:, chosen],
            last=self.last[:, chosen],
            people=self.people[chosen] if len(self.people) else self.people,
        )

    def repeats_at(self, age: Numbers) -> Numbers:
        """Repeat purchases of each customer when so old, in weeks since the first purchase, shape (customers,)."""
        return np.maximum(self._at(self.purchases, age) - 1.0, 0.0)  # a first purchase later that week is still to come

    def histories(self, ages: Numbers) -> Histories:
        """Their histories as if each had been watched for one of `ages`, shape (any,), which is spread evenly over them.

        Each is watched to the end of the week nearest to that age, and the age is taken from there.
        """
        age = self.watched_until(ages) - self.first
        last = np.clip(self._at(self.last, age) - self.first, 0.0, age)
        return Histories(self.repeats_at(age), last, age)

    def watched_until(self, ages: Numbers) -> Numbers:
        """The week in which the watch of each ends if each is watched for one of `ages`, shape (customers,)."""
        customers = np.arange(len(self.first))
        return self._watched(np.sort(ages)[(customers * GOLDEN % 1.0 * len(ages)).astype(int)])

    def share_renewed(self, times: int, period_weeks: float) -> float:
        """Share of contract customers who have renewed so often, half a period after the last time it was due.

        Counted by purchases, since people leave at two moments: some at once when a contract disappoints them, some when
        it is due and a rival is better. Who comes back after a gap counts as having left.
        """
        due = np.ceil(self.first + (times + 0.5) * period_weeks).astype(int)
        bought = self.purchases[np.minimum(due, len(self.purchases) - 1), np.arange(len(self.first))]
        return float(np.mean(bought >= times + 1))

    def _at(self, by_week: Numbers, age: Numbers) -> Numbers:
        return np.asarray(by_week[self._watched(age).astype(int), np.arange(len(self.first))])

    def _watched(self, age: Numbers) -> Numbers:
        """The week's end nearest to an age of each customer, but not before the week of the first purchase is over."""
        week = np.maximum(np.rint(self.first + age), np.ceil(self.first))
        return np.asarray(np.minimum(week, len(self.purchases) - 1.0))


def live_cohort(scenario: Scenario, weeks: float, seed: int, replication: int, noted: bool = False) -> Cohort:
    """Live the scenario and keep the customers who were seen to come, and can be watched for `weeks` before its horizon.

    Args:
        scenario: as loaded.
        weeks: how long they have to be watched.
        seed: 0 to 2**63 - 1.
        replication: 0 to 2**32 - 1.
        noted: whether everything that happens is noted in the state's log.

    Raises:
        ValueError: if nobody became a customer early enough.
    """
    room = NOTES_EXPECTED * scenario.market.people if noted else 0
    while True:
        model = LoyaltyModel(
            scenario, rng=seed, replication=replication, collect=False, watch=EVERYBODY if noted else NOBODY,
            room_for_notes=room,
        )  # fmt: skip
        bonds = model.state.bonds[:, scenario.focal]
        purchases, last = [bonds["purchases"].copy()], [bonds["last_bought"].copy()]
        while model.running:
            model.step()
            purchases.append(bonds["purchases"].copy())
            last.append(bonds["last_bought"].copy())
        taken = int(model.state.clock[NOTES])
        if not noted or taken <= room:
            break
        room = taken
    seen = bonds["first_bought"] >= 0.0  # not nan: never bought
    early = seen & (bonds["first_bought"] <= scenario.market.horizon_weeks - weeks)
    if not early.any():
        raise ValueError(
            f"in {scenario.name!r} nobody becomes a customer of {scenario.market.focal} early enough to be watched for "
            f"{weeks:.0f} of {scenario.market.horizon_weeks} weeks; is the horizon long enough, and does anybody buy?"
        )
    return Cohort(
        bonds["first_bought"][early].astype(float),
        np.array([week[early] for week in purchases], float),
        np.array([week[early] for week in last], float),
        model.state._replace(log=model.state.log[:taken]) if noted else model.state,
        np.flatnonzero(early),
    )
