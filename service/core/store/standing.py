"""How far the work is: what waits longest, and whether a worker looks after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service.core.store import strands
from service.core.store.comments import SORTED, Order
from service.core.store.strands import Within
from service.core.store.tables import LeaseRow
from service.core.verdict import Outcome

SWEEPER = "sweeper"  # the lease that every worker strives for, and one of them holds


def has_worker(session: Session, now: datetime) -> bool:
    """Whether some worker holds the sweeper's lease."""
    row = session.get(LeaseRow, SWEEPER)
    return row is not None and row.until > now


def oldest(session: Session, outcome: Outcome, site_id: Within = None) -> datetime | None:
    """When the oldest comment of this outcome arrived, on the site (None: any)."""
    columns = ("id", "received_at")
    oldest = strands.merged([outcome], site_id, [], SORTED[Order.OLDEST], 1, columns)
    row = session.execute(oldest).first()
    return row.received_at if row else None
