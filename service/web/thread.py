"""The published thread as a page shows it: replies below what they answer, never too deep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from service.core.store import threads
from service.core.store.tables import CommentRow
from service.core.store.threads import Size
from service.web.forms import web_address
from service.web.language import _
from service.web.shown_text import domain_of

DEEPEST = 4  # indented steps; on a phone more would leave no room for words
PAGE = Size(comments=100, characters=200_000)
NOBODY: Mapping[UUID, CommentRow] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answered:
    """The comment that another one replies to."""

    id: UUID
    author: str
    is_elsewhere: bool = False  # on another page of the thread


@dataclass(frozen=True, slots=True)
class Entry:
    """One comment in the thread."""

    id: UUID
    author: str
    website: str  # http or https, else ""
    domain: str  # of the website, as it is registered
    body: str
    at: datetime
    depth: int  # from 0 to DEEPEST
    answers: Answered | None  # None also where the comment answered is not published


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of the thread."""

    entries: Sequence[Entry] = ()
    count: int = 0  # comments on all pages, counted up to one more than COUNTED
    earlier: UUID | None = None  # the comment that the page before ends with
    later: UUID | None = None  # the comment that the next page follows


def read(session: Session, article_id: int, after: UUID | None, at: UUID | None) -> ThreadPage:
    """The page behind the comment `after`, else the one with the comment `at`, else the first."""
    if after is None and at is not None:
        part = threads.up_to(session, article_id, PAGE, at)
    else:
        part = threads.behind(session, article_id, PAGE, after)
    shown = {row.id for row in part.rows}
    parents = {row.parent_id for row in part.rows if row.parent_id} - shown
    elsewhere = threads.among(session, article_id, parents) if parents else NOBODY
    is_whole = part.earlier is None and part.later is None
    count = len(part.rows) if is_whole else threads.count(session, article_id)
    return ThreadPage(threaded(part.rows, elsewhere), count, part.earlier, part.later)


def entry(session: Session, article_id: int, comment_id: UUID) -> Entry | None:
    """One comment by itself; None if it is not in the thread."""
    row = threads.among(session, article_id, [comment_id]).get(comment_id)
    return _entry(row, None, 0) if row else None


def threaded(
    rows: Sequence[CommentRow], elsewhere: Mapping[UUID, CommentRow] = NOBODY
) -> list[Entry]:
    """The comments with each reply behind what it answers, both in the order of writing.

    `elsewhere` are comments on other pages that these answer. The list is flat because a
    conversation may be deeper than a template can nest.
    """
    shown = {row.id for row in rows}
    replies: dict[UUID | None, list[CommentRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True):
        replies[row.parent_id if row.parent_id in shown else None].append(row)
    entries: list[Entry] = []
    todo: list[tuple[CommentRow, Entry | None]] = [(row, None) for row in replies[None]]
    while todo:
        row, answered = todo.pop()
        entries.append(_below(answered, row) if answered else _top(row, elsewhere))
        todo += [(reply, entries[-1]) for reply in replies[row.id]]
    return entries


def _below(answered: Entry, row: CommentRow) -> Entry:
    depth = min(answered.depth + 1, DEEPEST)
    return _entry(row, Answered(answered.id, answered.author), depth)


def _top(row: CommentRow, elsewhere: Mapping[UUID, CommentRow]) -> Entry:
    parent = elsewhere.get(row.parent_id) if row.parent_id else None
    answers = Answered(parent.id, _author(parent), is_elsewhere=True) if parent else None
    return _entry(row, answers, 0)


def _entry(row: CommentRow, answers: Answered | None, depth: int) -> Entry:
    domain = domain_of(row.author_url)
    return Entry(
        id=row.id,
        author=_author(row),
        website=web_address(row.author_url) if domain else "",
        domain=domain,
        body=row.body,
        at=row.created_at,
        depth=depth,
        answers=answers,
    )


def _author(row: CommentRow) -> str:
    return row.author_name.strip() or _("Anonymous")
