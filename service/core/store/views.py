"""Saved views: each moderator's own, by name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.view_tables import ViewRow

MOST = 20  # of one moderator


def of(session: Session, moderator_id: int) -> list[ViewRow]:
    """The moderator's views, by name."""
    statement = select(ViewRow).where(ViewRow.moderator_id == moderator_id)
    return list(session.scalars(statement.order_by(func.lower(ViewRow.name), ViewRow.id)))


def by_name(session: Session, moderator_id: int, name: str) -> ViewRow | None:
    """The moderator's view of this name."""
    own = ViewRow.moderator_id == moderator_id
    return session.scalar(select(ViewRow).where(own, ViewRow.name == name))


def save(session: Session, moderator_id: int, name: str, query: str, now: datetime) -> None:
    """Keep the view; one of the same name is replaced."""
    row = by_name(session, moderator_id, name)
    if row is None:
        row = ViewRow(moderator_id=moderator_id, name=name, query=query, created_at=now)
        session.add(row)
    row.query = query


def by_id(session: Session, moderator_id: int, view_id: int) -> ViewRow:
    """The view, if it is the moderator's own. Raises NotFound."""
    row = session.get(ViewRow, view_id)
    if row is None or row.moderator_id != moderator_id:
        raise NotFound(f"you have no saved view {view_id}")
    return row
