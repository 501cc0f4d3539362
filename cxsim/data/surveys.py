"""Reading survey answers: how likely people are to recommend (0 to 10), or how satisfied they are (1 to 5)."""

import re
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import is_number, read_numbers
from cxsim.data.errors import DataError
from cxsim.data.opening import open_table
from cxsim.data.table import SCORES, Table, first_of

Survey = Literal["nps", "csat"]
_SCALES: dict[Survey, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5)}
_ALLOWED = "whole numbers, 0 or more"
_NAME_IT = "Call the column nps for answers from 0 to 10, or csat for answers from 1 to 5."
_WEIGHT = re.compile(r"(?:\w*[ _-])?(?:weights?|weighting|wt|gewicht(?:ung)?|poids|peso)", re.IGNORECASE)
_DETRACTORS, _PROMOTERS, _SATISFIED = 6, 9, 4  # at most, at least, at least


@dataclass(frozen=True, eq=False)
class Scores:
    """Answers to one survey question.

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        survey: "nps" (0 to 10) or "csat" (1 to 5).
        counts: answers at each step of the scale, from the lowest, shape (11,) or (5,).
        unanswered: rows without a score.
        assumptions: how the file is read, in words.
    """

    path: Path
    sha256: str
    survey: Survey
    counts: NDArray[np.int64]
    unanswered: int
    assumptions: tuple[str, ...]

    @property
    def scale(self) -> tuple[int, int]:
        """Lowest and highest possible score."""
        return _SCALES[self.survey]

    @property
    def answers(self) -> int:
        """How many answered."""
        return int(self.counts.sum())

    @property
    def figure(self) -> float:
        """Net promoter score, in points from -100 to 100; or the share of answers of 4 or 5, from 0 to 1."""
        liked, disliked, unit = self._shares
        return unit * (liked - disliked)

    @property
    def standard_error(self) -> float:
        """Of the figure, if the answers are a simple random sample: of a difference of multinomial shares."""
        liked, disliked, unit = self._shares
        return unit * sqrt((liked + disliked - (liked - disliked) ** 2) / self.answers)

    @property
    def _shares(self) -> tuple[float, float, float]:
        """Shares that count for and against, and the unit of the figure."""
        shares = self.counts / self.counts.sum()
        if self.survey == "csat":
            return float(shares[_SATISFIED - 1 :].sum()), 0.0, 1.0
        return float(shares[_PROMOTERS:].sum()), float(shares[: _DETRACTORS + 1].sum()), 100.0


def read_scores(path: str | Path) -> Scores:
    """Read the answers to a survey question.

    The scale is taken from the heading of the scores (`nps` or `csat`), else from the scores: it is 0 to 10 if a 0 and
    something above 5 are there, 1 to 5 if exactly these five are there.

    Args:
        path: CSV with the columns score and count, one row a score; or one column of single answers, with or without
            a heading.

    Raises:
        DataError: if a score is on no scale, or on which one it is cannot be told.
    """
    table = open_table(path)
    headless = len(table.heading) == 1 and is_number(table.heading[0])
    columns = {"score": 0} if headless else table.columns(SCORES)
    said = [] if headless else _of_other_columns(table, columns)
    cells = table.whole(columns, headless=headless)
    numbers, assumption = read_numbers(table.path, cells, _ALLOWED)
    _check(table.path, cells, numbers)
    answered = numbers.dropna()
    score = answered["score"].to_numpy(np.int64)
    weights = answered["count"].to_numpy(np.int64) if "count" in answered else np.ones(len(score), dtype=np.int64)
    survey, why = _survey(table, "" if headless else table.heading[columns["score"]], score)
    lowest, highest = _SCALES[survey]
    outside = (answered["score"] < lowest) | (answered["score"] > highest)
    if outside.any():
        place, line = first_of(outside)
        raise DataError(table.path, f"score {score[place]} is outside {why}.", _NAME_IT, line)
    counts = np.zeros(highest - lowest + 1, dtype=np.int64)
    np.add.at(counts, score - lowest, weights)
    if not counts.sum():
        raise DataError(table.path, "nobody answered.", "Check the filter of the export.")
    assumptions = (*table.assumptions, *said, *assumption, f"The scale is {why}.")
    return Scores(table.path, table.sha256, survey, counts, len(numbers) - len(answered), assumptions)


def _of_other_columns(table: Table, columns: dict[str, int]) -> list[str]:
    """What is said of the columns; one that may count or weigh the answers would change what they mean.

    Raises:
        DataError: naming it.
    """
    others = {name: place for place, name in enumerate(table.heading) if place not in columns.values()}
    weighing = next((name for name in others if _WEIGHT.fullmatch(name.strip())), None)
    if weighing is None and "count" not in columns and others:
        cells = table.whole({"score": columns["score"], **others})
        if not cells["score"].duplicated().any():  # one row a score
            numeric = (name for name in others if cells[name].map(is_number).all())
            weighing = next(numeric, None)
    if weighing is not None:
        raise DataError(
            table.path,
            f"the column {weighing!r} may count or weigh the answers, which would change the figure.",
            "If it says how many gave each score, call it count and give whole numbers; weights cannot be read: "
            "leave the column out.",
            table.first_line - 1,
        )
    return table.says(columns)


def _check(path: Path, cells: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """Refuse what is no whole number; only single answers may be missing, and each score has one count."""
    histogram = "count" in numbers
    for name in map(str, numbers.columns):
        column = numbers[name]
        wrong = (column < 0) | (column % 1 > 0) | (column.isna() & histogram)
        if wrong.any():
            place, line = first_of(wrong)
            raise DataError(path, f"{name} is {cells[name].iloc[place]!r}.", f"Allowed: {_ALLOWED}.", line)
    twice = numbers["score"].duplicated()
    if histogram and twice.any():
        place, line = first_of(twice)
        score = cells["score"].iloc[place]
        raise DataError(path, f"score {score!r} is there twice.", "Give each score one row.", line)


def _survey(table: Table, heading: str, scores: NDArray[np.int64]) -> tuple[Survey, str]:
    """Which scale the scores are on, and why.

    Raises:
        DataError: if it cannot be told.
    """
    for survey, (lowest, highest) in _SCALES.items():
        if heading.lower() == survey:
            return survey, f"{lowest} to {highest}, as the heading {heading!r} says"
    there = set(scores.tolist())
    if 0 in there and max(there) > _SCALES["csat"][1]:
        return "nps", "0 to 10, for 0 and scores above 5 are there"
    if there == set(range(1, 6)):
        return "csat", "1 to 5, for these five scores are there and no others"
    listed = ", ".join(str(score) for score in sorted(there)[:12])
    raise DataError(table.path, f"the scores {listed} could be on more than one scale.", _NAME_IT)
