"""Reading the audit trail: newest first, a page at a time. It is only ever appended to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from service.core.store.tables import AuditRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to show; an empty field asks for nothing."""

    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not included


def page(session: Session, wanted: Wanted, after: int | None, limit: int) -> list[AuditRow]:
    """At most `limit` rows, newest first, behind the row with the number `after`."""
    return list(session.scalars(query(session, wanted, after, limit)))


def query(session: Session, wanted: Wanted, after: int | None, limit: int) -> Select[AuditRow]:
    """What `page` asks the database."""
    statement = select(AuditRow).where(*_conditions(wanted))
    if after is not None and (last := session.get(AuditRow, after)) is not None:
        same_moment = and_(AuditRow.at == last.at, AuditRow.id < last.id)
        statement = statement.where(
            AuditRow.at <= last.at,  # said apart, an index can begin there
            or_(AuditRow.at < last.at, same_moment),
        )
    return statement.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.actor:
        conditions.append(AuditRow.actor == wanted.actor)
    if wanted.action:
        conditions.append(AuditRow.action == wanted.action)
    if wanted.since is not None:
        conditions.append(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditRow.at < wanted.until)
    return conditions
