"""Idempotency: which comment a key's Idempotency-Key stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.store.insert import insert_missing
from service.core.store.tables import AnswerRow


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must have its effect once: who asks, under which name, with which body."""

    key_id: int
    idempotency_key: str
    body_hash: str


def claim(
    session: Session, wanted: Sequence[tuple[Once, UUID]], now: datetime
) -> dict[tuple[int, str], AnswerRow]:
    """The answer that stands for each wanted key: ours where we were first, else the earlier one.

    Waits for a concurrent transaction that claims the same key.
    """
    rows = [
        {
            "key_id": once.key_id,
            "idempotency_key": once.idempotency_key,
            "body_hash": once.body_hash,
            "comment_id": comment_id,
            "created_at": now,
        }
        for once, comment_id in wanted
    ]
    rows.sort(key=lambda row: (row["key_id"], row["idempotency_key"]))  # lest two wait in a ring
    insert_missing(session, AnswerRow, rows)
    names = [(once.key_id, once.idempotency_key) for once, _ in wanted]
    found: dict[tuple[int, str], AnswerRow] = {}
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        statement = select(AnswerRow).where(
            AnswerRow.key_id.in_({key_id for key_id, _ in part}),
            AnswerRow.idempotency_key.in_([name for _, name in part]),
        )
        found.update({(row.key_id, row.idempotency_key): row for row in session.scalars(statement)})
    return found
