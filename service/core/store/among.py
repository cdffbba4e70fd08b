"""`column IN (many values)` with the values as one parameter, however many they are.

SQLAlchemy would handle each of a batch's thousand values as a parameter of its own, which takes
longer than the query.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

import sqlalchemy
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    TableValuedAlias,
    Uuid,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session


def dialect_of(session: Session) -> str:
    """The name of the kind of database."""
    return session.get_bind().dialect.name


def among(dialect: str, column: InstrumentedAttribute[str], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the values in the parameter `name`, made by `listed`."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(name, type_=ARRAY(String)))


def listed(dialect: str, values: Collection[str]) -> str | list[str]:
    """The values as such a parameter."""
    return json.dumps(sorted(values)) if dialect == "sqlite" else sorted(values)


def among_ids(
    session: Session, column: InstrumentedAttribute[UUID], ids: Collection[UUID]
) -> ColumnElement[bool]:
    """Whether the column is one of these ids."""
    if dialect_of(session) == "sqlite":
        known = json.dumps([one.hex for one in sorted(ids)])
        each = func.json_each(known).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(None, sorted(ids), type_=ARRAY(Uuid()), unique=True))


def each_listed(dialect: str, column: InstrumentedAttribute[list[str]]) -> TableValuedAlias:
    """A row, with `value`, for each of the texts in a JSON list."""
    each = func.json_each if dialect == "sqlite" else func.json_array_elements_text
    return each(column).table_valued(sqlalchemy.column("value", String))
