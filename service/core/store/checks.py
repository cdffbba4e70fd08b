"""Checks: which stored comment a client means when it asks or reports again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.core.fingerprint import Prints
from service.core.store.check_tables import CheckRow
from service.core.store.tables import CommentRow

AGAIN = timedelta(minutes=1)  # a client that got no answer sends the same call three times
LOOKED_AT = 50  # newest, of a text that was sent over and over


def add(session: Session, rows: Sequence[CheckRow]) -> None:
    columns = [column.key for column in CheckRow.__table__.columns]
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    if values:
        session.execute(insert(CheckRow), values)


def by_comment(session: Session, comment_id: UUID) -> CheckRow | None:
    return session.get(CheckRow, comment_id)


def asked_just_now(
    session: Session, key_id: int, whole: Iterable[str], now: datetime
) -> dict[str, UUID]:
    """The comments that this key asked about within AGAIN in these very words, by print."""
    statement = (
        select(CheckRow.whole_print, CheckRow.comment_id)
        .where(
            CheckRow.key_id == key_id,
            CheckRow.whole_print.in_(set(whole)),
            CheckRow.at.between(now - AGAIN, now + AGAIN),
        )
        .order_by(CheckRow.at)
    )
    return dict(session.execute(statement).all())


def known(session: Session, site_id: int, prints: Prints, *, names_author: bool) -> list[UUID]:
    """Comments of the site that read alike, newest first.

    The bare text decides only for a caller that `names_author` not.
    """
    words, text = CheckRow.words_print == prints.words, CheckRow.text_print == prints.text
    by_text = not names_author and bool(prints.text)
    statement = (
        select(CheckRow.comment_id)
        .where(CheckRow.site_id == site_id, text if by_text else words)
        .order_by(CheckRow.at.desc())
        .limit(LOOKED_AT)
    )
    return list(session.scalars(statement))


def locked(session: Session, comment_ids: Sequence[UUID]) -> list[CommentRow]:
    """These comments, locked until the transaction ends."""
    statement = select(CommentRow).where(CommentRow.id.in_(comment_ids)).order_by(CommentRow.id)
    return list(session.scalars(statement.with_for_update()))
