"""Receipts: the private link that tells a reader what became of a comment."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from service.core.errors import NotFound
from service.core.store import comments
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome

PATIENCE = 1.0  # seconds; a verdict mostly takes less, and then is the first thing a reader sees
LOOK_EVERY = 0.05  # seconds
STUCK = timedelta(minutes=1)  # by then the worker is away, and looking often helps nobody

# Waiting occupies a thread of the web server; most of them must stay free for other readers.
_waiting = threading.BoundedSemaphore(2)


def token_for(comment_id: UUID, secret: str) -> str:
    """What stands in the address of a comment's receipt."""
    return str(_signer(secret).dumps(comment_id.hex))


def comment_of(token: str, secret: str) -> UUID:
    """The comment a receipt is for. Raises NotFound for what we did not sign."""
    try:
        return UUID(_signer(secret).loads(token))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise NotFound("there is no such receipt: was the address copied whole?") from error


def settled(store: Store, comment_id: UUID, patience: float) -> CommentRow:
    """The comment once it is judged, or as it stands after `patience` seconds. Raises NotFound."""
    comment = _look(store, comment_id)
    if not _is_pending(comment) or not _waiting.acquire(blocking=False):
        return comment
    try:
        stop = time.monotonic() + patience
        while _is_pending(comment) and time.monotonic() < stop:
            time.sleep(LOOK_EVERY)
            comment = _look(store, comment_id)
        return comment
    finally:
        _waiting.release()


def _look(store: Store, comment_id: UUID) -> CommentRow:
    with store.reading() as session:
        return comments.by_id(session, comment_id)


def _is_pending(comment: CommentRow) -> bool:
    return comment.outcome == Outcome.PENDING


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="receipt")
