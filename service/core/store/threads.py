"""Threads: the published comments of an article, oldest first, a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from service.core.store.comments import COUNTED
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome


class Size(NamedTuple):
    """What one part may hold; a single comment always finds room."""

    comments: int
    characters: int  # of their texts together


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a thread, and how to go on from it."""

    rows: list[CommentRow]
    earlier: UUID | None = None  # the part before this one is `up_to` it; None: this is the first
    later: UUID | None = None  # the next part is `behind` it; None: this is the last


NOTHING = Stretch([])


def behind(session: Session, article_id: int, size: Size, after: UUID | None = None) -> Stretch:
    """The part that follows the comment `after`; the first part without it."""
    where = _published(article_id)
    following = where if after is None else (*where, CommentRow.id > after)
    found = _sizes(session, following, CommentRow.id.asc(), size)
    fit = _fitting(found, size)
    if not fit:
        return Stretch([], earlier=after)
    last = fit[-1].id
    rows = _rows(session, where, fit[0].id, last)
    return Stretch(rows, earlier=after, later=last if len(fit) < len(found) else None)


def up_to(session: Session, article_id: int, size: Size, until: UUID) -> Stretch:
    """The part that ends with the comment `until`; the first part if that holds it."""
    where = _published(article_id)
    found = _sizes(session, (*where, CommentRow.id <= until), CommentRow.id.desc(), size)
    fit = _fitting(found, size)
    if len(fit) == len(found):
        return behind(session, article_id, size)
    first, last = fit[-1].id, fit[0].id
    more = session.scalar(select(CommentRow.id).where(*where, CommentRow.id > last).limit(1))
    rows = _rows(session, where, first, last)
    return Stretch(rows, earlier=found[len(fit)].id, later=last if more else None)


def count(session: Session, article_id: int) -> int:
    """How many comments the thread has, counted up to COUNTED + 1."""
    capped = select(CommentRow.id).where(*_published(article_id)).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0


def among(session: Session, article_id: int, ids: Iterable[UUID]) -> dict[UUID, CommentRow]:
    """Those of the comments that stand in the thread, by id."""
    statement = select(CommentRow).where(*_published(article_id), CommentRow.id.in_(set(ids)))
    return {row.id: row for row in session.scalars(statement)}


Condition = ColumnElement[bool]


def _published(article_id: int) -> tuple[Condition, ...]:
    return (CommentRow.article_id == article_id, CommentRow.outcome == Outcome.PUBLISHED)


def _sizes(
    session: Session, where: Sequence[Condition], order: ColumnElement[UUID], size: Size
) -> Sequence[Row[UUID, int]]:
    """Ids and lengths of one comment more than a part may hold: the texts may be large."""
    statement = select(CommentRow.id, func.length(CommentRow.body).label("characters"))
    return session.execute(statement.where(*where).order_by(order).limit(size.comments + 1)).all()


def _fitting(found: Sequence[Row[UUID, int]], size: Size) -> Sequence[Row[UUID, int]]:
    total = 0
    for index, row in enumerate(found):
        total += row.characters
        if index == size.comments or (index and total > size.characters):
            return found[:index]
    return found


def _rows(
    session: Session, where: Sequence[Condition], first: UUID, last: UUID
) -> list[CommentRow]:
    statement = select(CommentRow).where(*where, CommentRow.id.between(first, last))
    return list(session.scalars(statement.order_by(CommentRow.id)))


def around(
    session: Session, comment: CommentRow, number: int
) -> tuple[list[CommentRow], list[CommentRow]]:
    """Up to `number` published comments of its article just before, and just after it."""
    where = select(CommentRow).where(*_published(comment.article_id)).limit(number)
    before = where.where(CommentRow.id < comment.id).order_by(CommentRow.id.desc())
    after = where.where(CommentRow.id > comment.id).order_by(CommentRow.id)
    return list(session.scalars(before))[::-1], list(session.scalars(after))
