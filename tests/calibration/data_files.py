"""Data files for tests: purchases of forty customers, written in any way, and plain Python to judge the reader by."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2025, 6, 1)
START = date(2024, 1, 1)

Row = tuple[str, date, float]

# Customer i buys first on day i and again after 30 days if i is even; from 02/01/2024 on, some days are above 12.
FORTY: list[Row] = [
    (f"{customer:05d}", START + timedelta(days=customer + later), 10.25 + customer)
    for customer in range(40)
    for later in ((0, 30) if customer % 2 == 0 else (0,))
]


def as_csv(
    rows: Iterable[Sequence[object]], heading: str = "customer_id,date,amount", delimiter: str = ",", end: str = "\n"
) -> str:
    """Rows as text, with a heading."""
    return end.join([heading.replace(",", delimiter), *(delimiter.join(map(str, row)) for row in rows)]) + end


def written(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    """A file that holds this."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def history(days: Iterable[date], at: date) -> tuple[int, float, float, int]:
    """Repeats, weeks to the last one, and weeks watched until a day, from days with a purchase; purchases afterwards."""
    days = sorted(set(days))
    before = [day for day in days if day <= at]
    weeks = timedelta(weeks=1)
    return len(before) - 1, (before[-1] - days[0]) / weeks, (at - days[0]) / weeks, len(days) - len(before)
