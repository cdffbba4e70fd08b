"""Campaigns decided once: one decision for all that wait, one undo, and members taken out.

Every function writes inside the caller's transaction, as in `moderation`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.core import moderation, wholesale
from service.core.errors import NotFound, NothingToUndo, NothingWaits
from service.core.inheriting import INHERITED
from service.core.store import strands
from service.core.store.campaign_tables import CampaignRow, DeedRow, DoneRow, MemberRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Decision, Outcome, Verdict, outcome_of
from service.core.wholesale import Back, Standing

TAUGHT = 5  # members that teach: the site's part must not learn one text thousands of times
TEACHING = (Decision.APPROVE, Decision.SPAM)


@dataclass(frozen=True, slots=True)
class Who:
    """A moderator, and the sites that he may decide about (None: every site)."""

    actor: str
    site_id: Within = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: its number, and to how many comments."""

    id: int
    comments: int
    taught: int = 0
    left: int = 0  # that have changed since, and were left alone


def decide(
    session: Session,
    campaign_id: int,
    decision: Decision,
    who: Who,
    loaded_at: datetime,
    now: datetime,
    inheriting: timedelta,
    spared: Collection[UUID] = (),
) -> Deed:
    """Decide about all that waited when the page was loaded; what came since waits on.

    Spam and removal hold for late arrivals too, as long as `inheriting`; not where some of it was
    `spared`: then a late one may be like those. A few of different text teach.
    Raises NotFound, NothingWaits.
    """
    campaign = _locked(session, campaign_id)
    rows = [row for row in _waiting(session, campaign_id, who, loaded_at) if row.id not in spared]
    if not rows:
        raise NothingWaits("all that waited when the page was loaded is decided: look again")
    lasts = decision in INHERITED and inheriting > timedelta(0) and not spared
    deed = DeedRow(
        campaign_id=campaign_id,
        **strands.stored(who.site_id),
        decision=decision,
        actor=who.actor,
        at=now,
        inherited_until=now + inheriting if lasts else None,
    )
    session.add(deed)
    session.flush()
    taught = _telling(rows) if decision in TEACHING else []
    _apply(session, deed, rows, taught, now)
    campaign.is_open = _still_waits(session, campaign_id)
    return Deed(deed.id, len(rows), len(taught))


def undo(session: Session, deed_id: int, who: Who, now: datetime, *, with_inherited: bool) -> Deed:
    """Take a decision about a campaign back, with all it taught, where nothing happened since.

    From then on nothing inherits it. Raises NotFound, NothingToUndo.
    """
    deed = session.get(DeedRow, deed_id, with_for_update=True)
    if deed is None or not strands.covers(who.site_id, strands.kept(deed)):
        raise NotFound(f"there is no decision {deed_id}")
    if deed.undone_at is not None:
        raise NothingToUndo("this decision has been undone already")
    campaign = _locked(session, deed.campaign_id)
    deed.undone_at = now
    done = _done(session, deed_id, with_inherited)
    same = [
        (mark, row)
        for mark, row in done
        if row.revision == mark.revision and row.text_purged_at is None
    ]
    _take_back(session, same, who.actor, now)
    campaign.is_open = _still_waits(session, campaign.id)
    return Deed(deed_id, len(same), left=len(done) - len(same))


def pull_out(session: Session, campaign_id: int, comment_id: UUID, who: Who, now: datetime) -> None:
    """Take a comment out: later decisions leave it alone, an earlier one is undone for it.

    Raises NotFound.
    """
    _locked(session, campaign_id)
    member = session.get(MemberRow, comment_id, with_for_update=True)
    strange = member is None or member.campaign_id != campaign_id
    if member is None or strange or not strands.holds(who.site_id, member.site_id):
        raise NotFound(f"comment {comment_id} is not in campaign {campaign_id}")
    if member.pulled_at is not None:
        return
    member.pulled_at = now
    newest = (
        select(DoneRow.revision)
        .join(DeedRow, DeedRow.id == DoneRow.deed_id)
        .where(DeedRow.campaign_id == campaign_id, DoneRow.comment_id == comment_id)
        .order_by(DoneRow.revision.desc())
    )
    revision = session.scalars(newest).first()
    comment = session.get(CommentRow, comment_id, with_for_update=True)
    if comment is not None and comment.revision == revision and comment.text_purged_at is None:
        moderation.undo(session, comment_id, revision, who.actor, now)


def _locked(session: Session, campaign_id: int) -> CampaignRow:
    campaign = session.get(CampaignRow, campaign_id, with_for_update=True)
    if campaign is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    return campaign


def _waiting(session: Session, campaign_id: int, who: Who, loaded_at: datetime) -> list[CommentRow]:
    statement = (
        select(CommentRow)
        .join(MemberRow, MemberRow.comment_id == CommentRow.id)
        .where(
            MemberRow.campaign_id == campaign_id,
            MemberRow.pulled_at.is_(None),
            MemberRow.at <= loaded_at,
            CommentRow.outcome == Outcome.HELD,
            or_(CommentRow.decided_at.is_(None), CommentRow.decided_at <= loaded_at),
        )
        .order_by(CommentRow.id)
        .with_for_update(of=CommentRow)
    )
    statement = statement.where(*strands.on_sites(MemberRow.site_id, who.site_id))
    return list(session.scalars(statement))


def _telling(rows: Sequence[CommentRow]) -> list[CommentRow]:
    """TAUGHT at most, of different texts or sites."""
    different = {(row.site_id, row.text_hash or row.body): row for row in reversed(rows)}
    return list(different.values())[-TAUGHT:]


def _apply(
    session: Session,
    deed: DeedRow,
    rows: Sequence[CommentRow],
    taught: Sequence[CommentRow],
    now: datetime,
) -> None:
    decision, reason = Decision(deed.decision), f"with campaign {deed.campaign_id}"
    teaching = {row.id for row in taught}
    before = [_standing(row) for row in rows]
    silent = [row for row in before if row.id not in teaching]
    wholesale.decide(session, silent, decision, deed.actor, reason, now)
    wholesale.note(session, deed.id, silent)
    wholesale.note(session, deed.id, [r for r in before if r.id in teaching], is_taught=True)
    for row in taught:
        moderation.decide(session, row.id, decision, row.revision, deed.actor, now, reason=reason)


def _standing(row: CommentRow) -> Standing:
    return Standing(row.id, row.revision, row.decision, Outcome(row.outcome))


def _done(session: Session, deed_id: int, with_inherited: bool) -> list[tuple[DoneRow, CommentRow]]:
    statement = (
        select(DoneRow, CommentRow)
        .join(CommentRow, CommentRow.id == DoneRow.comment_id)
        .where(DoneRow.deed_id == deed_id)
        .order_by(CommentRow.id)
        .with_for_update(of=CommentRow)
    )
    if not with_inherited:
        statement = statement.where(DoneRow.inherited.is_(False))
    return [(mark, row) for mark, row in session.execute(statement)]


def _take_back(
    session: Session, same: Sequence[tuple[DoneRow, CommentRow]], actor: str, now: datetime
) -> None:
    silent = [_back(mark, row) for mark, row in same if not mark.taught]
    wholesale.take_back(session, silent, actor, now)
    for mark, row in same:
        if mark.taught:
            moderation.undo(session, row.id, row.revision, actor, now)


def _back(mark: DoneRow, row: CommentRow) -> Back:
    decision = Decision(mark.before) if mark.before else None
    verdict = Verdict(row.verdict) if row.verdict else None
    return Back(row.id, row.revision, mark.before, outcome_of(decision, verdict))


def _still_waits(session: Session, campaign_id: int) -> bool:
    session.flush()
    statement = (
        select(MemberRow.comment_id)
        .join(CommentRow, CommentRow.id == MemberRow.comment_id)
        .where(
            MemberRow.campaign_id == campaign_id,
            MemberRow.pulled_at.is_(None),
            CommentRow.outcome == Outcome.HELD,
        )
    )
    return session.execute(statement.limit(1)).first() is not None
