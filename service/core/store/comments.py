"""Comments: the queries of the API, the thread and the queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.tables import ArticleRow, CommentRow, EventRow, SiteRow
from service.core.verdict import Outcome

COUNTED = 10_000  # counting further would cost more than it tells


class Order(StrEnum):
    """How a list of comments is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    URGENT = "urgent"  # likeliest to be changed by a person first


def by_id(session: Session, comment_id: UUID, site_id: int | None = None) -> CommentRow:
    """The comment, if it is on the site (None: any). Raises NotFound."""
    return _on_site(session.get(CommentRow, comment_id), comment_id, site_id)


def for_change(session: Session, comment_id: UUID, site_id: int | None = None) -> CommentRow:
    """Like `by_id`, locked until the transaction ends."""
    comment = session.get(CommentRow, comment_id, with_for_update=True)
    return _on_site(comment, comment_id, site_id)


def _on_site(comment: CommentRow | None, comment_id: UUID, site_id: int | None) -> CommentRow:
    """Another site's comment and none at all are told alike."""
    if comment is None or site_id not in (None, comment.site_id):
        raise NotFound(f"there is no comment {comment_id}")
    return comment


def events_of(session: Session, comment_id: UUID) -> list[EventRow]:
    """What happened to a comment, first to last."""
    statement = (
        select(EventRow).where(EventRow.comment_id == comment_id).order_by(EventRow.revision)
    )
    return list(session.scalars(statement))


def events_by_comment(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, list[EventRow]]:
    """What happened to each of a page's comments, first to last."""
    statement = (
        select(EventRow)
        .where(EventRow.comment_id.in_(set(comment_ids)))
        .order_by(EventRow.comment_id, EventRow.revision)
    )
    found: dict[UUID, list[EventRow]] = {}
    for event in session.scalars(statement):
        found.setdefault(event.comment_id, []).append(event)
    return found


def by_ids(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, CommentRow]:
    """Those of the comments that exist, by id."""
    statement = select(CommentRow).where(CommentRow.id.in_(set(comment_ids)))
    return {row.id: row for row in session.scalars(statement)}


def page(
    session: Session,
    *,
    outcome: Outcome | None = None,
    site_id: int | None = None,
    order: Order = Order.NEWEST,
    after: UUID | None = None,
    limit: int = 50,
) -> list[CommentRow]:
    """Up to `limit` comments behind the comment `after` in the given order (keyset paging)."""
    statement = select(CommentRow)
    if outcome is not None:
        statement = statement.where(CommentRow.outcome == outcome)
    if site_id is not None:
        statement = statement.where(CommentRow.site_id == site_id)
    anchor = session.get(CommentRow, after) if after else None
    statement = _ordered(statement, order, after, anchor)
    return list(session.scalars(statement.limit(limit)))


def counts(session: Session, site_id: int | None = None) -> dict[Outcome, int]:
    """How many comments have each outcome, counted up to COUNTED + 1."""
    return {outcome: _count(session, outcome, site_id) for outcome in Outcome}


def count_newer(session: Session, outcome: Outcome, since: UUID, site_id: int | None = None) -> int:
    """How many comments of an outcome are newer than `since`, counted up to COUNTED + 1."""
    return _count(session, outcome, site_id, since)


def count_by_site(session: Session) -> dict[int, int]:
    """How many comments each site has, by its id; sites without any are left out."""
    statement = select(CommentRow.site_id, func.count()).group_by(CommentRow.site_id)
    return dict(session.execute(statement).all())


def oldest_pending(session: Session) -> datetime | None:
    """When the comment that waits longest for its verdict arrived."""
    statement = (
        select(CommentRow.received_at)
        .where(CommentRow.outcome == Outcome.PENDING)
        .order_by(CommentRow.id)
        .limit(1)
    )
    return session.scalar(statement)


def sites_and_articles(
    session: Session, comments: Iterable[CommentRow]
) -> tuple[dict[int, SiteRow], dict[int, ArticleRow]]:
    """The sites and articles of the comments, by id."""
    rows = list(comments)
    site_ids = {row.site_id for row in rows}
    article_ids = {row.article_id for row in rows}
    found_sites = session.scalars(select(SiteRow).where(SiteRow.id.in_(site_ids)))
    found_articles = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(article_ids)))
    return {row.id: row for row in found_sites}, {row.id: row for row in found_articles}


def on_article(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The article id of each comment that exists."""
    found = {}
    for start in range(0, len(comment_ids), 500):
        part = comment_ids[start : start + 500]
        rows = session.execute(
            select(CommentRow.id, CommentRow.article_id).where(CommentRow.id.in_(part))
        )
        found.update({row.id: row.article_id for row in rows})
    return found


def _ordered(
    statement: Select[CommentRow],
    order: Order,
    after: UUID | None,
    anchor: CommentRow | None,
) -> Select[CommentRow]:
    if order is Order.OLDEST:
        statement = statement.order_by(CommentRow.id)
        return statement if after is None else statement.where(CommentRow.id > after)
    if order is Order.URGENT:
        statement = statement.order_by(CommentRow.urgency.desc(), CommentRow.id.desc())
        if anchor is None:
            return statement
        return statement.where(
            or_(
                CommentRow.urgency < anchor.urgency,
                and_(CommentRow.urgency == anchor.urgency, CommentRow.id < anchor.id),
            )
        )
    statement = statement.order_by(CommentRow.id.desc())
    return statement if after is None else statement.where(CommentRow.id < after)


def _count(
    session: Session, outcome: Outcome, site_id: int | None, since: UUID | None = None
) -> int:
    statement = select(CommentRow.id).where(CommentRow.outcome == outcome)
    if since is not None:
        statement = statement.where(CommentRow.id > since)
    if site_id is not None:
        statement = statement.where(CommentRow.site_id == site_id)
    capped = statement.limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0
