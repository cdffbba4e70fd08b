"""Guessing keys: how many wrong ones are borne from one address.

A client that was given one wrong key sends it again and again: that is one guess, so that whoever
mends it is not kept waiting.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service.core.store import keys, moderators
from service.core.throttle import WINDOW, network_of

PER_ADDRESS = 30  # different wrong keys within WINDOW


def blocked_until(session: Session, address: str, now: datetime, secret: str) -> datetime | None:
    """When keys from this address are looked at again; None while there were few wrong ones."""
    subject = _subject(address, secret)
    failed_at = moderators.nth_newest_failure(session, subject, PER_ADDRESS)
    return failed_at + WINDOW if failed_at and failed_at + WINDOW > now else None


def is_counted(session: Session, key: str, address: str, now: datetime, secret: str) -> bool:
    """Whether this very guess has been counted within WINDOW."""
    failed_at = moderators.nth_newest_failure(session, _subject(address, secret, key), 1)
    return failed_at is not None and failed_at + WINDOW > now


def count(session: Session, key: str, address: str, now: datetime, secret: str) -> None:
    """Count a key that nobody has."""
    for subject in (_subject(address, secret), _subject(address, secret, key)):
        moderators.add_failure(session, subject, now)


def _subject(address: str, secret: str, key: str = "") -> str:
    return keys.hash_person(f"key guess:{network_of(address)}:{key}", secret)
