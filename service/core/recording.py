"""Recording: checks are stored already judged, in one short transaction.

They leave the very rows and events that a worker's verdict leaves. The statements are made once:
making them would take as long as running them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.core import joining, moderation, resemblance
from service.core.checking import Check, Standing, stored
from service.core.errors import ModerationError
from service.core.homes import moved_home
from service.core.intake import Arrival, Caller, comment_values
from service.core.places import Article, Place, Places
from service.core.policy import Ruling
from service.core.store import callbacks, checks, sites, usage
from service.core.store.check_tables import CallbackRow, CheckRow
from service.core.store.insert import insert_into
from service.core.store.tables import CommentRow, EventRow, SiteRow
from service.core.store.usage import Counts
from service.core.traces import NO_TRACES, Traces
from service.core.verdict import EventKind, Outcome, is_answered_spam, outcome_of

PROMISE = timedelta(seconds=90)  # by then a client that waits for more is told something
Told = Standing | ModerationError

ADD_COMMENT = insert_into(CommentRow)
ADD_EVENT = insert_into(EventRow)
LOCK_SITES = (
    select(SiteRow.id)
    .where(SiteRow.id.in_(bindparam("ids", expanding=True)))
    .order_by(SiteRow.id)
    .with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A check with its ruling; without one the comment waits for a worker.

    `promised` says that the client was told to wait for more; else, without a ruling, that it is
    spam.
    """

    check: Check
    ruling: Ruling | None
    model: str = ""
    promised: bool = False
    traces: Traces = NO_TRACES


@dataclass(slots=True)
class _Work:
    """One transaction's checks: those with a place, and what is known to answer to each."""

    now: datetime
    placed: dict[int, tuple[Judged, Place]] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    learned: dict[Article, int] = field(default_factory=dict)
    inherited: dict[UUID, Outcome] = field(default_factory=dict)  # from their campaigns
    unjoined: list[resemblance.Judged] = field(default_factory=list)


class Recorded(NamedTuple):
    """What came of checks, for when it is committed."""

    told: list[Told]  # one answer each, in order
    learned: dict[Article, int]  # articles for `places` to learn
    unjoined: list[resemblance.Judged]  # to be put into their campaigns by `joining.join_later`


def record_many(
    session: Session, items: Sequence[Judged], now: datetime, secret: str, places: Places
) -> Recorded:
    """Store checks, judged where they have a ruling.

    A check that was stored just now, or under its guid, is told what stands. Only what may inherit
    a decision joins its campaign here: the others are not to wait for that.
    """
    work = _Work(now)
    _place(session, items, work, places)
    _lock_sites(session, work)
    _answer_repeats(session, work)
    first: dict[tuple[int, str], int] = {}
    for index, (item, _) in work.placed.items():
        if index not in work.told:
            first.setdefault(_call(item), index)
    fresh = {index: work.placed[index] for index in first.values()}
    if fresh:
        _store(session, fresh, work, places, secret)
        _note(session, fresh, work)
    for index, (item, _) in work.placed.items():
        work.told.setdefault(index, work.told[first.get(_call(item), index)])
    told = [work.told[index] for index in range(len(items))]
    return Recorded(told, work.learned, work.unjoined)


def _call(item: Judged) -> tuple[int, str]:
    return item.check.opener.id, item.check.prints.whole


def _place(session: Session, items: Sequence[Judged], work: _Work, places: Places) -> None:
    """Find each check's site; a key for every site adds one not seen before."""
    for index, item in enumerate(items):
        check = item.check
        asked = (check.opener.site_id, check.submission.origin)
        try:
            place = places.home(session, asked, work.now)
            if place is None:
                place = Place.of(sites.opened_by(session, *asked, work.now))
        except ModerationError as error:
            work.told[index] = error
            continue
        submission = moved_home(check.submission, place.url)
        work.placed[index] = replace(item, check=replace(check, submission=submission)), place


def _lock_sites(session: Session, work: _Work) -> None:
    """Of two processes with the same check, one sees the other's. SQLite has one writer anyhow."""
    ids = sorted({place.id for _, place in work.placed.values()})
    if ids and session.get_bind().dialect.name != "sqlite":
        session.connection().execute(LOCK_SITES, {"ids": ids})


def _answer_repeats(session: Session, work: _Work) -> None:
    """Answer what is stored already."""
    calls = {index: _call(item) for index, (item, _) in work.placed.items()}
    guids = {index: item.check.guid for index, (item, _) in work.placed.items()}
    known = checks.stored_already(session, calls.values(), guids.values(), work.now)
    if not known:
        return
    for index, (_, place) in work.placed.items():
        if (comment_id := known.get(guids[index]) or known.get(calls[index])) is not None:
            work.told[index] = stored(session, comment_id, place.unsure)


def _store(
    session: Session,
    fresh: Mapping[int, tuple[Judged, Place]],
    work: _Work,
    places: Places,
    secret: str,
) -> None:
    """Insert the comments with their verdicts, and the events that tell of both."""
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    events: list[dict[str, Any]] = []
    for item, place in fresh.values():
        check, ruling = item.check, item.ruling
        article_id = _article_id(session, check, place, work, places)
        arrival = Arrival(check.submission, Caller(check.opener.actor))
        values = comment_values(check.guid, (place.id, article_id), arrival, work.now, secret)
        events.append(_submitted(check, work.now))
        if ruling is not None:
            born = CommentRow(id=check.guid, revision=1)
            values |= moderation.judged_values(born, ruling, work.now, item.model, item.traces)
            values["attempts"] = 1
            events += moderation.judged_events(born, ruling, work.now, item.model)
        rows[ruling is not None].append(values)
    connection = session.connection()
    for same in rows.values():
        if same:
            connection.execute(ADD_COMMENT, same)
    connection.execute(ADD_EVENT, events)
    _join(session, list(_judged(fresh)), work)


def _join(session: Session, judged: Sequence[resemblance.Judged], work: _Work) -> None:
    heirs = joining.heirs(session, judged, work.now)
    work.inherited = joining.join(session, [one for one in judged if one.id in heirs], work.now)
    work.unjoined = [one for one in judged if one.id not in heirs and one.likeness.marks]


def _judged(fresh: Mapping[int, tuple[Judged, Place]]) -> Iterator[resemblance.Judged]:
    """What may join a campaign: no test call."""
    for item, place in fresh.values():
        check, ruling = item.check, item.ruling
        if ruling is not None and ruling.decision is None and not check.is_test:
            yield resemblance.Judged(
                id=check.guid,
                site_id=place.id,
                author_name=check.submission.author_name,
                outcome=outcome_of(None, ruling.verdict),
                score=ruling.score,
                revision=2,
                likeness=item.traces.likeness,
            )


def _submitted(check: Check, now: datetime) -> dict[str, Any]:
    return {
        "comment_id": check.guid,
        "revision": 1,
        "at": now,
        "kind": EventKind.SUBMITTED,
        "actor": check.opener.actor,
        "detail": {},
    }


def _article_id(session: Session, check: Check, place: Place, work: _Work, places: Places) -> int:
    submission = check.submission
    article = (place.id, submission.article_url, submission.article_title)
    known = places.article(article) or work.learned.get(article)
    if known is None:
        [known] = sites.article_ids(session, [article], work.now).values()
        work.learned[article] = known
    return known


def _note(session: Session, fresh: Mapping[int, tuple[Judged, Place]], work: _Work) -> None:
    """Keep what later reports and callbacks need; count; note what each client is told."""
    counts: dict[usage.Place, Counts] = {}
    check_rows, callback_rows = [], []
    for index, (item, place) in fresh.items():
        check = item.check
        standing = work.told[index] = _standing(item, place, work.inherited)
        check_rows.append(check_row(check, place.id, work.now, standing.is_spam))
        if check.callback:
            callback_rows.append(_callback_row(item, standing.is_spam, work.now))
        if not check.is_test:
            spam = int(standing.is_spam)
            one = Counts(calls=1, spam=spam, ham=1 - spam)
            counts.setdefault((check.opener.id, place.id), Counts()).add(one)
    checks.add(session, check_rows)
    callbacks.add(session, callback_rows)
    usage.count(session, counts, work.now.date())


def check_row(check: Check, site_id: int, at: datetime, said_spam: bool) -> dict[str, Any]:
    """What is kept of a check to know it again; columns of CheckRow."""
    return {
        CheckRow.comment_id.key: check.guid,
        CheckRow.key_id.key: check.opener.id,
        CheckRow.site_id.key: site_id,
        CheckRow.at.key: at,
        CheckRow.whole_print.key: check.prints.whole,
        CheckRow.words_print.key: check.prints.words,
        CheckRow.text_print.key: check.prints.text,
        CheckRow.is_test.key: check.is_test,
        CheckRow.said_spam.key: said_spam,
    }


def _callback_row(item: Judged, is_spam: bool, at: datetime) -> dict[str, Any]:
    """Whoever was told to wait hears something in time, whatever becomes of the machine check."""
    return {
        CallbackRow.comment_id.key: item.check.guid,
        CallbackRow.url.key: item.check.callback,
        CallbackRow.sealed_key.key: item.check.sealed_key,
        CallbackRow.told.key: None if item.promised else is_spam,
        CallbackRow.owed.key: True if item.promised else None,
        CallbackRow.due_at.key: at + PROMISE if item.promised else None,
        CallbackRow.created_at.key: at,
    }


def _standing(item: Judged, place: Place, inherited: Mapping[UUID, Outcome]) -> Standing:
    ruling = item.ruling
    outcome = Outcome.PENDING if ruling is None else outcome_of(ruling.decision, ruling.verdict)
    outcome = inherited.get(item.check.guid, outcome)
    return Standing(
        comment_id=item.check.guid,
        outcome=outcome,
        is_spam=is_answered_spam(outcome, place.unsure),
        discard=ruling is not None and ruling.discard,
        score=ruling.score if ruling else None,
        reasons=ruling.reasons if ruling else (),
    )
