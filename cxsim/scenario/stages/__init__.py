"""What a scenario may set, one file for each stage of the journey: the parameters, their units, ranges and sources.

`Traits` is the customers' side of every stage (a segment may have its own), `Offer` the firm's side (every brand has
its own). The rules that use them are in `cxsim.engine.journey`, file by file under the same names.
"""

from cxsim.scenario.parameter import Section
from cxsim.scenario.stages.expectation import ExpectationOffer, ExpectationTraits
from cxsim.scenario.stages.listening import ListeningOffer, ListeningTraits
from cxsim.scenario.stages.loyalty import LoyaltyTraits
from cxsim.scenario.stages.money import MoneyOffer
from cxsim.scenario.stages.need import NeedOffer, NeedTraits
from cxsim.scenario.stages.purchase import PurchaseOffer, PurchaseTraits
from cxsim.scenario.stages.research import ResearchOffer, ResearchTraits
from cxsim.scenario.stages.support import SupportOffer, SupportTraits
from cxsim.scenario.stages.telling import TellingOffer, TellingTraits
from cxsim.scenario.stages.use import UseOffer, UseTraits


class Traits(Section):
    """How customers of one segment live each stage."""

    need: NeedTraits = NeedTraits()
    expectation: ExpectationTraits = ExpectationTraits()
    research: ResearchTraits = ResearchTraits()
    purchase: PurchaseTraits = PurchaseTraits()
    use: UseTraits = UseTraits()
    support: SupportTraits = SupportTraits()
    loyalty: LoyaltyTraits = LoyaltyTraits()
    telling: TellingTraits = TellingTraits()
    listening: ListeningTraits = ListeningTraits()


class Offer(Section):
    """What one brand does at each stage."""

    need: NeedOffer = NeedOffer()
    expectation: ExpectationOffer = ExpectationOffer()
    research: ResearchOffer = ResearchOffer()
    purchase: PurchaseOffer = PurchaseOffer()
    use: UseOffer = UseOffer()
    support: SupportOffer = SupportOffer()
    telling: TellingOffer = TellingOffer()
    listening: ListeningOffer = ListeningOffer()
    money: MoneyOffer = MoneyOffer()


class Fees(Section):
    """What interventions cost each time a covered customer passes a stage, in currency; never written by hand."""

    research: float = 0.0
    purchase: float = 0.0
    use: float = 0.0
    support: float = 0.0
    telling: float = 0.0
    listening: float = 0.0


class Deal(Offer):
    """An offer as a customer meets it in a given week: interventions at work, and their fees."""

    fees: Fees = Fees()


STAGES = tuple(dict.fromkeys((*Traits.model_fields, *Offer.model_fields)))

__all__ = ["STAGES", "Deal", "Fees", "Offer", "Traits"]
