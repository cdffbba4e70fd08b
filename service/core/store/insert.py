"""INSERT in the ways that SQLAlchemy's own would be slow at, or has no common name for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy
from sqlalchemy import ARRAY, Insert, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.core.store.tables import Table


def insert_into(table: type[Table]) -> Insert:
    """A plain INSERT, made once and run often: without the ORM's share, which is the larger."""
    return insert(cast(sqlalchemy.Table, table.__table__))


def insert_missing(session: Session, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, leaving out those whose key is taken; waits for a concurrent insert."""
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(table.__table__).on_conflict_do_nothing(), rows)


def insert_many(session: Session, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, alike in what they name: one statement, however many there are."""
    if not rows:
        return
    if session.get_bind().dialect.name == "sqlite":  # it is in this process: a row is no journey
        session.connection().execute(insert_into(table), rows)
        return
    names = list(rows[0])
    arrays = [
        bindparam(None, [row[name] for row in rows], type_=ARRAY(table.__table__.c[name].type))
        for name in names
    ]
    each = func.unnest(*arrays).table_valued(*names).render_derived()
    session.connection().execute(
        insert_into(table).from_select(names, select(*(each.c[name] for name in names)))
    )
