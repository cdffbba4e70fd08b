"""Comments: the queries of the API, the thread and the queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from service.core.errors import NotFound
from service.core.store import strands
from service.core.store.strands import Entity, Within
from service.core.store.tables import ArticleRow, CommentRow, EventRow, SiteRow
from service.core.verdict import Outcome

COUNTED = 10_000  # counting further would cost more than it tells


class Order(StrEnum):
    """How a list of comments is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    URGENT = "urgent"  # likeliest to be changed by a person first


SORTED: dict[Order, list[tuple[str, bool]]] = {  # columns, and whether the greatest comes first
    Order.NEWEST: [("id", True)],
    Order.OLDEST: [("id", False)],
    Order.URGENT: [("urgency", True), ("id", True)],
}


def by_id(session: Session, comment_id: UUID, site_id: Within = None) -> CommentRow:
    """The comment, if it is on one of the sites (None: any). Raises NotFound."""
    return _on_site(session.get(CommentRow, comment_id), comment_id, site_id)


def for_change(session: Session, comment_id: UUID, site_id: Within = None) -> CommentRow:
    """Like `by_id`, locked until the transaction ends."""
    comment = session.get(CommentRow, comment_id, with_for_update=True)
    return _on_site(comment, comment_id, site_id)


def _on_site(comment: CommentRow | None, comment_id: UUID, site_id: Within) -> CommentRow:
    """Another site's comment and none at all are told alike."""
    if comment is None or not strands.holds(site_id, comment.site_id):
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
    site_id: Within = None,
    order: Order = Order.NEWEST,
    after: UUID | None = None,
    limit: int = 50,
) -> list[CommentRow]:
    """Up to `limit` comments behind the comment `after` in the given order (keyset paging).

    Only what is held is sorted by urgency as a whole, of all else the newest COUNTED.
    """
    anchor = session.get(CommentRow, after) if after else None
    outcomes = [outcome] if outcome else list(Outcome)
    conditions = behind(order, after, anchor)
    if order is Order.URGENT and outcome is not Outcome.HELD:
        newest = strands.merged(outcomes, site_id, [], SORTED[Order.NEWEST], COUNTED).subquery()
        inner = aliased(CommentRow, newest)
        behind_it = [] if anchor is None else [less_urgent(inner, anchor)]
        by = strands.sorted_by(inner, SORTED[order])
        statement = select(inner).where(*behind_it).order_by(*by).limit(limit)
    elif outcome is None and site_id is None:  # in the order of their numbers
        by = strands.sorted_by(CommentRow, SORTED[order])
        statement = select(CommentRow).where(*conditions).order_by(*by).limit(limit)
    else:
        statement = strands.merged(outcomes, site_id, conditions, SORTED[order], limit)
    return list(session.scalars(statement))


def counts(session: Session, site_id: Within = None) -> dict[Outcome, int]:
    """How many comments have each outcome, counted up to COUNTED + 1."""
    asked = union_all(*(_count(outcome, site_id) for outcome in Outcome))
    return {Outcome(row[0]): row[1] for row in session.execute(asked)}


def count_newer(session: Session, outcome: Outcome, since: UUID, site_id: Within = None) -> int:
    """How many comments of an outcome are newer than `since`, counted up to COUNTED + 1."""
    counted: int = session.execute(_count(outcome, site_id, since)).one()[1]
    return counted


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


def behind(
    order: Order, after: UUID | None, anchor: CommentRow | None
) -> list[ColumnElement[bool]]:
    """What comes after the comment in the order."""
    if after is None:
        return []
    if order is not Order.URGENT:
        return [CommentRow.id > after if order is Order.OLDEST else CommentRow.id < after]
    return [] if anchor is None else [less_urgent(CommentRow, anchor)]


def less_urgent(of: Entity, anchor: CommentRow) -> ColumnElement[bool]:
    """Whether it comes after `anchor`, the most urgent first."""
    return and_(
        of.urgency <= anchor.urgency,  # alone, this lets an index begin at the right place
        or_(of.urgency < anchor.urgency, of.id < anchor.id),
    )


def _count(outcome: Outcome, site_id: Within, since: UUID | None = None) -> Select[str, int]:
    """(outcome, how many)."""
    newer = [] if since is None else [CommentRow.id > since]
    capped = strands.merged(
        [outcome], site_id, newer, SORTED[Order.NEWEST], COUNTED + 1, ["id"]
    ).subquery()
    return select(literal(outcome.value), func.count()).select_from(capped)
