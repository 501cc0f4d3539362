"""An event log under pm4py's names, read as linked records: each purchase, and what happened until the next one."""

import numpy as np
import pandas as pd

from cxsim.data.errors import DataError
from cxsim.data.table import EVENT_LOG, Table

# What an activity may be called, in any case, and which column of linked records it fills.
ACTIVITIES: dict[str, tuple[str, ...]] = {
    "ordered": ("ordered", "order", "purchase", "buys"),
    "promised": ("promised",),
    "delivered": ("delivered", "delivery", "uses"),
    "failed": ("failed", "failure", "something fails"),
    "contact": ("contact", "complaint", "contact, resolved", "contact, resolved quickly", "contact, not resolved"),
    "resolved": ("resolved",),
    "unresolved": ("unresolved", "not resolved"),
}
_SAYS_MORE = {
    "contact, resolved": "resolved",
    "contact, resolved quickly": "resolved",
    "contact, not resolved": "unresolved",
}


def rows_of_log(table: Table) -> tuple[pd.DataFrame, list[str]]:
    """A row a purchase, as text under the names of linked records, the index its line; and what was done, in words.

    What happens to a case before its first purchase is left out. An event belongs to the last purchase before it.

    Raises:
        DataError: if no activity is a purchase, or the log holds several brands.
    """
    columns = table.columns(EVENT_LOG)
    heading = {name.lower(): place for place, name in enumerate(table.heading)}
    with_brand = {**columns, **({"brand": heading["brand"]} if "brand" in heading else {})}
    events = table.whole(with_brand)
    _refuse_several_brands(table, events)
    activity = events["concept:name"].str.strip().str.lower()
    kinds = {name: kind for kind, names in ACTIVITIES.items() for name in names}
    kind = activity.map(kinds)
    if not (kind == "ordered").any():
        raise DataError(
            table.path,
            f"no activity is a purchase; there are {', '.join(sorted(set(events['concept:name']))[:8])}.",
            "Call them "
            + "; ".join(
                f"{names[0]} (or {', '.join(names[1:])})" if names[1:] else names[0] for names in ACTIVITIES.values()
            )
            + ".",
        )
    events = events.assign(kind=kind, also=activity.map(_SAYS_MORE))[kind.notna()]
    case = pd.factorize(events["case:concept:name"])[0]
    order = np.argsort(case, kind="stable")
    events, case = events.iloc[order], case[order]
    bought = (events["kind"] == "ordered").to_numpy()
    place = np.cumsum(bought) - 1
    known = place >= 0
    known[known] = case[bought][place[known]] == case[known]
    events, place = events[known], place[known]
    rows = pd.DataFrame({"customer_id": events["case:concept:name"][events["kind"] == "ordered"]})
    for name in ("ordered", "promised", "delivered", "contact"):
        rows[name] = _first(events, place, name, len(rows))
    rows = rows.drop(columns=[name for name in ("promised", "delivered", "contact") if (rows[name] == "").all()])
    if (events["kind"] == "failed").any():
        rows["failed"] = np.where(_first(events, place, "failed", len(rows)) != "", "1", "0")
    if "contact" in rows:
        rows["outcome"] = _outcome(events, place, len(rows))
    said = [f"An event log: {len(rows):,} purchases, each with what happened until the customer's next one."]
    unread = sorted(set(activity[kind.isna()]))
    said += [f"Activities not used: {', '.join(unread[:12])}{', ...' if len(unread) > 12 else ''}."] if unread else []
    return rows, said


def _refuse_several_brands(table: Table, events: pd.DataFrame) -> None:
    brands = sorted(set(events.get("brand", pd.Series(dtype=str))) - {""})
    if len(brands) > 1:
        raise DataError(
            table.path,
            f"it holds events of several brands: {', '.join(brands[:6])}.",
            "A firm's log is about one: keep the rows of yours.",
        )


def _first(events: pd.DataFrame, place: np.ndarray, kind: str, rows: int) -> np.ndarray:
    """The time of the first event of a kind for each purchase, "" without one."""
    chosen = (events["kind"] == kind).to_numpy()
    found = np.full(rows, "", object)
    found[place[chosen][::-1]] = events["time:timestamp"].to_numpy()[chosen][::-1]
    return found


def _outcome(events: pd.DataFrame, place: np.ndarray, rows: int) -> np.ndarray:
    """How the contacts about each purchase ended: resolved if any did."""
    found = np.full(rows, "", object)
    for word in ("unresolved", "resolved"):
        said = ((events["kind"] == word) | (events["also"] == word)).to_numpy()
        found[place[said]] = word
    return found
