"""Campaigns: the queries of their pages. Who moderates some sites sees their comments only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store import strands
from service.core.store.campaign_tables import OPEN, CampaignRow, DeedRow, DoneRow, MemberRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome

COUNTED = 1_000  # counting further would cost more than it tells
DEEDS_READ = 500  # newest decisions, to find those that who sees some sites could have made
LOOKED_AT = 50  # newest members that tell of sites, authors and links


class Alike(NamedTuple):
    """The campaign of a comment, and how many others of it wait (COUNTED + 1 for more)."""

    campaign_id: int
    others: int


def waiting(
    session: Session, site_id: Within, before: tuple[datetime, int] | None, limit: int
) -> list[CampaignRow]:
    """Campaigns of which something waits, the latest first; `before` is a row's (last_at, id)."""
    statement = select(CampaignRow).where(text(OPEN), _any_waits(site_id))
    if before is not None:
        last_at, campaign_id = before
        older = CampaignRow.last_at < last_at
        same = and_(CampaignRow.last_at == last_at, CampaignRow.id < campaign_id)
        statement = statement.where(or_(older, same))
    newest = (CampaignRow.last_at.desc(), CampaignRow.id.desc())
    return list(session.scalars(statement.order_by(*newest).limit(limit)))


def decided(session: Session, site_id: Within, limit: int) -> list[CampaignRow]:
    """Campaigns with the newest decisions that stand."""
    statement = select(DeedRow).where(DeedRow.undone_at.is_(None)).order_by(DeedRow.id.desc())
    newest = session.scalars(statement.limit(limit if site_id is None else DEEDS_READ))
    theirs = [row for row in newest if strands.covers(site_id, strands.kept(row))]
    ids = dict.fromkeys(row.campaign_id for row in theirs[:limit])
    rows = session.scalars(select(CampaignRow).where(CampaignRow.id.in_(ids)))
    found = {row.id: row for row in rows}
    return [found[number] for number in ids if not found[number].is_open]


def by_id(session: Session, campaign_id: int, site_id: Within) -> CampaignRow:
    """The campaign, if it has a comment on the site (None: any). Raises NotFound."""
    row = session.get(CampaignRow, campaign_id)
    if row is None or not session.execute(_members(campaign_id, site_id).limit(1)).first():
        raise NotFound(f"there is no campaign {campaign_id}")
    return row


def counts(session: Session, ids: Collection[int], site_id: Within) -> dict[int, int]:
    """How many comments of each campaign wait, counted up to COUNTED + 1."""
    parts = []
    for number in ids:
        capped = _members(number, site_id, CommentRow.outcome == Outcome.HELD).limit(COUNTED + 1)
        parts.append(select(literal(number), func.count()).select_from(capped.subquery()))
    return {row[0]: row[1] for row in session.execute(union_all(*parts))} if parts else {}


def alike(session: Session, comment_ids: Collection[UUID], site_id: Within) -> dict[UUID, Alike]:
    """The campaigns of the comments; those of which nothing else waits are left out."""
    statement = (
        select(MemberRow.comment_id, MemberRow.campaign_id, CommentRow.outcome)
        .join(CommentRow, CommentRow.id == MemberRow.comment_id)
        .where(
            MemberRow.comment_id.in_(comment_ids),
            MemberRow.campaign_id.is_not(None),
            MemberRow.pulled_at.is_(None),
        )
    )
    rows = session.execute(statement).all()
    waiting = counts(session, {row.campaign_id for row in rows}, site_id)
    found = {
        row.comment_id: Alike(
            row.campaign_id, waiting[row.campaign_id] - (row.outcome == Outcome.HELD)
        )
        for row in rows
    }
    return {one: campaign for one, campaign in found.items() if campaign.others > 0}


def newest(session: Session, campaign_id: int, site_id: Within) -> list[CommentRow]:
    """The newest members, LOOKED_AT at most."""
    ids = _members(campaign_id, site_id).order_by(MemberRow.comment_id.desc()).limit(LOOKED_AT)
    rows = session.scalars(select(CommentRow).where(CommentRow.id.in_(ids)))
    return sorted(rows, key=lambda row: row.id, reverse=True)


def members(
    session: Session,
    campaign_id: int,
    site_id: Within,
    *,
    only: ColumnElement[bool] | None,
    after: UUID | None,
    limit: int,
) -> list[CommentRow]:
    """Members behind `after`, newest first; those taken out only when they are asked for."""
    statement = (
        select(CommentRow)
        .join(MemberRow, MemberRow.comment_id == CommentRow.id)
        .where(MemberRow.campaign_id == campaign_id)
        .order_by(MemberRow.comment_id.desc())
        .limit(limit)
    )
    if only is not None:
        statement = statement.where(only)
    statement = statement.where(*strands.on_sites(MemberRow.site_id, site_id))
    if after is not None:
        statement = statement.where(MemberRow.comment_id < after)
    return list(session.scalars(statement))


WAITING = and_(CommentRow.outcome == Outcome.HELD, MemberRow.pulled_at.is_(None))
TAKEN_OUT = MemberRow.pulled_at.is_not(None)
LATE = exists().where(DoneRow.comment_id == MemberRow.comment_id, DoneRow.inherited)
IN_IT = MemberRow.pulled_at.is_(None)


def deeds(session: Session, campaign_id: int, site_id: Within) -> list[DeedRow]:
    """The decisions about the campaign that stand and this moderator may undo, newest first."""
    statement = (
        select(DeedRow)
        .where(DeedRow.campaign_id == campaign_id, DeedRow.undone_at.is_(None))
        .order_by(DeedRow.id.desc())
    )
    return [row for row in session.scalars(statement) if strands.covers(site_id, strands.kept(row))]


def done(session: Session, deed_ids: Sequence[int]) -> dict[tuple[int, bool], int]:
    """How many comments each decision was about, by (deed, whether they inherited it)."""
    statement = (
        select(DoneRow.deed_id, DoneRow.inherited, func.count())
        .where(DoneRow.deed_id.in_(deed_ids))
        .group_by(DoneRow.deed_id, DoneRow.inherited)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def _any_waits(site_id: Within) -> ColumnElement[bool]:
    waits = (
        exists()
        .where(MemberRow.campaign_id == CampaignRow.id, MemberRow.pulled_at.is_(None))
        .where(CommentRow.id == MemberRow.comment_id, CommentRow.outcome == Outcome.HELD)
    )
    return waits.where(*strands.on_sites(MemberRow.site_id, site_id))


def _members(campaign_id: int, site_id: Within, *only: ColumnElement[bool]) -> Select[UUID]:
    statement = (
        select(MemberRow.comment_id)
        .join(CommentRow, CommentRow.id == MemberRow.comment_id)
        .where(MemberRow.campaign_id == campaign_id, MemberRow.pulled_at.is_(None), *only)
    )
    return statement.where(*strands.on_sites(MemberRow.site_id, site_id))
