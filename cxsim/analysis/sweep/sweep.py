"""A study from end to end: what it will live, begun or gone on with, what is missing lived, tables left behind."""

import itertools
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow

from cxsim.analysis.compare.second_look import doubts_about
from cxsim.analysis.results.folder import ResultsExistError, versions
from cxsim.analysis.sweep.blocks import BlockWriter, design_table, long_tables, values_of
from cxsim.analysis.sweep.checksums import read
from cxsim.analysis.sweep.folder import PAIRING, PRECISION, StudyFolder
from cxsim.analysis.sweep.numbering import Space
from cxsim.analysis.sweep.points import axes_of, check_points, points_of, uncertain_axes_of, worlds_of
from cxsim.analysis.sweep.precision import pairing, precision, replications_wanted
from cxsim.analysis.sweep.study import BASE, Reading
from cxsim.analysis.sweep.work import OURS, Chunk, Classes, Replicates, Task, live_chunk
from cxsim.analysis.workers.backends import Backend, backend_of
from cxsim.analysis.workers.driver import CHUNKS_A_WORKER, Driver
from cxsim.analysis.workers.run_record import Key
from cxsim.analysis.workers.threads import Silent
from cxsim.engine.agents import Customer
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.figures import FIGURES, Figure, figures_of
from cxsim.engine.outcomes.status import causes_known
from cxsim.scenario.writing import scenario_hash

WORDS = ("name", "labels")  # of a study: what readers are told; no run depends on them


def planned(reading: Reading, classes: Classes = OURS) -> Space:
    """The design and the worlds drawn, the runs numbered.

    Raises:
        StudyError: if the study is wrong.
    """
    points, worlds = points_of(reading), worlds_of(reading)
    check_points(reading, points, worlds)
    return _space(reading, points, worlds, classes).expanded(reading.study.replications)


def _counted(reading: Reading) -> tuple[Figure, ...]:
    """What mechanisms of the market or a plan count, in a fixed order."""
    return figures_of(*reading.scenarios.values())[len(FIGURES) :]


def _space(reading: Reading, points: pd.DataFrame, worlds: pd.DataFrame, classes: Classes) -> Space:
    scenarios = reading.scenarios
    hashes = {name: scenario_hash(scenario) for name, scenario in scenarios.items()}
    brands = {name: scenario.brands for name, scenario in scenarios.items()}
    segments = {name: list(scenario.segments()) for name, scenario in scenarios.items()}
    return Space(
        points,
        worlds,
        tuple(scenarios),
        hashes,
        brands,
        segments,
        reading.study.seed,
        {figure.name: figure.meaning for figure in _counted(reading)},
        classes.record(),
        causes_known(*scenarios.values()),
    )


def manifest_of(reading: Reading, space: Space) -> dict[str, object]:
    """What sweep.json says when a study begins."""
    return {
        **versions(),
        "pyarrow": pyarrow.__version__,
        "study": record_of_study(reading),
        "content": space.hashes,
        "mechanisms": {
            name: {own.name: own.sha256 for own in each.own} for name, each in reading.scenarios.items() if each.own
        },
        "counts": space.counts,
        "classes": space.classes,
        **_told(reading),
        **space.as_json(),
    }


def _told(reading: Reading) -> dict[str, object]:
    """What readers of the tables need to know of the scenarios, which may be gone by then."""
    base, design, worlds = reading.scenarios[BASE], axes_of(reading), uncertain_axes_of(reading)
    return {
        "market": {name: getattr(base.market, name) for name in ("focal", "currency", "people", "horizon_weeks")},
        "good": {figure.name: figure.good for figure in _counted(reading) if figure.good},
        "names": {name: scenario.name for name, scenario in reading.scenarios.items()},
        "factors": [asdict(axis) for axis in design],
        "uncertain": [asdict(axis) for axis in worlds],
    }


def _doubts(reading: Reading, classes: Classes) -> dict[str, list[dict[str, object]]]:
    """What should be known of each plan before anything is made of it, in the market as it stands."""
    base, plans = reading.scenarios[BASE], {**reading.scenarios}
    del plans[BASE]
    try:
        found = {
            name: doubts_about(base, plan, reading.study.seed, None, classes.model, classes.customer)
            for name, plan in plans.items()
        }
    except Exception:  # what cannot be lived says so in the column `error` of its runs
        return {}
    return {name: [asdict(doubt) for doubt in doubts] for name, doubts in found.items()}


def record_of_study(reading: Reading) -> dict[str, Any]:
    """What a study file says, ready for JSON."""
    return reading.study.model_dump(mode="json", by_alias=True)


def found(store: StudyFolder, reading: Reading, classes: Classes, manifest: dict[str, Any]) -> Space:
    """The study in the folder, if it is this one; its words may be new.

    Raises:
        ResultsExistError: if it is another one, or was begun with another cxsim.
    """
    here, found = record_of_study(reading), manifest["study"]
    different = [key for key in here if key not in WORDS and here[key] != found.get(key)]
    points, worlds = (values_of(read(store.folder, f"{name}.parquet")) for name in ("points", "worlds"))
    space = _space(reading, points, worlds, classes)
    different += [
        f"content of {name}" for name, value in space.hashes.items() if manifest["content"].get(name) != value
    ]
    if different == ["replications"]:
        message = f"holds {found['replications']} replications of this study; --expand adds more"
        raise ResultsExistError(f"{store.folder} {message}")
    if different:
        raise ResultsExistError(f"{store.folder} holds another study (different: {', '.join(different)})")
    _check_rules(store, manifest, bool(space.counts))
    _check_classes(store, manifest.get("classes", {}), space.classes)
    return space.with_stages(manifest)


def _check_classes(store: StudyFolder, begun: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse to mix what different classes lived; folders of before were lived by cxsim's own."""
    for name in ("model", "customer"):
        if begun.get(name) != given.get(name):
            raise ResultsExistError(
                f"{store.folder} was begun with {name}={_class_in_words(begun.get(name))}, and is given "
                f"{name}={_class_in_words(given.get(name))}; go on with the class it was begun with: cxsim.sweep(..., {name}=)"
            )


def _class_in_words(said: Mapping[str, Any] | None) -> str:
    if said is None:
        return "cxsim's own"
    source = f"source {said['sha256'][:12]}" if said["sha256"] else "source unknown"
    return f"{said['module']}.{said['name']} ({source})"


def _check_rules(store: StudyFolder, manifest: dict[str, Any], counting: bool) -> None:
    """Refuse to mix runs of two versions, whose numbers may differ; folders of before say nothing of their rules."""
    now = versions()
    if counting and not isinstance(manifest.get("counts"), dict):
        raise ResultsExistError(
            f"{store.folder} was begun before weeks held what mechanisms count; live the study into a new folder"
        )
    if manifest["cxsim"] != now["cxsim"]:
        message = f"was begun with cxsim {manifest['cxsim']}, whose numbers may differ from this {now['cxsim']}"
    elif manifest.get("rules", now["rules"]) != now["rules"]:
        begun, commit = manifest["rules"], manifest.get("commit")
        at = f" at commit {commit[:12]}" if commit else ""
        message = f"was begun with other rules ({begun}{at}), whose numbers may differ from these ({now['rules']})"
    else:
        return
    raise ResultsExistError(f"{store.folder} {message}; go on with that version")


def chunker(reading: Reading, space: Space, classes: Classes = OURS) -> Callable[[list[Key]], Chunk]:
    """What makes a chunk of work of some runs: those of the same scenario together."""
    study, counts = reading.study, tuple(space.counts)

    def chunk(keys: list[Key]) -> Chunk:
        runs: dict[int, list[tuple[int, int]]] = {}
        for key in keys:
            runs.setdefault(key.scenario, []).append((key.run, key.replication))
        lives = [Replicates(*reading.held(space.place(each)[2], space.values(each)), own) for each, own in runs.items()]
        return Chunk(space.seed, study.weeks, study.people, lives, space.figures, reading.texts, counts, classes)

    return chunk


def sweep(
    reading: Reading,
    folder: Path,
    backend: Backend | Executor,
    resume: bool = False,
    expand: int = 0,
    progress: Silent | None = None,
    task: Task = live_chunk,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
) -> Space:
    """Live a study into a folder; what is there already is not lived again.

    Args:
        reading: from `read_study`.
        folder: for the tables; new, or that of the same study with `resume` or `expand`.
        backend: who does the work, a backend of ours or any executor; the tables do not depend on it.
        resume: go on with what is in the folder, if there is anything.
        expand: so many more replications of a study that is complete.
        progress: is told how far it is; nobody when left out.
        task: what workers do.
        model: the class of the market, `LoyaltyModel` or one of your own; other processes import it by its name.
        customer: the class of the customers; one of your own is lived by the agents engine.

    Returns:
        The runs that the folder now holds.

    Raises:
        StudyError: if the study is wrong.
        ValueError: if a class cannot be sent to the workers.
        ResultsExistError: if the folder holds something else, or this study and neither `resume` nor `expand` is given.
        WorkersLostError: if a cluster is gone; what is finished is kept.
        OSError: if something cannot be written; what is finished is kept.
        KeyboardInterrupt: on Ctrl-C; what is finished is kept.
    """
    store, classes, backend = StudyFolder(folder), Classes(model, customer), backend_of(backend)
    if backend.imports:
        classes.check_importable()
    new, study = planned(reading, classes), reading.study
    if store.manifest() is None:
        store.check_free()
    told = progress or Silent()

    def live(space: Space) -> None:
        told.begin(space.runs)
        writer = BlockWriter(store, space, long_tables(study), told)
        _live_missing(space, writer, backend, chunker(reading, space, classes), told, task)

    with store.locked():
        space = _begun(store, reading, new, classes, resume, expand)
        live(space)
        if study.until is not None:
            more = replications_wanted(folder, space, study, study.until) - space.replications
            if more > 0:
                space = _expanded(store, space, more)
                live(space)
            store.write_csv(precision(folder, space, study, study.until), PRECISION)
        store.write_csv(pairing(folder, space), PAIRING)
    return space


def _begun(store: StudyFolder, reading: Reading, new: Space, classes: Classes, resume: bool, expand: int) -> Space:
    """The runs of the study in the folder, which is begun if there is none."""
    manifest = store.manifest()
    if manifest is None:
        if expand:
            raise ResultsExistError(f"{store.folder} holds no study to expand")
        store.write_table(design_table("point", new.points), "points.parquet")
        store.write_table(design_table("world", new.worlds), "worlds.parquet")
        store.write_json({**manifest_of(reading, new), "doubts": _doubts(reading, classes)})
        return new
    if not (resume or expand):
        raise ResultsExistError(f"{store.folder} holds a study already; --resume goes on with it")
    space = found(store, reading, classes, manifest)
    store.write_json({**manifest, "study": record_of_study(reading)})  # with the words of now
    for block in store.drop_damaged(long_tables(reading.study)):
        print(f"cxsim: block {block} of {store.folder} is damaged; its runs are lived again", file=sys.stderr)
    if not expand:
        return space
    missing = space.blocks - len(store.complete_blocks())
    if missing:
        raise ResultsExistError(f"{missing} blocks of {store.folder} are not complete; --resume first, then --expand")
    return _expanded(store, space, expand)


def _expanded(store: StudyFolder, space: Space, replications: int) -> Space:
    """The runs with so many more replications, none of them lived yet."""
    grown = space.expanded(replications)
    store.write_json({**(store.manifest() or {}), **grown.as_json()})
    return grown


def _least_of_a_chunk(space: Space, workers: int) -> int:
    """One run; or all plans of a place, which may share a past, where there are so many places that no worker waits."""
    plans = len(space.plans)
    return plans if space.runs >= plans * CHUNKS_A_WORKER * workers else 1


def _live_missing(
    space: Space,
    writer: BlockWriter,
    backend: Backend,
    chunk_of: Callable[[list[Key]], Chunk],
    progress: Silent,
    task: Task,
) -> None:
    """Live every run that no complete block and no journal holds, and complete the blocks."""
    driver = Driver(backend, task, chunk_of, writer.finished, lambda: progress.lived(0))
    least = _least_of_a_chunk(space, backend.size)
    chunks = writer.chunks(lambda: max(driver.runs_a_chunk, least))
    try:
        first = next(chunks, None)
        if first is not None:  # else no worker is called for nothing
            driver.live(itertools.chain([first], chunks))
    finally:
        writer.close()
