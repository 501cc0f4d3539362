"""Tables that a scenario names, links and real figures: read strictly, and checked before anything is lived."""

import csv
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path as FilePath

from cxsim.scenario.errors import Problem
from cxsim.scenario.schema import LinkKind, Scenario
from cxsim.scenario.toml_lines import Path, is_file

WEEK, REPEATS = "week", "actual_cumulative_repeat_purchases"
NOT_A_NAME = ("true", "false", "nan", "inf", "none", "null", "na", "")  # of a column: a value that went wrong


class NamedFileError(ValueError):
    """What is wrong with a file that a scenario names; `hint` says what is allowed."""

    def __init__(self, path: str, line: int | None, message: str, hint: str) -> None:
        place = f"{path}, line {line}" if line else path
        super().__init__(f"{place}: {message}")
        self.hint = hint


def problems_of_files(scenario: Scenario, where: Callable[[Path], str]) -> list[Problem]:
    """What is wrong in the files that a scenario names, each with the place that names it."""
    links, weekly = scenario.market.links, scenario.reference.weekly_repeat_purchases
    problems = []
    if links.kind == LinkKind.file and is_file(FilePath(links.edges)):
        problems += _problems(("market", "links", "edges"), where, check_links, links.edges, scenario.market.people)
    if weekly:
        problems += _problems(("reference", "weekly_repeat_purchases"), where, weekly_figures, weekly)
    return problems


def _problems(key: Path, where: Callable[[Path], str], read: Callable[..., object], *given: object) -> list[Problem]:
    try:
        read(*given)
    except NamedFileError as error:
        return [Problem(where(key), ".".join(map(str, key)), str(error), error.hint)]
    return []


def check_links(path: str, people: int) -> None:
    """Check a list of links: two different person numbers a line, with or without a heading of two words.

    Raises:
        NamedFileError: naming the first line that is something else, or if there are no links at all.
    """
    _checked_links(path, people, *_state_of(path))


@lru_cache(maxsize=8)
def _checked_links(path: str, people: int, changed: int, size: int) -> None:
    allowed = f"A link is two different person numbers, 0 to {people - 1}, with a comma between."
    links = 0
    for number, row in _rows(path):
        if number == 1 and len(row) == 2 and all(map(_is_heading, row)):
            continue
        known = [int(cell) for cell in row if cell.isascii() and cell.isdecimal() and len(cell) < 10]
        if len(row) != 2 or len(known) != 2 or max(known) >= people or known[0] == known[1]:
            raise NamedFileError(path, number, f"given {','.join(row)[:60]!r}", allowed)
        links += 1
    if not links:
        raise NamedFileError(path, None, "it holds no links, so that nobody would know anybody", allowed)


def _is_heading(cell: str) -> bool:
    return cell[:1].isalpha() and cell.lower() not in NOT_A_NAME


def weekly_figures(path: str) -> list[float]:
    """Real cumulative repeat purchases at the end of weeks 1, 2, 3, ...

    Args:
        path: CSV with the columns week and actual_cumulative_repeat_purchases.

    Raises:
        NamedFileError: if a column is missing, weeks are not 1, 2, 3, ..., or a figure is none or falls.
    """
    rows = _rows(path)
    heading = next(rows, (1, []))[1]
    hint = f"It takes the columns {WEEK} and {REPEATS}, weeks 1, 2, 3, ..., and figures that never fall."
    if heading.count(WEEK) != 1 or heading.count(REPEATS) != 1:
        raise NamedFileError(path, 1, f"the heading is {','.join(heading)[:80]!r}", hint)
    week, figure = heading.index(WEEK), heading.index(REPEATS)
    figures: list[float] = []
    for number, row in rows:
        value = _number(row[figure]) if len(row) == len(heading) else math.nan
        if row[week : week + 1] != [str(len(figures) + 1)] or not value >= (figures[-1] if figures else 0.0):
            raise NamedFileError(path, number, f"given {','.join(row)[:80]!r}", hint)
        figures.append(value)
    if not figures:
        raise NamedFileError(path, None, "it holds no figures", hint)
    return figures


def _number(text: str) -> float:
    plain = text.replace(".", "", 1)
    return float(text) if plain.isascii() and plain.isdecimal() and len(text) < 20 else math.nan


def _rows(path: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not blank, with its number.

    Raises:
        NamedFileError: if the file cannot be opened or is no text.
    """
    if not is_file(FilePath(path)):  # a device would never end
        raise _unreadable(path, FileNotFoundError())
    try:
        with FilePath(path).open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if any(cell.strip() for cell in row):
                    yield number, [cell.strip() for cell in row]
    except (UnicodeError, csv.Error):
        raise NamedFileError(path, None, "it is no text", "Save the table as CSV with encoding UTF-8.") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _state_of(path: str) -> tuple[int, int]:
    try:
        state = FilePath(path).stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    return state.st_mtime_ns, state.st_size


def _unreadable(path: str, error: Exception) -> NamedFileError:
    reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read"
    return NamedFileError(path, None, reason, "Correct the name (relative to the file that names it), or leave it out.")
