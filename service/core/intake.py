"""Intake: how a submission becomes a pending comment. Its face is `service.core.moderation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from service.core.errors import IdempotencyConflict, InvalidSubmission, ModerationError
from service.core.store import answers, comments, keys, sites
from service.core.store.answers import Once
from service.core.store.tables import CommentRow, EventRow
from service.core.submission import Submission
from service.core.verdict import Outcome

# What of a submission becomes a column of its comment; the rest belongs to the article.
STORED = [f.name for f in fields(Submission) if f.name not in ("article_url", "article_title")]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who submits: an actor's name for the events, and the one site its key opens, if one."""

    actor: str
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that is stored now, or was before under the same Idempotency-Key."""

    comment_id: UUID
    replayed: bool = False


def submit(
    session: Session,
    submission: Submission,
    caller: Caller,
    now: datetime,
    secret: str,
    once: Once | None = None,
) -> Accepted:
    """Store one checked submission as a pending comment. Raises what stood in its way."""
    [result] = submit_many(session, [(submission, once)], caller, now, secret)
    if isinstance(result, ModerationError):
        raise result
    return result


def submit_many(
    session: Session,
    batch: Sequence[tuple[Submission, Once | None]],
    caller: Caller,
    now: datetime,
    secret: str,
) -> list[Accepted | ModerationError]:
    """Store checked submissions; one answer each, in order. A refused one harms no other.

    `secret` is the installation's; it keys the hash that remembers an author.
    """
    ids = sorted(_new_id(now) for _ in batch)  # within a batch, too, ids keep the order of arrival
    results: list[Accepted | ModerationError] = [Accepted(comment_id) for comment_id in ids]
    _refuse_wrong_sites(session, batch, results, caller, now)
    articles = _articles(session, batch, results, now)
    _refuse_strange_parents(session, batch, results, articles)
    _answer_repeats(session, batch, results, now)
    fresh = [
        (index, submission)
        for index, (submission, _) in enumerate(batch)
        if results[index] == Accepted(ids[index])
    ]
    rows = [
        _comment_values(ids[index], articles[submission.article_url], submission, now, secret)
        for index, submission in fresh
    ]
    _store(session, rows, caller, now)
    return results


def _new_id(now: datetime) -> UUID:
    return uuid7(nanoseconds=int(now.timestamp() * 1_000_000) * 1_000)


def _refuse_wrong_sites(
    session: Session,
    batch: Sequence[tuple[Submission, Once | None]],
    results: list[Accepted | ModerationError],
    caller: Caller,
    now: datetime,
) -> None:
    refused: dict[str, ModerationError | None] = {}
    for index, (submission, _) in enumerate(batch):
        origin = submission.origin
        if origin not in refused:
            try:
                sites.opened_by(session, caller.site_id, origin, now)
                refused[origin] = None
            except ModerationError as error:
                refused[origin] = error
        if refusal := refused[origin]:
            results[index] = refusal


def _articles(
    session: Session,
    batch: Sequence[tuple[Submission, Once | None]],
    results: Sequence[Accepted | ModerationError],
    now: datetime,
) -> dict[str, tuple[int, int]]:
    """(site id, article id) by article address, of the submissions not refused."""
    site_ids: dict[str, int] = {}
    wanted = []
    for (submission, _), result in zip(batch, results, strict=True):
        if isinstance(result, ModerationError):
            continue
        origin = submission.origin
        if origin not in site_ids and (site := sites.by_origin(session, origin)):
            site_ids[origin] = site.id
        wanted.append((site_ids[origin], submission.article_url, submission.article_title))
    found = sites.article_ids(session, wanted, now)
    return {url: (site_id, article_id) for (site_id, url), article_id in found.items()}


def _refuse_strange_parents(
    session: Session,
    batch: Sequence[tuple[Submission, Once | None]],
    results: list[Accepted | ModerationError],
    articles: Mapping[str, tuple[int, int]],
) -> None:
    """A reply must answer a comment on its own article."""
    parents = comments.on_article(session, [s.parent_id for s, _ in batch if s.parent_id])
    for index, (submission, _) in enumerate(batch):
        if submission.parent_id is None or isinstance(results[index], ModerationError):
            continue
        if parents.get(submission.parent_id) != articles[submission.article_url][1]:
            results[index] = InvalidSubmission(
                "parent_id", "there is no such comment on this article"
            )


def _answer_repeats(
    session: Session,
    batch: Sequence[tuple[Submission, Once | None]],
    results: list[Accepted | ModerationError],
    now: datetime,
) -> None:
    """Where an Idempotency-Key was used before, its comment takes the place of a new one."""
    wanted = [
        (once, result.comment_id)
        for (_, once), result in zip(batch, results, strict=True)
        if once is not None and isinstance(result, Accepted)
    ]
    standing = answers.claim(session, wanted, now) if wanted else {}
    for index, (_, once) in enumerate(batch):
        result = results[index]
        if once is None or isinstance(result, ModerationError):
            continue
        answer = standing[once.key_id, once.idempotency_key]
        if answer.body_hash != once.body_hash:
            results[index] = IdempotencyConflict(
                "this Idempotency-Key was used with another body: use a new one"
            )
        elif answer.comment_id != result.comment_id:
            results[index] = Accepted(answer.comment_id, replayed=True)


def _comment_values(
    comment_id: UUID, place: tuple[int, int], submission: Submission, now: datetime, secret: str
) -> dict[str, Any]:
    values = {name: getattr(submission, name) for name in STORED}
    site_id, article_id = place
    return values | {
        "id": comment_id,
        "site_id": site_id,
        "article_id": article_id,
        "author_hash": keys.hash_person(submission.author_email, secret),
        "created_at": submission.created_at or now,
        "received_at": now,
        "outcome": Outcome.PENDING,
    }


def _store(session: Session, rows: Sequence[dict[str, Any]], caller: Caller, now: datetime) -> None:
    if not rows:
        return
    session.execute(insert(CommentRow), rows)
    event = {"revision": 1, "at": now, "kind": "submitted", "actor": caller.actor, "detail": {}}
    session.execute(insert(EventRow), [event | {"comment_id": row["id"]} for row in rows])
