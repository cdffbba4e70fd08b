"""Folding: of the comments of a campaign that wait, the queue shows the newest, in place of all.

Which one that is does not depend on the order of the list, so pages follow each other as without.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from service.core.store import comments, strands
from service.core.store.campaign_tables import CampaignRow, MemberRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome

LOOKED_AT = 100  # newest members that tell of sites, authors and networks


class Crowd(NamedTuple):
    """Who wrote what waits of a campaign, told by the LOOKED_AT newest; and the very newest."""

    looked_at: int
    sites: int
    authors: int
    networks: int  # 0 where none is known
    newest: Sequence[CommentRow]  # newest first


def shown(
    session: Session, ids: Sequence[UUID], site_id: Within, newest: dict[int, UUID]
) -> list[UUID]:
    """Those that stand in the queue, in order: of a campaign only the newest that waits.

    `newest` remembers by campaign what was looked up, for the next call.
    """
    own = select(MemberRow.comment_id, MemberRow.campaign_id).where(
        MemberRow.comment_id.in_(ids), MemberRow.pulled_at.is_(None)
    )
    campaign_of = {one: number for one, number in session.execute(own) if number is not None}
    unknown = set(campaign_of.values()) - set(newest)
    newest.update(_newest_of(session, unknown, site_id) if unknown else {})
    return [one for one in ids if newest.get(campaign_of.get(one) or 0, one) == one]


def _newest_of(session: Session, campaign_ids: Collection[int], site_id: Within) -> dict[int, UUID]:
    """The newest comment of each campaign that waits."""
    first = (
        _waiting(site_id)
        .where(MemberRow.campaign_id == CampaignRow.id)
        .limit(1)
        .correlate(CampaignRow)
        .scalar_subquery()
    )
    found = session.execute(select(CampaignRow.id, first).where(CampaignRow.id.in_(campaign_ids)))
    return {row[0]: row[1] for row in found if row[1] is not None}


def crowds(
    session: Session, campaign_ids: Collection[int], site_id: Within, listed: int
) -> dict[int, Crowd]:
    """What waits of each campaign on the site (None: any), with the `listed` newest."""
    if not campaign_ids:
        return {}
    newest = _newest(session, campaign_ids, site_id, listed)
    counted = session.execute(union_all(*(_counted(one, site_id) for one in campaign_ids)))
    return {row[0]: Crowd(*row[1:5], newest[row[0]]) for row in counted if row[0] in newest}


def newest_waiting(session: Session, campaign_id: int, site_id: Within) -> CommentRow | None:
    """The comment that stands for the campaign in the queue; None when nothing of it waits."""
    return next(iter(_newest(session, [campaign_id], site_id, 1).get(campaign_id, ())), None)


def _counted(campaign_id: int, site_id: Within) -> Select[int, int, int, int, int]:
    own = _waiting(site_id).where(MemberRow.campaign_id == campaign_id)
    looked_at = own.limit(LOOKED_AT).subquery()
    return (
        select(
            literal(campaign_id),
            func.count(),
            func.count(CommentRow.site_id.distinct()),
            func.count(func.lower(CommentRow.author_name).distinct()),
            func.count(func.nullif(CommentRow.network_hash, "").distinct()),
        )
        .select_from(looked_at)
        .join(CommentRow, CommentRow.id == looked_at.c.comment_id)
    )


def _newest(
    session: Session, campaign_ids: Collection[int], site_id: Within, number: int
) -> dict[int, list[CommentRow]]:
    parts = []
    for one in campaign_ids:
        own = _waiting(site_id, MemberRow.campaign_id).where(MemberRow.campaign_id == one)
        part = own.limit(number).subquery()
        parts.append(select(part.c.campaign_id, part.c.comment_id))
    found = session.execute(union_all(*parts)).all()
    rows = comments.by_ids(session, [comment_id for _, comment_id in found])
    by_campaign: dict[int, list[CommentRow]] = {}
    for campaign_id, comment_id in sorted(found, key=lambda pair: pair[1], reverse=True):
        by_campaign.setdefault(campaign_id, []).append(rows[comment_id])
    return by_campaign


def _waiting(site_id: Within, *more: Any) -> Select[Any]:
    """Members that wait, newest first: (comment, more)."""
    # Not a join: PostgreSQL would walk through all comments to find the newest of a campaign.
    held = select(CommentRow.id).where(
        CommentRow.id == MemberRow.comment_id, CommentRow.outcome == Outcome.HELD
    )
    statement = (
        select(MemberRow.comment_id, *more)
        .where(MemberRow.pulled_at.is_(None), held.scalar_subquery().is_not(None))
        .order_by(MemberRow.comment_id.desc())
    )
    return statement.where(*strands.on_sites(MemberRow.site_id, site_id))
