"""How a database would run what is asked of it: the statements, and their plans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

BIG = "(comments|events)"  # that tests fill: an empty one is read anyhow
PARTIAL = (
    "ix_comments_(?:(?:site_)?urgency|pending|identified|spam_text)"  # hold only what is asked for
)
# Nearly all are published: to go through them by number passes over few others.
COMMONEST = re.compile(
    r"using pk_comments on [^\n]*\n\s+Filter: [^\n]*\(outcome\)::text = 'published'"
)
# Reading a table, or the whole of an index: in PostgreSQL's words, and in SQLite's.
SCANS = re.compile(
    rf"Seq Scan on {BIG}\b"
    rf"|Index (?:Only )?Scan (?:Backward )?using (?!{PARTIAL})\w+ on {BIG}\b[^\n]*\n"
    r"(?!\s+Index Cond)"
    rf"|SCAN {BIG}\b(?! USING (?:COVERING )?INDEX {PARTIAL})"
)


@contextmanager
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run meanwhile, with their values."""
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, values: Any, *_: object) -> None:
        statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def planning(engine: Engine) -> Iterator[Connection]:
    """A connection on which a few rows are looked for as many would be."""
    is_postgresql = engine.dialect.name == "postgresql"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Else the plans depend on whether the server has come round to it.
        connection.exec_driver_sql("VACUUM ANALYZE" if is_postgresql else "ANALYZE")
    with engine.connect() as connection:
        if is_postgresql:
            for way in ("seqscan", "bitmapscan"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        yield connection


def plan_of(connection: Connection, statement: str, values: Any) -> str:
    """A line for each step."""
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{how} {statement}", values)
    return "\n".join(str(row[-1]) for row in rows) + "\n"


def unbounded(plan: str, statement: str) -> list[str]:
    """The big tables that are read from end to end, by an index or not.

    A statement without any condition that has a LIMIT is not: it reads as many rows as it gives.
    """
    if " LIMIT " in statement.replace("\n", " ") and "WHERE" not in statement:
        return []
    return [
        next(name for name in found if name) for found in SCANS.findall(COMMONEST.sub("", plan))
    ]
