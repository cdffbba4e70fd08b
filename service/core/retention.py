"""Retention: what is wiped when. The public page on data use states these same figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Delete, Update, case, delete, exists, select, update
from sqlalchemy.orm import Session

from service.core.likeness import BANDS
from service.core.store import authors, precedents
from service.core.store.campaign_tables import (
    CampaignRow,
    DeedRow,
    DoneRow,
    MarkRow,
    MemberRow,
)
from service.core.store.check_tables import CheckRow
from service.core.store.moderators import LONGEST
from service.core.store.tables import AnswerRow, CommentRow, LoginFailureRow, LoginRow
from service.core.verdict import Outcome

SPAM_TEXT = timedelta(days=15)  # from when it was called spam, so that there is time to object
IDENTITY = timedelta(days=30)  # network address, e-mail address, browser, and all traces
PRINTS = timedelta(days=60)  # from a check: reports come until clients forget, and some after it
ANSWERS = timedelta(days=1)
FAILURES = timedelta(days=1)
STEP = 500  # comments a transaction, so that posting goes on meanwhile


def purge(session: Session, now: datetime) -> int:
    """Wipe what has been kept long enough, STEP texts, STEP identities and STEP prints at most.

    Returns how many were wiped, a comment that lost several counting as often.

    The caller repeats until it returns 0.
    """
    session.execute(delete(AnswerRow).where(AnswerRow.created_at < now - ANSWERS))
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.at < now - FAILURES))
    session.execute(delete(LoginRow).where(LoginRow.created_at < now - LONGEST))
    precedents.expire(session, now)
    authors.expire(session, now)
    wipes = (_wipe_spam_text, _wipe_identity, _wipe_prints, _wipe_likeness)
    return sum(wipe(session, now) for wipe in wipes)


def _wipe_spam_text(session: Session, now: datetime) -> int:
    old = (
        select(CommentRow.id)
        .where(
            CommentRow.text_purged_at.is_(None),
            CommentRow.spam_since < now - SPAM_TEXT,
        )
        .limit(STEP)
    )
    wiped = {"body": "", "author_url": "", "honeypot": "", "reasons": [], "text_purged_at": now}
    return _rows(session, update(CommentRow).where(CommentRow.id.in_(old)).values(**wiped))


def _wipe_identity(session: Session, now: datetime) -> int:
    old = (
        select(CommentRow.id)
        .where(CommentRow.identity_purged_at.is_(None), CommentRow.received_at < now - IDENTITY)
        .limit(STEP)
    )
    wiped: dict[str, Any] = {"ip": "", "author_email": "", "user_agent": "", "referrer": ""}
    wiped |= {"network_hash": "", "text_hash": "", "link_hashes": []}
    # A published author is known by it; of anybody else nothing that would tell him again stays.
    published = CommentRow.outcome == Outcome.PUBLISHED
    wiped["author_hash"] = case((published, CommentRow.author_hash), else_="")
    change = update(CommentRow).where(CommentRow.id.in_(old))
    return _rows(session, change.values(**wiped, identity_purged_at=now))


def _wipe_prints(session: Session, now: datetime) -> int:
    old = select(CheckRow.comment_id).where(CheckRow.at < now - PRINTS).limit(STEP)
    return _rows(session, delete(CheckRow).where(CheckRow.comment_id.in_(old)))


def _wipe_likeness(session: Session, now: datetime) -> int:
    """Forget what was like what, and campaigns of which nothing is left."""
    before = now - IDENTITY
    marks = select(MarkRow.mark).where(MarkRow.at < before).limit(STEP * BANDS)
    wiped = _rows(session, delete(MarkRow).where(MarkRow.mark.in_(marks)))
    members = select(MemberRow.comment_id).where(MemberRow.at < before).limit(STEP)
    wiped += _rows(session, delete(MemberRow).where(MemberRow.comment_id.in_(members)))
    if not wiped:
        ended = (
            select(CampaignRow.id)
            .where(
                CampaignRow.last_at < before,
                ~exists().where(DeedRow.campaign_id == CampaignRow.id, DeedRow.at >= before),
            )
            .limit(STEP)
            .subquery()
        )
        ids = select(ended.c.id)
        deeds = select(DeedRow.id).where(DeedRow.campaign_id.in_(ids))
        session.execute(delete(DoneRow).where(DoneRow.deed_id.in_(deeds)))
        session.execute(delete(DeedRow).where(DeedRow.campaign_id.in_(ids)))
        wiped = _rows(session, delete(CampaignRow).where(CampaignRow.id.in_(ids)))
    return wiped


def _rows(session: Session, statement: Update | Delete) -> int:
    result: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return result.rowcount
