"""Folding: of the comments of a campaign that wait, the queue shows the newest, in place of all.

Which one that is does not depend on the order of the list, so pages follow each other as without.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from service.core.store import comments
from service.core.store.campaign_tables import MemberRow
from service.core.store.campaigns import COUNTED
from service.core.store.matching import Entity
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome


class Crowd(NamedTuple):
    """What waits of a campaign, counted up to COUNTED + 1, and the newest of it, newest first."""

    waiting: int
    sites: int
    authors: int
    networks: int  # 0 where none is known
    first_at: datetime
    last_at: datetime
    newest: Sequence[CommentRow]


def is_shown(of: Entity, site_id: int | None) -> ColumnElement[bool]:
    """Whether no newer comment of its campaign waits, on the site (None: any)."""
    own, other, newer = aliased(MemberRow), aliased(MemberRow), aliased(CommentRow)
    follows = and_(
        other.campaign_id == own.campaign_id,
        other.comment_id > own.comment_id,
        other.pulled_at.is_(None),
    )
    statement = (
        select(other.comment_id)
        .select_from(own)
        .join(other, follows)
        .join(newer, newer.id == other.comment_id)
        .where(own.comment_id == of.id, own.pulled_at.is_(None), newer.outcome == Outcome.HELD)
        .limit(1)
    )
    if site_id is not None:
        statement = statement.where(other.site_id == site_id)
    # Not NOT EXISTS: PostgreSQL would make a join of it, and read every member there is.
    return statement.correlate(of).scalar_subquery().is_(None)


def crowds(
    session: Session, campaign_ids: Collection[int], site_id: int | None, listed: int
) -> dict[int, Crowd]:
    """What waits of each campaign on the site (None: any), with the `listed` newest."""
    if not campaign_ids:
        return {}
    counted = session.execute(union_all(*(_counted(one, site_id) for one in campaign_ids)))
    newest = _newest(session, campaign_ids, site_id, listed)
    return {
        row[0]: Crowd(*row[1:5], newest[row[0]][-1].received_at, newest[row[0]][0].received_at,
                      newest[row[0]])
        for row in counted
        if row[0] in newest
    }  # fmt: skip


def newest_waiting(session: Session, campaign_id: int, site_id: int | None) -> CommentRow | None:
    """The comment that stands for the campaign in the queue; None when nothing of it waits."""
    return next(iter(_newest(session, [campaign_id], site_id, 1).get(campaign_id, ())), None)


def _counted(campaign_id: int, site_id: int | None) -> Select[Any]:
    seen = (
        _waiting(campaign_id, site_id, CommentRow.site_id, CommentRow.author_name)
        .add_columns(CommentRow.network_hash)
        .limit(COUNTED + 1)
        .subquery()
    )
    networks = func.count(func.nullif(seen.c.network_hash, "").distinct())
    return select(
        literal(campaign_id),
        func.count(),
        func.count(seen.c.site_id.distinct()),
        func.count(func.lower(seen.c.author_name).distinct()),
        networks,
    ).select_from(seen)


def _newest(
    session: Session, campaign_ids: Collection[int], site_id: int | None, number: int
) -> dict[int, list[CommentRow]]:
    parts = []
    for one in campaign_ids:
        statement = _waiting(one, site_id, literal(one).label("campaign"), MemberRow.comment_id)
        part = statement.order_by(MemberRow.comment_id.desc()).limit(number).subquery()
        parts.append(select(part.c.campaign, part.c.comment_id))
    found = session.execute(union_all(*parts)).all()
    rows = comments.by_ids(session, [comment_id for _, comment_id in found])
    by_campaign: dict[int, list[CommentRow]] = {}
    for campaign_id, comment_id in sorted(found, key=lambda pair: pair[1], reverse=True):
        by_campaign.setdefault(campaign_id, []).append(rows[UUID(str(comment_id))])
    return by_campaign


def _waiting(campaign_id: int, site_id: int | None, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(MemberRow)
        .join(CommentRow, CommentRow.id == MemberRow.comment_id)
        .where(
            MemberRow.campaign_id == campaign_id,
            MemberRow.pulled_at.is_(None),
            CommentRow.outcome == Outcome.HELD,
        )
    )
    return statement if site_id is None else statement.where(MemberRow.site_id == site_id)
