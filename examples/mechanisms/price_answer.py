"""A rival that answers a price cut: some weeks later, with a share of it."""

import numpy as np

from cxsim.mechanism import WEEK, Mechanism, Section, parameter, rows_of_week


class PriceAnswer(Mechanism):
    """A brand that sees the deepest price cut of another one, and answers from its own price at the start."""

    class Offer(Section):
        """How it answers; most rivals never do (Steenkamp et al. 2005), so nothing is the default."""

        share: float = parameter(0.0, "Share of the cut that it answers with.", "share", 0, 1, "assumed",
                                 "No answer is the commonest: Steenkamp et al. (2005), Marketing Science 24(1), 35-54.")  # fmt: skip
        after_weeks: int = parameter(26, "Time until it answers.", "weeks", 1, 520, "assumed", "Half a year.")

    class Standing:
        """What is kept of a brand."""

        listed: float  # its price at the start

    counts = {"weeks_answered": "weeks in which the price is an answer to another brand's"}

    @staticmethod
    def before_week(state):
        """Once a week, in NumPy: the price of every brand that answers is set anew."""
        week, price = int(state.clock[WEEK]), state.offers["purchase"]["price"]
        listed = state.standings["price_answer"]["listed"]
        if week == 0:
            listed[:] = price[rows_of_week(state, 0)].mean(axis=0)
        answers = state.offers["price_answer"][0]
        for brand, (share, delay) in enumerate(zip(answers["share"], answers["after_weeks"], strict=True)):
            if share > 0.0 and week >= delay:
                cut = 1.0 - price[rows_of_week(state, week - delay)].mean(axis=0) / listed
                deepest = max(0.0, *np.delete(cut, brand))
                price[rows_of_week(state, week), brand] = listed[brand] * (1.0 - share * deepest)
                state.counted["weeks_answered"][week, brand] += deepest > 0.0
