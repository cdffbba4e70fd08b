"""The postman: tells clients that the answer to a check has changed.

It has a thread of its own: a host that answers slowly keeps no comment waiting.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog

from service.callbacks import Postman
from service.clock import Clock
from service.config import Settings
from service.core.store import callbacks
from service.core.store.session import Store
from service.outgoing import Caller

log = structlog.get_logger()
EVERY = 1.0  # seconds
FORGET_EVERY = timedelta(hours=1)


class Rounds:
    """A postman's rounds until told to stop; in any number of processes at once."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        sender = Caller(allow_private=settings.private_callbacks)
        self._postman = Postman(store, sender, clock, settings.secret_key)
        self._store, self._clock = store, clock
        self._forget_at: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no other round; one under way ends with the process, and is made up for later."""
        self._stop.set()

    def go(self) -> None:
        """One round."""
        self._postman.deliver()
        now = self._clock()
        if self._forget_at is None or now >= self._forget_at:
            with self._store.writing() as session:
                callbacks.forget_old(session, now)
            self._forget_at = now + FORGET_EVERY

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self.go()
            except Exception:  # the database may be away for a while: the next round tries again
                log.exception("delivering_failed")
