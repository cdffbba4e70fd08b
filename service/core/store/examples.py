"""Examples: comments with the label a person gave them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.core.store.tables import CommentRow, ExampleRow

HAM, SPAM = 0, 1


def label(session: Session, comment: CommentRow, value: int, actor: str, now: datetime) -> None:
    """Make the comment an example, or change its label."""
    session.merge(
        ExampleRow(
            comment_id=comment.id,
            site_id=comment.site_id,
            label=value,
            actor=actor,
            created_at=now,
        )
    )


def withdraw(session: Session, comment: CommentRow) -> None:
    """The comment is no example any more."""
    if row := session.get(ExampleRow, comment.id):
        session.delete(row)


def count(session: Session, site_id: int | None = None) -> int:
    statement = select(func.count()).select_from(ExampleRow)
    if site_id is not None:
        statement = statement.where(ExampleRow.site_id == site_id)
    return session.scalar(statement) or 0
