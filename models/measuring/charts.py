"""The pictures of a report: what to draw, worked out to places on paper, and the data behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from models.measuring.evaluation import HAM_ENOUGH, Scored, caught_at, pooled
from models.measuring.figures import calibration_bins
from models.measuring.measured import Measured
from models.measuring.online import Step
from models.measuring.tables import FEW, Table, calibration_table, curve_table, span_of

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 34, 52
_SEEN = 1.0
"""How far two places must lie apart to be told from each other, in the paper's units."""
_BLOCKED = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_RECALLS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
_PURE = 0.99
"""The picture of precision begins near where the first line leaves this."""
_MOST_SERIES = 8
_BEGINNINGS = (0.0, 0.5, 0.8, 0.9, 0.95)
_LEAST_BINS = 3
"""Two points, one at either end, would draw a diagonal that means nothing."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """What runs along an edge. `log`: each step ten times the last."""

    name: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1; values beyond lie on the edge."""
        low, high, value = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low)


@dataclass(frozen=True, slots=True)
class Series:
    """A line, its name and colour: shade 0 is drawn strongest."""

    name: str
    shade: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, how to read it, and the same as a table. `guide` is the line of no error."""

    key: str
    title: str
    how_to_read: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    table: Table
    guide: bool = False
    marked: bool = False

    def place(self, point: Point) -> Point:
        """Where a point lies on the paper."""
        across = LEFT + self.x.share(point[0]) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - self.y.share(point[1]) * (HEIGHT - TOP - BOTTOM)
        return round(across, 1), round(down, 1)

    def path(self, series: Series) -> str:
        """The line's way, in SVG's words, without the points that nobody could tell apart."""
        places = [self.place(point) for point in series.points]
        kept = places[:1]
        for place in places[1:]:
            if max(abs(place[0] - kept[-1][0]), abs(place[1] - kept[-1][1])) >= _SEEN:
                kept.append(place)
        return "M" + "L".join(f"{across} {down}" for across, down in [*kept, *places[-1:]])


def _shares(name: str, least: float = 0) -> Axis:
    """An axis up to 1 from the highest of some round beginnings that leaves `least` on it."""
    low = max(start for start in _BEGINNINGS if start <= least)
    ticks = tuple(low + n / 5 * (1 - low) for n in range(6))
    return Axis(name, low, 1, tuple((tick, f"{100 * tick:g} %") for tick in ticks))


def charts_of(measured: Measured) -> list[Chart]:
    """The pictures that the figures allow: none of curves where there is no spam or no ham."""
    drawn = _drawn(measured.sources)
    found = [_roc(drawn), _precision_recall(drawn)] if drawn else []
    found.append(_calibration(drawn or [pooled(measured.sources)], measured.sources))
    if measured.curve:
        found.append(_learning(measured.curve))
    return found


def _drawn(sources: Sequence[Scored]) -> list[Scored]:
    """All together first, then the largest sources of both labels."""
    both = [s for s in sources if s.ham.size and s.spam.size]
    large = [s for s in both if s.ham.size >= HAM_ENOUGH] or both
    large = sorted(large, key=lambda s: -s.labels.size)[:_MOST_SERIES]
    if not both:
        return []
    return [pooled(sources), *sorted(large, key=lambda s: s.source)] if len(sources) > 1 else both


def _roc(sources: Sequence[Scored]) -> Chart:
    ticks = ((0.0001, "0.01 %"), (0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %"))
    series = []
    for shade, source in enumerate(sources):
        blocked, caught, _ = roc_curve(source.labels, source.scores)
        points = list(zip(blocked.tolist(), caught.tolist(), strict=True))
        series.append(Series(source.source, shade, tuple(points)))
    rows = tuple(
        (f"{100 * share:g} %", *(f"{100 * caught_at(s, share):.1f} %" for s in sources))
        for share in _BLOCKED
    )
    return Chart(
        "roc",
        "Spam caught against genuine comments blocked (ROC)",
        "The higher on the left, the better. Each step to the right blocks ten times as many.",
        Axis("genuine comments blocked", 0.0001, 1, ticks, log=True),
        _shares("spam caught", min(caught_at(source, 0) for source in sources)),
        tuple(series),
        Table("Spam caught", ("blocked", *(s.source for s in sources)), rows),
    )


def _precision_recall(sources: Sequence[Scored]) -> Chart:
    curves = [precision_recall_curve(s.labels, s.scores)[:2] for s in sources]
    pure = min(float(recall[precision >= _PURE].max()) for precision, recall in curves)
    across = _shares("spam caught", pure)
    series = tuple(
        Series(source.source, shade, _from(across.low, *curve))
        for shade, (source, curve) in enumerate(zip(sources, curves, strict=True))
    )
    columns = [
        [float(precision[recall >= share].max()) for share in _RECALLS]
        for precision, recall in curves
    ]
    rows = tuple(
        (f"{100 * recall:g} %", *(f"{100 * share:.1f} %" for share in shares))
        for recall, *shares in zip(_RECALLS, *columns, strict=True)
    )
    least = min(shares[_RECALLS.index(0.95)] for shares in columns)
    return Chart(
        "precision-recall",
        "How much of what is called spam is spam (precision and recall)",
        "The longer a line stays at the top, the better. It depends on how much spam a source has.",
        across,
        _shares("spam among what is called spam", least),
        series,
        Table("Spam among what is called spam", ("caught", *(s.source for s in sources)), rows),
    )


def _from(
    low: float, precision: NDArray[np.float64], recall: NDArray[np.float64]
) -> tuple[Point, ...]:
    """The places of a line from `low` on."""
    inside = recall >= low
    return tuple(zip(recall[inside].tolist(), precision[inside].tolist(), strict=True))


def _calibration(drawn: Sequence[Scored], sources: Sequence[Scored]) -> Chart:
    binned = [(source.source, calibration_bins(source)) for source in drawn]
    series = tuple(
        Series(name, shade, tuple((b.mean_score, b.spam) for b in bins if b.rows >= FEW))
        for shade, (name, bins) in enumerate(binned)
    )
    return Chart(
        "calibration",
        "Whether a score is a probability (calibration)",
        "On the dashed line, seven in ten comments scored 0.7 are spam. Above it scores are too "
        f"low, below it too high. Points of under {FEW} comments are in the table only.",
        _shares("score"),
        _shares("share of spam"),
        tuple(line for line in series if len(line.points) >= _LEAST_BINS or not line.shade),
        calibration_table(sources),
        guide=True,
        marked=True,
    )


def _missed(caught: float | None) -> float | None:
    return None if caught is None else 1 - caught


def _learning(curve: Sequence[Step]) -> Chart:
    wanted: tuple[tuple[str, list[float | None]], ...] = (
        ("errors (wrong side of 0.5)", [step.errors for step in curve]),
        ("1-ROCA", [step.one_minus_roca for step in curve]),
        ("ham filed as spam", [step.ham_filed_spam for step in curve]),
        ("spam missed at 1 % blocked ham", [_missed(step.caught_at_1) for step in curve]),
    )
    series = tuple(
        Series(name, shade, tuple((float(at), v) for at, v in enumerate(values) if v is not None))
        for shade, (name, values) in enumerate(wanted)
    )
    most = max((y for line in series for _, y in line.points), default=0.01)
    step = next(s for s in (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if 5 * s >= most or s == 0.2)
    ticks = tuple((n * step, f"{100 * n * step:g} %") for n in range(6))
    names = tuple((float(at), span_of(part)) for at, part in enumerate(curve))
    return Chart(
        "learning",
        "What corrections bring (learning curve)",
        "The lower, the better: shares of the comments whose site had so many corrections before.",
        Axis("corrections before, on the same site", 0, max(len(curve) - 1, 1), names),
        Axis("share", 0, 5 * step, ticks),
        tuple(line for line in series if line.points),
        curve_table(curve),
        marked=True,
    )
