"""Recording: checks are stored already judged, in one short transaction.

They leave the very events that a worker's verdict leaves.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.core import moderation
from service.core.checking import Check, Standing, standing_of
from service.core.errors import ModerationError
from service.core.homes import home, moved_home
from service.core.moderation import Accepted, Arrival, Caller
from service.core.policy import Ruling
from service.core.store import callbacks, checks, comments, usage
from service.core.store.check_tables import CallbackRow, CheckRow
from service.core.store.tables import CommentRow, SiteRow
from service.core.store.usage import Counts
from service.core.verdict import Outcome, UnsureAnswer, is_answered_spam, outcome_of

PROMISE = timedelta(seconds=90)  # by then a client that waits for more is told something
Told = Standing | ModerationError


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


def record_many(
    session: Session, items: Sequence[Judged], now: datetime, secret: str
) -> list[Told]:
    """Store checks, judged where they have a ruling; one answer each, in order.

    A check that was stored just now, or under its guid, gets what stands.
    """
    found: dict[int, Told] = {}
    placed = _placed(session, items, found)
    _answer_repeats(session, placed, found, now)
    first = _first_of_each(placed, found)
    fresh = {index: placed[index] for index in first.values()}
    arrivals = [
        Arrival(item.check.submission, Caller(item.check.opener.actor, item.check.opener.site_id),
                comment_id=item.check.guid)
        for item in fresh.values()
    ]  # fmt: skip
    results = moderation.submit_many(session, arrivals, now, secret) if arrivals else []
    for index, result in zip(list(fresh), results, strict=True):
        if not isinstance(result, Accepted):
            found[index] = result
            del fresh[index]
    _judge(session, list(fresh.values()), now)
    found |= _note(session, fresh, now)
    for index, item in placed.items():
        if index not in found:
            found[index] = found[first[_call(item)]]
    return [found[index] for index in range(len(items))]


def _call(item: Judged) -> tuple[int, str]:
    return item.check.opener.id, item.check.prints.whole


def _first_of_each(
    placed: Mapping[int, Judged], found: Mapping[int, Told]
) -> dict[tuple[int, str], int]:
    """Where the first of each call stands that has no answer yet."""
    first: dict[tuple[int, str], int] = {}
    for index, item in placed.items():
        if index not in found:
            first.setdefault(_call(item), index)
    return first


def _placed(session: Session, items: Sequence[Judged], found: dict[int, Told]) -> dict[int, Judged]:
    """The checks with their comments on their sites' own origins; refused ones go to `found`.

    Sites are locked: of two processes with the same check, one sees the other's.
    """
    placed, site_ids = {}, set()
    for index, item in enumerate(items):
        check = item.check
        try:
            site = home(session, check.opener.site_id, check.submission.origin)
        except ModerationError as error:
            found[index] = error
            continue
        if site is not None:
            site_ids.add(site.id)
            item = replace(
                item, check=replace(check, submission=moved_home(check.submission, site.url))
            )
        placed[index] = item
    rows = select(SiteRow.id).where(SiteRow.id.in_(site_ids)).order_by(SiteRow.id)
    session.execute(rows.with_for_update(key_share=True))
    return placed


def _answer_repeats(
    session: Session,
    placed: Mapping[int, Judged],
    found: dict[int, Told],
    now: datetime,
) -> None:
    """Answer what is stored already."""
    stored = comments.by_ids(session, (item.check.guid for item in placed.values()))
    for key_id in {item.check.opener.id for item in placed.values()}:
        mine = {i: item for i, item in placed.items() if item.check.opener.id == key_id}
        prints = [item.check.prints.whole for item in mine.values()]
        again = checks.asked_just_now(session, key_id, prints, now)
        stored |= comments.by_ids(session, again.values())
        for index, item in mine.items():
            guid = item.check.guid
            earlier = guid if guid in stored else again.get(item.check.prints.whole)
            if earlier is not None:
                found[index] = _stored_standing(session, stored[earlier])


def _judge(session: Session, items: Sequence[Judged], now: datetime) -> None:
    """Give the verdicts under a claim of our own, as a worker does."""
    for model in {item.model for item in items if item.ruling is not None}:
        rulings = {
            item.check.guid: item.ruling
            for item in items
            if item.ruling is not None and item.model == model
        }
        claim = secrets.token_hex(16)
        session.execute(
            update(CommentRow).where(CommentRow.id.in_(rulings)).values(claim=claim, attempts=1)
        )
        moderation.judge(session, claim, rulings, now, model)


def _note(session: Session, fresh: Mapping[int, Judged], now: datetime) -> dict[int, Told]:
    """Keep what later reports and callbacks need; count. Returns what each client is told."""
    if not fresh:
        return {}
    rows = comments.by_ids(session, (item.check.guid for item in fresh.values()))
    found_sites, _ = comments.sites_and_articles(session, rows.values())
    counts: dict[usage.Place, Counts] = {}
    noted: list[tuple[Judged, int, bool]] = []
    found: dict[int, Told] = {}
    for index, item in fresh.items():
        row = rows[item.check.guid]
        unsure = UnsureAnswer(found_sites[row.site_id].unsure_answer)
        found[index] = standing = _fresh_standing(item, unsure)
        noted.append((item, row.site_id, standing.is_spam))
        if not item.check.is_test:
            place = (item.check.opener.id, row.site_id)
            one = Counts(calls=1, spam=int(standing.is_spam), ham=int(not standing.is_spam))
            counts.setdefault(place, Counts()).add(one)
    checks.add(session, [check_row(item.check, site_id, now, is_spam)
                         for item, site_id, is_spam in noted])  # fmt: skip
    callbacks.add(session, [_callback_row(item, is_spam, now)
                            for item, _, is_spam in noted if item.check.callback])  # fmt: skip
    usage.count(session, counts, now.date())
    return found


def check_row(check: Check, site_id: int, at: datetime, said_spam: bool) -> CheckRow:
    return CheckRow(
        comment_id=check.guid,
        key_id=check.opener.id,
        site_id=site_id,
        at=at,
        whole_print=check.prints.whole,
        words_print=check.prints.words,
        text_print=check.prints.text,
        is_test=check.is_test,
        said_spam=said_spam,
    )


def _callback_row(item: Judged, is_spam: bool, at: datetime) -> CallbackRow:
    """Whoever was told to wait hears something in time, whatever becomes of the machine check."""
    return CallbackRow(
        comment_id=item.check.guid,
        url=item.check.callback,
        sealed_key=item.check.sealed_key,
        told=None if item.promised else is_spam,
        owed=True if item.promised else None,
        due_at=at + PROMISE if item.promised else None,
        attempts=0,
        created_at=at,
    )


def _fresh_standing(item: Judged, unsure: UnsureAnswer) -> Standing:
    ruling = item.ruling
    if ruling is None:
        outcome = Outcome.PENDING
        return Standing(
            comment_id=item.check.guid, outcome=outcome, is_spam=is_answered_spam(outcome, unsure)
        )
    outcome = outcome_of(None, ruling.verdict)
    return Standing(
        comment_id=item.check.guid,
        outcome=outcome,
        is_spam=is_answered_spam(outcome, unsure),
        discard=ruling.discard,
        score=ruling.score,
        reasons=ruling.reasons,
    )


def _stored_standing(session: Session, row: CommentRow) -> Standing:
    site = session.get_one(SiteRow, row.site_id)
    return standing_of(row, UnsureAnswer(site.unsure_answer))
