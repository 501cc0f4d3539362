"""An e-mail experiment by lot, worked through: what the letters did, and what would have been believed without a lot.

Kevin Hillstrom's challenge of 2008: 64,000 customers of a shop, a third each with an e-mail on men's goods, one on women's, or none;
visits, purchases and spending of the next two weeks. The data have no licence, so they are not shipped; they come from the folder
CXSIM_DATA.

    python -m experiments.hillstrom

1. The difference of two arms, with its interval, is the effect: the lot made the arms alike, and what was known before shows it.
2. Then a firm is made that sends letters to good customers: of each arm, customers are kept with a chance that rises with what they
   had spent. Its plain difference is wrong. Comparing within classes of earlier spending, by which it chose, recovers the effect: of a
   hundred such firms it is counted how often the interval holds what the lot says.
"""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.forecasts.cohorts import data_file
from experiments.pages import table

FILE: Final = "hillstrom.csv.gz"
NONE: Final = "No E-Mail"
OUTCOMES: Final = {"visit": "visited", "conversion": "bought", "spend": "spent, $"}
BEFORE: Final = {
    "history": "spent in the year before, $",
    "recency": "months since the last purchase",
    "newbie": "new in the last year",
}
CLASSES: Final = 10  # of earlier spending, equally large
KEPT: Final = (
    0.1,
    0.9,
)  # chance to be kept, of the customers who spent least and most; without a letter the other way round
SEED: Final = 1
FIRMS: Final = 100
Z: Final = 1.96


class Difference(NamedTuple):
    """A difference of means and its standard error."""

    mean: float
    error: float

    @property
    def words(self) -> str:
        """With its 95% interval, to four digits after the point."""
        low, high = self.mean - Z * self.error, self.mean + Z * self.error
        return f"{self.mean:+.4f} ({low:+.4f} to {high:+.4f})"


def customers() -> pd.DataFrame:
    """The table.

    Raises:
        FileNotFoundError: where it is not there.
    """
    return pd.read_csv(data_file(FILE))


def difference(with_letter: "pd.Series[float]", without: "pd.Series[float]") -> Difference:
    """Of means, with Welch's standard error."""
    error = np.sqrt(with_letter.var(ddof=1) / len(with_letter) + without.var(ddof=1) / len(without))
    return Difference(float(with_letter.mean() - without.mean()), float(error))


def within_classes(chosen: pd.DataFrame, letter: str, outcome: str) -> Difference:
    """The mean of the differences within classes of earlier spending, weighed by the size that each class has by lot."""
    parts = [
        difference(each.loc[each["segment"] == letter, outcome], each.loc[each["segment"] == NONE, outcome])
        for _, each in chosen.groupby("class")
    ]
    means, errors = np.array(parts).T
    return Difference(float(means.mean()), float(np.sqrt((errors**2).sum()) / len(parts)))


def chosen_by_spending(rows: pd.DataFrame, seed: int = SEED) -> pd.DataFrame:
    """What a firm's records would hold had it sent letters to good customers: the same people, without the lot."""
    classes = pd.qcut(rows["history"].rank(method="first"), CLASSES, labels=False)
    rank = classes / (CLASSES - 1)
    low, high = KEPT
    chance = np.where(rows["segment"] == NONE, high - (high - low) * rank, low + (high - low) * rank)
    kept = stats.uniform.rvs(size=len(rows), random_state=seed) < chance
    return rows.assign(**{"class": classes})[kept]


def held(rows: pd.DataFrame, firms: int = FIRMS) -> list[list[str]]:
    """Of so many firms that chose by spending, how often each estimate's interval held the effect by lot, and its mean."""
    lines = []
    choices = [chosen_by_spending(rows, SEED + number) for number in range(firms)]
    for letter in (each for each in sorted(rows["segment"].unique()) if each != NONE):
        for name, words in OUTCOMES.items():
            sent = [rows.loc[rows["segment"] == each, name] for each in (letter, NONE)]
            truth = difference(*sent).mean
            plain = [
                difference(*(each.loc[each["segment"] == arm, name] for arm in (letter, NONE))) for each in choices
            ]
            within = [within_classes(each, letter, name) for each in choices]
            cells = [
                f"{np.mean([found.mean for found in each]):+.4f}, held by {np.mean([abs(found.mean - truth) < Z * found.error for found in each]):.0%}"
                for each in (plain, within)
            ]
            lines.append([letter, words, f"{truth:+.4f}", *cells])
    return lines


def report(rows: pd.DataFrame) -> str:
    """The effects by lot, what was alike before, and the firm without a lot."""
    letters = [each for each in sorted(rows["segment"].unique()) if each != NONE]
    none = rows[rows["segment"] == NONE]
    alike, effects, biased = [], [], []
    chosen = chosen_by_spending(rows)
    for letter in letters:
        sent = rows[rows["segment"] == letter]
        alike += [[letter, words, difference(sent[name], none[name]).words] for name, words in BEFORE.items()]
        for name, words in OUTCOMES.items():
            effects.append([letter, words, f"{none[name].mean():.4f}", difference(sent[name], none[name]).words])
            plain = difference(
                chosen.loc[chosen["segment"] == letter, name], chosen.loc[chosen["segment"] == NONE, name]
            )
            by_lot = difference(sent[name], none[name])
            biased.append([letter, words, by_lot.words, plain.words, within_classes(chosen, letter, name).words])
    return "\n\n".join(
        [
            f"{len(rows):,} customers, {len(none):,} of them without a letter.",
            "**Before the letters**: differences that the lot left",
            table(["letter", "known before", "with less without"], alike),
            "**What the letters did**",
            table(["letter", "outcome in two weeks", "without", "effect (95%)"], effects),
            f"**Without a lot**: {len(chosen):,} of the same customers, good ones mostly with a letter and others mostly without",
            table(
                ["letter", "outcome", "effect by lot", "plain difference", "within classes of earlier spending"], biased
            ),
            f"**{FIRMS} such firms**: mean of the estimates, and in how many the interval of 95% holds the effect by lot",
            table(["letter", "outcome", "effect by lot", "plain difference", "within classes"], held(rows)),
        ]
    )


if __name__ == "__main__":
    print(report(customers()))
