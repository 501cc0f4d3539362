"""One customer as a Mesa agent: the readable engine, and the place to change a stage in plain Python."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

import numpy as np

from cxsim.engine.journey import (
    bookkeeping,
    expectation,
    history,
    listening,
    loyalty,
    need,
    purchase,
    research,
    support,
    telling,
    use,
)
from cxsim.engine.light_mesa import mesa
from cxsim.engine.state import WEEK, Bond, Person, Stage, State
from cxsim.scenario import Scenario
from cxsim.scenario.mechanism import Rule


def refuse_near_misses(cls: type, known: Sequence[str]) -> None:
    """Refuse a method that is nearly called as one which it would override.

    Raises:
        TypeError: with the nearest name.
    """
    for name, value in vars(cls).items():
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if callable(value) and near and name not in known and not name.startswith("_"):
            raise TypeError(
                f"{cls.__name__}.{name} overrides nothing. Did you mean {near[0]!r}? A helper begins with _"
            )


class Environment(Protocol):
    """What a customer asks of the model that it lives in, which is a `LoyaltyModel`."""

    settings: Scenario
    state: State

    @property
    def week(self) -> int:
        """Weeks lived so far."""

    @property
    def plain_state(self) -> State:
        """The same records, whose fields plain Python can name."""

    @property
    def rules_after(self) -> Mapping[int, Sequence[Rule]]:
        """What mechanisms do after an event of each stage."""


class Customer(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person of the market. Each stage is a method that lives one event and moves on to the next stage.

    Subclass it, override a stage, and pass the class to `LoyaltyModel(..., engine="agents", customer=MyCustomer)`:

        class Forgiving(Customer):
            def support(self):
                super().support()
                self.person.relief += 0.5  # what a call back would do

    `person` and `bond(brand)` are views of this customer's records (`cxsim.engine.state.Person`, `Bond`): what a stage
    writes there is what happened. Draw luck with `cxsim.uniform(state.luck, self.number, MINE, ordinal, brand)` under a
    purpose of your own, `MINE = cxsim.purpose("mine")`, never with a shared generator: then the same customers live
    through both versions.
    """

    model: Environment

    def __init_subclass__(cls) -> None:
        refuse_near_misses(cls, [name for name in vars(Customer) if not name.startswith("_")])

    def __init__(self, model: Environment, number: int) -> None:
        super().__init__(model)
        self.number = number

    def __repr__(self) -> str:
        bought = {
            name: int(self.bond(brand).purchases)
            for brand, name in enumerate(self.model.settings.brands)
            if self.bond(brand).purchases
        }
        purchases = ", ".join(f"{count} of {name}" for name, count in bought.items()) or "none"
        return f"<{type(self).__name__} {self.number}: next {self.stage.name.lower()}; purchases: {purchases}>"

    @property
    def state(self) -> State:
        """Everything that people share."""
        return self.model.state

    @property
    def person(self) -> Person:
        """This customer's own record."""
        person: Person = self.state.people.view(np.recarray)[self.number]
        return person

    def bond(self, brand: int) -> Bond:
        """This customer's record with a brand, by number."""
        bond: Bond = self.state.bonds.view(np.recarray)[self.number, brand]
        return bond

    @property
    def stage(self) -> Stage:
        """The stage that comes next."""
        return Stage(self.person.stage)

    def step(self) -> None:
        """Live all events due before the end of the week; nothing when they are lived already."""
        state = self.state
        end_of_week = state.clock[WEEK] + 1
        lives = state.due[self.number] < end_of_week
        while state.due[self.number] < end_of_week:
            stage = int(state.people[self.number]["stage"])
            self._STAGES[stage](self)
            for rule in self.model.rules_after[stage]:
                rule(self.model.plain_state, self.number)
        if lives:
            bookkeeping.books_changed(state, self.number)  # for a class of one's own may have written into them
            history.look_ahead(state, self.number, history.whose_books_are_looked_into(state))

    def outside(self) -> None:
        """A week without a need: one may arise."""
        need.outside(self.state, self.number)

    def need(self) -> None:
        """A need has arisen."""
        need.need(self.state, self.number)

    def expectation(self) -> None:
        """Believe something about each brand known."""
        expectation.expectation(self.state, self.number)

    def research(self) -> None:
        """Find out."""
        research.research(self.state, self.number)

    def purchase(self) -> None:
        """Choose and buy."""
        purchase.purchase(self.state, self.number)

    def use(self) -> None:
        """Get and use the thing."""
        use.use(self.state, self.number)

    def support(self) -> None:
        """Something went wrong."""
        support.support(self.state, self.number)

    def listening(self) -> None:
        """Perhaps answer a survey."""
        listening.listening(self.state, self.number)

    def telling(self) -> None:
        """Tell others."""
        telling.telling(self.state, self.number)

    def loyalty(self) -> None:
        """Stay, look around, or leave."""
        loyalty.loyalty(self.state, self.number)

    def lapse(self) -> None:
        """Leave between purchases."""
        loyalty.lapse(self.state, self.number)

    _STAGES: ClassVar[dict[int, Callable[["Customer"], None]]] = {
        Stage.OUTSIDE: lambda me: me.outside(),
        Stage.NEED: lambda me: me.need(),
        Stage.EXPECTATION: lambda me: me.expectation(),
        Stage.RESEARCH: lambda me: me.research(),
        Stage.PURCHASE: lambda me: me.purchase(),
        Stage.USE: lambda me: me.use(),
        Stage.SUPPORT: lambda me: me.support(),
        Stage.LISTENING: lambda me: me.listening(),
        Stage.TELLING: lambda me: me.telling(),
        Stage.LOYALTY: lambda me: me.loyalty(),
        Stage.LAPSE: lambda me: me.lapse(),
    }
