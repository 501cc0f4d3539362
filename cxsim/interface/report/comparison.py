"""The report on a comparison: a sheet for a board first, then how it came about, and what it rests on."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.stopping import intervals_in_words
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.analysis.results.reading import Results, read_comparison
from cxsim.analysis.results.writing import BASE_FILE, plan_file
from cxsim.analysis.trade_words import OURS, TRADE
from cxsim.engine.outcomes.status import STATUSES
from cxsim.interface.report.assumptions import register_of
from cxsim.interface.report.board import BoardSheet, board_of
from cxsim.interface.report.page import provenance, rendered
from cxsim.interface.report.pictures import Pictures
from cxsim.interface.report.plans import Drawn, between_of, drawn_of, leader_of, shown_of
from cxsim.scenario.writing import scenario_hash

MOST_BYTES: Final = 490_000  # of a page: it has to go through the mail


class Detail(IntEnum):
    """How much is shown of the plans that do not lead; less, until the page is small enough."""

    whole = 0
    without_pictures = 1
    in_brief = 2  # verdict, what the plan does, where lines end, money, what would change the decision
    without_register = 3  # that, and no register of the base


def page(results: Results) -> str:
    """The report on a comparison.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    comparison = read_comparison(results)
    leader, pictures = leader_of(comparison), Pictures()
    board = board_of(results, comparison, leader, pictures)
    drawn = {leader.name: drawn_of(comparison, leader, pictures, on_sheet=True)}
    if len(comparison.plans) * len(drawn[leader.name]) < MOST_BYTES:  # else all pictures cannot fit
        every = {
            plan.name: drawn_of(comparison, plan, pictures, on_sheet=False)
            for plan in comparison.plans.values()
            if plan is not leader
        }
        whole = _rendered(results, comparison, leader, board, Detail.whole, drawn | every)
        if len(whole.encode()) < MOST_BYTES:
            return whole
    for detail in (Detail.without_pictures, Detail.in_brief):
        html = _rendered(results, comparison, leader, board, detail, drawn)
        if len(html.encode()) < MOST_BYTES:
            return html
    return _rendered(results, comparison, leader, board, Detail.without_register, drawn)


def one_page(results: Results) -> str:
    """The sheet for a board alone: one file, one side of A4.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    comparison = read_comparison(results)
    board = board_of(results, comparison, leader_of(comparison), Pictures())
    return rendered("board_page.html", **_common(results, comparison, board))


def _common(results: Results, comparison: Comparison, board: BoardSheet) -> dict[str, object]:
    """What the sheet shows, alone or as the first of a report."""
    return {
        "comparison": comparison,
        "market": comparison.base.market,
        "board": board,
        "place": plan_file(1 + list(comparison.plans).index(board.name)),
        "words": [*TRADE, *OURS],
        **provenance(results),
    }


def _rendered(
    results: Results,
    comparison: Comparison,
    leader: PlanResult,
    board: BoardSheet,
    detail: Detail,
    drawn: Mapping[str, Drawn],
) -> str:
    names = list(comparison.plans)
    files = [BASE_FILE, *(plan_file(place) for place in range(1, len(names) + 1))]
    scenarios = [comparison.base, *(plan.scenario for plan in comparison.plans.values())]
    return rendered(
        "comparison.html",
        plans=[
            shown_of(comparison, plan, drawn.get(plan.name), detail >= Detail.in_brief and plan is not leader)
            for plan in comparison.plans.values()
        ],
        leader=leader,
        leader_pays=verdict_of(comparison.base_runs, leader).outcome == "pays",
        between=between_of(comparison, leader),
        detail=detail,
        register=register_of(comparison.base),
        statuses=STATUSES,
        intervals_in_words=intervals_in_words,
        repeat=list(zip([comparison.base_name, *names], files, map(scenario_hash, scenarios), strict=True)),
        tables=[name for name in results.written.files if name.endswith((".csv", ".parquet"))],
        saved=[_pictures_in(results, place, len(names)) for place in range(1, len(names) + 1)],
        **_common(results, comparison, board),
    )


def _pictures_in(results: Results, place: int, plans: int) -> list[str]:
    """Names of the pictures of a plan that lie in the folder; plans count from 1."""
    ending = f"-{place}.png" if plans > 1 else ".png"
    return [name for name in sorted(results.written.files) if name.endswith(ending)]
