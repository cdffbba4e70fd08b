"""Learning every lesson again, on another base; nobody follows it before it is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from service.clock import Clock
from service.core.store import generations, lessons
from service.core.store.lesson_tables import LessonRow
from service.core.store.session import Store
from service.learning.lecture import features_of, lesson_of, texts_of

if TYPE_CHECKING:
    from models import Learned, SpamModel

log = structlog.get_logger()


def relearn(store: Store, model: SpamModel, clock: Clock, may_go_on: Callable[[], bool]) -> bool:
    """Begin a generation on `model` with every lesson there is.

    False if `may_go_on` says so, or another teacher was quicker; what was done then is void.
    """
    from models import Learned

    with store.reading() as session:
        newest = generations.newest(session)
        before = (newest.id, newest.serial or 0) if newest else None
    with store.writing() as session:
        generation_id = generations.conceive(session, model.version, clock())
    learned, last, taught = Learned(model), 0, 0
    while rows := _part(store, last):
        if not may_go_on():
            return False
        _learn(store, model, learned, generation_id, rows)
        last, taught = rows[-1].id, taught + len(rows)
    with store.writing() as session:
        born = generations.give_birth(session, generation_id, before, learned.dump())
    log.info("learned_anew", lessons=taught, base=model.version, born=born is not None)
    return born is not None


def _part(store: Store, last: int) -> Sequence[LessonRow]:
    with store.reading() as session:
        return lessons.part_after(session, last)


def _learn(
    store: Store, model: SpamModel, learned: Learned, generation_id: int, rows: Sequence[LessonRow]
) -> None:
    renewed = _renewed(store, model, rows)
    changes: list[dict[str, Any]] = []
    for row in rows:
        row.features = renewed.get(row.comment_id, row.features)
        change = _change(learned, row)
        changes.append(
            {
                "id": row.id,
                "features": row.features,
                "generation_id": generation_id,
                "change": change,
            }
        )
    with store.writing() as session:
        lessons.change(session, changes)


def _renewed(store: Store, model: SpamModel, rows: Sequence[LessonRow]) -> dict[UUID, bytes]:
    """New features, from texts that are still there, for lessons that an older program made."""
    from models import fits

    old = [row.comment_id for row in rows if not fits(row.features)]
    if not old:
        return {}
    with store.reading() as session:
        texts = texts_of(session, old)
    made = features_of(model, texts) if texts else {}
    return {comment_id: raw for comment_id, raw in made.items() if isinstance(raw, bytes)}


def _change(learned: Learned, row: LessonRow) -> bytes | None:
    """The lesson's update; None where it sleeps until a program comes that can read it."""
    from models import ModelError

    try:
        return learned.learn(lesson_of(row))
    except ModelError:
        return None
