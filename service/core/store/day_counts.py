"""Counting days that are over, so that statistics need not read every comment of three months.

A day is counted when it is over, every hour for a week, and then once a day: a decision may still
be undone, and a comment be judged late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from service.core.store.day_tables import CountedDayRow, DayCountRow
from service.core.store.insert import insert_into
from service.core.store.measures import seconds_between, whole_part
from service.core.store.statistics import DECIDED, LABELS, by_person, said
from service.core.store.tables import CommentRow, EventRow, SiteRow
from service.core.verdict import Verdict

KEPT = 91  # days: the pages go 90 back
RECENT = 7  # days that are counted anew every HOUR
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = 100  # of a score
ROUNDED = 1e-9  # 0.29 * 100 is a little less than 29
NAMES = ("site_id", "verdict", "decision", "actor", "step")


Column: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]


TIME = CommentRow.received_at.type


class Kind(StrEnum):
    """What is counted."""

    VERDICT = "verdict"  # arrived comments, by verdict
    SCORE = "score"  # arrived and judged ones, by the step of their score
    LABEL = "label"  # those people called good or spam, by verdict; step: days since they arrived
    LABELLED = "labelled"  # the same with a score, by its step
    SCORED = "scored"  # the same with a score, by the days since they arrived
    WAIT = "wait"  # first decisions about what was held, by the seconds that it waited
    DECISION = "decision"  # all that people decided, by actor


def due(session: Session, now: datetime) -> list[date]:
    """The days to be counted now, the newest first."""
    today = now.astimezone(UTC).date()
    counted = dict(session.execute(select(CountedDayRow.day, CountedDayRow.at)).all())
    days = [today - timedelta(days=age) for age in range(1, KEPT + 1)]
    return [day for day in days if _is_due(day, counted.get(day), today, now)]


def _is_due(day: date, at: datetime | None, today: date, now: datetime) -> bool:
    if at is None:
        return True
    is_recent = (today - day).days <= RECENT
    return at <= now - HOUR if is_recent else at.astimezone(UTC).date() < today


def count(session: Session, day: date) -> list[dict[str, Any]]:
    """The rows that the day comes to, read from comments and events."""
    return [
        {"kind": kind.value, "day": day, "number": row[-1]}
        | dict(zip(NAMES, row[:-1], strict=True))
        for kind, statement in _statements(day)
        for row in session.execute(statement)
    ]


def keep(session: Session, day: date, rows: list[dict[str, Any]], now: datetime) -> None:
    """These are the day's counts from now on; those older than KEPT days are forgotten."""
    oldest = now.astimezone(UTC).date() - timedelta(days=KEPT)
    for table in (DayCountRow, CountedDayRow):
        session.execute(delete(table).where((table.day == day) | (table.day < oldest)))
    if rows:
        session.connection().execute(insert_into(DayCountRow), rows)
    session.add(CountedDayRow(day=day, at=now))


def kept_days(session: Session, since: date) -> date:
    """Up to which day (not itself) all days from `since` on are counted; `since`, where it is not.

    They are counted from the newest on, so that there is a gap only while the first time lasts.
    """
    counted = select(func.count(), func.max(CountedDayRow.day)).where(CountedDayRow.day >= since)
    number, last = session.execute(counted).one()
    if last is None or number != (last - since).days + 1:
        return since
    until: date = last + timedelta(days=1)
    return until


def _statements(day: date) -> Iterator[tuple[Kind, Select[Any]]]:
    score = score_step()
    has_score = CommentRow.score.is_not(None)
    judged = CommentRow.verdict.is_not(None)
    verdict = func.coalesce(CommentRow.verdict, "")
    yield Kind.VERDICT, _grouped(_arrived(day), verdict=verdict)
    yield Kind.SCORE, _grouped(_arrived(day).where(judged), step=score)
    labelled = _standing(day).where(CommentRow.decision.in_(LABELS))
    yield Kind.LABEL, _grouped(labelled, verdict=verdict, decision=CommentRow.decision)
    labelled = labelled.where(judged, has_score)
    yield Kind.LABELLED, _grouped(labelled, decision=CommentRow.decision, step=score)
    age = whole_part(seconds_between(CommentRow.received_at, literal(_start(day), TIME)) / 86_400)
    came_before = CommentRow.received_at < literal(_start(day), TIME)
    yield Kind.SCORED, _grouped(labelled, step=case((came_before, age + 1), else_=0))
    waited = _decided(day).where(CommentRow.verdict == Verdict.UNSURE, ~_decided_before())
    yield Kind.WAIT, _grouped(waited, step=wait_step())
    yield Kind.DECISION, _grouped(_decided(day), decision=said(), actor=EventRow.actor)


def score_step() -> ColumnElement[int]:
    """The hundredth in which a score lies; -1 of none."""
    step = whole_part(CommentRow.score * STEPS + ROUNDED)
    last = CommentRow.score >= (STEPS - 1) / STEPS
    return case((CommentRow.score.is_(None), -1), (last, STEPS - 1), else_=step)


def wait_step() -> ColumnElement[int]:
    """Seconds, rounded to three digits or so."""
    wait = whole_part(seconds_between(CommentRow.received_at, EventRow.at) + 0.5)
    return case(
        (wait < 1_000, wait),
        (wait < 36_000, whole_part(wait / 10.0 + 0.5) * 10),
        else_=whole_part(wait / 300.0 + 0.5) * 300,
    )


def _grouped(statement: Select[Any], **columns: Column) -> Select[Any]:
    """(site, verdict, decision, actor, step, number)."""
    nothing: dict[str, Any] = dict.fromkeys(("verdict", "decision", "actor"), literal(""))
    wanted = {"site_id": CommentRow.site_id} | nothing | {"step": literal(-1)} | columns
    inner = statement.with_only_columns(*(wanted[name].label(name) for name in NAMES)).subquery()
    names = [inner.c[name] for name in NAMES]
    return select(*names, func.count()).group_by(*names)


def _arrived(day: date) -> Select[Any]:
    at, every = CommentRow.received_at, CommentRow.site_id.in_(select(SiteRow.id))
    return select(CommentRow.id).where(every, at >= _start(day), at < _start(day) + DAY)


def _decided(day: date) -> Select[Any]:
    """Over people's decisions of the day, with their comments."""
    return (
        select(CommentRow.id)
        .select_from(EventRow)
        .join(CommentRow, CommentRow.id == EventRow.comment_id)
        .where(EventRow.kind == DECIDED, EventRow.at >= _start(day), by_person())
        .where(EventRow.at < _start(day) + DAY)
    )


def _standing(day: date) -> Select[Any]:
    """Over those that stand now; of a comment decided twice the same way, over the newest."""
    later = aliased(EventRow)
    again = exists().where(
        later.comment_id == EventRow.comment_id,
        later.revision > EventRow.revision,
        later.kind == DECIDED,
        later.detail["decision"].as_string() == CommentRow.decision,
        by_person(later),
    )
    return _decided(day).where(CommentRow.decision == said(), ~again)


def _decided_before() -> ColumnElement[bool]:
    earlier = aliased(EventRow)
    return exists().where(
        earlier.comment_id == EventRow.comment_id,
        earlier.kind == DECIDED,
        earlier.revision < EventRow.revision,
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
