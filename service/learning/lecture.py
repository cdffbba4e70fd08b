"""A lecture: one batch of examples becomes lessons and steps, to be written as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from service.core import waiting
from service.core.store import examples, generations, lessons
from service.core.store.examples import Due
from service.core.store.lesson_tables import LessonRow
from service.core.trust import trust_of
from service.core.waiting import Waiting
from service.learning.following import Mind
from service.texts import text_of

if TYPE_CHECKING:
    from models import Learned, Lesson, SpamModel

log = structlog.get_logger()
TEXT_GONE = "its text was wiped before it could be learned"


class Mixed(Exception):
    """Lessons here belong to another generation: all have to be learned again."""


class Lecture:
    """What a batch has changed in a mind, and how to write it down. Used once."""

    def __init__(self, mind: Mind, learned: Learned, now: datetime) -> None:
        self.mind, self.learned, self.now = mind, learned, now
        self.changes: list[bytes] = []
        self.failures: dict[UUID, str] = {}
        self._added: list[dict[str, Any]] = []
        self._rewritten: list[dict[str, Any]] = []
        self._dropped: list[int] = []

    def take_back(self, rows: Sequence[LessonRow], gone: Collection[int]) -> None:
        """Make the mind as if the lessons `gone` had never been; `rows` are they and all later ones
        of their site. Raises Mixed, ArtifactMismatch.
        """
        if any(row.generation_id != self.mind.generation_id for row in rows):
            raise Mixed
        old = [row.change for row in rows if row.change is not None]
        stay = [row for row in rows if row.change is not None and row.id not in gone]
        net, changes = self.learned.replace(old, [lesson_of(row) for row in stay])
        self.changes.append(net)
        self._dropped += gone
        self._rewritten += [
            {"id": row.id, "change": change} for row, change in zip(stay, changes, strict=True)
        ]

    def learn(self, due: Due, label: int, features: bytes | str) -> None:
        """Learn an example, or note why that cannot be; `features` may be the reason."""
        from models import Lesson

        if isinstance(features, str):
            self.failures[due.comment_id] = features
            return
        trust = trust_of(due.actor)
        try:
            change = self.learned.learn(Lesson(due.site_id, label, trust, features))
        except Exception as error:
            log.exception("lesson_failed", comment=str(due.comment_id))
            self.failures[due.comment_id] = f"learning failed: {type(error).__name__}"
            return
        self.changes.append(change)
        self._added.append(
            {
                "comment_id": due.comment_id,
                "site_id": due.site_id,
                "label": label,
                "trust": trust,
                "features": features,
                "generation_id": self.mind.generation_id,
                "change": change,
                "serial": self.mind.serial + len(self.changes),
                "created_at": self.now,
            }
        )

    def write(self, session: Session, seen: Sequence[Due]) -> bool:
        """Write all of it. False, and nothing is written, if another teacher has been there."""
        if self.mind.generation_id is None:
            return False
        if not generations.advance(
            session, self.mind.generation_id, self.mind.serial, self.changes
        ):
            return False
        lessons.drop(session, self._dropped)
        lessons.change(session, self._rewritten)
        lessons.add(session, self._added)
        examples.mark_learned(session, seen, self.failures)
        return True


def lesson_of(row: LessonRow) -> Lesson:
    """The lesson as the model takes it."""
    from models import Lesson

    return Lesson(row.site_id, row.label, row.trust, row.features)


def is_known(due: Due, lesson: LessonRow | None) -> bool:
    """Whether just this was learned already."""
    if lesson is None:
        return due.label is None
    return (due.label, trust_of(due.actor)) == (lesson.label, lesson.trust)


def texts_of(session: Session, comment_ids: Iterable[UUID]) -> list[Waiting]:
    """What the model may see of the comments; those whose text was wiped are left out."""
    kept = lessons.with_text(session, comment_ids)
    return waiting.read(session, kept) if kept else []


def features_of(model: SpamModel, comments: Sequence[Waiting]) -> dict[UUID, bytes | str]:
    """A lesson's features of each comment, or why they cannot be made."""
    try:
        found = model.lesson_features([text_of(item) for item in comments])
        return {item.id: raw for item, raw in zip(comments, found, strict=True)}
    except Exception as error:
        if len(comments) == 1:  # else find the one that it is: the others are learned
            log.exception("features_failed", comment=str(comments[0].id))
            return {comments[0].id: f"its features could not be made: {type(error).__name__}"}
        return {item.id: features_of(model, [item])[item.id] for item in comments}


def by_site(rows: Iterable[LessonRow]) -> Mapping[int, list[LessonRow]]:
    """The lessons of each site, in order."""
    found: dict[int, list[LessonRow]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        found.setdefault(row.site_id, []).append(row)
    return found
