"""Errands: what a process still has to do after it has answered."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()
EVERY = 1.0  # seconds


class Errand:
    """Does `work` again and again in a thread of its own until `work` says that all is done.

    It waits `before` seconds first, so that what comes meanwhile is done in one go.
    """

    def __init__(
        self, name: str, work: Callable[[], bool], every: float = EVERY, before: float = 0.0
    ) -> None:
        self._name, self._work, self._every, self._before = name, work, every, before
        self._lock = threading.Lock()
        self._is_running = False
        self._is_wanted = False
        self._is_closed = False

    def start(self) -> None:
        """See to it that the work is done after this moment."""
        with self._lock:
            self._is_wanted = True
            if not (self._is_running or self._is_closed):
                self._is_running = True
                threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def close(self) -> None:
        """Do nothing any more after what is under way."""
        with self._lock:
            self._is_closed = True

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._before)
            with self._lock:
                if self._is_closed or not self._is_wanted:
                    self._is_running = False
                    return
                self._is_wanted = False
            if not self._done():
                self._is_wanted = True
                pause.wait(self._every)

    def _done(self) -> bool:
        try:
            return self._work()
        except Exception as error:  # the database may be away for a while
            log.warning("errand_failed", name=self._name, kind=type(error).__name__)
            return False
