"""Invitations: a secret link, shown once and stored hashed, that makes one moderator."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.moderators import Role
from service.core.store.people_tables import InvitationRow

LIFE = timedelta(days=7)


def make(
    session: Session,
    email: str,
    role: Role,
    sites: Iterable[int] | None,
    invited_by: int,
    now: datetime,
) -> tuple[InvitationRow, str]:
    """A new invitation and its secret, which is not stored. `sites` None: every site."""
    secret = secrets.token_urlsafe(32)
    row = InvitationRow(
        secret_hash=_hash(secret),
        email=email.strip().lower(),
        role=role,
        site_ids=None if sites is None else sorted(sites),
        invited_by=invited_by,
        created_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    return row, secret


def by_number(session: Session, invitation_id: int) -> InvitationRow:
    """The invitation, a closed one too. Raises NotFound."""
    row = session.get(InvitationRow, invitation_id)
    if row is None:
        raise NotFound("there is no such invitation")
    return row


def open_one(session: Session, secret: str, now: datetime) -> InvitationRow | None:
    """The invitation of this secret, while it may be used."""
    statement = select(InvitationRow).where(
        InvitationRow.secret_hash == _hash(secret),
        InvitationRow.closed_at.is_(None),
        InvitationRow.expires_at > now,
    )
    return session.scalar(statement)


def all_open(session: Session, now: datetime) -> list[InvitationRow]:
    """Those that may still be used, the one that ends first first."""
    statement = select(InvitationRow).where(
        InvitationRow.expires_at > now, InvitationRow.closed_at.is_(None)
    )
    return list(session.scalars(statement.order_by(InvitationRow.expires_at)))


def close(session: Session, secret_hash: str, now: datetime) -> bool:
    """Use it up or withdraw it. False when somebody else was quicker."""
    statement = (
        update(InvitationRow)
        .where(InvitationRow.secret_hash == secret_hash, InvitationRow.closed_at.is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    done: CursorResult[object] = session.execute(statement)  # type: ignore[assignment]
    return done.rowcount == 1


def withdraw_all_of(session: Session, moderator_id: int, now: datetime) -> None:
    """End what somebody invited to who may not invite any more."""
    session.execute(
        update(InvitationRow)
        .where(InvitationRow.invited_by == moderator_id, InvitationRow.closed_at.is_(None))
        .values(closed_at=now)
    )


def reach_of(row: InvitationRow) -> frozenset[int] | None:
    """The sites that whoever accepts will see; None: every site."""
    return None if row.site_ids is None else frozenset(row.site_ids)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
