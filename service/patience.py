"""Patience: work that is waited for only so long, for callers that give up after a second."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Any, TypeVar

T = TypeVar("T")


class TooSlow(Exception):
    """The work was not done in time. It goes on, and what it writes may still be written."""


class Hands:
    """Threads of our own that do the work while the caller waits, or has left."""

    def __init__(self, threads: int, rest: float) -> None:
        self._free = threading.Semaphore(threads)
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._rest = rest  # seconds
        self._resting_until = 0.0  # on time.monotonic's clock
        self._most, self._started = threads, 0
        self._lock = threading.Lock()

    def do(self, work: Callable[[], T], seconds: float) -> T:
        """What `work` returns or raises, if that comes within `seconds`. Raises TooSlow."""
        if time.monotonic() < self._resting_until:
            raise TooSlow("resting")
        if not self._free.acquire(timeout=seconds):
            raise TooSlow("every thread is stuck")
        self._start_one()
        done: Future[T] = Future()
        self._work.put((done, work))
        try:
            return done.result(seconds)
        except Late as error:
            if done.done():  # it was the work that raised it
                raise
            raise TooSlow(f"not done within {seconds} s") from error

    def rest(self) -> None:
        """Try nothing for a moment, so that not every caller waits for what is stuck."""
        self._resting_until = time.monotonic() + self._rest

    def _start_one(self) -> None:
        """Threads start when they are needed; daemons, so that a stuck one keeps nobody up."""
        with self._lock:
            if self._started < self._most:
                self._started += 1
                threading.Thread(target=self._run, name="patience", daemon=True).start()

    def _run(self) -> None:
        while True:
            done, work = self._work.get()
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)
            finally:
                self._free.release()
