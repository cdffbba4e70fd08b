"""Retraining: a new model of what all sites decided. It goes live only if it proves better."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from service.clock import Clock
from service.core.store import leases, lessons, moderators, registry
from service.core.store.lesson_tables import LessonRow, ModelRow
from service.core.store.registry import State
from service.core.store.session import Store
from service.learning.following import load_registered
from service.learning.lecture import lesson_of

if TYPE_CHECKING:
    from models import Candidate, Lesson, SpamModel

log = structlog.get_logger()
EVERY = timedelta(days=1)
ENOUGH = 200  # lessons since the last time
LEASE = timedelta(hours=1)
HELD_OF = 5  # one lesson in so many is held back, to compare on
ACTOR = "retraining"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    version: str
    went_live: bool
    why: str


@dataclass(frozen=True, slots=True)
class Rivals:
    """What a candidate starts from, the newest model brought along, and what it has to beat.

    Not both the live one: what that was made of here it would learn once more.
    """

    base: SpamModel
    live: SpamModel


class NothingToTrainOn(Exception):
    """There is no live model yet, or another process is at it."""


def is_due(session: Session, now: datetime) -> bool:
    """Whether a day has passed since the newest model, and enough was decided since."""
    newest = registry.newest_made_here(session)
    if newest is not None and now < newest.created_at + EVERY:
        return False
    since = newest.created_at if newest is not None else None
    return lessons.count_since(session, since, ENOUGH) >= ENOUGH


def retrain_if_due(store: Store, clock: Clock) -> bool:
    """Retrain when `is_due`, once a day whatever comes of it. Returns whether a new one is live."""
    from models import ModelError

    with store.reading() as session:
        if not is_due(session, clock()):
            return False
    with store.writing() as session:
        if not leases.take(session, "retrained today", _holder(clock), clock(), EVERY):
            return False
    try:
        return retrain(store, clock).went_live
    except (NothingToTrainOn, ModelError) as reason:
        log.info("not_retrained", why=str(reason))
        return False


def retrain(store: Store, clock: Clock) -> Result:
    """Train a candidate on the lessons of all sites, and make it live if it beats the live model.

    Raises NothingToTrainOn; ModelError where the lessons do not suffice.
    """
    holder = _holder(clock)
    with store.writing() as session:
        if not leases.take(session, "retrain", holder, clock(), LEASE):
            raise NothingToTrainOn("another process is retraining just now: look again later")
    try:
        rivals, taught, held = _read(store)
        return _propose(store, clock, rivals.live, _trained(rivals, taught, held, clock()))
    finally:
        with store.writing() as session:
            leases.release(session, "retrain", holder, clock())


def _holder(clock: Clock) -> str:
    return f"{clock().isoformat()} {secrets.token_hex(8)}"


def is_held(comment_id: UUID) -> bool:
    """Whether a comment's lesson is held back from training, to compare models on. Stays so."""
    return zlib.crc32(comment_id.bytes) % HELD_OF == 0


def _read(store: Store) -> tuple[Rivals, list[Lesson], list[Lesson]]:
    """The models to start from and to beat, the lessons to train on, and those held back."""
    with store.reading() as session:
        rivals = _rivals(session)
    taught: list[Lesson] = []
    held: list[Lesson] = []
    last = 0
    while rows := _part(store, last):
        for row in rows:
            (held if is_held(row.comment_id) else taught).append(lesson_of(row))
        last = rows[-1].id
    return rivals, taught, held


def _rivals(session: Session) -> Rivals:
    live, brought = registry.live_version(session), registry.newest_brought(session)
    if live is None:
        raise NothingToTrainOn("no model is known yet: start `hamlet worker` or `hamlet up`")
    model = load_registered(session, live)
    return Rivals(
        load_registered(session, brought) if brought and brought != live else model, model
    )


def _part(store: Store, last: int) -> list[LessonRow]:
    from models import fits

    with store.reading() as session:
        return [row for row in lessons.part_after(session, last) if fits(row.features)]


def _trained(rivals: Rivals, taught: list[Lesson], held: list[Lesson], now: datetime) -> Candidate:
    from models import retrain as train

    log.info("retraining", base=rivals.base.version, lessons=len(taught), held=len(held))
    return train(rivals.base, taught, held, now.date().isoformat(), rivals.live)


def _propose(store: Store, clock: Clock, live: SpamModel, candidate: Candidate) -> Result:
    row = ModelRow(
        version=candidate.version,
        manifest=candidate.manifest,
        weights=candidate.weights,
        state=State.CANDIDATE,
        trained_here=True,
        rival=live.version,
        beats=candidate.beats,
        why=candidate.why,
        created_at=clock(),
        live_since=None,
    )
    with store.writing() as session:
        is_new = registry.propose(session, row)
        if goes_live := is_new and candidate.beats and registry.live_version(session) == row.rival:
            registry.promote(session, row.version, clock())
            detail = {"version": row.version, "before": row.rival, "why": row.why}
            moderators.audit(session, ACTOR, "model_promoted", clock(), detail)
    log.info("retrained", version=row.version, live=goes_live, why=row.why)
    return Result(row.version, goes_live, candidate.why)
