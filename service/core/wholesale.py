"""Wholesale: one decision for many comments, in a few statements, each with its own event.

They teach nothing; what is to be learned from goes through `moderation.decide`. The caller holds
the comments' locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from service.core.store import callbacks
from service.core.store.campaign_tables import DoneRow
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Decision, EventKind, Outcome, outcome_of

STEP = 500  # comments a statement


class Standing(NamedTuple):
    """A comment as it is before."""

    id: UUID
    revision: int
    decision: str | None
    outcome: Outcome


class Back(NamedTuple):
    """A comment whose decision is taken back, and what it goes back to."""

    id: UUID
    revision: int
    decision: str | None
    outcome: Outcome


def decide(
    session: Session,
    rows: Sequence[Standing],
    decision: Decision,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """The decision, for comments that are not spam yet."""
    outcome = outcome_of(decision, None)
    same = {"decision": decision, "learn": False, "reason": reason}
    changes = [
        {
            "of_id": row.id,
            "decision": decision,
            "outcome": outcome,
            "decided_at": now,
            "spam_since": now if outcome is Outcome.SPAM else None,
            "revision": row.revision + 1,
        }
        for row in rows
    ]
    events = [
        _event(row, EventKind.DECIDED, actor, now, same | {"before": _before(row)}) for row in rows
    ]
    _write(session, changes, events, dict.fromkeys((row.id for row in rows), outcome), now)


def take_back(session: Session, rows: Sequence[Back], actor: str, now: datetime) -> None:
    """Undo the newest event of each, a decision that taught nothing."""
    changes = [
        {
            "of_id": row.id,
            "decision": row.decision,
            "outcome": row.outcome,
            "decided_at": None if row.decision is None else now,
            "spam_since": now if row.outcome is Outcome.SPAM else None,
            "revision": row.revision + 1,
        }
        for row in rows
    ]
    events = [_event(row, EventKind.UNDONE, actor, now, {"undoes": row.revision}) for row in rows]
    _write(session, changes, events, {row.id: row.outcome for row in rows}, now)


def note(
    session: Session,
    deed_id: int,
    rows: Sequence[Standing],
    *,
    is_taught: bool = False,
    is_inherited: bool = False,
) -> None:
    """Remember what the deed did to them, for its undoing."""
    done = [
        {
            "deed_id": deed_id,
            "comment_id": row.id,
            "revision": row.revision + 1,
            "before": row.decision,
            "taught": is_taught,
            "inherited": is_inherited,
        }
        for row in rows
    ]
    if done:
        session.execute(insert(DoneRow), done)


def _before(row: Standing) -> dict[str, Any]:
    return {"decision": row.decision, "label": None}  # what waits is no example


def _event(
    row: Standing | Back, kind: EventKind, actor: str, now: datetime, detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "comment_id": row.id,
        "revision": row.revision + 1,
        "at": now,
        "kind": kind,
        "actor": actor,
        "detail": detail,
    }


def _write(
    session: Session,
    changes: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
    outcomes: dict[UUID, Outcome],
    now: datetime,
) -> None:
    if not changes:
        return
    table = cast(Table, CommentRow.__table__)
    names = [name for name in changes[0] if name != "of_id"]
    statement = (
        update(table)
        .where(table.c.id == bindparam("of_id"))
        .values({name: bindparam(name) for name in names})
    )
    session.connection().execute(statement, changes)
    session.execute(insert(EventRow), events)
    ids = list(outcomes)
    for start in range(0, len(ids), STEP):
        part = ids[start : start + STEP]
        callbacks.owe(session, {one: outcomes[one] for one in part}, now)
