"""INSERT … ON CONFLICT DO NOTHING, which both databases have under the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy
from sqlalchemy import Insert, Select, insert
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


def insert_chosen(
    session: Session, table: type[Table], names: Sequence[str], chosen: Select[Any]
) -> Insert:
    """The INSERT of what is chosen, as columns of these names; without those whose key is taken."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insertion: Insert = dialect.insert(table.__table__).from_select(names, chosen)
    return insertion.on_conflict_do_nothing()  # type: ignore[attr-defined,no-any-return]
