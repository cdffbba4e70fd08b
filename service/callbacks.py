"""Telling clients at their callbacks that the answer to a check has changed."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Protocol

import structlog

from service.clock import Clock
from service.core import sealing
from service.core.store import callbacks
from service.core.store.callbacks import Owed
from service.core.store.session import Store
from service.outgoing import NotAllowed, Reply

log = structlog.get_logger()
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "Hamlet",
    # With it the client does not report our own change back to us.
    "X-akismet-webhook": "1",
}


class Posts(Protocol):
    """What sends: `outgoing.Caller`."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply: ...


class Postman:
    """Delivers what is owed; any number may work at once."""

    def __init__(self, store: Store, sender: Posts, clock: Clock, secret: str) -> None:
        self._store, self._sender = store, sender
        self._clock, self._secret = clock, secret

    def deliver(self) -> int:
        """Send what is due now. Returns how many clients were told."""
        now = self._clock()
        with self._store.reading() as session:
            if not callbacks.any_due(session, now):
                return 0
        with self._store.writing() as session:
            claimed = callbacks.claim_due(session, now)
        return sum(self._deliver(owed) for owed in claimed)

    def _deliver(self, owed: Owed) -> bool:
        try:
            reply = self._sender.post(owed.url, self._payload(owed), HEADERS)
            why = _refusal(reply, owed.comment_id.hex)
        except (NotAllowed, sealing.BrokenSeal) as error:
            return self._drop(owed, str(error))
        except OSError as error:
            why = type(error).__name__
        else:
            if reply.status == HTTPStatus.GONE:
                return self._drop(owed, "410 Gone")
        with self._store.writing() as session:
            if not why:
                callbacks.delivered(session, owed, self._clock())
            elif not callbacks.failed(session, owed, self._clock()):
                log.error("callback_given_up", comment=str(owed.comment_id), why=why)
        return not why

    def _drop(self, owed: Owed, why: str) -> bool:
        log.warning("callback_dropped", comment=str(owed.comment_id), why=why)
        with self._store.writing() as session:
            callbacks.drop(session, owed.comment_id)
        return False

    def _payload(self, owed: Owed) -> bytes:
        key = sealing.unseal(owed.sealed_key, owed.comment_id, self._secret)
        comment = {"guid": owed.comment_id.hex, "result": "true" if owed.is_spam else "false"}
        if owed.author_email:  # it helps the client to find its comment
            comment["comment_author_email"] = owed.author_email
        if owed.decision:  # the protocol has no word for it: a client may publish what a person did
            comment["decision"] = owed.decision
        payload = {"key": key, "endpoint": "comment-check", "comments": [comment]}
        return json.dumps(payload).encode()


def _refusal(reply: Reply, guid: str) -> str:
    """Why the client did not take it; "" if it did. One may not have stored the comment yet."""
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return f"HTTP {reply.status}"
    try:
        status = json.loads(reply.body)["comments"][guid]["status"]
    except (ValueError, KeyError, TypeError, IndexError):
        return ""  # it says nothing of its own: 2xx will do
    return "the client says error" if status == "error" else ""
