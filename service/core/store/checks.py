"""Checks: which stored comment a client means when it asks or reports again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session

from service.core.fingerprint import Prints
from service.core.store.check_tables import CallbackRow, CheckRow
from service.core.store.insert import insert_into
from service.core.store.lesson_tables import ExampleRow
from service.core.store.precedents import PrecedentRow
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Outcome

AGAIN = timedelta(minutes=1)  # a client that got no answer sends the same call three times
LOOKED_AT = 50  # newest, of a text that was sent over and over


ADD = insert_into(CheckRow)
STORED = select(CheckRow.comment_id, CheckRow.key_id, CheckRow.whole_print).where(
    or_(
        CheckRow.comment_id.in_(bindparam("ids", expanding=True)),
        and_(
            CheckRow.key_id.in_(bindparam("key_ids", expanding=True)),
            CheckRow.whole_print.in_(bindparam("prints", expanding=True)),
            CheckRow.at.between(bindparam("since"), bindparam("until")),
        ),
    )
)
Call = tuple[int, str]  # key id, print of every field


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.connection().execute(ADD, rows)


def by_comment(session: Session, comment_id: UUID) -> CheckRow | None:
    return session.get(CheckRow, comment_id)


def tests_among(session: Session, comment_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these comments that were test calls."""
    statement = select(CheckRow.comment_id).where(
        CheckRow.comment_id.in_(comment_ids), CheckRow.is_test
    )
    return set(session.scalars(statement)) if comment_ids else set()


def stored_already(
    session: Session, calls: Iterable[Call], ids: Iterable[UUID], now: datetime
) -> dict[Call | UUID, UUID]:
    """The comments that were asked about within AGAIN in these very words, or have these ids."""
    wanted = list(calls)
    values = {
        "ids": list(ids),
        "key_ids": [key_id for key_id, _ in wanted],
        "prints": [whole for _, whole in wanted],
        "since": now - AGAIN,
        "until": now + AGAIN,
    }
    found: dict[Call | UUID, UUID] = {}
    for comment_id, key_id, whole in session.connection().execute(STORED, values):
        found[comment_id] = found[key_id, whole] = comment_id
    return found


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


def remove_tests(session: Session, key_id: int, since: datetime) -> int:
    """Delete the comments that this key sent as tests since then. Returns how many.

    One that a worker is at, or that somebody has taught from or answered, stays.
    """
    answer = CommentRow.__table__.alias("answer")
    tests = (
        select(CommentRow.id)
        .join(CheckRow, CheckRow.comment_id == CommentRow.id)
        .where(CheckRow.key_id == key_id, CheckRow.is_test, CheckRow.at >= since)
        .where(CommentRow.outcome != Outcome.PENDING)
        .where(~exists().where(ExampleRow.comment_id == CommentRow.id))
        .where(~exists().where(PrecedentRow.comment_id == CommentRow.id))
        .where(~exists().where(answer.c.parent_id == CommentRow.id))
    )
    ids = list(session.scalars(tests.with_for_update(of=CommentRow)))
    for table in (CallbackRow, CheckRow, EventRow):
        session.execute(delete(table).where(table.comment_id.in_(ids)))
    session.execute(delete(CommentRow).where(CommentRow.id.in_(ids)))
    return len(ids)
