"""Where everything of the flow picture lies: one layout, drawn by matplotlib (`flow`) and as plain SVG (`flow_svg`).

A flow is read from left to right: everybody who considered the brand enters at expectation; at every stage some stories
end, and their band drops away below; first cycles still open end at the right; loops turn round and return, over the
top, to where the story began. Widths of all bands are people, on one scale.

Lengths are in units of which ordinary text is `TEXT` high, y grows downwards, and shapes are closed chains of cubic
Bezier curves, so that both drawings are the same picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_count
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import interval, whole
from cxsim.interface.charts.flow_sheet import DROP, GAP, LETTER, NARROW, NODE, ROW, STRONG, Sheet
from cxsim.interface.charts.look import mean_of, signed
from cxsim.interface.charts.outline import Outline, arrow, band, box, loop

STAGES: Final = ("research", "purchase", "use", "support", "loyalty")  # where a line can end
NATURAL: Final = 130.0  # height of the widest flow when nobody asks for a height
LEAST: Final = 48.0  # ... and the least it may be


@dataclass(frozen=True)
class Stream:
    """Where the stories of one world stand at the horizon, means over replications.

    Attributes:
        name: of the scenario.
        amounts: people by "considered", "lines_research" ... "lines_loyalty", "lines", "new" and "loops", each with its
            95% interval.
        changes: the same less the base, as pairs; empty for the base itself.
    """

    name: str
    amounts: Mapping[str, Estimate]
    changes: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True)
class Shape:
    """A filled area: `outline` has 3n + 1 points, the start and then n cubic Bezier curves; the last is the first."""

    key: str  # of the amount it shows
    meaning: str  # "first_cycle", "loop" or "line"
    opacity: float
    outline: Outline
    amount: Estimate


@dataclass(frozen=True)
class Label:
    """A line of text; (x, y) is the middle of its height, at the start of the text."""

    x: float
    y: float
    text: str  # a number or a name, or "" ...
    word: str  # ... and then the key of a word, else ""
    meaning: str  # "ink", "neutral", or the meaning of the shape it belongs to
    strong: bool = False

    def said(self, words: Mapping[str, str]) -> str:
        """The label as it is written."""
        return words[self.word] if self.word else self.text


@dataclass(frozen=True)
class Layout:
    """The picture: shapes from back to front, labels over them, within (0, 0) to (width, height)."""

    width: float
    height: float
    streams: tuple[Stream, ...]
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]


def streams_of(source: Runs | Comparison, plan: str | None = None) -> list[Stream]:
    """What the flow of runs shows; of a comparison the base and one plan (the first when left out)."""
    if isinstance(source, Runs):
        return [Stream(source.scenario.name, _amounts(source.figures))]
    result = source.plans[plan] if plan else next(iter(source.plans.values()))
    base, after = _counts(source.base_figures), _counts(result.figures)
    changes = {str(key): estimate((after[key] - base[key]).to_numpy(float), result.half_width_factor) for key in after}
    return [
        Stream(source.base_name, _amounts(source.base_figures)),
        Stream(result.name, _amounts(result.figures), changes),
    ]


def _amounts(figures: pd.DataFrame) -> dict[str, Estimate]:
    counts = _counts(figures)
    return {str(key): estimate_count(counts[key].to_numpy(float)) for key in counts}


def _counts(figures: pd.DataFrame) -> pd.DataFrame:
    counts = figures[[*(f"lines_{stage}" for stage in STAGES), "lines", "new", "loops"]].reset_index(drop=True)
    return counts.assign(considered=counts[["lines", "new", "loops"]].sum(axis=1))


def flow_layout(streams: Sequence[Stream], width: float = 720.0, height: float | None = None) -> Layout:
    """Lay the flows of one or more worlds out below each other, on one scale.

    Args:
        streams: from `streams_of`.
        width: of the picture, at least 300; 340 fills a phone.
        height: of the picture; what looks well when left out. Where it is too low for the words, the picture is higher.
    """
    between = any(stream.amounts["lines_loyalty"].mean > 0.0 for stream in streams)
    letters = max(len(whole(amount.mean)) for stream in streams for amount in stream.amounts.values())
    sheet = Sheet(width, STAGES if between else STAGES[:-1], _room_for_words(streams, width), letters)
    widest = max(stream.amounts["considered"].mean for stream in streams) or 1.0
    scale = NATURAL / widest
    if height is not None:
        people = sum(stream.amounts["considered"].mean + stream.amounts["loops"].mean for stream in streams) or 1.0
        scale = max(LEAST / widest, (height - len(streams) * sheet.rest) / people)
    shapes: list[Shape] = []
    labels: list[Label] = []
    top = 0.0
    for stream in streams:
        one = _Placed(sheet, stream, scale, top)
        shapes += one.shapes()
        labels += one.labels()
        top = one.bottom
    return Layout(width, max(top, height or 0.0), tuple(streams), tuple(shapes), tuple(labels))


def _room_for_words(streams: Sequence[Stream], width: float) -> float:
    """What the words at the right need."""
    changes = [stream.changes[key] for stream in streams for key in ("lines", "new", "loops") if stream.changes]
    letters = max([0, *(len(_change(change, width)) for change in changes)])
    return NODE + GAP + max(STRONG * (10 if width < NARROW else 16), LETTER * letters)


def _change(change: Estimate, width: float) -> str:
    """A change with its interval, if there is one and room for it."""
    return signed(change.mean) if width < NARROW else interval(change.mean, change.low, change.high, signed)


class _Placed:
    """One flow, placed on the sheet."""

    def __init__(self, sheet: Sheet, stream: Stream, scale: float, top: float) -> None:
        self.sheet, self.stream, self.scale, self.top = sheet, stream, scale, top
        self.loops, self.open = self.high("loops"), self.high("new")
        self.over = top + 1.6 * ROW  # where the loops return
        self.begin = self.over + self.loops + GAP + sheet.names * ROW  # top of the flow
        self.floor = self.begin + self.high("considered") + DROP  # where lines end
        self.ends = self._heights_of_ends()
        numbers = self.floor + GAP / 2 + sheet.numbers * 2 * ROW
        self.bottom = max(numbers, self.ends[-1] + self.rows * ROW - ROW / 2) + 1.5 * GAP

    def high(self, key: str) -> float:
        """So many people are so high."""
        return self.stream.amounts[key].mean * self.scale

    def shapes(self) -> Iterator[Shape]:
        """All bands and bars, from back to front."""
        left = "considered"
        height = self.high(left)
        bars = [self._bar(left, 0, height)]
        for place, stage in enumerate(self.sheet.stages, start=1):
            start, end = self.sheet.column(place - 1) + NODE, self.sheet.column(place)
            yield self._shape("considered", "first_cycle", 0.35, band(start, end, self.begin, self.begin, height))
            bars.append(self._bar(f"lines_{stage}", place, height))
            lost = self.high(f"lines_{stage}")
            height -= lost
            if lost > 0.0:
                away = 0.42 * (self.sheet.column(place + 1) - end)
                drop = band(end + NODE, end + NODE + away, self.begin + height, self.floor - lost, lost)
                yield self._shape(f"lines_{stage}", "line", 0.6, drop)
        last = self.sheet.column(len(self.sheet.stages)) + NODE
        if self.open > 0.0:
            arrives = self.begin + self.loops + 2 * GAP
            yield self._shape(
                "new", "first_cycle", 0.35, band(last, self.sheet.end, self.begin + self.loops, arrives, self.open)
            )
            yield self._shape("new", "first_cycle", 1.0, box(self.sheet.end, arrives, NODE, self.open))
        if self.loops > 0.0:
            yield self._shape("loops", "loop", 0.55, self._return(last))
            yield self._shape("loops", "loop", 1.0, self._arrow())
        yield from bars

    def labels(self) -> Iterator[Label]:
        """All words: the name, the stages, where lines end, and the two ends at the right."""
        room = int(self.sheet.width / LETTER / 1.1)
        name = self.stream.name if len(self.stream.name) <= room else f"{self.stream.name[: room - 1].rstrip()}…"
        yield Label(0.0, self.top + ROW / 2, name, "", "ink", strong=True)
        for place, stage in enumerate(("expectation", *self.sheet.stages)):
            up = (self.sheet.names - place % self.sheet.names) * ROW
            yield Label(self.sheet.column(place), self.begin - up + ROW / 2 - 1.0, "", stage, "ink")
        yield from self._below(0, "considered", "ink")
        for place, stage in enumerate(self.sheet.stages, start=1):
            yield from self._below(place, f"lines_{stage}", "line")
        yield from self._ends()

    def _below(self, place: int, key: str, meaning: str) -> Iterator[Label]:
        lower = place % self.sheet.numbers * 2 * ROW
        x, y = self.sheet.column(place), self.floor + GAP / 2 + ROW / 2 + lower
        yield Label(x, y, whole(self.stream.amounts[key].mean), "", meaning)
        if key in self.stream.changes and place:
            yield Label(x, y + ROW, signed(self.stream.changes[key].mean), "", _decided(self.stream.changes[key]))

    def _ends(self) -> Iterator[Label]:
        """At the right the three ways a story can stand."""
        still_open = "new_short" if self.sheet.width < NARROW else "new"
        loops, first_cycles, lines = self.ends
        yield from self._end(loops, "loops", "loops", "loop")
        yield from self._end(first_cycles, "new", still_open, "first_cycle")
        yield from self._end(lines, "lines", "lines", "line")

    @property
    def rows(self) -> int:
        """Rows of text of each of them."""
        return 3 if self.stream.changes else 2

    def _heights_of_ends(self) -> tuple[float, float, float]:
        """Where they are written: loops at their turn, what is open where it arrives, lines at the floor; all apart."""
        block = self.rows * ROW
        loops = max(self.over, (self.over + self.begin + self.loops - block) / 2) + ROW / 2
        arrives = self.begin + self.loops + 2 * GAP + self.open / 2 - block / 2 + ROW / 2
        first_cycles = max(loops + block + GAP / 2, arrives)
        return loops, first_cycles, max(first_cycles + block + GAP / 2, self.floor + GAP / 2 - ROW / 2)

    def _end(self, y: float, key: str, word: str, meaning: str) -> Iterator[Label]:
        x = self.sheet.end + NODE + GAP
        yield Label(x, y, "", word, meaning, strong=True)
        yield Label(x, y + ROW, whole(self.stream.amounts[key].mean), "", meaning, strong=True)
        if key in self.stream.changes:
            change = self.stream.changes[key]
            yield Label(x, y + 2 * ROW, _change(change, self.sheet.width), "", _decided(change))

    def _bar(self, key: str, place: int, height: float) -> Shape:
        return self._shape(key, "first_cycle", 1.0, box(self.sheet.column(place), self.begin, NODE, height))

    def _shape(self, key: str, meaning: str, opacity: float, outline: Outline) -> Shape:
        return Shape(key, meaning, opacity, outline, self.stream.amounts[key])

    def _return(self, last: float) -> Outline:
        """From the last stage round and back, over the top, into the first: thick as the loops are many."""
        return loop(self.sheet.left, last, self.sheet.end, self.begin, self.over, self.loops)

    def _arrow(self) -> Outline:
        """Which way loops go, half way back."""
        middle = self.sheet.column(len(self.sheet.stages) // 2 + 1) - self.sheet.column(1) / 4
        return arrow(middle, self.over + self.loops / 2, min(9.0, max(5.0, 0.4 * self.loops)))


def _decided(change: Estimate) -> str:
    """Ink when the interval leaves no change out, else neutral."""
    return "ink" if change.decided else "neutral"


def flow_caption(source: Runs | Comparison, plan: str | None = None) -> str:
    """What the numbers of a flow are: whose, when, of how many replications, and how exact."""
    pairs = isinstance(source, Comparison)
    scenario = source.base if isinstance(source, Comparison) else source.scenario
    brand, weeks = scenario.market.focal, scenario.market.horizon_weeks
    said = f"People who considered {brand}, by how their story stands after {weeks} weeks; "
    said += mean_of(source.replications, "pair" if pairs else "replication")
    if source.replications == 1:
        return f"{said}, so no intervals."
    amounts = [amount for stream in streams_of(source, plan) for amount in stream.amounts.values()]
    said += f", 95% intervals within \N{PLUS-MINUS SIGN}{whole(max(amount.high - amount.mean for amount in amounts))}."
    return f"{said} With a sign: change against the base; grey where its interval holds zero." if pairs else said
