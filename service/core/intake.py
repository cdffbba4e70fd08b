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
from service.core.traces import network_trace
from service.core.verdict import EventKind, Outcome

# What of a submission becomes a column of its comment; the rest belongs to the article.
STORED = [f.name for f in fields(Submission) if f.name not in ("article_url", "article_title")]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who submits: an actor's name for the events, and the one site its key opens, if one."""

    actor: str
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked submission with who brings it."""

    submission: Submission
    caller: Caller
    once: Once | None = None
    comment_id: UUID | None = None  # its id, where a client has been told one before


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that is stored now, or was before under the same Idempotency-Key."""

    comment_id: UUID
    replayed: bool = False


Result = Accepted | ModerationError


def submit(session: Session, arrival: Arrival, now: datetime, secret: str) -> Accepted:
    """Store one submission as a pending comment. Raises what stood in its way."""
    [result] = submit_many(session, [arrival], now, secret)
    if isinstance(result, ModerationError):
        raise result
    return result


def submit_many(
    session: Session, arrivals: Sequence[Arrival], now: datetime, secret: str
) -> list[Result]:
    """Store submissions; one answer each, in order. A refused one harms no other.

    `secret` is the installation's; it keys the hash that remembers an author.
    """
    fresh = iter(sorted(new_id(now) for _ in arrivals))  # so that ids keep the order of arrival
    ids = [arrival.comment_id or next(fresh) for arrival in arrivals]
    results: list[Result] = [Accepted(comment_id) for comment_id in ids]
    site_ids = _open_sites(session, arrivals, results, now)
    articles = _open_articles(session, arrivals, results, site_ids, now)
    _refuse_strange_parents(session, arrivals, results, articles)
    _answer_repeats(session, arrivals, results, now)
    rows = [
        comment_values(comment_id, articles[arrival.submission.article_url], arrival, now, secret)
        for comment_id, arrival, result in zip(ids, arrivals, results, strict=True)
        if result == Accepted(comment_id)
    ]
    callers = dict(zip(ids, (arrival.caller for arrival in arrivals), strict=True))
    _store(session, rows, callers, now)
    return results


def new_id(now: datetime) -> UUID:
    """An id for a comment that arrives now."""
    return uuid7(nanoseconds=int(now.timestamp() * 1_000_000) * 1_000)


def _open_sites(
    session: Session, arrivals: Sequence[Arrival], results: list[Result], now: datetime
) -> dict[str, int]:
    """Site ids by origin; a submission whose key does not open its site is refused."""
    asked = [(arrival.submission.origin, arrival.caller.site_id) for arrival in arrivals]
    opened: dict[tuple[str, int | None], int | ModerationError] = {}
    # In one order everywhere: two batches that add the same sites must not wait in a ring.
    for origin, key_site_id in sorted(set(asked), key=lambda pair: (pair[0], pair[1] or 0)):
        try:
            site = sites.opened_by(session, key_site_id, origin, now)
            opened[origin, key_site_id] = site.id
        except ModerationError as error:
            opened[origin, key_site_id] = error
    for index, pair in enumerate(asked):
        if isinstance(refusal := opened[pair], ModerationError):
            results[index] = refusal
    return {origin: found for (origin, _), found in opened.items() if isinstance(found, int)}


def _open_articles(
    session: Session,
    arrivals: Sequence[Arrival],
    results: Sequence[Result],
    site_ids: Mapping[str, int],
    now: datetime,
) -> dict[str, tuple[int, int]]:
    """(site id, article id) by article address, of the submissions not refused."""
    wanted = [
        (site_ids[submission.origin], submission.article_url, submission.article_title)
        for submission, result in _with_results(arrivals, results)
        if isinstance(result, Accepted)
    ]
    found = sites.article_ids(session, wanted, now)
    return {url: (site_id, article_id) for (site_id, url), article_id in found.items()}


def _refuse_strange_parents(
    session: Session,
    arrivals: Sequence[Arrival],
    results: list[Result],
    articles: Mapping[str, tuple[int, int]],
) -> None:
    """A reply must answer a comment on its own article."""
    asked = [parent for arrival in arrivals if (parent := arrival.submission.parent_id)]
    parents = comments.on_article(session, asked) if asked else {}
    for index, (submission, result) in enumerate(_with_results(arrivals, results)):
        if submission.parent_id is None or isinstance(result, ModerationError):
            continue
        if parents.get(submission.parent_id) != articles[submission.article_url][1]:
            message = "there is no such comment on this article"
            results[index] = InvalidSubmission("parent_id", message)


def _with_results(
    arrivals: Sequence[Arrival], results: Sequence[Result]
) -> list[tuple[Submission, Result]]:
    submissions = (arrival.submission for arrival in arrivals)
    return list(zip(submissions, results, strict=True))


def _answer_repeats(
    session: Session, arrivals: Sequence[Arrival], results: list[Result], now: datetime
) -> None:
    """Where an Idempotency-Key was used before, its comment takes the place of a new one."""
    wanted = [
        (arrival.once, result.comment_id)
        for arrival, result in zip(arrivals, results, strict=True)
        if arrival.once is not None and isinstance(result, Accepted)
    ]
    standing = answers.claim(session, wanted, now) if wanted else {}
    for index, arrival in enumerate(arrivals):
        result, once = results[index], arrival.once
        if once is None or isinstance(result, ModerationError):
            continue
        answer = standing[once.key_id, once.idempotency_key]
        if answer.body_hash != once.body_hash:
            results[index] = IdempotencyConflict(
                "this Idempotency-Key was used with another body: use a new one"
            )
        elif answer.comment_id != result.comment_id:
            results[index] = Accepted(answer.comment_id, replayed=True)


def comment_values(
    comment_id: UUID, place: tuple[int, int], arrival: Arrival, now: datetime, secret: str
) -> dict[str, Any]:
    """The row of a comment that nobody has judged yet; `place` is its site's and article's ids."""
    submission = arrival.submission
    site_id, article_id = place
    return {name: getattr(submission, name) for name in STORED} | {
        "id": comment_id,
        "site_id": site_id,
        "article_id": article_id,
        "author_hash": keys.hash_person(submission.author_email, secret),
        "network_hash": network_trace(submission.ip, secret),
        "created_at": submission.created_at or now,
        "received_at": now,
        "outcome": Outcome.PENDING,
    }


def _store(
    session: Session,
    rows: Sequence[dict[str, Any]],
    callers: Mapping[UUID, Caller],
    now: datetime,
) -> None:
    if not rows:
        return
    session.execute(insert(CommentRow), rows)
    event = {"revision": 1, "at": now, "kind": EventKind.SUBMITTED, "detail": {}}
    events = [event | {"comment_id": row["id"], "actor": callers[row["id"]].actor} for row in rows]
    session.execute(insert(EventRow), events)
