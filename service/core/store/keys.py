"""Keys: made here, shown once, stored hashed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.check_tables import CheckRow, UsageRow
from service.core.store.tables import KeyRow

TOKEN_BYTES = 32
KEY_BYTES = 6  # 12 hex digits: what Akismet's clients accept


@dataclass(frozen=True, slots=True)
class NewKey:
    """Both forms of a fresh key, to be shown once."""

    id: int
    key: str
    token: str


def make(session: Session, name: str, site_id: int | None, secret: str, now: datetime) -> NewKey:
    """A new key, stored hashed. `secret` is the installation's."""
    key, token = secrets.token_hex(KEY_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    row = KeyRow(
        name=name,
        site_id=site_id,
        key_hash=hash_key(key, secret),
        token_hash=hash_token(token),
        hint=token[:4],
        created_at=now,
    )
    session.add(row)
    session.flush()
    return NewKey(row.id, key, token)


def by_token(session: Session, token: str) -> KeyRow:
    """The live key with this token. Raises NotFound."""
    statement = select(KeyRow).where(
        KeyRow.token_hash == hash_token(token), KeyRow.revoked_at.is_(None)
    )
    if (row := session.scalar(statement)) is None:
        raise NotFound("no such token")
    return row


def by_key_hash(session: Session, key_hash: str) -> KeyRow | None:
    """The key with this hash, a revoked one too."""
    return session.scalar(select(KeyRow).where(KeyRow.key_hash == key_hash))


def by_number(session: Session, key_id: int) -> KeyRow | None:
    """The key with this number, a revoked one too."""
    return session.get(KeyRow, key_id)


def all_keys(session: Session) -> list[KeyRow]:
    """Every key, revoked ones too, oldest first."""
    return list(session.scalars(select(KeyRow).order_by(KeyRow.id)))


def by_name(session: Session, name: str) -> KeyRow:
    """The newest live key called `name`. Raises NotFound."""
    statement = (
        select(KeyRow)
        .where(KeyRow.name == name, KeyRow.revoked_at.is_(None))
        .order_by(KeyRow.id.desc())
    )
    if (row := session.scalars(statement).first()) is None:
        raise NotFound(f"there is no live key called {name!r}")
    return row


def revoke(session: Session, key_id: int, now: datetime) -> KeyRow:
    """End a key. Raises NotFound unless it is live."""
    row = session.get(KeyRow, key_id)
    if row is None or row.revoked_at is not None:
        raise NotFound(f"there is no live key number {key_id}")
    row.revoked_at = now
    return row


def named(session: Session, name: str, before: datetime) -> list[KeyRow]:
    """The keys called `name`, revoked ones too, that were made before then."""
    return list(
        session.scalars(select(KeyRow).where(KeyRow.name == name, KeyRow.created_at < before))
    )


def forget(session: Session, row: KeyRow, now: datetime) -> None:
    """End a key and leave no trace of it, unless it has traces that name it."""
    used = select(
        exists().where(CheckRow.key_id == row.id) | exists().where(UsageRow.key_id == row.id)
    )
    if session.scalar(used):
        row.revoked_at = row.revoked_at or now
    else:
        session.delete(row)


def hash_token(token: str) -> str:
    """256 random bits need no slow hash, and one without a secret survives a new secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_key(key: str, secret: str) -> str:
    """48 bits could be searched for in a stolen database, so the secret goes in as well."""
    return hmac.new(secret.encode(), b"key:" + key.lower().encode(), hashlib.sha256).hexdigest()


def hash_person(text: str, secret: str) -> str:
    """What stays of an e-mail address or network address: equal ones stay equal. "" for ""."""
    if not text.strip():
        return ""
    return hmac.new(
        secret.encode(), b"person:" + text.strip().lower().encode(), "sha256"
    ).hexdigest()


def hash_trace(kind: str, text: str, secret: str) -> str:
    """What is remembered of a `kind` of thing: equal ones stay equal. 32 hexadecimal digits."""
    hashed = hmac.digest(secret.encode(), f"{kind}:{text}".encode(), "sha256")
    return hashed[:16].hex()  # 128 bits: no two alike in any installation's life
