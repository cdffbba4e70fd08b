"""Charts of columns, placed on paper for the template that draws them as SVG.

The paper is 100 high and a column 10 wide, and is stretched to the room there is; words stand
beside it as text, so that they keep their size on a phone. The only library for server-made SVG
that is small enough, pygal, styles its pictures inline, which our Content-Security-Policy forbids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.web.language import number

HEIGHT = 100.0
COLUMN = 10.0
GAP = 1.0  # on either side of a column
LEAST = 1.0  # the height of what is there but would be too small to see
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # of the top of a scale


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for: its name, the name of the colour, a count for each column."""

    name: str
    colour: str
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in the paper's units."""

    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """An upright line with a name, at a share of the width."""

    name: str
    style: str
    at: float

    @property
    def x(self) -> float:
        """In hundredths of the width."""
        return round(self.at * 100, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Columns of counts. `told` says in a sentence what a glance at the picture would."""

    key: str
    title: str
    told: str
    columns: list[str]  # the name of each
    column: str  # what a column is, as the head of the table says it
    series: list[Series]
    ticks: list[str]  # beneath, spread evenly from edge to edge
    marks: tuple[Mark, ...] = ()
    stacked: bool = True

    @property
    def width(self) -> float:
        return COLUMN * len(self.columns)

    @property
    def top(self) -> int:
        """The count at the upper edge, a round number."""
        return nice_top(max(self._highs(), default=0))

    @property
    def is_empty(self) -> bool:
        return not any(self._highs())

    def bars(self) -> Iterator[tuple[str, list[Bar]]]:
        """For each column what it counts, in words, and its bars."""
        place = self._stacked if self.stacked else self._beside
        for index, name in enumerate(self.columns):
            counts = [series.counts[index] for series in self.series]
            told = ", ".join(
                f"{series.name} {number(count)}"
                for series, count in zip(self.series, counts, strict=True)
            )
            yield f"{name}: {told}", place(index * COLUMN, counts)

    def rows(self) -> Iterator[tuple[str, list[int]]]:
        """The table behind the picture."""
        for index, name in enumerate(self.columns):
            yield name, [series.counts[index] for series in self.series]

    def _highs(self) -> list[int]:
        per_column = zip(*(series.counts for series in self.series), strict=True)
        reached: Callable[[tuple[int, ...]], int] = sum if self.stacked else max
        return [reached(counts) for counts in per_column]

    def _stacked(self, left: float, counts: list[int]) -> list[Bar]:
        bars, below = [], HEIGHT
        for series, count in zip(self.series, counts, strict=True):
            height = max(count / self.top * HEIGHT, LEAST) if count else 0.0
            height = min(height, below)
            below -= height
            if count:
                bars.append(_bar(series.colour, left + GAP, below, COLUMN - 2 * GAP, height))
        return bars

    def _beside(self, left: float, counts: list[int]) -> list[Bar]:
        """Side by side, as high as the square root of the count: few are seen beside many."""
        width = (COLUMN - 2 * GAP) / len(counts)
        bars = []
        for place, (series, count) in enumerate(zip(self.series, counts, strict=True)):
            if count:
                height = max(math.sqrt(count / self.top) * HEIGHT, LEAST)
                x = left + GAP + place * width
                bars.append(_bar(series.colour, x, HEIGHT - height, width, height))
        return bars


def nice_top(count: int) -> int:
    """The least of STEPS times a power of ten that is whole and not below `count`; 1 for 0."""
    power = 10 ** max(0, len(str(max(count, 1))) - 1)
    tops = (step * power for step in STEPS)
    return next(int(top) for top in tops if top >= count and top % 1 == 0)


def _bar(colour: str, x: float, y: float, width: float, height: float) -> Bar:
    return Bar(colour, *(round(value, 2) for value in (x, y, width, height)))
