"""Authors: a moderator trusts, bans, or wants to be asked about one; and takes that back.

Every function writes inside the caller's transaction. What a standing means for a comment that
comes is policy's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core import bulk, moderation
from service.core.bulk import Done
from service.core.errors import NotFound, NothingToUndo, StaleStanding, UnknownAuthor
from service.core.store import comments, moderators, strands
from service.core.store.author_tables import StandingChangeRow, StandingRow
from service.core.store.insert import insert_missing
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Decision, Outcome, Stand

# What a ban takes away together with itself. Spam stays where it is: it is out of sight, and what
# it taught is true.
TAKEN_AWAY = (Outcome.PUBLISHED, Outcome.HELD, Outcome.PENDING)
SAID = {
    Stand.TRUSTED: "author_trusted",
    Stand.BANNED: "author_banned",
    Stand.PREMODERATED: "author_premoderated",
    None: "author_standing_ended",
}


class Author(NamedTuple):
    """Whom an e-mail address's hash tells, on one site."""

    author_hash: str
    site_id: int


class Standing(NamedTuple):
    """How somebody stands, until when (None: for ever)."""

    stand: Stand | None
    until: datetime | None = None


def author_of(comment: CommentRow) -> Author:
    """Who wrote it. Raises UnknownAuthor."""
    if not comment.author_hash:
        raise UnknownAuthor
    return Author(comment.author_hash, comment.site_id)


def stand(
    session: Session,
    comment_id: UUID,
    stand: Stand | None,
    lasting: timedelta | None,
    seen: int,
    actor: str,
    now: datetime,
    *,
    site_id: Within = None,
) -> int:
    """Let the comment's author stand like this from now on; None ends it. `lasting` None: for ever.

    `seen` is the change that the caller knew as the newest, 0 for none. Returns the new change's
    number. Raises NotFound, UnknownAuthor, StaleStanding.
    """
    comment = comments.by_id(session, comment_id, site_id)
    row = _locked(session, author_of(comment))
    if row.change_id != seen:
        raise StaleStanding
    until = None if lasting is None or stand is None else now + lasting
    change = _change(session, row, Standing(stand, until), actor, now)
    detail = {"comment": str(comment_id), "change": change.id}
    _tell(session, SAID[stand], detail, Standing(stand, until), actor, now)
    return change.id


def undo(
    session: Session, change_id: int, actor: str, now: datetime, *, site_id: Within = None
) -> Standing:
    """Take back the newest change of an author's standing. Returns how they stand again.

    Raises NotFound, NothingToUndo, StaleStanding.
    """
    change = session.get(StandingChangeRow, change_id)
    if change is None or not strands.holds(site_id, change.site_id):
        raise NotFound(f"there is no change of a standing with the number {change_id}")
    if change.undoes is not None:
        raise NothingToUndo("this change took another one back: say anew how the author stands")
    row = _locked(session, Author(change.author_hash, change.site_id))
    if row.change_id != change.id:
        raise StaleStanding
    back = _still(Standing(_stand_of(change.stand_before), change.until_before), now)
    _change(session, row, back, actor, now, undoes=change.id)
    _tell(session, "author_standing_undone", {"change": change.id}, back, actor, now)
    return back


def ban_and_remove(
    session: Session,
    comment_id: UUID,
    wanted: Mapping[UUID, int],
    lasting: timedelta | None,
    seen: int,
    actor: str,
    now: datetime,
    *,
    site_id: Within = None,
) -> Done:
    """Ban the comment's author and remove `wanted` of theirs, each at the revision it was shown at.

    One bulk decision, whose undo ends the ban as well. Raises as `stand` does.
    """
    author = author_of(comments.by_id(session, comment_id, site_id))
    number = stand(session, comment_id, Stand.BANNED, lasting, seen, actor, now, site_id=site_id)
    theirs = select(CommentRow.id).where(
        CommentRow.id.in_(wanted), CommentRow.author_hash == author.author_hash
    )
    kept = {one: wanted[one] for one in session.scalars(theirs)}
    done = bulk.decide_many(
        session,
        kept,
        Decision.REMOVE,
        TAKEN_AWAY,
        actor,
        now,
        site_id=author.site_id,
        reason=moderation.BANNED,
    )
    session.get_one(StandingChangeRow, number).bulk_id = done.bulk_id
    return done


def undo_bulk(session: Session, bulk_id: int, actor: str, now: datetime) -> bool:
    """Undo a bulk's ban, if it came with one that nobody changed since. Returns whether it did."""
    statement = select(StandingChangeRow.id).where(StandingChangeRow.bulk_id == bulk_id)
    if (change_id := session.scalar(statement)) is None:
        return False
    try:
        undo(session, change_id, actor, now)
    except StaleStanding:
        return False
    return True


def _locked(session: Session, author: Author) -> StandingRow:
    """The author's row, made where there was none; of two who change it one waits."""
    new = {**author._asdict(), "stand": "", "until": None, "change_id": 0}
    insert_missing(session, StandingRow, [new])
    return session.get_one(StandingRow, (author.author_hash, author.site_id), with_for_update=True)


def _change(
    session: Session,
    row: StandingRow,
    to: Standing,
    actor: str,
    now: datetime,
    undoes: int | None = None,
) -> StandingChangeRow:
    change = StandingChangeRow(
        author_hash=row.author_hash,
        site_id=row.site_id,
        at=now,
        actor=actor,
        stand=to.stand or "",
        until=to.until,
        stand_before=row.stand,
        until_before=row.until,
        undoes=undoes,
    )
    session.add(change)
    session.flush()
    row.stand, row.change_id = to.stand or "", change.id
    row.until = to.until if to.stand else now  # what has ended is forgotten some time later
    return change


def _still(standing: Standing, now: datetime) -> Standing:
    """The standing if it holds yet, else none."""
    is_over = standing.until is not None and standing.until <= now
    return Standing(None) if is_over or standing.stand is None else standing


def _stand_of(text: str) -> Stand | None:
    return Stand(text) if text else None


def _tell(
    session: Session,
    action: str,
    detail: Mapping[str, object],
    to: Standing,
    actor: str,
    now: datetime,
) -> None:
    """Audit rows are kept for ever, so they name the comment and not who wrote it."""
    until = {"until": to.until.isoformat() if to.until else "for ever"} if to.stand else {}
    moderators.audit(session, actor, action, now, {**detail, **until})
