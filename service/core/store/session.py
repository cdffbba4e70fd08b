"""Engines and sessions: one transaction a block, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from service.core.store.turns import Turns

T = TypeVar("T")
# What is raised while the database is away, locked for too long, or out of disk space.
DATABASE_AWAY = (OperationalError, InterfaceError, TimeoutError)

LOST_RACES = ("40P01", "40001")  # SQLSTATE: deadlock, serialization failure
TRIES = 3
DETAIL = re.compile(r"\nDETAIL:[^\n]*")
POOL = 20  # connections; a few more than the web server has threads
POSTGRESQL_SETTINGS = (
    # What we read is in memory or on a disk without arms; the default of 4 supposes one with them,
    # and reads whole tables in the order of their rows instead of a few by an index.
    "SET random_page_cost = 1.1",
    "SET jit = off",  # compiling a query takes longer than any of ours runs
)
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged comment survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",  # milliseconds; our own writers wait in line before
    "PRAGMA secure_delete=ON",  # purged text is overwritten, not just unlinked
)


def make_engine(url: str) -> Engine:
    """An engine for a `sqlite://` or `postgresql+psycopg://` address; connects when first used.

    Its errors leave out the bound values: they would carry readers' data into the log.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url, hide_parameters=True, pool_size=POOL, connect_args={"timeout": 5}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL,
        connect_args={"connect_timeout": 5},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "handle_error", _hide_rows)
    return engine


class Store:
    """The door to the database: `with store.writing() as session:` is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(hamlet_writes=True)
        self._turns = _turns(engine)

    @classmethod
    def open(cls, url: str) -> Store:
        return cls(make_engine(url))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes are dropped."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session committed at the end, rolled back on an exception.

        On SQLite it waits for its turn and takes the write lock at once: a read that later wants
        to write could fail. So a thread must not open one inside another.
        """
        with (
            self._turns.turn() if self._turns else nullcontext(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, committed; tried again where it was chosen to end a deadlock."""
        for remaining in reversed(range(TRIES)):
            try:
                with self.writing() as session:
                    return work(session)
            except OperationalError as error:
                if not remaining or not _lost_a_race(error):
                    raise
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        self.engine.dispose()
        if self._turns:
            self._turns.close()


def _lost_a_race(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in LOST_RACES


def _hide_rows(context: ExceptionContext) -> None:
    """Take the row out of PostgreSQL's message, which quotes it: it would reach the log."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (DETAIL.sub("", error.args[0]), *error.args[1:])


def _turns(engine: Engine) -> Turns | None:
    """The line of writers before a database file; None where the server keeps one itself."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return None
    return Turns(Path(database))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in _begin_sqlite
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _prepare_postgresql(connection: Any, _record: object) -> None:
    for setting in POSTGRESQL_SETTINGS:
        connection.execute(setting)
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hamlet_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
