"""What was asked of the model before it was made, and whether a measurement reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from models.measuring.evaluation import HAM_ENOUGH, Scored, pooled, summary
from models.measuring.figures import HALF, mcc_of
from models.measuring.measured import Measured
from models.measuring.tables import Table
from models.measuring.within import SMS

Taken = Callable[[Measured], float | None]
"""A figure taken from a measurement; None when what it is taken from is not in there."""

ALL, VIDEOS = "all together", "youtube_tubespam"
_LEFT_OUT = (
    ("blog_joehx", 0.1176, 0.60, 0.35),
    ("blog_chrisrisner", 0.0152, 0.85, 0.60),
    ("blog_jdieter", 0.0210, 0.90, 0.80),
    ("blog_spinningnumbers", 0.0059, 0.98, 0.92),
    ("blog_fabienlasserre", 0.0472, None, None),
    ("blog_eduardoboucas", 0.0332, None, None),
    ("campaign group", 0.0245, 0.85, 0.70),
)
"""Source, the plain baseline's 1-ROCA to be halved, shares to catch at 1 % and 0.1 % blocked."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure asked for, at least or at most; `before` is what there was to beat."""

    name: str
    asked: float
    taken: Taken
    at_most: bool = False
    before: float | None = None
    percent: bool = True

    def reached(self, found: float) -> bool:
        """Whether `found` is as good as asked."""
        return found <= self.asked if self.at_most else found >= self.asked

    def shown(self, value: float | None) -> str:
        """A value as the tables have it."""
        if value is None:
            return "–"
        return f"{100 * value:.2f}" if self.percent else f"{value:.3f}"


def targets_table(measured: Measured) -> Table:
    """What was asked of this measurement's protocol, as far as its data can tell, and found."""
    found = [(target, target.taken(measured)) for target in _targets_of(measured)]
    rows = tuple(_row(target, value) for target, value in found if value is not None)
    return Table("Targets", ("target", "to beat", "asked", "found", "reached"), rows)


def reached(table: Table) -> str:
    """How many of a table's targets are reached, "3 of 7"."""
    return f"{sum(row[-1] == 'yes' for row in table.rows)} of {len(table.rows)}"


def _row(target: Target, found: float) -> tuple[str, ...]:
    asked = f"{'≤' if target.at_most else '≥'} {target.shown(target.asked)}"
    told = "yes" if target.reached(found) else "**no**"
    return target.name, target.shown(target.before), asked, target.shown(found), told


def _targets_of(measured: Measured) -> list[Target]:
    asked: dict[str, Callable[[], Iterable[Target]]] = {
        "leave-one-source-out": lambda: (*_left_out(), *_at_cutoffs()),
        "split": _by_split,
        "leave-one-video-out": _video_out,
        "online": _online,
        "online-from-nothing": _online,
        "corrections": lambda: _corrected(measured),
    }
    return list(asked.get(measured.protocol, tuple)())


def _figure(source: str, field: str) -> Taken:
    """A field of a source's summary."""

    def taken(measured: Measured) -> float | None:
        whole = [pooled(measured.sources, ALL)] if source == ALL else []
        for scored in (*measured.sources, *whole):
            if scored.source == source:
                value: float | None = getattr(summary(scored, *measured.cutoffs), field)
                return value
        return None

    return taken


def _left_out() -> Iterator[Target]:
    for source, before, at_1, at_01 in _LEFT_OUT:
        area = _figure(source, "one_minus_roca")
        yield Target(f"{source}: 1-ROCA %", before / 2, area, at_most=True, before=before)
        if at_1 and at_01:
            name = f"{source}: caught at {{}} % blocked ham, %"
            yield Target(name.format(1), at_1, _figure(source, "caught_at_1"))
            yield Target(name.format(0.1), at_01, _figure(source, "caught_at_01"))
    for source, before, asked in (("tg_spam_samples", 0.156, 0.08), (VIDEOS, 0.195, 0.10)):
        area = _figure(source, "one_minus_roca")
        yield Target(f"{source}: 1-ROCA %", asked, area, at_most=True, before=before)


def _at_cutoffs() -> list[Target]:
    strict = _figure("omp_de", "ham_filed_spam")
    return [
        Target("omp_de: ham filed as spam, %", 0.005, strict, at_most=True),
        Target("worst source: ham filed as spam, %", 0.01, _worst_filed, at_most=True),
        Target("mean of sources: spam filed as spam, %", 0.70, _mean_caught(held=False)),
        Target("mean of sources: spam filed or held, %", 0.95, _mean_caught(held=True)),
    ]


def _worst_filed(measured: Measured) -> float | None:
    cutoff = measured.cutoffs[1]
    return max((float((s.ham >= cutoff).mean()) for s in measured.sources if s.ham.size), default=0)


def _mean_caught(*, held: bool) -> Taken:
    """Over the sources of both labels, each counting alike."""

    def taken(measured: Measured) -> float | None:
        cutoff = measured.cutoffs[0 if held else 1]
        both = [s for s in measured.sources if s.ham.size and s.spam.size]
        return _mean([float((source.spam >= cutoff).mean()) for source in both])

    return taken


def _by_split() -> list[Target]:
    def videos(figure: Callable[[Scored], float]) -> Taken:
        return lambda measured: _mean([figure(part) for part in _videos(measured)])

    def ham_over_half(measured: Measured) -> float | None:
        scores = [part.ham for part in _videos(measured)]
        return float((np.concatenate(scores) >= HALF).mean()) if scores else None

    def messages(measured: Measured) -> float | None:
        return next((mcc_of(part) for part in measured.sources if part.source == SMS), None)

    return [
        Target(f"{VIDEOS}: mean MCC of videos", 0.935, videos(mcc_of), before=0.912, percent=False),
        Target(f"{VIDEOS}: ham from .5, %", 0.015, ham_over_half, at_most=True),
        Target(f"{SMS}: MCC", 0.95, messages, before=0.938, percent=False),
    ]


def _videos(measured: Measured) -> list[Scored]:
    return [part for part in measured.sources if part.source.startswith(VIDEOS)]


def _video_out() -> list[Target]:
    def accuracy(measured: Measured) -> float | None:
        return _mean([float(((s.scores >= HALF) == s.labels).mean()) for s in measured.sources])

    def area(measured: Measured) -> float | None:
        found = [summary(part, *measured.cutoffs).one_minus_roca for part in measured.sources]
        return _mean([value for value in found if value is not None])

    return [
        Target("mean of videos: accuracy, %", 0.955, accuracy, before=0.9433),
        Target("mean of videos: 1-ROCA %", 0.008, area, at_most=True, before=0.0115),
    ]


def _online() -> list[Target]:
    area, at_1, at_01 = (
        _figure(ALL, field) for field in ("one_minus_roca", "caught_at_1", "caught_at_01")
    )
    return [
        Target("1-ROCA %", 0.0025, area, at_most=True, before=0.0055),
        Target("caught at 1 % blocked ham, %", 0.98, at_1, before=0.94),
        Target("caught at 0.1 % blocked ham, %", 0.90, at_01, before=0.76),
    ]


def _corrected(measured: Measured) -> Iterator[Target]:
    """Of each site with a hundred ham and a hundred spam left."""
    for part in measured.sources:
        if min(part.ham.size, part.spam.size) >= HAM_ENOUGH:
            name = f"{part.source}: caught at 1 % blocked ham, %"
            yield Target(name, 0.90, _figure(part.source, "caught_at_1"))


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None
