"""The story on one page: a comment is submitted, judged, decided, and a decision undone.

Every function writes inside the caller's transaction; the caller commits, then rings the bell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from service.core.errors import (
    IdempotencyConflict,
    InvalidSubmission,
    ModerationError,
    NothingToUndo,
    StaleRevision,
)
from service.core.policy import Ruling
from service.core.store import answers, comments, examples, keys, sites
from service.core.store.answers import Once
from service.core.store.tables import CommentRow, EventRow, ExampleRow
from service.core.submission import Submission
from service.core.verdict import Decision, Outcome, Verdict, outcome_of

LABELS = {Decision.APPROVE: examples.HAM, Decision.SPAM: examples.SPAM}


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


def judge(
    session: Session, claim: str, rulings: Mapping[UUID, Ruling], now: datetime, model: str
) -> int:
    """Give the comments their verdicts, where they are still under this claim. Returns how many.

    A decision that a person made in the meantime stands; the verdict is recorded beside it.
    """
    mine = session.scalars(
        select(CommentRow)
        .where(CommentRow.claim == claim, CommentRow.id.in_(rulings), CommentRow.verdict.is_(None))
        .with_for_update()
    ).all()
    changes = [_judged_values(row, rulings[row.id], now, model) for row in mine]
    events = [_judged_event(row, rulings[row.id], now, model) for row in mine]
    if changes:
        session.execute(update(CommentRow), changes)
        session.execute(insert(EventRow), events)
    return len(changes)


def decide(
    session: Session,
    comment_id: UUID,
    decision: Decision,
    revision: int,
    actor: str,
    now: datetime,
    *,
    site_id: int | None = None,
    learn: bool = True,
    reason: str = "",
) -> CommentRow:
    """A person's decision: outcome, event, example. Raises NotFound, StaleRevision."""
    comment = _at_revision(session, comment_id, revision, site_id)
    before = {"decision": comment.decision, "label": _label_of(session, comment)}
    _apply_decision(comment, decision, now)
    _teach(session, comment, LABELS.get(decision) if learn else None, actor, now)
    detail = {"decision": decision, "learn": learn, "reason": reason, "before": before}
    _append(session, comment, "decided", actor, now, detail)
    return comment


def undo(
    session: Session,
    comment_id: UUID,
    revision: int,
    actor: str,
    now: datetime,
    *,
    site_id: int | None = None,
) -> CommentRow:
    """Take back the newest decision that stands, and what it taught.

    Raises NotFound, StaleRevision, NothingToUndo.
    """
    comment = _at_revision(session, comment_id, revision, site_id)
    event = _newest_standing_decision(session, comment_id)
    before = event.detail["before"]
    decision = Decision(before["decision"]) if before["decision"] else None
    _apply_decision(comment, decision, now)
    _teach(session, comment, before["label"], actor, now)
    _append(session, comment, "undone", actor, now, {"undoes": event.revision})
    return comment


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
    values = asdict(submission)
    del values["article_url"], values["article_title"]
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


def _judged_values(row: CommentRow, ruling: Ruling, now: datetime, model: str) -> dict[str, Any]:
    decision = Decision(row.decision) if row.decision else None
    kept = ruling.reasons if ruling.verdict is not Verdict.HAM else ()
    return {
        "id": row.id,
        "verdict": ruling.verdict,
        "outcome": outcome_of(decision, ruling.verdict),
        "score": ruling.score,
        "discard": ruling.discard,
        "urgency": ruling.urgency if decision is None else 0.0,
        "reasons": [asdict(reason) for reason in kept],
        "model": model,
        "judged_at": now,
        "revision": row.revision + 1,
        "claim": None,
        "claimed_until": None,
    }


def _judged_event(row: CommentRow, ruling: Ruling, now: datetime, model: str) -> dict[str, Any]:
    detail: dict[str, Any] = {"verdict": ruling.verdict, "score": ruling.score}
    if ruling.discard:
        detail["discard"] = True
    if ruling.score is None:
        detail["reason"] = ruling.reasons[0].text
    return {
        "comment_id": row.id,
        "revision": row.revision + 1,
        "at": now,
        "kind": "judged",
        "actor": f"model:{model}",
        "detail": detail,
    }


def _at_revision(
    session: Session, comment_id: UUID, revision: int, site_id: int | None
) -> CommentRow:
    comment = comments.for_change(session, comment_id, site_id)
    if comment.revision != revision:
        raise StaleRevision(revision, comment.revision)
    return comment


def _apply_decision(comment: CommentRow, decision: Decision | None, now: datetime) -> None:
    verdict = Verdict(comment.verdict) if comment.verdict else None
    comment.decision = decision
    comment.outcome = outcome_of(decision, verdict)
    comment.decided_at = None if decision is None else now


def _label_of(session: Session, comment: CommentRow) -> int | None:
    example = session.get(ExampleRow, comment.id)
    return example.label if example else None


def _teach(
    session: Session, comment: CommentRow, label: int | None, actor: str, now: datetime
) -> None:
    if label is None:
        examples.withdraw(session, comment)
    else:
        examples.label(session, comment, label, actor, now)


def _newest_standing_decision(session: Session, comment_id: UUID) -> EventRow:
    undone: set[int] = set()
    for event in reversed(comments.events_of(session, comment_id)):
        if event.kind == "undone":
            undone.add(event.detail["undoes"])
        elif event.kind == "decided" and event.revision not in undone:
            return event
    raise NothingToUndo("no decision on this comment stands that could be undone")


def _append(
    session: Session,
    comment: CommentRow,
    kind: str,
    actor: str,
    now: datetime,
    detail: dict[str, Any],
) -> None:
    """Append an event; the comment takes its number as its revision."""
    comment.revision += 1
    session.add(
        EventRow(
            comment_id=comment.id,
            revision=comment.revision,
            at=now,
            kind=kind,
            actor=actor,
            detail=detail,
        )
    )
