"""What a customer team holds: a list of purchases, a table of customers, a retention table, survey answers.

Every file is read strictly. What can be read in two ways is refused with the way out; what is dropped or merged is
counted; what is assumed is said. `read` tells the first three apart by their headings.
"""

from datetime import date
from pathlib import Path

from cxsim.data import retention, rfm, transactions
from cxsim.data.episodes import LinkedRecords, read_episodes
from cxsim.data.errors import DataError
from cxsim.data.opening import open_table
from cxsim.data.purchases import Split, Transactions, Treated
from cxsim.data.retention import ContractCohort, Retention, read_retention
from cxsim.data.rfm import Rfm, TimeUnit, read_rfm
from cxsim.data.surveys import Scores, read_scores
from cxsim.data.table import PURCHASES, RETENTION, RFM
from cxsim.data.transactions import read_transactions
from cxsim.data.trials import TrialRecords, read_trial

__all__ = [
    "ContractCohort",
    "DataError",
    "LinkedRecords",
    "Retention",
    "Rfm",
    "Scores",
    "Split",
    "Transactions",
    "Treated",
    "TrialRecords",
    "read",
    "read_episodes",
    "read_retention",
    "read_rfm",
    "read_scores",
    "read_transactions",
    "read_trial",
]


def read(
    path: str | Path, today: date | None = None, time_unit: TimeUnit | None = None
) -> Transactions | Rfm | Retention:
    """Read a file of purchases, customers or retention, whichever its heading says.

    Args:
        path: a CSV file; see `read_transactions`, `read_rfm` and `read_retention`.
        today: purchases after this day are dropped; None takes the day it is.
        time_unit: what the times of a table of customers count; only it has any.

    Raises:
        DataError: if the heading fits none of the three, or the file cannot be read safely.
    """
    table = open_table(path)
    if time_unit is not None and not RFM.fits(table.heading):
        raise DataError(table.path, "is no table of customers with recency and T.", "Leave --time-unit out.")
    if PURCHASES.fits(table.heading):
        return transactions.from_table(table, table.columns(PURCHASES), today or date.today())
    if RFM.fits(table.heading):
        return rfm.from_table(table, table.columns(RFM), time_unit)
    if RETENTION.fits(table.heading):
        return retention.from_table(table, table.columns(RETENTION))
    raise DataError(
        table.path,
        f"the heading {', '.join(table.heading)!r} is that of no file known here.",
        f"Allowed are {PURCHASES}; {RFM}; {RETENTION},cohort_pct[,...].",
        table.first_line - 1,
    )
