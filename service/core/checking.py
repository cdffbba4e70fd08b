"""Checking: a client asks whether a comment is spam, and keeps the comment itself.

The comment is looked at before it is stored, so that it can be stored already judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from service.core.fingerprint import Prints
from service.core.homes import moved_home
from service.core.places import NOT_STORED, Place, Places
from service.core.policy import Reason
from service.core.signals import Signals, is_untyped
from service.core.store import checks, comments, keys
from service.core.store.author_tables import StandingRow
from service.core.store.tables import ArticleRow, CommentRow
from service.core.submission import Submission
from service.core.traces import network_trace
from service.core.verdict import Outcome, Stand, UnsureAnswer, is_answered_spam
from service.core.waiting import Waiting

AUTHOR = select(
    exists()
    .where(
        CommentRow.site_id == bindparam("site_id"),
        CommentRow.author_hash == bindparam("author"),
        # Not the bare column: SQLite would read every published comment by the queue's index.
        CommentRow.outcome.concat("") == Outcome.PUBLISHED,
    )
    .label("is_known"),
    select(StandingRow.stand)
    .where(
        StandingRow.author_hash == bindparam("author"),
        StandingRow.site_id == bindparam("site_id"),
        or_(StandingRow.until.is_(None), StandingRow.until > bindparam("now")),
    )
    .scalar_subquery()
    .label("stand"),
)
ARTICLE = select(ArticleRow.id).where(
    ArticleRow.site_id == bindparam("site_id"), ArticleRow.url == bindparam("url")
)


class Opener(NamedTuple):
    """The key that a client showed."""

    id: int
    name: str
    site_id: int | None  # None: it opens every site

    @property
    def actor(self) -> str:
        return f"akismet:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A comment that a client asks about, or reports on."""

    guid: UUID  # the comment's id, if it turns out to be new
    opener: Opener
    submission: Submission
    prints: Prints
    is_test: bool = False
    is_doubt: bool = False  # it was checked before: the verdict that stands will do
    callback: str = ""
    sealed_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for a comment now, and what its client is told."""

    comment_id: UUID
    outcome: Outcome
    is_spam: bool
    discard: bool = False
    score: float | None = None
    reasons: tuple[Reason, ...] = ()


class Seen(NamedTuple):
    """What the database knows of a check: the comment it repeats, or what a scorer looks at."""

    standing: Standing | None
    waiting: Waiting


def look(session: Session, check: Check, places: Places, now: datetime, secret: str) -> Seen:
    """What is known before the comment is stored. Raises WrongSite."""
    asked = (check.opener.site_id, check.submission.origin)
    place = places.home(session, asked, now)
    standing = None
    if place is not None and check.is_doubt:
        found = checks.known(session, place.id, check.prints, names_author=True)
        standing = stored(session, found[0], place.unsure) if found else None
    place = place or Place.unseen(check.submission.origin)
    return Seen(standing, _foreseen(session, check, place, places, now, secret))


def stored(session: Session, comment_id: UUID, unsure: UnsureAnswer) -> Standing:
    """How a comment stands that is stored."""
    return standing_of(comments.by_id(session, comment_id), unsure)


def standing_of(row: CommentRow, unsure: UnsureAnswer) -> Standing:
    return Standing(
        comment_id=row.id,
        outcome=Outcome(row.outcome),
        is_spam=is_answered_spam(Outcome(row.outcome), unsure),
        discard=row.discard and row.outcome == Outcome.SPAM and row.decision is None,
        score=row.score,
        reasons=tuple(Reason(**reason) for reason in row.reasons),
    )


def _foreseen(
    session: Session, check: Check, place: Place, places: Places, now: datetime, secret: str
) -> Waiting:
    """The comment as `waiting.read` would show it once it is stored."""
    said = moved_home(check.submission, place.url)
    author = keys.hash_person(said.author_email, secret)
    is_known, stand = author_of(session, place.id, author, now)
    return Waiting(
        id=check.guid,
        site_id=place.id,
        article_id=_article_id(session, place, said, places),
        received_at=now,
        author_hash=author,
        network_hash=network_trace(said.ip, secret),
        body=said.body,
        author_name=said.author_name,
        author_email=said.author_email,
        author_url=said.author_url,
        article_title=said.article_title,
        article_url=said.article_url,
        site_url=place.url,
        language=place.language or said.language,
        site_language=place.language,
        mode=place.mode,
        ham_cutoff=place.ham_cutoff,
        spam_cutoff=place.spam_cutoff,
        author_known=is_known,
        stand=stand,
        signals=Signals(
            honeypot=bool(said.honeypot.strip()),
            filled_in_ms=said.filled_in_ms,
            is_scripted=said.is_scripted,
            is_untyped=is_untyped(said.key_presses, said.body),
            email=said.author_email,
        ),
    )


def _article_id(session: Session, place: Place, said: Submission, places: Places) -> int:
    known = places.article((place.id, said.article_url, said.article_title))
    if known is None:
        asked = {"site_id": place.id, "url": said.article_url}
        known = session.connection().execute(ARTICLE, asked).scalar()
    return known or NOT_STORED


def author_of(
    session: Session, site_id: int, author: str, now: datetime
) -> tuple[bool, Stand | None]:
    """Whether something of this author's is published on the site, and how they stand there."""
    if not author:
        return False, None
    asked = {"site_id": site_id, "author": author, "now": now}
    found = session.connection().execute(AUTHOR, asked).one()
    return bool(found.is_known), Stand(found.stand) if found.stand else None
