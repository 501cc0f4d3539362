"""What a search has lived, kept in the folder of its results: a search that was killed goes on where it was.

search/asked.json    the question: market, menu, worlds, budget, aim, seed, version and rules
search/lives.log     what every finished life changed, by plan, world and replication
search/.lock         held by the search

The search itself is not kept: it is walked through again, and whatever it asks that was lived before is looked up.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cxsim.analysis.portfolio.menu import PlanMenu
from cxsim.analysis.portfolio.plans import Plan
from cxsim.analysis.results.files import ResultsExistError, put_file
from cxsim.analysis.results.folder import check_free, held, versions
from cxsim.analysis.sweep.journal import Journal
from cxsim.analysis.sweep.parameters import Values
from cxsim.scenario import Scenario
from cxsim.scenario.writing import scenario_hash

SEARCH, ASKED, LIVES = "search", "asked.json", "lives.log"


def question(
    market: Scenario, menu: PlanMenu, budget: float, aim: str, worlds: list[Values], seed: int
) -> dict[str, object]:
    """What is asked, ready for JSON. How many runs the answer may take, and what does not matter, is no part of it."""
    return {
        "scenario": {"name": market.name, "sha256": scenario_hash(market)},
        "mechanisms": {each.name: each.sha256 for each in market.own},
        "budget": budget,
        "aim": aim,
        "seed": seed,
        "menu": {name: [option.record for option in options] for name, options in menu.items.items()},
        "worlds": worlds,
    }


def number_of(plan: Plan, place: tuple[int, int]) -> int:
    """The number under which a life of a plan is kept: a hash of 64 bits, so two of a million lives never share one."""
    return int.from_bytes(hashlib.sha256(repr((plan, place)).encode()).digest()[:8], "big")


@contextmanager
def remembered(
    folder: Path, asked: Mapping[str, object], resume: bool = False, overwrite: bool = False
) -> Iterator[Journal]:
    """The lives of a search, to be looked up and added to; only one search at a time writes a folder.

    Args:
        folder: of the results.
        asked: from `question`.
        resume: go on with the search in the folder, if there is one.
        overwrite: whether results in the folder, and the search they came from, may be replaced.

    Raises:
        ResultsExistError: if the folder holds something else, or this search and neither is given.
    """
    code = {name: versions()[name] for name in ("cxsim", "rules")}
    here, now = folder / SEARCH, json.loads(json.dumps({**code, **asked}))
    begun = (here / LIVES).is_file() and (here / LIVES).stat().st_size > 0
    if begun and resume:
        _check_same(folder, now)
    elif begun and not overwrite:
        raise ResultsExistError(f"{folder} holds a search already; --resume goes on with it, --overwrite begins again")
    elif not begun:
        no_life_yet = _names(folder) <= {SEARCH} and _names(here) <= {ASKED, LIVES, ".lock"}
        check_free(folder, overwrite or no_life_yet)
    here.mkdir(parents=True, exist_ok=True)
    with held(here):
        if not (begun and resume):
            (here / LIVES).unlink(missing_ok=True)
            put_file(here / ASKED, json.dumps(now, indent=2), overwrite=True)
        with Journal(here / LIVES) as lives:
            yield lives


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _check_same(folder: Path, now: Mapping[str, object]) -> None:
    try:
        before = json.loads((folder / SEARCH / ASKED).read_text(encoding="utf-8"))
        before = {"rules": now["rules"], "mechanisms": now["mechanisms"], **before}  # searches of before name neither
        different = [key for key in now if before.get(key) != now[key]]
    except (OSError, ValueError, TypeError, AttributeError):
        raise ResultsExistError(f"{folder / SEARCH / ASKED} does not say what was asked") from None
    if different:
        raise ResultsExistError(f"{folder} holds another search (different: {', '.join(different)})")
