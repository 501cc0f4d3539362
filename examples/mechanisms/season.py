"""Seasonal demand: needs come sooner in the season and later outside it, by the same luck."""

import math

from cxsim.mechanism import NO_BRAND, WEEK, WEEKS_PER_YEAR, Mechanism, NextNeed, Section, compiled, parameter, row_for

YEAR = 2.0 * math.pi / WEEKS_PER_YEAR


@compiled
def rate(season, week):
    """Needs in a week beside the mean of the year."""
    return 1.0 + season.strength * math.cos(YEAR * (week - season.peak_week))


@compiled
def needs_until(season, week):
    """The rate added up from week 0."""
    return week + season.strength / YEAR * math.sin(YEAR * (week - season.peak_week))


class Season(Mechanism):
    """A year's rise and fall of the rate at which needs come; contracts renew on their day."""

    class Traits(Section):
        """How strong, and when."""

        strength: float = parameter(0.0, "The peak above the mean of the year; as far below it half a year later.", "share",
                                    0, 0.95, "assumed", "No season unless a market says so.")  # fmt: skip
        peak_week: float = parameter(0.0, "The week of the peak.", "weeks", 0, 52, "assumed", "The start of the run.")

    present_terms_only = True

    @staticmethod
    def arising(state, person):
        """The hazard of this week, taken in its middle."""
        return rate(state.traits[row_for(state, state.people[person]), NO_BRAND].season, state.clock[WEEK] + 0.5)

    @staticmethod
    def waiting(state, person, since, weeks):
        """The time by which as much of the season has passed as weeks would have without one."""
        traits = state.traits[row_for(state, state.people[person]), NO_BRAND]
        if traits.need.kind == NextNeed.contract or traits.season.strength == 0.0:
            return weeks
        wanted = needs_until(traits.season, since) + weeks
        low, high = 0.0, weeks / (1.0 - traits.season.strength)
        for _ in range(60):
            middle = (low + high) / 2.0
            if needs_until(traits.season, since + middle) < wanted:
                low = middle
            else:
                high = middle
        return high
