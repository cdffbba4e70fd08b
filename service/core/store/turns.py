"""Turns at writing to an SQLite file, over all threads and processes.

SQLite lets one writer in at a time and has the others try again after pauses that grow: under load
the unlucky starve until they give up. Here the threads of a process wait for one another, and the
processes for a file lock, which they look at often; the kernel frees it when its holder dies.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.exc import TimeoutError

PATIENCE = 10.0  # seconds
GLANCE = 0.001  # seconds between looks at the file lock
STUCK = "no turn at writing came in time: another process is stuck, or there is a flood"


class Turns:
    """The line of writers before one database file."""

    def __init__(self, database: Path, patience: float = PATIENCE) -> None:
        self.patience = patience  # seconds
        self._path = database.with_name(database.name + "-turns")
        self._threads = threading.Lock()  # a file lock is held by a process, not by a thread
        self._file: IO[bytes] | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and keep it for the block.

        Raises sqlalchemy.exc.TimeoutError: its holder is stuck, or there is a flood.
        """
        end = time.monotonic() + self.patience
        if not self._threads.acquire(timeout=self.patience):
            raise TimeoutError(STUCK)
        try:
            if self._file is None:
                self._file = self._path.open("ab")
            _lock(self._file, end)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None


def _lock(file: IO[bytes], end: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise TimeoutError(STUCK) from None
            time.sleep(GLANCE)
