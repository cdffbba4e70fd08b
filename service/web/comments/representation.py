"""How comments are shown to programs. The OpenAPI document is made from these classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from service.core.policy import Reason
from service.core.store.tables import ArticleRow, CommentRow, EventRow, SiteRow
from service.core.verdict import Decision, Outcome, Verdict
from service.web.errors import Problem

FROM_ELSEWHERE = {"site", "article_url", "article_title", "reasons", "events"}


class Receipt(msgspec.Struct, kw_only=True):
    """A comment that is stored and waits for its verdict. The same whenever it is asked for."""

    id: UUID
    outcome: Outcome = Outcome.PENDING
    revision: int = 1


class LineAnswer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The answer to one line of a batch: the stored comment, else the problem."""

    id: UUID | None = None
    outcome: Outcome | None = None
    problem: Problem | None = None


class Comment(msgspec.Struct, kw_only=True):
    """A stored comment and what is known about it."""

    id: UUID
    outcome: Outcome
    score: float | None
    verdict: Verdict | None
    decision: Decision | None
    revision: int
    reasons: list[Reason]
    model: str | None
    discard: bool
    site: str
    article_url: str
    article_title: str
    parent_id: UUID | None
    author_name: str
    author_email: str
    author_url: str
    body: str
    ip: str
    user_agent: str
    referrer: str
    type: str
    language: str
    honeypot: str
    filled_in_ms: int | None
    created_at: datetime
    received_at: datetime
    judged_at: datetime | None
    decided_at: datetime | None
    text_purged_at: datetime | None
    identity_purged_at: datetime | None


class Event(msgspec.Struct, kw_only=True):
    """One fact about a comment; facts are appended, never changed."""

    revision: int
    at: datetime
    kind: str
    actor: str
    detail: dict[str, Any]


class CommentWithEvents(Comment, kw_only=True):
    """A stored comment with its history."""

    events: list[Event]


class Page(msgspec.Struct, kw_only=True):
    """Part of a list; `next_cursor` asks for the next part, null at the end."""

    comments: list[Comment]
    next_cursor: str | None


class PublishedComment(msgspec.Struct, kw_only=True):
    """What the world sees of a comment: neither e-mail nor network address."""

    id: UUID
    parent_id: UUID | None
    author_name: str
    author_url: str
    body: str
    created_at: datetime


class Thread(msgspec.Struct, kw_only=True):
    """The published comments of an article, oldest first."""

    comments: list[PublishedComment]
    next_cursor: str | None


def shown(
    row: CommentRow,
    places: tuple[Mapping[int, SiteRow], Mapping[int, ArticleRow]],
    reasons: Sequence[Reason],
) -> Comment:
    """The comment as in a list. `places` are sites and articles by id."""
    sites, articles = places
    return Comment(
        **_columns(Comment, row),
        site=sites[row.site_id].name,
        article_url=articles[row.article_id].url,
        article_title=articles[row.article_id].title,
        reasons=list(reasons),
    )


def with_events(comment: Comment, events: Sequence[EventRow]) -> CommentWithEvents:
    return CommentWithEvents(
        **msgspec.structs.asdict(comment), events=[Event(**_columns(Event, row)) for row in events]
    )


def published(row: CommentRow) -> PublishedComment:
    """The comment without what only moderators may see; a website only if it is one."""
    found = PublishedComment(**_columns(PublishedComment, row))
    if not found.author_url.lower().startswith(("http://", "https://")):
        found.author_url = ""  # whoever shows this makes it a link, and javascript: is one too
    return found


def answer(payload: msgspec.Struct, status: int = 200) -> Response:
    """The payload as JSON, kept by no cache."""
    response = Response(msgspec.json.encode(payload), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _columns(kind: type[msgspec.Struct], row: CommentRow | EventRow) -> dict[str, Any]:
    return {
        name: getattr(row, name) for name in kind.__struct_fields__ if name not in FROM_ELSEWHERE
    }
