"""What the calls work with, beside the parts that every door has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

import msgspec
from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError

from service.callbacks import Postman
from service.core import joining, recording, reports
from service.core.checking import Check, author_of
from service.core.errors import ModerationError
from service.core.places import NOT_STORED, Places
from service.core.policy import Ruling, heed
from service.core.recording import Judged, Recorded, Told
from service.core.reports import Report
from service.core.store import callbacks, keys
from service.core.store.session import DATABASE_AWAY, Store
from service.core.store.together import Together
from service.errands import Errand
from service.joins import Joins
from service.outgoing import Caller
from service.patience import Hands
from service.spool import Entry, Refused, Spool
from service.web.akismet.keyring import Keyring
from service.web.parts import Parts

THREADS = 16  # as many as the web server has
REST = 1.0  # seconds without a try after the database was too slow
FOLDER = "spool"


class Kept(msgspec.Struct, kw_only=True):
    """What was promised to be written: a check, or a report."""

    at: datetime
    check: Check | None = None
    ruling: Ruling | None = None  # of the check, where none had to be made
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Context:
    keyring: Keyring
    hands: Hands
    recorded: Together[Judged, Told]  # what many requests check at once shares a transaction
    places: Places
    spool: Spool
    replaying: Errand
    delivering: Errand

    def keep(self, kept: Kept) -> None:
        """Write it later, whatever happens to this process. Raises SpoolFull."""
        self.spool.add(cast(Entry, msgspec.to_builtins(kept)))
        self.replaying.start()


def context() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions["hamlet-akismet"])


def init_app(app: Flask) -> None:
    parts: Parts = app.extensions["hamlet"]
    made = _made(parts)
    app.extensions["hamlet-akismet"] = made
    if not made.spool.is_empty():  # what a process before this one has left
        made.replaying.start()


def _made(parts: Parts) -> Context:
    store, secret, clock = parts.store, parts.settings.secret_key, parts.clock
    hands = Hands(THREADS, REST)
    spool = Spool(parts.settings.data_dir / FOLDER)
    places = Places()
    sender = Caller(allow_private=parts.settings.private_callbacks)
    postman = Postman(store, sender, clock, secret)

    joins = Joins(store, clock)

    def write_all(items: Sequence[Judged]) -> list[Told]:
        done = recorded(store, items, clock(), secret, places)
        joins.add(done.unjoined)
        return done.told

    def replay() -> bool:
        spool.replay(lambda entry: write_kept(store, entry, secret))
        parts.bell.ring()
        parts.bell.ring_to_learn()
        return spool.is_empty()

    return Context(
        keyring=Keyring(store, hands, clock, parts.settings),
        hands=hands,
        recorded=Together(write_all),
        places=places,
        spool=spool,
        replaying=Errand("replay", replay),
        delivering=Errand("deliver", lambda: _delivered(postman, store)),
    )


def recorded(
    store: Store, items: Sequence[Judged], now: datetime, secret: str, places: Places
) -> Recorded:
    """What came of the checks, committed. What is no longer true is looked up anew."""
    record = partial(recording.record_many, items=items, now=now, secret=secret, places=places)
    try:
        done = store.write(record)
    except IntegrityError:
        places.forget()
        done = store.write(record)
    places.learn(done.learned)
    return done


def write_kept(store: Store, entry: Entry, secret: str) -> None:
    """Write what was promised; nothing happens where it was written before. Raises Refused."""
    try:
        kept = msgspec.convert(entry, Kept)
        if kept.check is not None:
            judged = Judged(check=kept.check, ruling=_heeded(store, kept, kept.check, secret))
            done = recorded(store, [judged], kept.at, secret, Places())
            store.write(partial(joining.join_later, judged=done.unjoined, now=kept.at))
            [told] = done.told
            if isinstance(told, ModerationError):
                raise told
        if (report := kept.report) is not None:
            store.write(lambda session: reports.take(session, report, kept.at, secret))
    except DATABASE_AWAY:
        raise
    except Exception as error:
        raise Refused(type(error).__name__) from error


def _heeded(store: Store, kept: Kept, check: Check, secret: str) -> Ruling | None:
    """The ruling kept with a check, as its author's standing changes it."""
    if kept.ruling is None:
        return None
    with store.reading() as session:
        asked = (check.opener.site_id, check.submission.origin)
        place = Places().home(session, asked, kept.at)
        author = keys.hash_person(check.submission.author_email, secret)
        _, stand = author_of(session, place.id if place else NOT_STORED, author, kept.at)
    return heed(kept.ruling, stand)


def _delivered(postman: Postman, store: Store) -> bool:
    """Send what is due; whether no client waits any more for what it was promised."""
    postman.deliver()
    with store.reading() as session:
        return not callbacks.any_promised(session)


def guid_of(text: str) -> UUID | None:
    """The comment that a client names by the guid it was given; None for what is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None
