"""Reports: a client's people say that a comment is spam, or is none.

A report finds the comment that it is about, decides on it and teaches; one about a comment never
seen here is stored with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.core import moderation
from service.core.checking import Check
from service.core.errors import ModerationError
from service.core.homes import home, moved_home
from service.core.moderation import Arrival, Caller
from service.core.recording import check_row
from service.core.store import callbacks, checks, usage
from service.core.store.check_tables import CheckRow
from service.core.store.tables import CommentRow, SiteRow
from service.core.store.usage import Counts
from service.core.traces import NO_TRACES, Traces
from service.core.verdict import Decision

MAX_REPORTER = 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a client says about a comment, and how it calls it."""

    check: Check
    is_spam: bool
    comment_id: UUID | None = None  # if the client names it
    said_spam: bool | None = None  # what the client was answered, if it says
    reporter: str = ""
    traces: Traces = NO_TRACES  # of the comment as the client sends it now

    @property
    def decision(self) -> Decision:
        return Decision.SPAM if self.is_spam else Decision.APPROVE


def take(session: Session, report: Report, now: datetime, secret: str) -> UUID:
    """Note the report. Returns the comment it is about. Raises WrongSite."""
    check = report.check
    site = home(session, check.opener.site_id, check.submission.origin)
    row = _meant(session, report, site) if site else None
    if row is None:
        row = _store(session, report, site, now, secret)
    earlier = checks.by_comment(session, row.id)
    _decide(session, report, row, earlier, now)
    if not check.is_test:
        corrected = _corrected(report, earlier)
        usage.count(session, {(check.opener.id, row.site_id): corrected}, now.date())
    return row.id


def _meant(session: Session, report: Report, site: SiteRow) -> CommentRow | None:
    """The comment on this site that the report is about, locked."""
    check = report.check
    named = [report.comment_id] if report.comment_id else []
    candidates = [row for row in checks.locked(session, named) if row.site_id == site.id]
    if not candidates:
        names_author = bool(check.submission.author_name or check.submission.author_email)
        known = checks.known(session, site.id, check.prints, names_author=names_author)
        candidates = checks.locked(session, known)
    return min(candidates, key=lambda row: _distance(report, row), default=None)


def _distance(report: Report, row: CommentRow) -> tuple[object, ...]:
    """How far a comment is from what the report describes; each part before the next."""
    said = report.check.submission
    return (
        bool(said.ip and row.ip and said.ip != row.ip),
        bool(said.author_url and row.author_url and said.author_url != row.author_url),
        row.decision == report.decision,  # each report on many alike finds the next of them
        abs((said.created_at - row.created_at).total_seconds()) if said.created_at else 0.0,
        -row.received_at.timestamp(),
    )


def _store(
    session: Session, report: Report, site: SiteRow | None, now: datetime, secret: str
) -> CommentRow:
    check = report.check
    if site is not None:
        check = replace(check, submission=moved_home(check.submission, site.url))
    caller = Caller(check.opener.actor, check.opener.site_id)
    arrival = Arrival(check.submission, caller, comment_id=check.guid)
    [result] = moderation.submit_many(session, [arrival], now, secret)
    if isinstance(result, ModerationError):
        raise result
    row = session.get_one(CommentRow, result.comment_id)
    if not check.is_test:  # nobody will judge it any more, and note them then
        row.text_hash, row.link_hashes = report.traces.text, list(report.traces.links.values())
    said = not report.is_spam if report.said_spam is None else report.said_spam
    checks.add(session, [check_row(check, row.site_id, now, said)])
    return row


def _decide(
    session: Session, report: Report, row: CommentRow, earlier: CheckRow | None, now: datetime
) -> None:
    """A test call changes only what was a test itself, and teaches nothing."""
    check = report.check
    is_for_real = not check.is_test
    if row.decision == report.decision or not (is_for_real or (earlier and earlier.is_test)):
        return
    has_text = row.text_purged_at is None or bool(check.submission.body.strip())
    if row.text_purged_at is not None and (has_text or not report.is_spam):
        # The client sends the text anew: what it wants to keep has its words again, and what it
        # does not has them until it is learned from, and wiped with the next.
        row.body, row.author_url = check.submission.body, check.submission.author_url
        row.text_purged_at = None
    said_by = report.reporter[:MAX_REPORTER]
    moderation.decide(
        session,
        row.id,
        report.decision,
        row.revision,
        check.opener.actor,
        now,
        learn=is_for_real and has_text,
        reason=f"reported by {said_by}" if said_by else "",
    )
    callbacks.client_knows(session, row.id, report.is_spam)


def _corrected(report: Report, earlier: CheckRow | None) -> Counts:
    said_spam = report.said_spam
    if said_spam is None and earlier is not None:
        said_spam = earlier.said_spam
    return Counts(
        calls=1,
        missed_spam=int(report.is_spam and said_spam is False),
        false_positives=int(not report.is_spam and said_spam is True),
    )
