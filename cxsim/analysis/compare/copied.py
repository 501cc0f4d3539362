"""What becomes of a plan when every rival copies it after some weeks."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Copied:
    """The lives of a plan that was copied.

    Attributes:
        after_weeks: from the start of each intervention of the plan to that of its copies.
        rivals: who copies it: every brand but the focal one.
        figures: one row a replication, one column a figure of the focal brand.
    """

    after_weeks: float
    rivals: tuple[str, ...]
    figures: pd.DataFrame = field(repr=False)
