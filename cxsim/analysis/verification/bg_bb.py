"""BG/BB: purchases at given opportunities, with chances of one's own, until the customer leaves (Fader et al. 2010)."""

import numpy as np
from scipy import special

from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, listed, mean_in
from cxsim.analysis.verification.repeat_buying import repeats
from cxsim.data.histories import Histories
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

OPPORTUNITIES = np.array([1.0, 2.0, 4.0, 6.0, 8.0, 11.0])
SECTION = "opportunities"  # of the mechanism beside the scenario
KNOWN, AHEAD = 6.0, 5.0  # opportunities observed, and those to forecast, as the donors of the paper
HISTORIES = ("none", "1 or 2, long ago", "1 or 2, lately", "3 or more, long ago", "3 or more, lately")


def _series(scenario: Scenario) -> list[Series]:
    model = _model(scenario)
    counts = np.arange(KNOWN + 1.0)
    return [
        Series("repeat purchases per customer", "opportunity", OPPORTUNITIES, model.expected_repeats),
        listed(
            f"share by repeats at the first {KNOWN:g} opportunities",
            "repeats",
            {f"{x:g}": chance_of_repeats(model, x, KNOWN) for x in counts},
        ),
        listed(
            f"purchases at opportunities {KNOWN + 1:g} to {KNOWN + AHEAD:g} less their forecast from how often, how lately",
            "repeats",
            dict.fromkeys(HISTORIES, 0.0),
        ),
    ]


def chance_of_repeats(model: BgBb, x: float, opportunities: float) -> float:
    """Chance of exactly x repeats at so many opportunities: all histories with x of them, by when the last one was."""
    last = np.arange(x, opportunities + 1.0) if x else np.zeros(1)
    earlier = np.array([special.comb(t - 1.0, x - 1.0) if x else 1.0 for t in last])
    histories = Histories(np.full(len(last), x), last, np.full(len(last), opportunities))
    return float(earlier @ np.exp(model.log_likelihood(histories)))


def _measure(model: LoyaltyModel) -> list[Numbers]:
    period = model.settings.need.period_weeks
    counts, last = {}, np.zeros(0)
    for week in after(model, period * OPPORTUNITIES + 1.0):  # after the week in which the opportunity was
        opportunity = (week - 1.0) / period
        counts[opportunity] = repeats(model)
        if opportunity == KNOWN:
            bonds = model.state.bonds[:, 0]
            last = np.rint((bonds["last_bought"] - bonds["first_bought"]) / period)
    known = Histories(counts[KNOWN], last, np.full(len(last), KNOWN))
    x, lately = known.repeats, known.last >= KNOWN - 1.0
    few, many = (x > 0) & (x < 3), x >= 3
    misses = counts[KNOWN + AHEAD] - x - _model(model.settings).expected_more(known, AHEAD)
    return [
        np.array([count.mean() for count in counts.values()]),
        np.array([(x == number).mean() for number in np.arange(KNOWN + 1.0)]),
        mean_in([x == 0, few & ~lately, few & lately, many & ~lately, many & lately], misses),
    ]


def _model(scenario: Scenario) -> BgBb:
    buys, loyalty = getattr(scenario, SECTION), scenario.loyalty
    return BgBb(buys.a, buys.b, loyalty.leave_a, loyalty.leave_b)


BG_BB = Limit(
    name="bg-bb",
    title="BG/BB, purchases at opportunities",
    formula="E X(n), P(X(n) = x) and E(Y | x, t_x, n) of the BG/BB model",
    reference="Fader, Hardie & Shang (2010), Marketing Science 29(6), 1086-1108",
    bias="none: opportunities come at exact times",
    series=_series,
    measure=_measure,
)
