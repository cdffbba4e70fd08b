"""Checking: a client asks whether a comment is spam, and keeps the comment itself.

The comment is looked at before it is stored, so that it can be stored already judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.core.fingerprint import Prints
from service.core.homes import home
from service.core.policy import Reason
from service.core.store import checks, comments, keys
from service.core.store.tables import CommentRow, SiteRow
from service.core.submission import Submission, origin_of
from service.core.verdict import Mode, Outcome, UnsureAnswer, is_answered_spam
from service.core.waiting import Waiting


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


def look(session: Session, check: Check, now: datetime, secret: str) -> Seen:
    """What is known before the comment is stored. Raises WrongSite."""
    site = home(session, check.opener.site_id, check.submission.origin)
    again = checks.asked_just_now(session, check.opener.id, [check.prints.whole], now)
    found = [*again.values()]
    if not found and site is not None and check.is_doubt:
        found = checks.known(session, site.id, check.prints, names_author=True)[:1]
    standing = None
    if found and site is not None:
        standing = standing_of(comments.by_id(session, found[0]), UnsureAnswer(site.unsure_answer))
    return Seen(standing, _foreseen(session, check, site, secret))


def standing_of(row: CommentRow, unsure: UnsureAnswer) -> Standing:
    return Standing(
        comment_id=row.id,
        outcome=Outcome(row.outcome),
        is_spam=is_answered_spam(Outcome(row.outcome), unsure),
        discard=row.discard and row.outcome == Outcome.SPAM and row.decision is None,
        score=row.score,
        reasons=tuple(Reason(**reason) for reason in row.reasons),
    )


def _foreseen(session: Session, check: Check, site: SiteRow | None, secret: str) -> Waiting:
    """The comment as `waiting.read` would show it once it is stored."""
    submission = check.submission
    author = keys.hash_person(submission.author_email, secret)
    known = site is not None and bool(author) and session.scalar(
        select(
            exists().where(
                CommentRow.site_id == site.id,
                CommentRow.author_hash == author,
                CommentRow.outcome == Outcome.PUBLISHED,
            )
        )
    )  # fmt: skip
    return Waiting(
        id=check.guid,
        body=submission.body,
        author_name=submission.author_name,
        author_email=submission.author_email,
        author_url=submission.author_url,
        article_title=submission.article_title,
        article_url=submission.article_url,
        site_url=site.url if site else origin_of(submission.article_url),
        language=(site.language if site else "") or submission.language,
        mode=Mode(site.mode) if site else Mode.AUTOMATIC,
        ham_cutoff=site.ham_cutoff if site else None,
        spam_cutoff=site.spam_cutoff if site else None,
        author_known=bool(known),
        honeypot=bool(submission.honeypot.strip()),
        filled_in_ms=submission.filled_in_ms,
    )
