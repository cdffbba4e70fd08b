"""The published thread as a page shows it: replies below what they answer, never too deep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.core.store.tables import CommentRow
from service.web.forms import web_address

DEEPEST = 4  # indented steps; on a phone more would leave no room for words


@dataclass(frozen=True, slots=True)
class Entry:
    """One comment in the thread."""

    id: UUID
    author: str
    website: str  # http or https, else ""
    body: str
    at: datetime
    depth: int  # from 0 to DEEPEST
    answers: Entry | None  # None also where the comment answered is not shown


def threaded(rows: Sequence[CommentRow]) -> list[Entry]:
    """The comments with each reply behind what it answers, both in the order of writing.

    The list is flat because a conversation may be deeper than a template can nest.
    """
    shown = {row.id for row in rows}
    replies: dict[UUID | None, list[CommentRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True):
        replies[row.parent_id if row.parent_id in shown else None].append(row)
    entries: list[Entry] = []
    todo: list[tuple[CommentRow, Entry | None]] = [(row, None) for row in replies[None]]
    while todo:
        row, answered = todo.pop()
        entry = _entry(row, answered)
        entries.append(entry)
        todo += [(reply, entry) for reply in replies[row.id]]
    return entries


def _entry(row: CommentRow, answered: Entry | None) -> Entry:
    return Entry(
        id=row.id,
        author=row.author_name.strip() or "Anonymous",
        website=web_address(row.author_url),
        body=row.body,
        at=row.created_at,
        depth=min(answered.depth + 1, DEEPEST) if answered else 0,
        answers=answered,
    )
