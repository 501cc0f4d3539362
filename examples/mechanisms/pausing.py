"""A subscription that may be paused: who stays may skip some weeks, the likelier the less satisfied."""

from cxsim.mechanism import Mechanism, Section, Stage, logistic, parameter, purpose, row_for, uniform

PAUSE = purpose("pausing: pause instead of renewing at once")


class Pausing(Mechanism):
    """A pause is offered after each renewal; nothing is paid for meanwhile, and the customer stays a customer."""

    class Offer(Section):
        """What the brand allows."""

        weeks: float = parameter(
            0.0, "Length of a pause; 0: none is offered.", "weeks", 0, 52, "assumed", "No pause by default."
        )

    class Traits(Section):
        """How readily people pause."""

        base: float = parameter(-3.0, "Logit of pausing at the satisfaction of reference.", "logit", -20, 20, "assumed",
                                "One renewal in twenty.")  # fmt: skip
        dissatisfaction: float = parameter(3.0, "Logit added by each unit of satisfaction that is missing.", "logit", 0, 50,
                                           "assumed", "The less satisfied pause more.")  # fmt: skip

    class Person:
        """How often this person has paused, the ordinal of its luck."""

        offered: int

    counts = {"pauses": "pauses taken"}
    present_terms_only = True

    @staticmethod
    def after_loyalty(state, person):
        """Who stays may put the next renewal off."""
        me = state.people[person]
        row = row_for(state, me)
        weeks = state.offers[row, me.target].pausing.weeks
        if me.stage != Stage.NEED or not me.by_habit or weeks == 0.0:
            return
        traits = state.traits[row, me.target]
        missing = traits.loyalty.satisfaction_reference - state.bonds[person, me.target].satisfaction
        chance = logistic(traits.pausing.base + traits.pausing.dissatisfaction * missing)
        if uniform(state.luck, person, PAUSE, me.pausing.offered, 0) < chance:
            state.due[person] += weeks
            state.counted[state.clock[0], me.target].pauses += 1
        me.pausing.offered += 1
