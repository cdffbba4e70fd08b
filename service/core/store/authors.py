"""Authors: how they stand, what they wrote, what moderators noted. Each query has its index."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from service.core.store import strands
from service.core.store.author_tables import (
    EscalationRow,
    NoteRow,
    StandingChangeRow,
    StandingRow,
)
from service.core.store.insert import insert_missing
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome, Stand

WINDOW = 1_000  # comments of one author or network that are looked at, the newest
ENDED_KEPT = timedelta(days=30)  # after it ended, so that it can be seen and undone
CHANGES_KEPT = timedelta(days=180)  # also notes about authors; longer while a standing holds
Key = tuple[str, int]  # hash, site id


class Held(NamedTuple):
    """How an author stands: until when (None: for ever), and the change that said so."""

    stand: Stand | None
    until: datetime | None
    change_id: int


NO_STANDING = Held(None, None, 0)


@dataclass(slots=True)
class Marks:
    """What moderators have said about some comments and their authors."""

    standings: dict[Key, Held] = field(default_factory=dict)
    notes: dict[UUID, int] = field(default_factory=dict)  # how many, by comment
    author_notes: dict[Key, int] = field(default_factory=dict)
    hard: dict[UUID, EscalationRow] = field(default_factory=dict)


class Trail(NamedTuple):
    """One comment of an author or a network, without its text."""

    id: UUID
    site_id: int
    author_hash: str
    author_name: str
    outcome: Outcome
    received_at: datetime
    revision: int


def marks(session: Session, rows: Collection[CommentRow], now: datetime) -> Marks:
    """What a page of cards shows beside the comments: four statements, however many cards."""
    ids = [row.id for row in rows]
    hashes = {row.author_hash for row in rows} - {""}
    standings = select(StandingRow).where(StandingRow.author_hash.in_(hashes))
    by_author = (
        select(NoteRow.author_hash, NoteRow.site_id, func.count())
        .where(NoteRow.author_hash.in_(hashes), NoteRow.author_hash != "")
        .group_by(NoteRow.author_hash, NoteRow.site_id)
    )
    by_comment = (
        select(NoteRow.comment_id, func.count())
        .where(NoteRow.comment_id.in_(ids))
        .group_by(NoteRow.comment_id)
    )
    hard = select(EscalationRow).where(EscalationRow.comment_id.in_(ids))
    found = Marks(
        notes={one: count for one, count in session.execute(by_comment) if one},
        hard={row.comment_id: row for row in session.scalars(hard)},
    )
    if hashes:
        for row in session.scalars(standings):
            found.standings[row.author_hash, row.site_id] = _held(row, now)
        for author, site_id, count in session.execute(by_author):
            found.author_notes[author, site_id] = count
    return found


def standing(session: Session, key: Key, now: datetime) -> Held:
    """How the author stands now."""
    row = session.get(StandingRow, key)
    return NO_STANDING if row is None else _held(row, now)


def _held(row: StandingRow, now: datetime) -> Held:
    is_over = row.until is not None and row.until <= now
    if is_over or not row.stand:
        return Held(None, None, row.change_id)
    return Held(Stand(row.stand), row.until, row.change_id)


def changes(session: Session, key: Key, limit: int = 10) -> list[StandingChangeRow]:
    """The newest changes of the author's standing, newest first."""
    author_hash, site_id = key
    statement = (
        select(StandingChangeRow)
        .where(StandingChangeRow.author_hash == author_hash, StandingChangeRow.site_id == site_id)
        .order_by(StandingChangeRow.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def by_author(session: Session, author_hash: str, site_id: Within) -> list[Trail]:
    """The newest WINDOW comments of the author (None: on any site), newest first."""
    return _trails(session, CommentRow.author_hash, author_hash, site_id)


def by_network(session: Session, network_hash: str, site_id: Within) -> list[Trail]:
    """The newest WINDOW comments from the network, newest first."""
    return _trails(session, CommentRow.network_hash, network_hash, site_id)


def _trails(
    session: Session, column: InstrumentedAttribute[str], value: str, site_id: Within
) -> list[Trail]:
    if not value:
        return []
    newest = (
        select(
            CommentRow.id,
            CommentRow.site_id,
            CommentRow.author_hash,
            CommentRow.author_name,
            CommentRow.outcome,
            CommentRow.received_at,
            CommentRow.revision,
        )
        .where(column == value, column != "")
        .order_by(CommentRow.id.desc())
        .limit(WINDOW)
    )
    found = [
        Trail(row.id, row.site_id, row.author_hash, row.author_name, Outcome(row.outcome),
              row.received_at, row.revision)
        for row in session.execute(newest)
    ]  # fmt: skip
    return [one for one in found if strands.holds(site_id, one.site_id)]


def revisions(
    session: Session, key: Key, outcomes: Collection[Outcome], limit: int
) -> dict[UUID, int]:
    """The author's newest comments on the site that have one of the outcomes, with revisions."""
    author_hash, site_id = key
    statement = (
        select(CommentRow.id, CommentRow.revision)
        .where(
            CommentRow.site_id == site_id,
            CommentRow.author_hash == author_hash,
            # Not the bare column: SQLite would read the queue's index instead of the author's.
            CommentRow.outcome.concat("").in_(outcomes),
        )
        .order_by(CommentRow.id.desc())
        .limit(limit)
    )
    return dict(session.execute(statement).all())


def published(session: Session, comment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the comments whose author has something published on the site."""
    if not comment_ids:
        return set()
    other = aliased(CommentRow)
    known = exists().where(
        other.site_id == CommentRow.site_id,
        other.author_hash == CommentRow.author_hash,
        other.author_hash != "",
        # Not the bare column: SQLite would read the queue's index instead of the author's.
        other.outcome.concat("") == Outcome.PUBLISHED,
    )
    statement = select(CommentRow.id).where(CommentRow.id.in_(comment_ids), known)
    return set(session.scalars(statement))


def note(
    session: Session, comment: CommentRow, about_author: bool, text: str, actor: str, now: datetime
) -> None:
    """Add a note about the comment, or about its author on its site."""
    session.add(
        NoteRow(
            site_id=comment.site_id,
            comment_id=None if about_author else comment.id,
            author_hash=comment.author_hash if about_author else "",
            text=text,
            actor=actor,
            at=now,
        )
    )


def notes_about(session: Session, comment: CommentRow, limit: int = 50) -> list[NoteRow]:
    """The newest notes about the comment and about its author there, newest first."""
    found = list(_notes(session, NoteRow.comment_id == comment.id, limit))
    if comment.author_hash:
        of_author = (NoteRow.author_hash == comment.author_hash) & (NoteRow.author_hash != "")
        found += _notes(session, of_author & (NoteRow.site_id == comment.site_id), limit)
    return sorted(found, key=lambda row: row.id, reverse=True)[:limit]


def _notes(session: Session, wanted: ColumnElement[bool], limit: int) -> Iterable[NoteRow]:
    return session.scalars(select(NoteRow).where(wanted).order_by(NoteRow.id.desc()).limit(limit))


def escalate(session: Session, comment_id: UUID, actor: str, now: datetime) -> None:
    """Say that the comment is too hard; whoever said it first stands."""
    insert_missing(session, EscalationRow, [{"comment_id": comment_id, "actor": actor, "at": now}])


def take_up(session: Session, comment_id: UUID) -> None:
    """It is not too hard any more."""
    session.execute(delete(EscalationRow).where(EscalationRow.comment_id == comment_id))


def expire(session: Session, now: datetime) -> None:
    """Forget standings that ended, and what was said about authors, when kept long enough."""
    session.execute(delete(StandingRow).where(StandingRow.until < now - ENDED_KEPT))
    stands = (
        select(StandingRow.change_id)
        .where(
            StandingRow.author_hash == StandingChangeRow.author_hash,
            StandingRow.site_id == StandingChangeRow.site_id,
        )
        .exists()
    )
    old = StandingChangeRow.at < now - CHANGES_KEPT
    session.execute(delete(StandingChangeRow).where(old, ~stands))
    known = (
        select(StandingRow.change_id)
        .where(
            StandingRow.author_hash == NoteRow.author_hash,
            StandingRow.site_id == NoteRow.site_id,
        )
        .exists()
    )
    old_note = (NoteRow.at < now - CHANGES_KEPT) & (NoteRow.author_hash != "")
    session.execute(delete(NoteRow).where(old_note, ~known))
