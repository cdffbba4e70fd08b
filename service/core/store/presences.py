"""Presences: who looks at which comment, so that two need not decide the same one.

Nothing is locked: whoever decides first has decided, and the other is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.core.store import strands
from service.core.store.insert import insert_missing
from service.core.store.presence_tables import PresenceRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, ModeratorRow

LASTING = timedelta(minutes=2)


def note(session: Session, moderator_id: int, comment_id: UUID, now: datetime) -> None:
    """The moderator looks at this comment now, and no more at the one before."""
    row = {"moderator_id": moderator_id, "comment_id": comment_id, "until": now + LASTING}
    insert_missing(session, PresenceRow, [row])
    session.execute(update(PresenceRow), [row])


def of_others(
    session: Session, moderator_id: int, site_id: Within, now: datetime
) -> Sequence[tuple[UUID, str]]:
    """(comment, e-mail address) of whoever else looks at a comment of the site (None: any)."""
    statement = (
        select(PresenceRow.comment_id, ModeratorRow.email)
        .join(ModeratorRow, ModeratorRow.id == PresenceRow.moderator_id)
        .where(PresenceRow.until > now, PresenceRow.moderator_id != moderator_id)
        .order_by(ModeratorRow.email)
    )
    if site_id is not None:
        statement = statement.join(CommentRow, CommentRow.id == PresenceRow.comment_id).where(
            *strands.on_sites(CommentRow.site_id, site_id)
        )
    return [(row.comment_id, row.email) for row in session.execute(statement)]
