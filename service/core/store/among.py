"""`column IN (many values)` with the values as one parameter, however many they are."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import ARRAY, ColumnElement, String, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(
    session: Session, column: InstrumentedAttribute[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Whether the column is one of the values.

    SQLAlchemy would handle each of a batch's thousand values as a parameter of its own, which
    takes longer than the query.
    """
    listed = sorted(values)
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(json.dumps(listed)).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(listed, ARRAY(String)))
