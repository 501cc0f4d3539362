"""The worlds a plan has to stand up in: how strong each intervention is, and what is uncertain about the market.

That an effect is given as low, typical and high says that nobody knows its size. To choose the level would be to choose
one's luck, so levels are not part of a plan: they are what differs between worlds.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import qmc

from cxsim.analysis.portfolio.menu import LEVELS, PlanMenu
from cxsim.analysis.sweep.parameters import Values, record_of, scenario_with
from cxsim.analysis.sweep.points import worlds_of
from cxsim.analysis.sweep.study import BASE, Reading, Study, read_study
from cxsim.scenario import Scenario
from cxsim.scenario.toml_file import TomlFile

DRAWN_WORLDS = 9  # of the strengths of effects, where nothing else is uncertain: each level three times
MOST_WORLDS = 20  # of a file: each is lived many times


def worlds_for(market: Scenario, menu: PlanMenu, source: Path | None, seed: int) -> list[Values]:
    """The worlds, all as likely: values by full key.

    Args:
        market: the market.
        menu: its interventions are weak, typical or strong in each world, independently, where that is open.
        source: rows of a CSV with full keys as its header, or a study file with [worlds]; the market as it is when None.
        seed: of the draws.

    Raises:
        StudyError: if the file is wrong, or about keys that the market has not.
        ScenarioError: if a world cannot be.
    """
    table = _of_file(market, source) if source is not None else None
    graded = [name for name, options in menu.items.items() if _is_graded({option.strength for option in options})]
    if table is None and not graded:
        return [{}]
    count = DRAWN_WORLDS if table is None else len(table)
    worlds: list[Values] = [{} for _ in range(count)] if table is None else _rows(table)
    for world in worlds:
        scenario_with(record_of(market), world, lambda _: str(source))
    if graded:
        shares = qmc.LatinHypercube(len(graded), seed=seed).random(count)
        for world, row in zip(worlds, shares, strict=True):
            world |= {
                f"intervention.{name}.level": LEVELS[int(3 * share)] for name, share in zip(graded, row, strict=True)
            }
    return worlds


def _is_graded(strengths: set[str]) -> bool:
    """Whether the strength of an intervention is left open by all its sizes that could name one."""
    return "open" in strengths and "named" not in strengths


def _of_file(market: Scenario, source: Path) -> pd.DataFrame:
    """The worlds of a file, spread evenly over its rows where there are too many."""
    if source.suffix == ".toml":
        reading = read_study(source)
        if reading.study.worlds is None:
            raise reading.error((), "worlds", "the study has no [worlds]")
        study, path = reading.study, source
    else:
        study = Study.model_validate({"scenario": market.name, "worlds": {"from": source.name}})
        path = source.absolute()
    reading = Reading(TomlFile(path), study, {BASE: market})
    table = worlds_of(reading)
    if not len(table.columns):
        raise reading.error((), "worlds", "names no key")
    rows = np.linspace(0, len(table) - 1, min(len(table), MOST_WORLDS)).round().astype(int)
    return table.iloc[rows]


def _rows(table: pd.DataFrame) -> list[Values]:
    return [{str(key): value for key, value in zip(table.columns, row, strict=True)} for row in _plain(table)]


def _plain(table: pd.DataFrame) -> list[list[float | int | bool | str]]:
    """The rows as Python's own numbers and words."""
    columns = [table[key].tolist() for key in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]
