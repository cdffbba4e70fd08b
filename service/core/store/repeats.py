"""A reader's comment that comes twice: a double click, or going back and sending it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Subquery, select, union_all
from sqlalchemy.orm import Session

from service.core.store import keys, sites
from service.core.store.tables import CommentRow, SiteRow
from service.core.submission import Submission
from service.core.verdict import Outcome

WITHIN = timedelta(minutes=10)
LOOKED_AT = 50  # newest of each outcome on the article, so that a flood slows nobody's post


def earlier(
    session: Session, site_id: int, submission: Submission, now: datetime, secret: str
) -> UUID | None:
    """The comment that this submission repeats: same reader, same words, within WITHIN.

    Waits for another such call on the site to commit: of two at once, one sees the other.
    """
    session.execute(select(SiteRow.id).where(SiteRow.id == site_id).with_for_update(key_share=True))
    article = sites.article_at(session, site_id, submission.article_url)
    if article is None:
        return None
    newest = _newest(article.id)
    statement = select(newest.c.id).where(
        newest.c.received_at >= now - WITHIN,
        newest.c.author_name == submission.author_name,
        newest.c.author_hash == keys.hash_person(submission.author_email, secret),
        newest.c.author_url == submission.author_url,
        newest.c.ip == submission.ip,
        newest.c.body == submission.body,
        newest.c.parent_id.is_not_distinct_from(submission.parent_id),
    )
    return session.scalars(statement).first()


def _newest(article_id: int) -> Subquery:
    """The newest comments of each outcome: the thread's index gives these without a sort."""
    parts = (
        select(CommentRow)
        .where(CommentRow.article_id == article_id, CommentRow.outcome == outcome)
        .order_by(CommentRow.id.desc())
        .limit(LOOKED_AT)
        .subquery()
        for outcome in Outcome
    )
    return union_all(*(select(part) for part in parts)).subquery()
