"""Passwords: what is asked of them, and how they are hashed and compared."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200  # characters
AT_ONCE = 2  # each takes 19 MiB and a core for a moment; a flood of logins must not take more
PATIENCE = 5.0  # seconds

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of random bytes that nobody kept. Comparing with it takes as long as with a real one, so
# the time of an answer does not tell whether an account exists.
NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$1ghGSA11N/WYdtVcEM+qNw$dOkjWYrGEme1tyoThkpiuYpTIyYzUSpnnCNjNWyXrHk"
)
_turns = threading.BoundedSemaphore(AT_ONCE)


class WeakPassword(ValueError):
    """A new password cannot be accepted; the message says why, without repeating it."""


class TooManyAtOnce(Exception):
    """Others are being checked right now; nothing was compared."""


def hash_password(password: str) -> str:
    """The hash to store. Raises WeakPassword when it is too short or too long."""
    text = _normal(password)
    if len(text) < SHORTEST:
        raise WeakPassword(f"{len(text)} characters; expected at least {SHORTEST}")
    if len(text) > LONGEST:
        raise WeakPassword(f"{len(text)} characters; expected at most {LONGEST}")
    return HASHER.hash(text)


def is_password(password: str, stored_hash: str | None) -> bool:
    """Whether `password` is the one that was hashed; takes as long for an unknown account (None).

    Raises TooManyAtOnce when its turn does not come within PATIENCE seconds.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise TooManyAtOnce
    try:
        return HASHER.verify(stored_hash or NOBODYS, _normal(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _turns.release()


def _normal(password: str) -> str:
    """NFC: keyboards differ in how they send an é. Half a surrogate pair becomes a plain "?"."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()
