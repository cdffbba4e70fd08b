"""The figures of `statistics`, from days counted already and a count of what came since.

Each means what its namesake there means. Of days counted already, scores are known to a hundredth,
and times waited to three digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.core.store import day_counts, statistics
from service.core.store.day_counts import STEPS, Kind
from service.core.store.day_tables import DayCountRow
from service.core.store.statistics import BINS, LABELS, Decisions, Moved, Scope, Waits
from service.core.verdict import Cutoffs, Decision, Verdict, verdict_for

Row = DayCountRow
Bands = dict[tuple[Verdict, Verdict], int]


@dataclass(frozen=True, slots=True)
class Past:
    """A scope in two: days that are counted already, and what came since."""

    session: Session
    scope: Scope
    live: Scope

    def sums(self, kind: Kind, *columns: Any) -> Iterable[Any]:
        """(the columns, how many) over the days that are counted."""
        if self.live.since == self.scope.since:
            return ()
        statement = select(*columns, func.sum(Row.number)).where(
            Row.kind == kind.value,
            Row.day >= self.scope.since.date(),
            Row.day < self.live.since.date(),
            Row.site_id.in_(self.scope.site_ids),
        )
        return self.session.execute(statement.group_by(*columns))


def past(session: Session, scope: Scope) -> Past:
    """The scope, which begins with a day, in two."""
    until = day_counts.kept_days(session, scope.since.date())
    return Past(session, scope, replace(scope, since=datetime.combine(until, time(), UTC)))


def verdicts_by_day(of: Past) -> dict[date, dict[str | None, int]]:
    found = statistics.verdicts_by_day(of.session, of.live)
    for day, verdict, number in of.sums(Kind.VERDICT, Row.day, Row.verdict):
        found.setdefault(day, {})[verdict or None] = number
    return found


def as_judged(of: Past) -> dict[str, int]:
    found = Counter(statistics.as_judged(of.session, of.live))
    for verdict, number in of.sums(Kind.VERDICT, Row.verdict):
        found[verdict] += number
    return {verdict: number for verdict, number in found.items() if verdict}


def waits(of: Past) -> Waits:
    """Nearest rank."""
    found = Counter[float](dict(statistics.each_wait(of.session, of.live)))
    for seconds, number in of.sums(Kind.WAIT, Row.step):
        found[seconds] += number
    total = found.total()
    if not total:
        return Waits(0, 0.0, 0.0)
    return Waits(total, _ranked(found, (total + 1) // 2), _ranked(found, (9 * total + 9) // 10))


def _ranked(found: Counter[float], place: int) -> float:
    for value in sorted(found):
        place -= found[value]
        if place <= 0:
            return value
    raise AssertionError("a place is one of those there are")


def labelled(of: Past) -> dict[tuple[str | None, str], int]:
    found = Counter(statistics.labelled(of.session, of.live))
    for verdict, label, number in of.sums(Kind.LABEL, Row.verdict, Row.decision):
        found[verdict or None, label] += number
    return dict(found)


def by_actor(of: Past) -> list[Decisions]:
    found = {one.actor: one for one in statistics.by_actor(of.session, of.live)}
    for actor, decision, number in of.sums(Kind.DECISION, Row.actor, Row.decision):
        counts = found.setdefault(actor, Decisions(actor)).counts
        counts[decision] = counts.get(decision, 0) + number
    return sorted(found.values(), key=lambda one: (-one.total, one.actor))


def score_bins(of: Past) -> list[int]:
    counts = statistics.score_bins(of.session, of.live)
    for step, number in of.sums(Kind.SCORE, Row.step):
        if step >= 0:
            counts[step * BINS // STEPS] += number
    return counts


def labelled_bins(of: Past) -> dict[Decision, list[int]]:
    counts = statistics.labelled_bins(of.session, of.live)
    for label, step, number in of.sums(Kind.LABELLED, Row.decision, Row.step):
        counts[Decision(label)][step * BINS // STEPS] += number
    return counts


def labelled_arrivals(of: Past) -> int:
    """Those of the counted days arrived so many days before they were decided."""
    live = replace(of.live, arrived_since=of.scope.since)
    total = statistics.labelled_arrivals(of.session, live)
    first = of.scope.since.date()
    for day, age, number in of.sums(Kind.SCORED, Row.day, Row.step):
        total += number if (day - first).days >= age else 0
    return total


def load(of: Past, before: Cutoffs, after: Cutoffs) -> list[Moved]:
    found = _bands(statistics.load(of.session, of.live, before, after))
    for step, number in of.sums(Kind.SCORE, Row.step):
        _add(found, step, number, before, after)
    return _moved(found)


def labelled_load(of: Past, before: Cutoffs, after: Cutoffs) -> dict[Decision, list[Moved]]:
    live = statistics.labelled_load(of.session, of.live, before, after)
    found = {label: _bands(live[label]) for label in LABELS}
    for label, step, number in of.sums(Kind.LABELLED, Row.decision, Row.step):
        _add(found[Decision(label)], step, number, before, after)
    return {label: _moved(found[label]) for label in LABELS}


def _bands(moved: Iterable[Moved]) -> Bands:
    return Counter({(one.before, one.after): one.number for one in moved})


def _add(found: Bands, step: int, number: int, before: Cutoffs, after: Cutoffs) -> None:
    bands = _band(step, before), _band(step, after)
    found[bands] = found.get(bands, 0) + number


def _band(step: int, cutoffs: Cutoffs) -> Verdict:
    """Of a score in this hundredth; a cutoff amid it counts for the whole of it."""
    return Verdict.UNSURE if step < 0 else verdict_for(step / STEPS, cutoffs)


def _moved(found: Bands) -> list[Moved]:
    return [Moved(*bands, number) for bands, number in found.items()]
