"""How far the work is: what waits longest, and whether a worker looks after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.store.tables import CommentRow, LeaseRow
from service.core.verdict import Outcome

SWEEPER = "sweeper"  # the lease that every worker strives for, and one of them holds


def has_worker(session: Session, now: datetime) -> bool:
    """Whether some worker holds the sweeper's lease."""
    row = session.get(LeaseRow, SWEEPER)
    return row is not None and row.until > now


def oldest(session: Session, outcome: Outcome, site_id: int | None = None) -> datetime | None:
    """When the oldest comment of this outcome arrived, on the site (None: any)."""
    statement = select(CommentRow.received_at).where(CommentRow.outcome == outcome)
    if site_id is not None:
        statement = statement.where(CommentRow.site_id == site_id)
    return session.scalar(statement.order_by(CommentRow.id).limit(1))
