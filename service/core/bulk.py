"""Deciding many comments at once, and undoing that as one: the story of `moderation`, in bulk SQL.

Every function writes inside the caller's transaction; what it leaves behind is, row for row, what
as many single decisions or undos would have left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Row, and_, case, insert, literal, select, text, update
from sqlalchemy.orm import Session

from service.core.errors import NotFound, NothingToUndo
from service.core.moderation import LABELS, NEEDS_TEXT
from service.core.store import callbacks, examples, moderators, precedents, strands
from service.core.store.among import among_ids
from service.core.store.bulk_tables import SEVERAL, BulkMemberRow, BulkRow
from service.core.store.lesson_tables import ExampleRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Decision, EventKind, Outcome, Verdict, outcome_of

MOST = 10_000  # comments of one bulk decision
CHUNK = 5_000  # comments a statement
SEVERAL_READ = 500  # of those about several sites, to find who may undo them
READ = (
    CommentRow.id,
    CommentRow.site_id,
    CommentRow.revision,
    CommentRow.outcome,
    CommentRow.verdict,
    CommentRow.decision,
    CommentRow.text_purged_at,
    ExampleRow.label,
)


class Done(NamedTuple):
    """What a bulk decision or its undo did."""

    bulk_id: int
    changed: int
    left: int  # alone: changed meanwhile, or its text is gone, or it stood like this already


class Change(NamedTuple):
    """What becomes of some comments, all of them alike."""

    decision: Decision | None
    outcome: Outcome
    label: int | None
    kind: EventKind
    actor: str
    now: datetime


Wanted = Mapping[UUID, int]  # each comment's revision when the caller looked at it


def decide_many(
    session: Session,
    wanted: Wanted,
    decision: Decision,
    outcomes: Collection[Outcome],
    actor: str,
    now: datetime,
    *,
    site_id: Within = None,
    reason: str = "",
) -> Done:
    """Decide all that still have one of `outcomes` and the revision they were shown with."""
    whole = {"at": now, "actor": actor, "decision": decision, "comments": 0, "restored": 0}
    bulk = BulkRow(**whole, **strands.stored(site_id))
    session.add(bulk)
    session.flush()
    change = Change(
        decision, outcome_of(decision, None), LABELS.get(decision), EventKind.DECIDED, actor, now
    )
    for rows in _locked(session, wanted, site_id):
        fit = [
            row for row in rows if row.outcome in outcomes and _fits(row, change.outcome, wanted)
        ]
        details = [_decided(row, decision, bulk.id, reason) for row in fit]
        bulk.comments += _apply(session, fit, details, change)
        _remember(session, [row.id for row in fit], bulk.id)
    detail = {"bulk": bulk.id, "decision": decision, "comments": bulk.comments}
    moderators.audit(session, actor, "bulk_decided", now, detail)
    return Done(bulk.id, bulk.comments, len(wanted) - bulk.comments)


def undo_many(
    session: Session, bulk_id: int, actor: str, now: datetime, *, site_id: Within = None
) -> Done:
    """Take back a whole bulk decision and what it taught, wherever nothing happened since.

    Raises NotFound, NothingToUndo.
    """
    bulk = session.get(BulkRow, bulk_id, with_for_update=True)
    if bulk is None or not strands.covers(site_id, strands.kept(bulk)):
        raise NotFound(f"there is no bulk decision {bulk_id}")
    if bulk.undone_at is not None:
        raise NothingToUndo("this bulk decision has been undone already")
    members = select(BulkMemberRow.comment_id, BulkMemberRow.revision)
    wanted = dict(session.execute(members.where(BulkMemberRow.bulk_id == bulk_id)).all())
    for rows in _locked(session, wanted, site_id):
        _restore(session, rows, bulk, wanted, actor, now)
    bulk.undone_at, bulk.undone_by = now, actor
    detail = {"bulk": bulk.id, "comments": bulk.restored}
    moderators.audit(session, actor, "bulk_undone", now, detail)
    return Done(bulk.id, bulk.restored, bulk.comments - bulk.restored)


def recent(session: Session, site_id: Within, limit: int = 50) -> list[BulkRow]:
    """The newest bulk decisions that such a moderator could have made, newest first."""
    newest = select(BulkRow).where(BulkRow.comments > 0).order_by(BulkRow.id.desc())
    if site_id is None:
        return list(session.scalars(newest.limit(limit)))
    found: list[BulkRow] = []
    for one in strands.ids_of(site_id):
        found += session.scalars(newest.where(BulkRow.site_id == one).limit(limit))
    several = session.scalars(newest.where(text(SEVERAL)).limit(SEVERAL_READ))
    found += [row for row in several if strands.covers(site_id, strands.kept(row))]
    return sorted(found, key=lambda row: -row.id)[:limit]


def _restore(
    session: Session,
    rows: Sequence[Row[Any]],
    bulk: BulkRow,
    wanted: Wanted,
    actor: str,
    now: datetime,
) -> None:
    """Give these back what they had before; together those that become alike."""
    before = _before(session, bulk.id, [row.id for row in rows])
    becoming = [(row, _earlier(row, before[row.id], actor, now)) for row in rows]
    fit = [(row, change) for row, change in becoming if _fits(row, change.outcome, wanted, False)]
    alike = sorted(fit, key=lambda pair: str(pair[1]))
    for change, pairs in groupby(alike, key=lambda pair: pair[1]):
        group = [row for row, _ in pairs]
        details = [{"undoes": wanted[row.id], "bulk": bulk.id} for row in group]
        bulk.restored += _apply(session, group, details, change)


def _earlier(row: Row[Any], before: Mapping[str, Any], actor: str, now: datetime) -> Change:
    decision = Decision(before["decision"]) if before["decision"] else None
    verdict = Verdict(row.verdict) if row.verdict else None
    outcome = outcome_of(decision, verdict)
    return Change(decision, outcome, before["label"], EventKind.UNDONE, actor, now)


def _before(session: Session, bulk_id: int, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """What each comment was before the event of its bulk decision."""
    statement = (
        select(EventRow.comment_id, EventRow.detail)
        .join(
            BulkMemberRow,
            and_(
                BulkMemberRow.comment_id == EventRow.comment_id,
                BulkMemberRow.revision == EventRow.revision,
            ),
        )
        .where(BulkMemberRow.bulk_id == bulk_id, among_ids(session, BulkMemberRow.comment_id, ids))
    )
    return {row.comment_id: row.detail["before"] for row in session.execute(statement)}


def _locked(
    session: Session, wanted: Collection[UUID], site_id: Within
) -> Iterator[Sequence[Row[Any]]]:
    """The comments, a chunk at a time, locked until the transaction ends."""
    ids = sorted(wanted)
    for start in range(0, len(ids), CHUNK):
        statement = (
            select(*READ)
            .outerjoin(ExampleRow, ExampleRow.comment_id == CommentRow.id)
            .where(among_ids(session, CommentRow.id, ids[start : start + CHUNK]))
            .order_by(CommentRow.id)
            .with_for_update(of=CommentRow)
        )
        statement = statement.where(*strands.on_sites(CommentRow.site_id, site_id))
        yield cast(Sequence[Row[Any]], session.execute(statement).all())


def _fits(row: Row[Any], outcome: Outcome, wanted: Wanted, changes: bool = True) -> bool:
    """Whether the comment is still what was looked at, and may become this."""
    if row.revision != wanted[row.id]:
        return False
    if row.text_purged_at is not None and outcome in NEEDS_TEXT:
        return False
    return not changes or row.outcome != outcome


def _decided(row: Row[Any], decision: Decision, bulk_id: int, reason: str) -> dict[str, Any]:
    before = {"decision": row.decision, "label": row.label}
    return {
        "decision": decision,
        "learn": True,
        "reason": reason,
        "before": before,
        "bulk": bulk_id,
    }


def _apply(
    session: Session, rows: Sequence[Row[Any]], details: Sequence[dict[str, Any]], change: Change
) -> int:
    """Outcome, lesson, event, and what clients are owed. Returns how many comments."""
    if not rows:
        return 0
    ids = [row.id for row in rows]
    now = change.now
    session.execute(
        update(CommentRow)
        .where(among_ids(session, CommentRow.id, ids))
        .values(**_values(change), revision=CommentRow.revision + 1)
        .execution_options(synchronize_session=False)
    )
    precedents.replace_many(session, ids, change.label, now)
    if change.label is None:
        examples.withdraw_many(session, ids, change.actor, now)
    else:
        examples.label_many(session, ids, change.label, change.actor, now)
    _tell(session, rows, details, change)
    callbacks.owe(session, dict.fromkeys(ids, change.outcome), now)
    return len(rows)


def _values(change: Change) -> dict[str, Any]:
    was_spam = CommentRow.outcome == Outcome.SPAM
    since = case((was_spam, CommentRow.spam_since), else_=change.now)
    return {
        "decision": change.decision,
        "outcome": change.outcome,
        "decided_at": None if change.decision is None else change.now,
        "spam_since": since if change.outcome is Outcome.SPAM else None,
    }


def _tell(
    session: Session, rows: Sequence[Row[Any]], details: Sequence[dict[str, Any]], change: Change
) -> None:
    """The events that tell of it; a statement for all with the same words, of which few differ."""
    alike: dict[str, tuple[dict[str, Any], list[UUID]]] = {}
    for row, detail in zip(rows, details, strict=True):
        alike.setdefault(repr(detail), (detail, []))[1].append(row.id)
    for detail, ids in alike.values():
        said = {
            EventRow.at: change.now,
            EventRow.kind: change.kind.value,
            EventRow.actor: change.actor,
            EventRow.detail: detail,
        }
        each = select(
            CommentRow.id,
            CommentRow.revision,
            *(literal(value, column.type) for column, value in said.items()),
        )
        session.execute(
            insert(EventRow).from_select(
                ["comment_id", "revision", *(column.key for column in said)],
                each.where(among_ids(session, CommentRow.id, ids)),
            )
        )


def _remember(session: Session, ids: Collection[UUID], bulk_id: int) -> None:
    """The comments belong to the bulk decision, at the revision that it has just made."""
    made = select(literal(bulk_id), CommentRow.id, CommentRow.revision)
    session.execute(
        insert(BulkMemberRow).from_select(
            ["bulk_id", "comment_id", "revision"],
            made.where(among_ids(session, CommentRow.id, ids)),
        )
    )
