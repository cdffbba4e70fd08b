"""Joining: which campaign a comment that was judged belongs to.

Two lookups for a batch, however many comments came before. Marks are written before they are read:
of two workers with the same mark the later one waits, then finds the earlier one's comment.

A client that waits for its answer need not wait for all of this: only `heirs` must join before they
are answered, the others may `join_later`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from service.core.inheriting import Late, hands_down, inherit
from service.core.resemblance import LOOKED_BACK, Judged, Known, kin
from service.core.store.among import among, dialect_of, listed
from service.core.store.campaign_tables import CampaignRow, DeedRow, MarkRow, MemberRow
from service.core.store.insert import insert_into, insert_missing
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome

MOST_MOVED = 1_000  # comments; a larger campaign stays by itself: moving it would hold up others


@dataclass(slots=True)
class _Work:
    now: datetime
    campaigns: dict[int, CampaignRow]
    joined: dict[UUID, int] = field(default_factory=dict)  # campaign of each, new or changed


def join(session: Session, judged: Sequence[Judged], now: datetime) -> dict[UUID, Outcome]:
    """Put the comments into their campaigns; they are stored and judged, in this transaction.

    Returns the outcomes of those that inherited a decision.
    """
    alike = sorted((one for one in judged if one.likeness.marks), key=lambda one: one.id)
    if not alike:
        return {}
    _bear(session, alike, now)
    known, like = kin(session, alike, now)
    work = _Work(now, _campaigns(session, known))
    late = [_join(session, one, like[one.id], work) for one in alike]
    inherited = inherit(session, [one for one in late if one], now)
    _take_in(session, [one for one in late if one and one.id in inherited], work)
    _write(session, alike, inherited, work)
    return inherited


def heirs(session: Session, judged: Sequence[Judged], now: datetime) -> set[UUID]:
    """Which of them may inherit a decision, were they to join now; one statement."""
    open_to = [one for one in judged if one.outcome is not Outcome.SPAM]
    marks = {mark for one in open_to for mark in one.likeness.marks}
    if not marks:
        return set()
    dialect = dialect_of(session)
    values = {"marks": listed(dialect, marks), "since": now - LOOKED_BACK, "now": now}
    led = set(session.connection().execute(_leading(dialect), values).scalars())
    return {one.id for one in open_to if not led.isdisjoint(one.likeness.marks)}


@cache
def _leading(dialect: str) -> Select[str]:
    """The marks that lead to a campaign whose decision is handed down."""
    return (
        select(MarkRow.mark)
        .join(MemberRow, MemberRow.comment_id == MarkRow.comment_id)
        .join(DeedRow, DeedRow.campaign_id == MemberRow.campaign_id)
        .where(
            among(dialect, MarkRow.mark, "marks"),
            MarkRow.at >= bindparam("since"),
            hands_down(bindparam("now")),
        )
    )


def join_later(session: Session, judged: Sequence[Judged], now: datetime) -> dict[UUID, Outcome]:
    """`join` in a transaction after the one that stored them.

    What happened to a comment in the meantime stands: it is left alone.
    """
    rows = session.execute(
        select(CommentRow.id, CommentRow.revision)
        .where(CommentRow.id.in_([one.id for one in judged]))
        .order_by(CommentRow.id)
        .with_for_update()
    )
    stands = {row.id: row.revision for row in rows}
    return join(session, [one for one in judged if stands.get(one.id) == one.revision], now)


def _bear(session: Session, alike: Sequence[Judged], now: datetime) -> None:
    members = [_member(one.id, one.site_id, one.likeness.print, now) for one in alike if one.bears]
    if members:
        session.connection().execute(insert_into(MemberRow), members)
    first = {mark: one.id for one in reversed(alike) if one.bears for mark in one.likeness.marks}
    # In one order everywhere: two batches with the same marks must not wait in a ring.
    rows = [{"mark": mark, "comment_id": first[mark], "at": now} for mark in sorted(first)]
    insert_missing(session, MarkRow, rows)


def _member(comment_id: UUID, site_id: int, slots: bytes, now: datetime) -> dict[str, Any]:
    return {
        "comment_id": comment_id,
        "campaign_id": None,
        "site_id": site_id,
        "print": slots,
        "at": now,
        "pulled_at": None,
    }


def _take_in(session: Session, late: Sequence[Late], work: _Work) -> None:
    """What would have been published, had it not inherited a decision, is of the campaign too."""
    strays = [one for one in late if one.outcome is Outcome.PUBLISHED]
    if strays:
        members = [_member(one.id, one.site_id, b"", work.now) for one in strays]
        session.connection().execute(insert_into(MemberRow), members)
    for one in strays:
        _add(one.id, work.campaigns[one.campaign_id], work)


def _campaigns(session: Session, known: Collection[Known]) -> dict[int, CampaignRow]:
    """Their campaigns, locked: a decision about one waits for us, or we for it."""
    ids = {one.campaign_id for one in known} - {None}
    rows = session.scalars(
        select(CampaignRow)
        .where(CampaignRow.id.in_(ids))
        .order_by(CampaignRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows} if ids else {}


def _join(session: Session, one: Judged, like: Sequence[Known], work: _Work) -> Late | None:
    """Join the oldest campaign of what it is like, or begin one with it."""
    ids = {work.joined.get(other.id, other.campaign_id) for other in like}
    ids = {*ids, work.joined.get(one.id)} - {None}
    found = sorted({work.campaigns[number].id for number in ids if number is not None})
    if not like or not (found or one.bears):
        return None
    campaign = work.campaigns[found[0]] if found else _begin(session, work)
    if one.bears:
        for younger in found[1:]:
            _merge(session, work.campaigns[younger], campaign, work)
        for other in like:
            if work.joined.get(other.id, other.campaign_id) is None:
                _add(other.id, campaign, work)
        if one.id not in work.joined:
            _add(one.id, campaign, work)
    return Late(one.id, one.site_id, one.revision, campaign.id, one.outcome)


def _begin(session: Session, work: _Work) -> CampaignRow:
    campaign = CampaignRow(first_at=work.now, last_at=work.now, size=0, is_open=False)
    session.add(campaign)
    session.flush()
    work.campaigns[campaign.id] = campaign
    return campaign


def _add(comment_id: UUID, campaign: CampaignRow, work: _Work) -> None:
    work.joined[comment_id] = campaign.id
    campaign.size += 1
    campaign.last_at = work.now


def _merge(session: Session, younger: CampaignRow, older: CampaignRow, work: _Work) -> None:
    """Of two that are one the older stays; not where a person has decided about either."""
    decided = select(DeedRow.id).where(DeedRow.campaign_id.in_([younger.id, older.id])).limit(1)
    if younger.size > MOST_MOVED or session.execute(decided).first():
        return
    session.execute(
        update(MemberRow)
        .where(MemberRow.campaign_id == younger.id)
        .values(campaign_id=older.id)
        .execution_options(synchronize_session=False)
    )
    for comment_id, number in work.joined.items():
        if number == younger.id:
            work.joined[comment_id] = older.id
    older.size += younger.size
    older.last_at = max(older.last_at, younger.last_at)
    older.first_at = min(older.first_at, younger.first_at)
    older.is_open = older.is_open or younger.is_open
    session.delete(younger)
    for number, campaign in work.campaigns.items():
        if campaign is younger:
            work.campaigns[number] = older


def _write(
    session: Session, alike: Sequence[Judged], inherited: Mapping[UUID, Outcome], work: _Work
) -> None:
    """Store who joined what; a campaign is open again when something in it waits."""
    for one in alike:
        number = work.joined.get(one.id)
        if number and one.outcome is Outcome.HELD and one.id not in inherited:
            work.campaigns[number].is_open = True
    waits = _waiting_among(session, work.joined.keys() - {one.id for one in alike})
    for comment_id in waits:
        work.campaigns[work.joined[comment_id]].is_open = True
    session.flush()
    rows = [{"comment_id": one, "campaign_id": number} for one, number in work.joined.items()]
    if rows:
        session.execute(update(MemberRow), rows)


def _waiting_among(session: Session, comment_ids: Collection[UUID]) -> list[UUID]:
    statement = select(CommentRow.id).where(
        CommentRow.id.in_(comment_ids), CommentRow.outcome == Outcome.HELD
    )
    return list(session.scalars(statement)) if comment_ids else []
