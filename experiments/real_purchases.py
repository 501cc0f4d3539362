"""Real repeat purchases against simulated ones: the CDNOW sample, 2,357 customers, 78 weeks.

The parameters were fitted by Fader, Hardie & Lee (2005) on weeks 1-39; weeks 40-78 are used for scoring only. The
full market (satisfaction, rivals, word of mouth, support) is scored too, per first purchase of any shop, because its
customers are more than those 2,357; its one refitted number, loyalty.leave_b, used weeks 1-39 only.
"""

import numpy as np

from cxsim import load, run
from cxsim.study.against_real import against_real, cumulative_repeats, real_repeats
from cxsim.study.paired import estimate

BGNBD_AT_78 = 4160.6  # the closed form at the published parameters, for the same days of entry
REPLICATIONS = 100


def skeleton() -> None:
    """Print the figures of the market in which nothing but the rhythm of purchases is alive."""
    runs = run("online-retailer-rhythm", replications=REPLICATIONS, progress=True)
    result = against_real(runs)
    print(result)
    print(
        f"Against BG/NBD's closed form at week 78: {result.simulated.mean / BGNBD_AT_78 - 1.0:+.2%} "
        f"(target: within 2%); against the real curve: {result.error:.2%} (target: at most 4%)."
    )
    at_39 = cumulative_repeats(runs).loc[39].mean()
    print(f"By week 39: {at_39:,.0f} simulated, {real_repeats(runs).loc[39]:,.0f} real.")


def full_market() -> None:
    """Print repeat purchases per first purchase of the full market beside the real ones."""
    runs = run(
        load("online-retailer", ["market.people=20000", "brand.retailer.support.capacity=12"]),
        replications=10,
        progress=True,
    )
    both = runs.weeks.groupby(["replication", "week"])[["repeat_purchases", "first_purchases"]].sum()
    cumulative = both.groupby(level="replication").cumsum()
    real = real_repeats(runs)
    for week, use in ((13, "fit"), (26, "fit"), (39, "fit"), (52, "holdout"), (78, "holdout")):
        at = cumulative.xs(week - 1, level="week")
        ratio = estimate((at["repeat_purchases"] / at["first_purchases"]).to_numpy(np.float64))
        print(
            f"Week {week:>2} ({use:<7}): {ratio.mean:.3f} ({ratio.low:.3f} to {ratio.high:.3f}) repeat purchases per first "
            f"purchase simulated, {real.loc[week] / 2357:.3f} real."
        )


if __name__ == "__main__":
    skeleton()
    full_market()
