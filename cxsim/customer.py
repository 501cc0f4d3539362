"""One customer as a Mesa agent: the readable engine, and the place to change a stage in plain Python."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import mesa
import numpy as np

from cxsim.journey import (
    expectation,
    listening,
    loyalty,
    need,
    purchase,
    research,
    support,
    telling,
    use,
)
from cxsim.records import WEEK, Bond, Person, Stage, World

if TYPE_CHECKING:
    from cxsim.model import LoyaltyModel


class Customer(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person of the market. Each stage is a method that lives one event and moves on to the next stage.

    Subclass it, override a stage, and pass the class to `LoyaltyModel(..., engine="agents", customer=MyCustomer)`:

        class Forgiving(Customer):
            def support(self):
                super().support()
                self.person.relief += 0.5  # what a call back would do

    `person` and `bond(brand)` are views of this customer's records (`cxsim.records.Person`, `Bond`): what a stage
    writes there is what happened. Draw luck with `cxsim.luck.uniform(world.luck, self.number, purpose, ordinal)`
    under a purpose of your own, never with a shared generator: then the same customers live through both versions.
    """

    model: "LoyaltyModel"

    def __init__(self, model: "LoyaltyModel", number: int) -> None:
        super().__init__(model)
        self.number = number

    @property
    def world(self) -> World:
        """Everything that people share."""
        return self.model.world

    @property
    def person(self) -> Person:
        """This customer's own record."""
        person: Person = self.world.people.view(np.recarray)[self.number]
        return person

    def bond(self, brand: int) -> Bond:
        """This customer's record with a brand, by number."""
        bond: Bond = self.world.bonds.view(np.recarray)[self.number, brand]
        return bond

    @property
    def stage(self) -> Stage:
        """The stage that comes next."""
        return Stage(self.person.stage)

    def step(self) -> None:
        """Live all events due before the end of the week; nothing when they are lived already."""
        world = self.world
        end_of_week = world.clock[WEEK] + 1
        while world.due[self.number] < end_of_week:
            self._STAGES[world.people[self.number]["stage"]](self)

    def outside(self) -> None:
        """A week without a need: one may arise."""
        need.outside(self.world, self.number)

    def need(self) -> None:
        """A need has arisen."""
        need.need(self.world, self.number)

    def expectation(self) -> None:
        """Believe something about each brand known."""
        expectation.expectation(self.world, self.number)

    def research(self) -> None:
        """Find out."""
        research.research(self.world, self.number)

    def purchase(self) -> None:
        """Choose and buy."""
        purchase.purchase(self.world, self.number)

    def use(self) -> None:
        """Get and use the thing."""
        use.use(self.world, self.number)

    def support(self) -> None:
        """Something went wrong."""
        support.support(self.world, self.number)

    def listening(self) -> None:
        """Perhaps answer a survey."""
        listening.listening(self.world, self.number)

    def telling(self) -> None:
        """Tell others."""
        telling.telling(self.world, self.number)

    def loyalty(self) -> None:
        """Stay, look around, or leave."""
        loyalty.loyalty(self.world, self.number)

    def lapse(self) -> None:
        """Leave between purchases."""
        loyalty.lapse(self.world, self.number)

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
