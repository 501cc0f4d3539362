"""Base and plans are one life until they part: it is lived once, copied where a plan first differs, and both go on.

Luck is keyed: who has lived the same until then has the same luck from then on, so this is, bit for bit, what two lives
from the start would be.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeVar

from cxsim.engine.agents import Customer
from cxsim.engine.market.start import state_under
from cxsim.engine.model import Engine, LoyaltyModel
from cxsim.engine.pasts import Past
from cxsim.engine.simulate import Run, lived_to, run_of
from cxsim.engine.state import NOBODY, State, copy_of
from cxsim.scenario.checks import SET_AT_THE_START
from cxsim.scenario.likeness import same_for_everybody
from cxsim.scenario.schedule import Schedule, build_schedule
from cxsim.scenario.schema import Scenario

Kept = TypeVar("Kept")
BASE: Final = -1  # its place among the plans


def parting_week(base: Scenario, plan: Scenario) -> int:
    """The first week in which the terms of a plan differ from those of its base for anybody; the horizon if never.

    So they do when a rule by history is at work that the other has not: whom it means is counted. It is 0 wherever it is
    not certain that all before is the same life: if anything but dated interventions differs, or a mechanism may look at
    the terms of other weeks (`Mechanism.present_terms_only`).
    """
    return _parting(build_schedule(base), build_schedule(plan)) or 0


def _parting(ours: Schedule, theirs: Schedule) -> int | None:
    """That week; None where not even the start is certain to be the same."""
    base, plan = ours.scenario, theirs.scenario
    if beside_interventions(base) != beside_interventions(plan):
        return None
    if not all(own.present_terms_only for own in base.own) or _moves_the_start(base) or _moves_the_start(plan):
        return None
    same: dict[tuple[int, int], bool] = {}
    for week, periods in enumerate(zip(ours.period.tolist(), theirs.period.tolist(), strict=True)):
        if periods not in same:
            same[periods] = same_for_everybody(ours, theirs, periods)
        if not same[periods]:
            return week
    return base.market.horizon_weeks


def beside_interventions(scenario: Scenario) -> Hashable:
    """All that a life depends on beside interventions: as text, which tells 0.0 from -0.0 and keeps the order."""
    brands, segments = list(scenario.brand.items()), list(scenario.segments().items())
    return scenario.own, repr((scenario.market, brands, segments, scenario.channel))


def _moves_the_start(scenario: Scenario) -> bool:
    """Whether an intervention acts on what is drawn before week 0; `load` refuses it, a scenario made in Python may not."""
    return any(effect.parameter in SET_AT_THE_START for item in scenario.intervention for effect in item.effect)


class Branching:
    """A base and its plans, whose lives are one until they part; when that is, is found once for all replications.

    Args:
        base: what the plans part from.
        plans: of the same people, or nothing is shared.
        model: the class of the market; with one of your own nothing is shared.
        customer: the class of the customers; the same holds.
        parents: from whose life each plan parts: `BASE`, or the place of a plan before it; all from the base when left out.
    """

    def __init__(
        self,
        base: Scenario,
        plans: Sequence[Scenario],
        model: type[LoyaltyModel] = LoyaltyModel,
        customer: type[Customer] = Customer,
        parents: Sequence[int] | None = None,
    ) -> None:
        self.base, self.plans, self._model, self._customer = base, plans, model, customer
        self._parents = [BASE] * len(plans) if parents is None else list(parents)

    @cached_property
    def _terms(self) -> list[Schedule]:
        """Of each plan; `BASE`: the last."""
        return [build_schedule(each) for each in (*self.plans, self.base)]

    @cached_property
    def _partings(self) -> list[tuple[int, int | None]]:
        """From whose life each plan parts, and when: its parent's, or whom that has parted from itself, if that is later."""
        if self._model is not LoyaltyModel or self._customer is not Customer:
            return [(parent, None) for parent in self._parents]
        found: list[tuple[int, int | None]] = []
        for place, parent in enumerate(self._parents):
            parting = _parting(self._terms[parent], self._terms[place])
            while parent != BASE and (parting is None or parting < (found[parent][1] or 0)):
                parent = found[parent][0]
                parting = _parting(self._terms[parent], self._terms[place])
            found.append((parent, parting))
        return found

    def lives(
        self, seed: int, replication: int, watch: int = NOBODY, notes: int = 0, kept: Past | None = None
    ) -> Iterator[Run]:
        """Each as `simulate` would live it, bit for bit: the base, then the plans in their order.

        Args:
            seed: 0 to 2**63 - 1.
            replication: 0 to 2**32 - 1.
            watch: whose life is noted: a person, `EVERYBODY` or `NOBODY`.
            notes: how many notes are kept in `Run.state.log`.
            kept: of this very base, seed, replication and watch: where its life is kept as plans part from it, for `later`.

        Raises:
            ValueError: if the seed or the replication is out of range.
        """
        pasts: dict[tuple[int, int | None], State] = {}
        for place in (BASE, *range(len(self.plans))):
            parting = (BASE, None) if place == BASE else self._partings[place]
            if parting[1] is None:
                scenario = self.base if place == BASE else self.plans[place]
                market = self._begun(scenario, seed, replication, watch, notes)
            else:
                asked_again = parting in self._partings[place + 1 :]
                past = copy_of(pasts[parting]) if asked_again else pasts.pop(parting)
                market = self._parted(place, past, seed, replication)
            weeks, keeping = self._weeks(place), kept if place == BASE else None
            for week in weeks:
                pasts[place, week] = copy_of(lived_to(market, week).state)
                if keeping:
                    keeping.keep(market.state)
            yield _lived_out(market)

    def later(self, place: int, kept: Past, seed: int, replication: int, watch: int = NOBODY, notes: int = 0) -> Run:
        """One plan alone, after the base has been lived: bit for bit as `lives` does, from the last moment that is kept.

        Args:
            place: of a plan that parts from the base.
            kept: as given to `lives`; the moment in which this plan parts is kept too, and week 0 if none was before it.
            seed: as in `lives`, and so is what follows.
            replication: the same.
            watch: the same.
            notes: the same.

        Raises:
            ValueError: if the plan parts from another plan.
        """
        parent, week = self._partings[place]
        if week is None:
            return _lived_out(self._begun(self.plans[place], seed, replication, watch, notes))
        if parent != BASE:
            raise ValueError(f"plan {place} parts from plan {parent}, whose life is not kept")
        state = kept.before(week, notes)
        if state is None:
            market = self._begun(self.base, seed, replication, watch, notes)
            kept.keep(market.state)  # for plans that part earlier still
        else:
            market = LoyaltyModel(self.base, rng=seed, replication=replication, collect=False, state=state)
        past = lived_to(market, week).state
        kept.keep(past)
        return _lived_out(self._parted(place, past, seed, replication))

    def as_they_part(self, seed: int, replication: int, keep: Callable[[Run], Kept]) -> Iterator[tuple[int, Kept]]:
        """The same lives, all from the base, in the order of parting, of each what is kept: never more than two states at a time.

        Yields:
            Place among the plans, and what is kept; `BASE`, which has no place, comes last: who can do without it stops
            before, and it is lived no further than to the last parting.
        """
        for place in self._parting_at(None):
            yield place, keep(_lived_out(self._begun(self.plans[place], seed, replication)))
        market = self._begun(self.base, seed, replication)
        for week in self._weeks(BASE):
            past = lived_to(market, week).state
            for place in self._parting_at(week):
                yield place, keep(_lived_out(self._parted(place, copy_of(past), seed, replication)))
        yield BASE, keep(_lived_out(market))

    def _weeks(self, parent: int) -> list[int]:
        """In which plans part from this life, in order."""
        return sorted({week for each, week in self._partings if each == parent and week is not None})

    def _parting_at(self, week: int | None) -> list[int]:
        return [place for place, (_, own) in enumerate(self._partings) if own == week]

    def _begun(
        self, scenario: Scenario, seed: int, replication: int, watch: int = NOBODY, notes: int = 0
    ) -> LoyaltyModel:
        engine: Engine = "compiled" if self._customer is Customer else "agents"
        return self._model(
            scenario, rng=seed, replication=replication, engine=engine, customer=self._customer, watch=watch,
            room_for_notes=notes, collect=False,
        )  # fmt: skip

    def _parted(self, place: int, past: State, seed: int, replication: int) -> LoyaltyModel:
        state = state_under(past, self._terms[place], self._terms[self._partings[place][0]])
        return LoyaltyModel(self.plans[place], rng=seed, replication=replication, collect=False, state=state)


def _lived_out(market: LoyaltyModel) -> Run:
    return run_of(lived_to(market, market.settings.market.horizon_weeks))


def simulate_together(
    scenarios: Sequence[Scenario], seed: int, replication: int, watch: int = NOBODY, notes: int = 0
) -> Iterator[Run]:
    """`Branching.lives` of a base, which is the first, and its plans, once.

    Raises:
        ValueError: if the seed or the replication is out of range.
    """
    base, *plans = scenarios
    return Branching(base, plans).lives(seed, replication, watch, notes)
