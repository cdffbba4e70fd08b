"""The spool: what was promised to be written while the database is away, kept on local disk.

Lines are appended to one file and synced before the promise is given. Replaying takes that file
aside, writes each entry, and removes the file; an entry may come twice after a crash, so whoever
writes it must know it again. All processes with the same folder share it, under a lock.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

log = structlog.get_logger()
MOST_BYTES = 64 * 1024 * 1024  # of all its files together
Entry = dict[str, Any]


class SpoolFull(Exception):
    """The spool cannot keep this: nothing must be promised."""


class Refused(Exception):
    """An entry that will never be accepted; the message says why, without readers' data."""


class Spool:
    """Entries waiting in `folder`, which is made when it is first needed."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self.most_bytes = most_bytes

    def add(self, entry: Entry) -> None:
        """Keep the entry; it is on disk when this returns. Raises SpoolFull."""
        line = json.dumps(entry).encode() + b"\n"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked("lock"), self._open_current() as file:
                if self.size() + len(line) > self.most_bytes:
                    raise SpoolFull(f"{self.most_bytes} bytes are waiting to be written")
                # A line that a crash cut short must not swallow this one.
                self._append(file, line if self._ends_whole() else b"\n" + line)
        except OSError as error:
            raise SpoolFull(f"the disk does not take it: {error.strerror}") from error

    def size(self) -> int:
        """Bytes that wait."""
        return sum(_bytes_of(path) for path in self._waiting())

    def is_empty(self) -> bool:
        return not any(self._waiting())

    def replay(self, write: Callable[[Entry], None]) -> int:
        """Have every entry written, oldest first; returns how many were. Raises what `write` does.

        What `write` refuses is kept in `refused.jsonl` for a person. Returns 0 while another
        process replays.
        """
        if self.is_empty():
            return 0
        try:
            with self._locked("replaying", wait=False):
                self._set_aside()
                return sum(self._replay_file(path, write) for path in self._aside())
        except BlockingIOError:
            return 0

    def _replay_file(self, path: Path, write: Callable[[Entry], None]) -> int:
        written = 0
        with path.open("rb") as lines:
            for line in lines:
                entry = _entry(line)
                if entry is None:
                    continue
                try:
                    write(entry)
                    written += 1
                except Refused as error:
                    self._keep_refused(line, error)
        path.unlink()
        return written

    def _keep_refused(self, line: bytes, error: Refused) -> None:
        log.error("spool_entry_refused", why=str(error))
        path = self._folder / "refused.jsonl"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            self._append(file, line)

    def _ends_whole(self) -> bool:
        with self._current.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            return file.read(1) in (b"", b"\n")

    def _set_aside(self) -> None:
        with self._locked("lock"):
            if self._current.exists():
                number = f"{len(self._aside()):06}-{uuid4().hex}"
                self._current.rename(self._folder / f"aside-{number}.jsonl")

    @property
    def _current(self) -> Path:
        return self._folder / "waiting.jsonl"

    def _aside(self) -> list[Path]:
        return sorted(self._folder.glob("aside-*.jsonl"))

    def _waiting(self) -> list[Path]:
        return [*self._aside(), *([self._current] if self._current.exists() else [])]

    def _open_current(self) -> Any:
        return open(os.open(self._current, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def _append(self, file: Any, line: bytes) -> None:
        """The whole line or nothing: what is half there after a full disk is cut off again."""
        end = file.seek(0, os.SEEK_END)
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise

    @contextmanager
    def _locked(self, name: str, wait: bool = True) -> Iterator[None]:
        """Alone in this for the block. Raises BlockingIOError if not to `wait`."""
        how = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
        with (self._folder / name).open("ab") as file:
            fcntl.flock(file, how)  # opened anew each time, so that threads are told apart too
            yield


def _bytes_of(path: Path) -> int:
    """0 for a file that another process has just written to the database."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _entry(line: bytes) -> Entry | None:
    """The entry; None for a line cut short by a crash, for which nothing was promised."""
    try:
        entry: Entry = json.loads(line)
    except ValueError:
        log.error("spool_line_damaged")
        return None
    return entry
