"""A study from end to end: begin it or go on with it, live what is missing, leave tables behind."""

import itertools
from pathlib import Path

from cxsim.study.folder import ResultsExistError
from cxsim.sweep.book import Book
from cxsim.sweep.design.space import KeySpace
from cxsim.sweep.design.study import Reading
from cxsim.sweep.enough import precision, replications_wanted
from cxsim.sweep.pairing import pairing
from cxsim.sweep.plan import Plan, chunker, found, manifest_of, planned, record_of_study
from cxsim.sweep.progress import Silent
from cxsim.sweep.store.folder import PAIRING, PRECISION, Store
from cxsim.sweep.store.rows import long_tables
from cxsim.sweep.store.tables import design_table
from cxsim.sweep.workers.crews import Crew
from cxsim.sweep.workers.driver import Driver, Task
from cxsim.sweep.workers.work import live_chunk


def sweep(
    reading: Reading,
    folder: Path,
    crew: Crew,
    resume: bool = False,
    expand: int = 0,
    progress: Silent | None = None,
    task: Task = live_chunk,
) -> KeySpace:
    """Live a study into a folder; what is there already is not lived again.

    Args:
        reading: from `read_study`.
        folder: for the tables; new, or that of the same study with `resume` or `expand`.
        crew: who does the work; the tables do not depend on it.
        resume: go on with what is in the folder, if there is anything.
        expand: so many more replications of a study that is complete.
        progress: is told how far it is; nobody when left out.
        task: what workers do.

    Returns:
        The runs that the folder now holds.

    Raises:
        StudyError: if the study is wrong.
        ResultsExistError: if the folder holds something else, or this study and neither `resume` nor `expand` is given.
        ClusterLostError: if a cluster is gone; what is finished is kept.
        OSError: if something cannot be written; what is finished is kept.
        KeyboardInterrupt: on Ctrl-C; what is finished is kept.
    """
    store, new = Store(folder), planned(reading)
    if store.manifest() is None:
        store.check_free()
    with store.locked():
        plan = _begun(store, new, resume, expand)
        _live_missing(store, plan, crew, progress or Silent(), task)
        enough = plan.reading.study.until
        if enough is not None:
            more = replications_wanted(store, plan, enough) - plan.space.replications
            if more > 0:
                plan = _expanded(store, plan, more)
                _live_missing(store, plan, crew, progress or Silent(), task)
            store.write_csv(precision(store, plan, enough), PRECISION)
        store.write_csv(pairing(store.folder, plan.grid, plan.space), PAIRING)
    return plan.space


def _begun(store: Store, new: Plan, resume: bool, expand: int) -> Plan:
    manifest = store.manifest()
    if manifest is None:
        if expand:
            raise ResultsExistError(f"{store.folder} holds no study to expand")
        store.write_table(design_table("point", new.grid.points), "points.parquet")
        store.write_table(design_table("world", new.grid.worlds), "worlds.parquet")
        store.write_json(manifest_of(new))
        return new
    if not (resume or expand):
        raise ResultsExistError(f"{store.folder} holds a study already; --resume goes on with it")
    plan = found(store, new.reading, manifest)
    store.write_json({**manifest, "study": record_of_study(plan.reading)})  # with the words of now
    if not expand:
        return plan
    missing = plan.space.blocks - len(store.complete_blocks())
    if missing:
        raise ResultsExistError(f"{missing} blocks of {store.folder} are not complete; --resume first, then --expand")
    return _expanded(store, plan, expand)


def _expanded(store: Store, plan: Plan, replications: int) -> Plan:
    """The study with so many more replications, none of them lived yet."""
    grown = Plan(plan.reading, plan.grid, plan.space.expanded(replications), plan.records)
    store.write_json({**(store.manifest() or {}), **grown.space.as_json()})
    return grown


def _live_missing(store: Store, plan: Plan, crew: Crew, progress: Silent, task: Task) -> None:
    """Live every run that no complete block and no journal holds, and complete the blocks."""
    progress.begin(plan.space.runs)
    book = Book(store, plan.grid, plan.space, long_tables(plan.reading.study), progress)
    driver = Driver(crew, task, chunker(plan), book.finished, lambda: progress.lived(0))
    chunks = book.chunks(lambda: driver.runs_a_chunk)
    try:
        first = next(chunks, None)
        if first is not None:  # else no worker is called for nothing
            driver.live(itertools.chain([first], chunks))
    finally:
        book.close()
