"""Turns at writing to an SQLite file, in order of arrival, over all threads and processes.

SQLite lets one writer in at a time and has the others try again after pauses that grow: under load
the unlucky starve until they give up. A file lock has them wait in line instead; the kernel frees
it when its holder dies.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Turns:
    """The line of writers before one database file."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-turns")
        self._threads = threading.Lock()  # a file lock is held by a process, not by a thread
        self._file: IO[bytes] | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and keep it for the block."""
        with self._threads:
            if self._file is None:
                self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None
