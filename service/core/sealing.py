"""Sealing: keeping a client's key where a stolen database does not give it away.

Keys are stored hashed, but a callback must name the key to be believed. Its bytes are mixed with
a keystream that only the installation's secret yields, another one for each comment.
"""

from __future__ import annotations

import hmac
from uuid import UUID

MARK = 16  # bytes of the mark that tells a true seal


class BrokenSeal(Exception):
    """What was sealed under another secret, or was changed since."""


def seal(key: str, comment_id: UUID, secret: str) -> str:
    """`key`, of hexadecimal digits, unreadable without `secret`."""
    plain = bytes.fromhex(key)
    mixed = _mix(plain, comment_id, secret)
    return (mixed + _mark(mixed, comment_id, secret)).hex()


def unseal(sealed: str, comment_id: UUID, secret: str) -> str:
    """The key. Raises BrokenSeal."""
    found = bytes.fromhex(sealed)
    mixed, mark = found[:-MARK], found[-MARK:]
    if not hmac.compare_digest(mark, _mark(mixed, comment_id, secret)):
        raise BrokenSeal("sealed under another secret: was HAMLET_SECRET_KEY changed?")
    return _mix(mixed, comment_id, secret).hex()


def _mix(text: bytes, comment_id: UUID, secret: str) -> bytes:
    stream = hmac.new(secret.encode(), b"seal:" + comment_id.bytes, "sha256").digest()
    return bytes(one ^ other for one, other in zip(text, stream, strict=False))


def _mark(mixed: bytes, comment_id: UUID, secret: str) -> bytes:
    text = b"mark:" + comment_id.bytes + mixed
    return hmac.new(secret.encode(), text, "sha256").digest()[:MARK]
