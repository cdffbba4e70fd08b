"""Lessons: what each site was taught, in the order in which it learned it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from service.core.store.lesson_tables import LessonRow
from service.core.store.tables import CommentRow, SiteRow

AT_ONCE = 200  # read in one go; each holds some kilobytes


def of_comments(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, LessonRow]:
    """The lesson of each comment that has one, by comment."""
    statement = select(LessonRow).where(LessonRow.comment_id.in_(set(comment_ids)))
    return {row.comment_id: row for row in session.scalars(statement)}


class Taught(NamedTuple):
    """What became of a decision: a lesson of its site."""

    at: datetime
    label: int
    serial: int
    site: str


def taught_by(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, Taught]:
    """What stands of each comment's lesson, by comment; those without one are left out."""
    statement = (
        select(
            LessonRow.comment_id,
            LessonRow.created_at,
            LessonRow.label,
            LessonRow.serial,
            SiteRow.name,
        )
        .join(SiteRow, SiteRow.id == LessonRow.site_id)
        .where(LessonRow.comment_id.in_(set(comment_ids)))
    )
    return {row[0]: Taught(*row[1:]) for row in session.execute(statement)}


def from_on(session: Session, site_id: int, first: int) -> list[LessonRow]:
    """The site's lessons from the one with this number on, in order."""
    statement = select(LessonRow).where(LessonRow.site_id == site_id, LessonRow.id >= first)
    return list(session.scalars(statement.order_by(LessonRow.id)))


def part_after(session: Session, last: int) -> Sequence[LessonRow]:
    """The next lessons behind the one with this number, in order, AT_ONCE at most."""
    statement = select(LessonRow).where(LessonRow.id > last)
    return session.scalars(statement.order_by(LessonRow.id).limit(AT_ONCE)).all()


def with_text(session: Session, comment_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the comments whose text was not wiped."""
    statement = select(CommentRow.id).where(
        CommentRow.id.in_(set(comment_ids)), CommentRow.text_purged_at.is_(None)
    )
    return list(session.scalars(statement))


def count(session: Session, site_id: int | None = None) -> int:
    """How many lessons there are, of one site or of all."""
    statement = select(func.count()).select_from(LessonRow)
    if site_id is not None:
        statement = statement.where(LessonRow.site_id == site_id)
    return session.scalar(statement) or 0


def count_since(session: Session, since: datetime | None, most: int) -> int:
    """How many lessons were learned since then (None: ever), counted up to `most`."""
    newest = select(LessonRow.created_at).order_by(LessonRow.id.desc()).limit(most).subquery()
    statement = select(func.count()).select_from(newest)
    if since is not None:
        statement = statement.where(newest.c.created_at > since)
    return session.scalar(statement) or 0


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add lessons, in order."""
    if rows:
        session.execute(insert(LessonRow), rows)


def drop(session: Session, numbers: Sequence[int]) -> None:
    """Forget the lessons with these numbers."""
    if numbers:
        session.execute(delete(LessonRow).where(LessonRow.id.in_(numbers)))


def change(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set what each row names beside its `id`."""
    if rows:
        session.execute(update(LessonRow), rows)
