"""Callbacks: clients that are owed word of a changed answer. The row is the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from service.core.store.among import among_ids
from service.core.store.check_tables import CallbackRow
from service.core.store.insert import insert_into
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Outcome, UnsureAnswer, is_answered_spam

SETTLE = timedelta(seconds=2)  # a client stores its comment after our answer; then it can be told
LEASE = timedelta(seconds=60)  # longer than a sender may take
AT_ONCE = 10  # a round of sending
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600, 10_800, 43_200, 86_400)
)
KEPT = timedelta(days=30)  # clients forget their spam after 15


@dataclass(frozen=True, slots=True)
class Owed:
    """One piece of news on its way."""

    comment_id: UUID
    url: str
    sealed_key: str
    is_spam: bool
    attempts: int
    author_email: str
    decision: str | None  # a person's, if one has decided


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert_into(CallbackRow), rows)


def owe(session: Session, outcomes: Mapping[UUID, Outcome], now: datetime) -> None:
    """The comments have these outcomes now: their clients are owed it if they know another."""
    statement = (
        select(CallbackRow, SiteRow.unsure_answer)
        .join(CommentRow, CommentRow.id == CallbackRow.comment_id)
        .join(SiteRow, SiteRow.id == CommentRow.site_id)
        .where(among_ids(session, CallbackRow.comment_id, outcomes))
        .order_by(CallbackRow.comment_id)
        .with_for_update(of=CallbackRow)
    )
    for row, unsure in session.execute(statement):
        outcome = outcomes[row.comment_id]
        if outcome is not Outcome.PENDING:
            _owe(row, is_answered_spam(outcome, UnsureAnswer(unsure)), now)


def _owe(row: CallbackRow, is_spam: bool, now: datetime) -> None:
    row.attempts = 0
    is_under_way = row.claimed_until is not None  # then nobody can say what the client knows
    if row.told is is_spam and not is_under_way:
        row.owed = row.due_at = None
    else:
        row.owed, row.due_at = is_spam, now + SETTLE


def client_knows(session: Session, comment_id: UUID, is_spam: bool) -> None:
    """It was the client that said so: nobody need tell it."""
    if row := session.get(CallbackRow, comment_id, with_for_update=True):
        row.told, row.owed, row.due_at = is_spam, None, None


def any_due(session: Session, now: datetime) -> bool:
    return session.execute(_due(now).limit(1)).first() is not None


def any_promised(session: Session) -> bool:
    """Whether a client was told to wait for more, and has heard nothing yet."""
    promised = select(CallbackRow.comment_id).where(
        CallbackRow.told.is_(None), CallbackRow.due_at.is_not(None)
    )
    return session.execute(promised.limit(1)).first() is not None


def claim_due(session: Session, now: datetime) -> list[Owed]:
    """What is to be sent now; others leave it alone for LEASE."""
    statement = _due(now).order_by(CallbackRow.due_at).limit(AT_ONCE)
    rows = session.execute(statement.with_for_update(of=CallbackRow, skip_locked=True)).all()
    for row, *_ in rows:
        row.claimed_until = now + LEASE
    return [
        Owed(row.comment_id, row.url, row.sealed_key, bool(row.owed), row.attempts, email, decision)
        for row, email, decision in rows
    ]


def delivered(session: Session, owed: Owed, now: datetime) -> None:
    """The client knows it; what changed meanwhile stays owed."""
    row = session.get(CallbackRow, owed.comment_id, with_for_update=True)
    if row is None:
        return
    row.told, row.claimed_until = owed.is_spam, None
    if row.owed is not None:
        _owe(row, row.owed, now)


def failed(session: Session, owed: Owed, now: datetime) -> bool:
    """Try again after a pause that grows. Returns False when this was the last try."""
    pauses = PAUSES[owed.attempts : owed.attempts + 1]
    session.execute(
        update(CallbackRow)
        .where(CallbackRow.comment_id == owed.comment_id, CallbackRow.attempts == owed.attempts)
        .values(
            attempts=owed.attempts + 1,
            due_at=now + pauses[0] if pauses else None,
            claimed_until=None,
        )
    )
    return bool(pauses)


def drop(session: Session, comment_id: UUID) -> None:
    """The client wants to hear no more of this comment."""
    session.execute(delete(CallbackRow).where(CallbackRow.comment_id == comment_id))


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(CallbackRow).where(CallbackRow.created_at < now - KEPT))


def _due(now: datetime) -> Select[CallbackRow, str, str | None]:
    return (
        select(CallbackRow, CommentRow.author_email, CommentRow.decision)
        .join(CommentRow, CommentRow.id == CallbackRow.comment_id)
        .where(
            CallbackRow.due_at <= now,
            or_(CallbackRow.claimed_until.is_(None), CallbackRow.claimed_until <= now),
        )
    )
