"""Leases: what only one process in the installation should be doing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from service.core.store.insert import insert_missing
from service.core.store.tables import LeaseRow


def take(session: Session, name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
    """Whether `holder` has the lease now: taken, renewed or inherited from one that expired."""
    row = session.get(LeaseRow, name)
    if row is not None and row.until > now + lasting / 2:
        return row.holder == holder  # no write while it is far from its end, whoever's it is
    insert_missing(session, LeaseRow, [{"name": name, "holder": holder, "until": now}])
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(LeaseRow)
        .where(LeaseRow.name == name, or_(LeaseRow.holder == holder, LeaseRow.until <= now))
        .values(holder=holder, until=now + lasting)
    )
    return result.rowcount == 1


def release(session: Session, name: str, holder: str, now: datetime) -> None:
    """Let another have the lease at once."""
    session.execute(
        update(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder).values(until=now)
    )
