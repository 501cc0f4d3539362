"""What `against.py` asks, answered as JSON with the cxsim of any commit since 03a7337: CPU, or the first sentences of verdicts.

What has another name in another commit is sought under both.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import cxsim
from cxsim.scenario import Intervention, Scenario

TRIES = 3  # in a process
QUESTIONS = ("life", "comparison", "study", "page, first", "page, next")


def named(*names: str) -> ModuleType:
    """The first of these modules that is there."""
    for name in names[:-1]:
        try:
            return import_module(name)
        except ImportError:
            continue
    return import_module(names[-1])


def under_plan(base: Scenario, week: int, times: float = 1.05) -> Scenario:
    effect = {"parameter": "purchase.price", "multiply": times}
    item = Intervention.model_validate({"name": "another price", "start_week": week, "effect": [effect]})
    return base.model_copy(update={"name": f"price x {times}", "intervention": [item]})


def study_of(base: Scenario, week: int) -> Callable[[], object]:
    """A chunk of a study: the base and two plans, two replications, with weekly tables."""
    work = named("cxsim.analysis.sweep.work", "cxsim.sweep.workers.work")
    record_of = named("cxsim.analysis.sweep.parameters", "cxsim.sweep.design.keys").record_of
    lives = getattr(work, "Replicates", None) or work.Lives
    scenarios = (base, under_plan(base, week), under_plan(base, week, 0.95))
    asked = [lives(record_of(each), {}, [(2 * place, 0), (2 * place + 1, 1)]) for place, each in enumerate(scenarios)]
    given: dict[str, Any] = {"seed": 1, "weeks": True, "people": False, "lives": asked}
    if "figures" in work.Chunk._fields:
        given |= {"figures": tuple(named("cxsim.engine.outcomes.figures").FIGURE), "texts": {}}
    return lambda: work.live_chunk(work.Chunk(**given))


def pages_of(file: str, week: int) -> Iterator[Callable[[], object]]:
    """The first answer about a market, and that to another plan from the same week."""
    answers = named("cxsim.interface.explorer.answers", "cxsim.workshop.answers")
    plan = named("cxsim.interface.explorer.plan", "cxsim.workshop.plan")
    question = getattr(plan, "VisitorPlan", None) or plan.Plan
    chosen = getattr(plan, "ChosenIntervention", None) or plan.Chosen
    asked = [
        question(file=file, interventions=(chosen(name=name, start_week=week),))
        for name in ("on-time-delivery", "smooth-checkout")
    ]

    def first() -> None:
        for memory in (getattr(answers, name, None) for name in ("_MARKETS", "_PASTS")):
            if memory is not None:
                memory.forget()
        if hasattr(answers, "remembered"):
            answers.remembered.cache_clear()
        answers.compared(asked[0])

    yield first
    yield lambda: answers.compared(asked[1])


def seconds(work: Callable[[], object]) -> float:
    """The least CPU of some tries."""
    least = math.inf
    for _ in range(TRIES):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def sentences(replications: str) -> None:
    """The first sentence of the verdict on every ready plan, doubts aside, in its market as the commit has it."""
    markets = [name for name in cxsim.scenario_names() if "/" not in name]
    said: dict[str, str] = {}
    for plan in cxsim.scenario_names():
        if plan.startswith("plans/"):
            market = max((name for name in markets if plan.startswith(f"plans/{name}")), key=len)
            compared = cxsim.compare(market, plan, replications=int(replications), workers=1)
            text = compared.verdict().split("\n\n")[-1]
            said[plan.removeprefix("plans/")] = text.partition(". ")[0].rstrip(".") + "."
    print(json.dumps(said))


def questions(file: str, people: str, *weeks: str) -> None:
    """CPU of each question at each week."""
    base = cxsim.load(file, [f"market.people={people}", "market.horizon_weeks=104"])
    cxsim.run(base, workers=1)  # whatever has to be compiled or read
    taken: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    for week in map(int, weeks):
        plan = under_plan(base, week)
        first, following = pages_of(Path(file).read_text(encoding="utf-8"), week)
        works = (
            lambda: cxsim.run(base, replications=3, workers=1),
            lambda plan=plan: cxsim.compare(base, plan, replications=3, workers=1),
            study_of(base, week),
            first,
            following,
        )
        for name, work in zip(QUESTIONS, works, strict=True):
            taken[name].append(seconds(work))
    print(json.dumps(taken))


if __name__ == "__main__":
    {"questions": questions, "sentences": sentences}[sys.argv[1]](*sys.argv[2:])
