"""The rules of a class: market, budget, rounds, seed, strength of effects; what a team may choose within them."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from cxsim.engine.luck import MOST_SEED
from cxsim.interface.classroom.menu import ClassMenu, Level
from cxsim.interface.classroom.trial import Trial
from cxsim.interface.classroom.words import say

WORLDS = 20  # replications of every plan in a round
MOST_ROUNDS = 10
MOST_CHOSEN = 8
SHARE_OF_MENU = 0.35  # of the whole price list that a budget buys, unless the teacher says otherwise


class RefusedError(ValueError):
    """What a visitor asked for is against the rules; the message says what is allowed."""


class Rules(BaseModel):
    """What the teacher decides before the first round.

    Attributes:
        market: name of a menu.
        budget: what a team may spend in a round, by list price, in the market's currency.
        rounds: how many rounds there are; each meets other customers of the same market.
        seed: key of all luck.
        level: which end of the effects acts, for everybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    market: str = Field(min_length=1, max_length=400)
    budget: float = Field(gt=0.0, le=1e12, allow_inf_nan=False)
    rounds: int = Field(ge=1, le=MOST_ROUNDS)
    seed: int = Field(ge=0, le=MOST_SEED)
    level: Level = "typical"

    def trial(self, round_number: int, chosen: tuple[str, ...]) -> Trial:
        """A plan in a round: the same for every team that chose it, on customers whom no other round has met."""
        return Trial(
            market=self.market,
            chosen=chosen,
            level=self.level,
            seed=self.seed,
            first=(round_number - 1) * WORLDS,
            worlds=WORLDS,
        )


def usual_budget(prices: Mapping[str, float]) -> float:
    """A budget that makes choosing hard: a third of the whole menu, in round thousands."""
    return max(1000.0, round(SHARE_OF_MENU * sum(prices.values()), -3))


def checked_choice(
    chosen: Sequence[str], menu: ClassMenu, prices: Mapping[str, float], rules: Rules
) -> tuple[str, ...]:
    """A choice in the order of the menu, if the rules allow it.

    Raises:
        RefusedError: if something is not on the menu or named twice, there is too much of it, or it is over the budget.
        ScenarioError: if the interventions together leave the range of a parameter.
    """
    unknown = [name for name in chosen if name not in menu.choices]
    if unknown:
        raise RefusedError(say("refused", "unknown", name=unknown[0][:60]))
    if len(set(chosen)) < len(chosen):
        raise RefusedError(say("refused", "twice"))
    if len(chosen) > MOST_CHOSEN:
        raise RefusedError(say("refused", "too_many", most=MOST_CHOSEN, count=len(chosen)))
    price, budget = price_of(chosen, prices), rules.budget
    if price > budget:
        currency = menu.base.market.currency
        words = say("refused", "over_budget", currency=currency, price=price, budget=budget, over=price - budget)
        raise RefusedError(words)
    ordered = menu.in_order(tuple(chosen))
    menu.plan(ordered, rules.level)
    return ordered


def price_of(chosen: Sequence[str], prices: Mapping[str, float]) -> float:
    """What a choice costs by list price."""
    return sum(prices[name] for name in chosen)
