"""Claiming: which pending comments a scorer takes, so that no two scorers take the same."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.core.policy import Circumstances
from service.core.scripts import strange_script
from service.core.signals import Signals, is_untyped
from service.core.store.author_tables import StandingRow
from service.core.store.tables import ArticleRow, CommentRow, SiteRow
from service.core.traces import NO_TRACES, Traces
from service.core.verdict import Cutoffs, Mode, Outcome, Stand

LEASE = timedelta(seconds=10)  # a batch takes well under one; a dead scorer's is freed after it
MAX_ATTEMPTS = 3  # a comment that killed its scorer this often waits for a person
BATCH = 256  # comments
BATCH_CHARACTERS = 500_000  # so that a batch of long comments does not outlive its lease
# Single columns: whole rows would take as long to make as the model takes to score them.
READ = (
    CommentRow.id,
    CommentRow.site_id,
    CommentRow.article_id,
    CommentRow.received_at,
    CommentRow.author_hash,
    CommentRow.network_hash,
    CommentRow.body,
    CommentRow.author_name,
    CommentRow.author_email,
    CommentRow.author_url,
    CommentRow.honeypot,
    CommentRow.filled_in_ms,
    CommentRow.is_scripted,
    CommentRow.key_presses,
    CommentRow.language,
    ArticleRow.title.label("article_title"),
    ArticleRow.url.label("article_url"),
    SiteRow.url.label("site_url"),
    SiteRow.language.label("site_language"),
    SiteRow.mode,
    SiteRow.ham_cutoff,
    SiteRow.spam_cutoff,
    StandingRow.stand,
)


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A claimed comment: what the model may see, and what policy looks at.

    `signals` and `traces` are completed where more is known than what came with the comment.
    """

    id: UUID
    site_id: int
    article_id: int
    received_at: datetime
    author_hash: str
    network_hash: str
    body: str
    author_name: str
    author_email: str
    author_url: str
    article_title: str
    article_url: str
    site_url: str
    language: str  # the site's, else what the client said
    site_language: str
    mode: Mode
    ham_cutoff: float | None
    spam_cutoff: float | None
    author_known: bool
    stand: Stand | None  # the author's on the site, when the comment came
    signals: Signals
    traces: Traces = NO_TRACES
    read: object = None  # what the model made of the text, to be asked with it again

    def circumstances(self, ham_cutoff: float, spam_cutoff: float) -> Circumstances:
        """What policy looks at; the given cutoffs hold where the site has none of its own."""
        ham = ham_cutoff if self.ham_cutoff is None else self.ham_cutoff
        spam = spam_cutoff if self.spam_cutoff is None else self.spam_cutoff
        return Circumstances(
            cutoffs=Cutoffs(min(ham, spam), spam),
            mode=self.mode,
            author_known=self.author_known,
            stand=self.stand,
            signals=self.signals,
            strange_script=strange_script(self.body, self.site_language),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """Comments under one claim until its lease ends."""

    token: str
    comments: Sequence[Waiting]


def claim_pending(session: Session, now: datetime, *, tried_first: bool = False) -> Claim:
    """Claim a batch of pending comments, oldest first; empty when none is free.

    Comments that were claimed before and not judged come one at a time: whatever killed their
    scorer then hurts no other. They come last, unless `tried_first`.
    """
    fresh = _free(now).where(CommentRow.attempts == 0).limit(BATCH)
    tried = _free(now).where(CommentRow.attempts.between(1, MAX_ATTEMPTS - 1)).limit(1)
    first, last = (tried, fresh) if tried_first else (fresh, tried)
    return _claim(session, _fitting(session, first) or _fitting(session, last), now)


def claim_one(session: Session, comment_id: UUID, now: datetime) -> Claim:
    """Claim this comment for scoring at once; empty if it is judged, or was ever claimed before.

    What may have killed a worker must not kill the web server.
    """
    wanted = _free(now).where(CommentRow.id == comment_id, CommentRow.attempts == 0)
    return _claim(session, _fitting(session, wanted), now)


def claim_exhausted(session: Session, now: datetime) -> Claim:
    """Claim what no scorer survived, to be handed to a person."""
    free = _free(now).where(CommentRow.attempts >= MAX_ATTEMPTS).limit(BATCH)
    return _claim(session, _fitting(session, free), now)


def any_exhausted(session: Session, now: datetime) -> bool:
    """Whether `claim_exhausted` would find anything: asked often, and almost never so."""
    free = _free(now).where(CommentRow.attempts >= MAX_ATTEMPTS).limit(1)
    return session.execute(free).first() is not None


def any_left_behind(session: Session, now: datetime, age: timedelta) -> bool:
    """Whether a comment older than `age` (or whose claim has run out) still waits unclaimed."""
    left = _free(now).where(CommentRow.received_at < now - age).limit(1)
    return session.execute(left).first() is not None


def _free(now: datetime) -> Select[UUID, int]:
    """(id, characters) of the comments that no live claim holds, oldest first."""
    return (
        select(CommentRow.id, func.length(CommentRow.body))
        .where(
            CommentRow.outcome == Outcome.PENDING,
            or_(CommentRow.claimed_until.is_(None), CommentRow.claimed_until <= now),
        )
        .order_by(CommentRow.attempts, CommentRow.id)
    )


def _fitting(session: Session, statement: Select[UUID, int]) -> list[UUID]:
    """The ids, locked, up to the first that would make the batch too long; at least one."""
    ids: list[UUID] = []
    room = BATCH_CHARACTERS
    for comment_id, characters in session.execute(statement.with_for_update(skip_locked=True)):
        room -= characters
        if ids and room < 0:
            break
        ids.append(comment_id)
    return ids


def _claim(session: Session, ids: Sequence[UUID], now: datetime) -> Claim:
    token = secrets.token_hex(16)
    if not ids:
        return Claim(token, ())
    session.execute(
        update(CommentRow)
        .where(CommentRow.id.in_(ids))
        .values(claim=token, claimed_until=now + LEASE, attempts=CommentRow.attempts + 1)
    )
    return Claim(token, read(session, ids))


def read(session: Session, ids: Sequence[UUID]) -> list[Waiting]:
    """What the model and policy look at, of each of these comments, oldest first."""
    earlier = aliased(CommentRow)
    known = exists().where(
        and_(
            earlier.site_id == CommentRow.site_id,
            earlier.author_hash == CommentRow.author_hash,
            earlier.author_hash != "",
            # Not the bare column: SQLite would read every published comment by the queue's index.
            earlier.outcome.concat("") == Outcome.PUBLISHED,
            earlier.id != CommentRow.id,
        )
    )
    rows = session.execute(
        select(*READ, known.label("author_known"))
        .join(ArticleRow, ArticleRow.id == CommentRow.article_id)
        .join(SiteRow, SiteRow.id == CommentRow.site_id)
        .outerjoin(StandingRow, _stood())
        .where(CommentRow.id.in_(ids))
        .order_by(CommentRow.id)
    )
    return [_waiting(row) for row in rows]


def _stood() -> ColumnElement[bool]:
    """The comment's author has a standing on its site, which held when it came, or began later."""
    return and_(
        StandingRow.author_hash == CommentRow.author_hash,
        StandingRow.site_id == CommentRow.site_id,
        StandingRow.author_hash != "",
        or_(StandingRow.until.is_(None), StandingRow.until > CommentRow.received_at),
    )


def _waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(
        id=row.id,
        site_id=row.site_id,
        article_id=row.article_id,
        received_at=row.received_at,
        author_hash=row.author_hash,
        network_hash=row.network_hash,
        body=row.body,
        author_name=row.author_name,
        author_email=row.author_email,
        author_url=row.author_url,
        article_title=row.article_title,
        article_url=row.article_url,
        site_url=row.site_url,
        language=row.site_language or row.language,
        site_language=row.site_language,
        mode=Mode(row.mode),
        ham_cutoff=row.ham_cutoff,
        spam_cutoff=row.spam_cutoff,
        author_known=row.author_known,
        stand=Stand(row.stand) if row.stand else None,
        signals=Signals(
            honeypot=bool(row.honeypot.strip()),
            filled_in_ms=row.filled_in_ms,
            is_scripted=row.is_scripted,
            is_untyped=is_untyped(row.key_presses, row.body),
            email=row.author_email,
        ),
    )
