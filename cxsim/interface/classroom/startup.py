"""Opening a class: a new one, or one that a file remembers."""

from pathlib import Path

from starlette.applications import Starlette

from cxsim.interface.classroom.access import new_secret
from cxsim.interface.classroom.briefing import MarketBriefing, briefing
from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.routes import classroom_routes
from cxsim.interface.classroom.rules import Rules, usual_budget
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.web.app import create_app
from cxsim.interface.web.pool import WorkerPool

USUAL_MARKET = "restaurant"
USUAL_ROUNDS = 3


def remembered(file: Path) -> ClassStore | None:
    """The class that a file remembers; None if there is none yet.

    Raises:
        ValueError: if the file is something else.
    """
    store = ClassStore(file) if file.exists() else None
    if store is not None and not store.has_begun():
        store.close()
        return None
    return store


def begun(file: Path, market: str | None, budget: float | None, rounds: int | None, seed: int | None) -> ClassStore:
    """A new class, after a few seconds of working out what everything costs.

    Args:
        file: to remember the class.
        market: name of a market, or a scenario file with a menu of its own; the restaurant when left out.
        budget: of a team in each round; a third of the whole menu when left out.
        rounds: three when left out.
        seed: 1 when left out.

    Raises:
        ValueError: if the file cannot be written.
        ScenarioError: if the market is wrong.
    """
    name = market or USUAL_MARKET
    found = briefing(MarketBriefing(market=name))
    rules = Rules(
        market=name,
        budget=usual_budget(found.prices) if budget is None else budget,
        rounds=USUAL_ROUNDS if rounds is None else rounds,
        seed=1 if seed is None else seed,
    )
    store = ClassStore(file)  # not before all is right: nothing half-written stays behind
    store.begin(rules, found)
    return store


def going_on(store: ClassStore, file: Path) -> str:
    """What to say about a class that goes on: its own rules hold, whatever was asked for now."""
    rules, moment = store.rules(), store.moment()
    return (
        f"The class in {file} goes on in round {moment.round} of {rules.rounds}, with the rules it has: market "
        f"{rules.market}, budget {rules.budget:,.0f}, seed {rules.seed}. For another class name another --file."
    )


def class_app(store: ClassStore, host: str, workers: int | None) -> tuple[Starlette, str]:
    """The application of a class, and a new key for its teacher; the key of an earlier start opens nothing any more.

    Args:
        store: with a class that has begun.
        host: where the server will listen.
        workers: processes that compute; as many as cores when left out.
    """
    key = new_secret()
    store.set_teacher(key)
    runs = WorkerPool(workers)
    return create_app(runs, classroom_routes(Classroom(store, runs), host)), key


def opening(addresses: list[str], key: str) -> str:
    """What to say when the class is open; the teacher's key stands behind a #, which browsers send to nobody."""
    here, everybody = addresses[0], addresses[-1]
    return (
        f"Teacher    {here}/class/teacher#{key}\n"
        f"Projector  {here}/class/screen\n"
        f"Teams      {everybody}/class\n"
        "The teacher's link is a key: open it, and do not project it."
    )
