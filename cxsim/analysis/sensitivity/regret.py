"""Plans over uncertain worlds: what one may come to regret, and which plan to choose by which rule.

Regret of a plan in a world: what the best plan of that world earns more. Savage (1951), "The theory of statistical
decision", Journal of the American Statistical Association 46, 55-67.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxsim.analysis.sensitivity.factor import Numbers, whole_draws

RESAMPLES = 2000
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Regret:
    """Regrets of plans over worlds, all worlds being equally likely.

    Attributes:
        regrets: plans x worlds, on means over replications.
        plans: one row a plan: expected (the mean over worlds), max_regret, mean_regret, each with its 95% interval as
            ..._low and ..._high; best_on_average and minimax, the shares of resamples in which the plan has the highest
            expected value and the least maximal regret.
        best_on_average: the plan with the highest expected value.
        minimax: the plan with the least maximal regret.
        worlds: how many.
        replications: of each plan in each world.
    """

    regrets: pd.DataFrame = field(repr=False)
    plans: pd.DataFrame
    best_on_average: str
    minimax: str
    worlds: int
    replications: int

    def sentence(self) -> str:
        """Which plan to take by which rule, and how sure that is."""
        average, cautious = self.plans.loc[self.best_on_average], self.plans.loc[self.minimax]
        return (
            f'"{self.best_on_average}" is best on average over {self.worlds} worlds ({average["expected"]:,.0f}; best '
            f'in {average["best_on_average"]:.0%} of resamples). "{self.minimax}" has the least regret in its worst '
            f"world ({cautious['max_regret']:,.0f}; least in {cautious['minimax']:.0%} of resamples)."
        )


def regret(runs: pd.DataFrame, figure: str = "net_margin", good: int = 1, seed: int = 1) -> Regret:
    """The regret table of plans over worlds.

    Expected values and mean regrets are bootstrapped over worlds and replications together (Owen 2007, "The
    pigeonhole bootstrap", Annals of Applied Statistics 1, 386-411: rather too wide than too narrow), for other worlds might have been drawn. Maximal regrets are
    bootstrapped over replications alone: the worst world is the worst of those tried, and no resampling speaks of a
    worse one. The same replication is drawn for all plans and worlds, since it is the same luck. A maximal
    regret is a maximum of noisy means and so, with few replications, rather too large than too small.

    Args:
        runs: one row a run, with columns plan, world, replication and the figure. Every plan with the same replications
            in every world. "Do nothing" is a plan too: give its runs.
        figure: what counts.
        good: +1 when more of it is better, -1 when less is.
        seed: of the bootstrap.

    Raises:
        ValueError: if a run is missing, twice or without a number, or there is no second plan.
    """
    values = good * _cube(runs, figure)  # (plans, worlds, replications)
    names = sorted(runs["plan"].unique())
    plans, worlds, replications = values.shape
    drawn_worlds = whole_draws(worlds, (RESAMPLES, worlds), seed)
    drawn = whole_draws(replications, (RESAMPLES, replications), seed + 1)
    resampled = np.stack([values[:, :, each].mean(axis=2) for each in drawn])  # (resamples, plans, worlds)
    rows = np.arange(RESAMPLES)[:, None, None], np.arange(plans)[None, :, None], drawn_worlds[:, None, :]
    means, regrets = values.mean(axis=2), _regrets(values.mean(axis=2))
    expected, worst = resampled[rows].mean(axis=2), _regrets(resampled).max(axis=2)
    columns = {
        "expected": (means.mean(axis=1), expected),
        "max_regret": (regrets.max(axis=1), worst),
        "mean_regret": (regrets.mean(axis=1), _regrets(resampled)[rows].mean(axis=2)),
    }
    table = pd.DataFrame(index=pd.Index(names, name="plan"))
    for name, (mean, spread) in columns.items():
        low, high = np.quantile(spread, INTERVAL, axis=0)
        flip = good if name == "expected" else 1  # told in the figure's own sign
        table[name], table[f"{name}_low"], table[f"{name}_high"] = flip * mean, *sorted_ends(flip * low, flip * high)
    table["best_on_average"] = _share_of_wins(expected)
    table["minimax"] = _share_of_wins(-worst)
    worlds_named = pd.Index(sorted(runs["world"].unique()), name="world")
    return Regret(
        pd.DataFrame(regrets, index=table.index, columns=worlds_named),
        table,
        names[int(np.argmax(columns["expected"][0]))],
        names[int(np.argmin(columns["max_regret"][0]))],
        worlds,
        replications,
    )


def sorted_ends(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """The lower and the higher end."""
    return np.minimum(one, other), np.maximum(one, other)


def _regrets(means: Numbers) -> Numbers:
    """Regret of every plan in every world, shape (..., plans, worlds) as the means."""
    return np.asarray(means.max(axis=-2, keepdims=True) - means)


def _share_of_wins(values: Numbers) -> Numbers:
    """Share of resamples in which each plan has the highest value, ties shared, shape (plans,)."""
    best = values == values.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))


def _cube(runs: pd.DataFrame, figure: str) -> Numbers:
    """The figure by plan, world and replication, in their sorted order."""
    order = ["plan", "world", "replication"]
    shape = tuple(runs[name].nunique() for name in order)
    if len(runs) != np.prod(shape) or runs.duplicated(order).any():
        raise ValueError(f"{len(runs)} runs do not give every one of {shape[0]} plans, {shape[1]} worlds and {shape[2]} "
                         "replications exactly once")  # fmt: skip
    if shape[0] < 2:
        raise ValueError("regret needs at least two plans; doing nothing is one")
    values = runs.sort_values(order)[figure].to_numpy(float).reshape(shape)
    if not np.isfinite(values).all():
        raise ValueError(f"{figure} has no number in {np.sum(~np.isfinite(values))} of {len(runs)} runs")
    return values
