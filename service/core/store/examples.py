"""Examples: comments with the label a person gave them, due until the teacher has seen to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.core.store.among import among_ids
from service.core.store.lesson_tables import DUE, ExampleRow
from service.core.store.tables import CommentRow

HAM, SPAM = 0, 1
BATCH = 64
MAX_ATTEMPTS = 5  # what killed its teacher so often is given up


class Due(NamedTuple):
    """An example as it stood when it was taken up."""

    comment_id: UUID
    site_id: int
    label: int | None
    actor: str
    turn: int


def label(session: Session, comment: CommentRow, value: int, actor: str, now: datetime) -> None:
    """Make the comment an example, or change its label. The caller holds the comment's lock."""
    row = session.get(ExampleRow, comment.id)
    if row is None:
        row = ExampleRow(comment_id=comment.id, site_id=comment.site_id, turn=0)
        session.add(row)
    _say(row, value, actor, now)


def withdraw(session: Session, comment: CommentRow, actor: str, now: datetime) -> None:
    """The comment is no example any more; its row stays, a teacher may be at it just now."""
    row = session.get(ExampleRow, comment.id)
    if row is not None and row.label is not None:
        _say(row, None, actor, now)


def label_many(
    session: Session, comment_ids: Collection[UUID], value: int, actor: str, now: datetime
) -> None:
    """Like `label`, for many. The caller holds their locks."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = ExampleRow
    said = {row.label: value, row.actor: actor, row.created_at: now, row.attempts: 0}
    values = [literal(each, column.type) for column, each in said.items()]
    chosen = select(CommentRow.id, CommentRow.site_id, literal(1), *values)
    adding = dialect.insert(ExampleRow).from_select(
        ["comment_id", "site_id", "turn", *(column.key for column in said)],
        chosen.where(among_ids(session, CommentRow.id, comment_ids)),
    )
    again = {column.key: each for column, each in said.items()}
    again |= {"failure": None, "turn": row.turn + 1}
    session.execute(
        adding.on_conflict_do_update(index_elements=["comment_id"], set_=again),
        execution_options={"synchronize_session": False},
    )


def withdraw_many(
    session: Session, comment_ids: Collection[UUID], actor: str, now: datetime
) -> None:
    """Like `withdraw`, for many. The caller holds their locks."""
    session.execute(
        update(ExampleRow)
        .where(
            among_ids(session, ExampleRow.comment_id, comment_ids), ExampleRow.label.is_not(None)
        )
        .values(
            label=None,
            actor=actor,
            created_at=now,
            turn=ExampleRow.turn + 1,
            attempts=0,
            failure=None,
        ),
        execution_options={"synchronize_session": False},
    )


def label_of(session: Session, comment_id: UUID) -> int | None:
    """The label that the comment is an example of; None when it is none."""
    row = session.get(ExampleRow, comment_id)
    return row.label if row else None


def count(session: Session, site_id: int | None = None) -> int:
    """How many comments are examples, on one site or on all."""
    statement = select(func.count()).select_from(ExampleRow).where(ExampleRow.label.is_not(None))
    if site_id is not None:
        statement = statement.where(ExampleRow.site_id == site_id)
    return session.scalar(statement) or 0


def oldest_due(session: Session) -> datetime | None:
    """When the decision was made that has waited longest to be learned."""
    return session.scalar(select(func.min(ExampleRow.created_at)).where(text(DUE)))


def count_failed(session: Session) -> int:
    """How many examples could not be learned."""
    failed = select(func.count()).select_from(ExampleRow).where(ExampleRow.failure.is_not(None))
    return session.scalar(failed) or 0


def take_up(session: Session) -> list[Due]:
    """The next examples to be learned, in the order of their decisions; empty when none is due.

    Those whose teacher died before come one at a time: what killed it hurts no other.
    """
    _give_up(session)
    fresh = _due().where(ExampleRow.attempts == 0).limit(BATCH)
    tried = _due().where(ExampleRow.attempts > 0).limit(1)
    found = session.execute(fresh).all() or session.execute(tried).all()
    taken = [Due(*row) for row in found]
    session.execute(
        update(ExampleRow)
        .where(ExampleRow.comment_id.in_([due.comment_id for due in taken]))
        .values(attempts=ExampleRow.attempts + 1)
    )
    return taken


def mark_learned(session: Session, seen: Sequence[Due], failures: dict[UUID, str]) -> None:
    """These are learned as they stood, or could not be; what was said since is still due."""
    rows = [
        {
            "comment_id": due.comment_id,
            "learned_turn": due.turn,
            "attempts": 0,
            "failure": failures.get(due.comment_id),
        }
        for due in seen
    ]
    if rows:
        session.execute(update(ExampleRow), rows)


def _say(row: ExampleRow, value: int | None, actor: str, now: datetime) -> None:
    row.label, row.actor, row.created_at = value, actor, now
    row.turn, row.attempts, row.failure = row.turn + 1, 0, None


def _due() -> Select[UUID, int, int | None, str, int]:
    return (
        select(
            ExampleRow.comment_id,
            ExampleRow.site_id,
            ExampleRow.label,
            ExampleRow.actor,
            ExampleRow.turn,
        )
        .where(text(DUE))
        .order_by(ExampleRow.attempts, ExampleRow.created_at)
    )


def _give_up(session: Session) -> None:
    why = f"it was tried {MAX_ATTEMPTS} times and never finished"
    session.execute(
        update(ExampleRow)
        .where(text(DUE), ExampleRow.attempts >= MAX_ATTEMPTS)
        .values(learned_turn=ExampleRow.turn, attempts=0, failure=why)
    )
