"""The data directory: private, and held by one `up` at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from service.config import Settings, secret_file
from service.up.errors import CannotStart

PRIVATE = 0o700


def create(path: Path) -> None:
    """Make the directory if it is missing. Raises CannotStart."""
    try:
        path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"the data directory {path} cannot be made: {error.strerror}.\n"
            "Choose another with --data-dir or HAMLET_DATA_DIR."
        ) from error


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep every other `up` out of the directory; the kernel lets go when this process ends."""
    create(path)
    try:
        descriptor = os.open(path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"the data directory {path} cannot be written: {error.strerror}.\n"
            "Make it this user's own, or choose another with --data-dir or HAMLET_DATA_DIR."
        ) from error
    try:
        _lock(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret key: the configured one, else one made and kept here."""
    if settings.secret_key:
        return settings
    create(settings.data_dir)
    path = secret_file(settings.data_dir)
    with suppress(FileExistsError):  # another command was quicker
        _write_private(path, secrets.token_hex(32) + "\n")
    secret = path.read_text(encoding="utf-8").strip()
    if not secret:
        raise CannotStart(f"the secret key file {path} is empty: delete it, or restore it.")
    return replace(settings, secret_key=secret)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        raise CannotStart(
            f"another `hamlet up` (process {holder or 'unknown'}) is using {path}.\n"
            "Stop that one, or give this one its own with --data-dir."
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
