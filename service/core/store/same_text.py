"""Where the same text came before: on which articles, by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from service.core.store.among import among, dialect_of, listed
from service.core.store.tables import CommentRow

MOST = 1_000  # comments read at once, however often a text comes
PLENTY = 20  # comments with the same text; more of them tell no more


class Sighting(NamedTuple):
    """A comment with a text that is looked for."""

    text_hash: str
    id: UUID
    site_id: int
    article_id: int
    author_hash: str
    author_name: str
    received_at: datetime


def sightings(session: Session, text_hashes: Collection[str], since: datetime) -> list[Sighting]:
    """Comments with these texts since then, MOST at most; two queries at most.

    The second is for what a flood of few texts kept out of the first.
    """
    wanted, found = set(text_hashes), list[Sighting]()
    for _ in range(2):
        if not wanted:
            break
        rows = _some(session, wanted, since)
        found += rows
        if len(rows) < MOST:
            break
        counted = Counter(row.text_hash for row in rows)
        wanted -= {text for text, count in counted.items() if count >= PLENTY}
    return found


def _some(session: Session, text_hashes: Collection[str], since: datetime) -> list[Sighting]:
    dialect = dialect_of(session)
    values = {"texts": listed(dialect, text_hashes), "since": since}
    found = session.connection().execute(_looking(dialect), values)
    return [Sighting(*row) for row in found]


@cache
def _looking(dialect: str) -> Select[*tuple[Any, ...]]:
    """Made once: a single comment is judged in less time than making it takes."""
    row = CommentRow
    statement = select(
        row.text_hash,
        row.id,
        row.site_id,
        row.article_id,
        row.author_hash,
        row.author_name,
        row.received_at,
    ).where(
        among(dialect, row.text_hash, "texts"),
        row.text_hash != "",
        row.received_at >= bindparam("since"),
    )
    return statement.limit(MOST)
