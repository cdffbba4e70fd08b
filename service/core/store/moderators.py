"""Moderators, their open logins, and the audit trail of what they did."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.tables import AuditRow, LoginFailureRow, LoginRow, ModeratorRow

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)  # a login's row is not written at every page


class Role(StrEnum):
    """What a person may do: a viewer looks, a moderator decides, an owner also sets up."""

    OWNER = "owner"
    MODERATOR = "moderator"
    VIEWER = "viewer"


def add(
    session: Session,
    email: str,
    password_hash: str,
    role: Role,
    now: datetime,
    site_id: int | None = None,
) -> ModeratorRow:
    """A new moderator; the caller has checked that the address is free."""
    row = ModeratorRow(
        email=email.strip().lower(),
        password_hash=password_hash,
        role=role,
        site_id=site_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def by_email(session: Session, email: str) -> ModeratorRow | None:
    return session.scalar(select(ModeratorRow).where(ModeratorRow.email == email.strip().lower()))


def emails(session: Session, moderator_ids: Iterable[int]) -> dict[int, str]:
    """The e-mail address of each moderator that exists, by id."""
    wanted = ModeratorRow.id.in_(set(moderator_ids))
    rows = session.execute(select(ModeratorRow.id, ModeratorRow.email).where(wanted))
    return {row.id: row.email for row in rows}


def any_exists(session: Session) -> bool:
    return session.scalar(select(ModeratorRow.id).limit(1)) is not None


def set_password(session: Session, email: str, password_hash: str) -> ModeratorRow:
    """Change the password and end every open login. Raises NotFound."""
    row = by_email(session, email)
    if row is None:
        raise NotFound(f"there is no moderator {email}")
    row.password_hash = password_hash
    session.execute(delete(LoginRow).where(LoginRow.moderator_id == row.id))
    return row


def open_login(session: Session, moderator_id: int, now: datetime, device: str = "") -> str:
    """The secret of a new login, for the cookie; only its hash is stored."""
    secret = secrets.token_urlsafe(32)
    row = LoginRow(
        secret_hash=hash_secret(secret),
        moderator_id=moderator_id,
        created_at=now,
        seen_at=now,
        device=device,
    )
    session.add(row)
    session.get_one(ModeratorRow, moderator_id).seen_at = now
    return secret


def logged_in(session: Session, secret: str, now: datetime) -> tuple[ModeratorRow, bool] | None:
    """The moderator of a live login and whether `touch` is due; None when it has ended."""
    login = session.get(LoginRow, hash_secret(secret))
    if login is None or now - login.seen_at > IDLE or now - login.created_at > LONGEST:
        return None
    moderator = session.get(ModeratorRow, login.moderator_id)
    if moderator is None or moderator.deactivated_at is not None:
        return None
    return moderator, now - login.seen_at > SEEN_EVERY


def touch_login(session: Session, secret: str, now: datetime) -> None:
    if login := session.get(LoginRow, hash_secret(secret)):
        login.seen_at = now
        session.get_one(ModeratorRow, login.moderator_id).seen_at = now


def close_login(session: Session, secret: str) -> None:
    session.execute(delete(LoginRow).where(LoginRow.secret_hash == hash_secret(secret)))


def nth_newest_failure(session: Session, subject_hash: str, n: int) -> datetime | None:
    """When the n-th newest refusal for this account or address was; None if there were fewer."""
    statement = (
        select(LoginFailureRow.at)
        .where(LoginFailureRow.subject_hash == subject_hash)
        .order_by(LoginFailureRow.at.desc())
        .offset(n - 1)
        .limit(1)
    )
    return session.scalar(statement)


def add_failure(session: Session, subject_hash: str, now: datetime) -> None:
    session.add(LoginFailureRow(subject_hash=subject_hash, at=now))


def remove_failures(session: Session, subject_hashes: Sequence[str], at: datetime) -> None:
    """Take back what was counted at this moment."""
    session.execute(
        delete(LoginFailureRow).where(
            LoginFailureRow.subject_hash.in_(subject_hashes), LoginFailureRow.at == at
        )
    )


def audit(
    session: Session, actor: str, action: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Append what somebody did; `detail` holds no passwords and no readers' data."""
    session.add(AuditRow(at=now, actor=actor, action=action, detail=detail or {}))


def hash_secret(secret: str) -> str:
    """What is stored of a login's secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
