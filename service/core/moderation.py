"""The story on one page: a comment is submitted, judged, decided, and a decision undone.

Every function writes inside the caller's transaction; the caller commits, then rings the bell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.core import joining
from service.core.errors import NothingToUndo, StaleRevision, TextGone
from service.core.intake import Accepted, Arrival, Caller, Result, submit, submit_many
from service.core.policy import Ruling
from service.core.resemblance import Judged
from service.core.store import callbacks, checks, comments, examples, precedents
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, EventRow
from service.core.traces import Traces
from service.core.verdict import Decision, EventKind, Outcome, Verdict, outcome_of

__all__ = [
    "Accepted",
    "Arrival",
    "Caller",
    "Result",
    "decide",
    "judge",
    "submit",
    "submit_many",
    "undo",
]

NEEDS_TEXT = (Outcome.PUBLISHED, Outcome.HELD)
NO_TRACES: Mapping[UUID, Traces] = {}
BY_BAN = "author ban"  # the actor of events
BANNED = "author banned"  # the reason that they tell
NOTHING = {"decision": None, "label": None}  # decided or taught before
LABELS = {Decision.APPROVE: examples.HAM, Decision.SPAM: examples.SPAM}


def judge(
    session: Session,
    claim: str,
    rulings: Mapping[UUID, Ruling],
    now: datetime,
    model: str,
    traces: Mapping[UUID, Traces] = NO_TRACES,
) -> int:
    """Give the comments their verdicts, where they are still under this claim. Returns how many.

    A decision that a person made in the meantime stands; the verdict is recorded beside it.
    `traces` are kept with the comments, to know the same text and links again; not of test calls.
    """
    mine = session.scalars(
        select(CommentRow)
        .where(CommentRow.claim == claim, CommentRow.id.in_(rulings), CommentRow.verdict.is_(None))
        .with_for_update()
    ).all()
    tests = checks.tests_among(session, [row.id for row in mine])
    changes = [
        judged_values(
            row,
            rulings[row.id],
            now,
            model,
            Traces() if row.id in tests else traces.get(row.id, Traces()),
        )
        for row in mine
    ]
    events = [event for row in mine for event in judged_events(row, rulings[row.id], now, model)]
    if changes:
        session.execute(update(CommentRow), changes)
        session.execute(insert(EventRow), events)
        callbacks.owe(session, {change["id"]: change["outcome"] for change in changes}, now)
        joining.join(session, list(_undecided(mine, changes, tests, traces)), now)
    return len(changes)


def decide(
    session: Session,
    comment_id: UUID,
    decision: Decision,
    revision: int,
    actor: str,
    now: datetime,
    *,
    site_id: Within = None,
    learn: bool = True,
    reason: str = "",
) -> CommentRow:
    """A person's decision: outcome, event, example. Raises NotFound, StaleRevision, TextGone."""
    comment = _at_revision(session, comment_id, revision, site_id)
    before = {"decision": comment.decision, "label": examples.label_of(session, comment.id)}
    _apply_decision(comment, decision, now)
    _teach(session, comment, LABELS.get(decision) if learn else None, actor, now)
    detail = {"decision": decision, "learn": learn, "reason": reason, "before": before}
    _append(session, comment, EventKind.DECIDED, actor, now, detail)
    return comment


def undo(
    session: Session,
    comment_id: UUID,
    revision: int,
    actor: str,
    now: datetime,
    *,
    site_id: Within = None,
) -> CommentRow:
    """Take back the newest decision that stands, and what it taught.

    Raises NotFound, StaleRevision, NothingToUndo, TextGone.
    """
    comment = _at_revision(session, comment_id, revision, site_id)
    event = _newest_standing_decision(session, comment_id)
    before = event.detail["before"]
    decision = Decision(before["decision"]) if before["decision"] else None
    _apply_decision(comment, decision, now)
    _teach(session, comment, before["label"], actor, now)
    _append(session, comment, EventKind.UNDONE, actor, now, {"undoes": event.revision})
    return comment


def judged_values(
    row: CommentRow, ruling: Ruling, now: datetime, model: str, traces: Traces
) -> dict[str, Any]:
    """What the ruling makes of the comment's row."""
    decision = Decision(row.decision) if row.decision else ruling.decision
    kept = ruling.reasons if ruling.verdict is not Verdict.HAM else ()
    outcome = outcome_of(decision, ruling.verdict)
    since = row.spam_since or now
    return {
        "id": row.id,
        "verdict": ruling.verdict,
        "decision": decision,
        "decided_at": row.decided_at or (now if decision else None),
        "outcome": outcome,
        "spam_since": since if outcome is Outcome.SPAM else None,
        "score": ruling.score,
        "discard": ruling.discard,
        "urgency": ruling.urgency if decision is None else 0.0,
        "reasons": [asdict(reason) for reason in kept],
        "model": model,
        "judged_at": now,
        "text_hash": traces.text,
        "link_hashes": list(traces.links.values()),
        "revision": row.revision + (2 if _is_ban(row, ruling) else 1),
        "claim": None,
        "claimed_until": None,
    }


def judged_events(
    row: CommentRow, ruling: Ruling, now: datetime, model: str
) -> list[dict[str, Any]]:
    """The events that tell of it: the verdict, and what was decided beforehand, by a ban."""
    detail: dict[str, Any] = {"verdict": ruling.verdict, "score": ruling.score}
    if ruling.discard:
        detail["discard"] = True
    if ruling.score is None:
        detail["reason"] = ruling.reasons[0].text
    if any(reason.code == "trusted_author" for reason in ruling.reasons):
        detail["trusted"] = True
    event = {"comment_id": row.id, "revision": row.revision + 1, "at": now}
    events = [
        event | {"kind": EventKind.JUDGED, "actor": f"model:{model}", "detail": detail},
    ]
    if _is_ban(row, ruling):
        told = {"decision": ruling.decision, "learn": False, "reason": BANNED, "before": NOTHING}
        event = event | {"revision": row.revision + 2}
        events.append(event | {"kind": EventKind.DECIDED, "actor": BY_BAN, "detail": told})
    return events


def _is_ban(row: CommentRow, ruling: Ruling) -> bool:
    """Whether the ruling decides about the comment; what a person has decided meanwhile stands."""
    return ruling.decision is not None and row.decision is None


def _undecided(
    rows: Sequence[CommentRow],
    changes: Sequence[dict[str, Any]],
    tests: Collection[UUID],
    traces: Mapping[UUID, Traces],
) -> Iterator[Judged]:
    """What may join a campaign: no test call, nothing that a person has decided about."""
    for row, change in zip(rows, changes, strict=True):
        is_decided = change["decision"] is not None
        if not is_decided and row.id not in tests and row.id in traces:
            yield Judged(
                id=row.id,
                site_id=row.site_id,
                author_name=row.author_name,
                outcome=change["outcome"],
                score=change["score"],
                revision=change["revision"],
                likeness=traces[row.id].likeness,
            )


def _at_revision(session: Session, comment_id: UUID, revision: int, site_id: Within) -> CommentRow:
    comment = comments.for_change(session, comment_id, site_id)
    if comment.revision != revision:
        raise StaleRevision(revision, comment.revision)
    return comment


def _apply_decision(comment: CommentRow, decision: Decision | None, now: datetime) -> None:
    verdict = Verdict(comment.verdict) if comment.verdict else None
    outcome = outcome_of(decision, verdict)
    if comment.text_purged_at is not None and outcome in NEEDS_TEXT:
        raise TextGone("its text was wiped some time after it was called spam: nothing is left")
    if outcome is not Outcome.SPAM:
        comment.spam_since = None
    elif comment.outcome != Outcome.SPAM:
        comment.spam_since = now
    comment.decision = decision
    comment.outcome = outcome
    comment.decided_at = None if decision is None else now


def _teach(
    session: Session, comment: CommentRow, label: int | None, actor: str, now: datetime
) -> None:
    precedents.replace(session, comment.id, label, now)
    if label is None:
        examples.withdraw(session, comment, actor, now)
    else:
        examples.label(session, comment, label, actor, now)


def _newest_standing_decision(session: Session, comment_id: UUID) -> EventRow:
    undone: set[int] = set()
    for event in reversed(comments.events_of(session, comment_id)):
        if event.kind == EventKind.UNDONE:
            undone.add(event.detail["undoes"])
        elif event.kind == EventKind.DECIDED and event.revision not in undone:
            return event
    raise NothingToUndo("no decision on this comment stands that could be undone")


def _append(
    session: Session,
    comment: CommentRow,
    kind: EventKind,
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
    callbacks.owe(session, {comment.id: Outcome(comment.outcome)}, now)
