"""Sweep one parameter with Mesa's own batch runner: how many evenings may be late?

`replication` is swept too: each late rate meets the same customers with the same luck, so its rows can be compared pair
by pair. (For studies, `cxsim.compare` does this in threads and says how sure it is.)
"""

import mesa
import pandas as pd

from cxsim import LoyaltyModel


class Restaurant(LoyaltyModel):
    """A restaurant market whose seed does not depend on how a version of Mesa hands `rng` to its models."""

    def __init__(self, rng: int | None = None, **parameters: float) -> None:
        super().__init__("restaurant", rng=1, **parameters)


def main() -> None:
    """Print customers at the horizon by late rate, and the paired change against the lowest."""
    rows = mesa.batch_run(
        Restaurant,
        {"brand.Olive.use.late_rate": [0.05, 0.14, 0.25], "replication": range(4)},
        number_processes=1,
        data_collection_period=-1,  # the last week only
        display_progress=False,
    )
    table = pd.DataFrame(rows).pivot(index="replication", columns="brand.Olive.use.late_rate", values="customers")
    print(table.to_string())
    print("\nMean change against 0.05, customer by customer the same luck:")
    print(table.sub(table[0.05], axis=0).mean().round(0).to_string())


if __name__ == "__main__":
    main()
