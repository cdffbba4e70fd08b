"""Teaching: what people decided since is learned, written as steps, and followed by everybody.

One process in the installation teaches at a time: the holder of a lease. Should two think so at
once, the log takes the steps of one, and the other reads them.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from service.clock import Clock
from service.core.store import examples, generations, leases, lessons, registry
from service.core.store.examples import Due
from service.core.store.lesson_tables import LessonRow
from service.core.store.session import Store
from service.learning.following import Follower, Mind, load_registered
from service.learning.lecture import (
    TEXT_GONE,
    Lecture,
    Mixed,
    by_site,
    features_of,
    is_known,
    texts_of,
)
from service.learning.relearning import relearn
from service.scoring import Scorer

if TYPE_CHECKING:
    from models import Learned

log = structlog.get_logger()
TEACHER = "teacher"
LEASE = timedelta(seconds=15)  # a batch takes well under one; a dead teacher's is free after it
SNAPSHOT_EVERY = 500  # steps


class Teacher:
    """Learns what is due into the mind that this process scores with."""

    def __init__(
        self,
        store: Store,
        scorer: Scorer,
        clock: Clock,
        watched: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.store, self.scorer, self.clock = store, scorer, clock
        self._watched = watched  # around what reads texts, which may hang
        self._name = secrets.token_hex(8)
        self._one_at_a_time = threading.Lock()
        self._enrolled = self._holds = False

    def teach(self, lasting: timedelta) -> bool:
        """Learn what is due until nothing is or `lasting` has passed.

        Returns whether nothing was left, or what was left is another teacher's.
        """
        follower = self.scorer.follower
        if follower is None or not self._one_at_a_time.acquire(blocking=False):
            return True
        try:
            if not (self._any_due() or self._is_base_new()):
                return True
            return self._teach_until(follower, self.clock() + lasting)
        finally:
            self._release()
            self._one_at_a_time.release()

    def _teach_until(self, follower: Follower, stop: datetime) -> bool:
        if self._is_base_new() and not self._learn_anew():
            return True
        while self._any_due():
            if self.clock() >= stop:
                return False
            if not (self._has_lease() and self._teach_some(follower)):
                return True
        return True

    def _teach_some(self, follower: Follower) -> bool:
        """Learn a batch. False if this process cannot: its base is not the live one.

        Whatever goes wrong, what is known is then read anew from what was written.
        """
        from models import ArtifactMismatch

        with follower.lock:
            try:
                follower.catch_up(self.store)
                if follower.fault or follower.mind.learned is None:
                    return False
                if self._lecture(follower.mind, follower.mind.learned):
                    return True
                log.warning("taught_elsewhere")
            except (Mixed, ArtifactMismatch) as error:
                log.warning("learning_anew", why=repr(error))
                follower.forget()
                return self._learn_anew()
            except BaseException:
                follower.forget()
                raise
            follower.forget()
            return True

    def _lecture(self, mind: Mind, learned: Learned) -> bool:
        with self.store.writing() as session:
            due = examples.take_up(session)
        lecture = Lecture(mind, learned, self.clock())
        self._give(lecture, due)
        if not self.store.write(lambda session: lecture.write(session, due)):
            return False
        before, mind.serial = mind.serial, mind.serial + len(lecture.changes)
        if before // SNAPSHOT_EVERY < mind.serial // SNAPSHOT_EVERY:
            self._take_snapshot(mind, learned)
        log.info("learned", examples=len(due), failed=len(lecture.failures), model=mind.version)
        return True

    def _give(self, lecture: Lecture, due: Sequence[Due]) -> None:
        with self.store.reading() as session:
            known = lessons.of_comments(session, [item.comment_id for item in due])
            news = [item for item in due if not is_known(item, known.get(item.comment_id))]
            stale = [known[item.comment_id] for item in news if item.comment_id in known]
            for site_id, rows in by_site(stale).items():
                later = lessons.from_on(session, site_id, rows[0].id)
                lecture.take_back(later, {row.id for row in rows})
        features = self._features(lecture.mind, news, known)
        for item in news:
            if item.label is not None:
                lecture.learn(item, item.label, features.get(item.comment_id, TEXT_GONE))

    def _features(
        self, mind: Mind, news: Sequence[Due], known: Mapping[UUID, LessonRow]
    ) -> dict[UUID, bytes | str]:
        """What to learn of each: as kept with its lesson, else made of the text, or why not."""
        from models import fits

        labelled = [item.comment_id for item in news if item.label is not None]
        kept: dict[UUID, bytes | str] = {
            comment_id: known[comment_id].features
            for comment_id in labelled
            if comment_id in known and fits(known[comment_id].features)
        }
        with self.store.reading() as session:
            texts = texts_of(session, [item for item in labelled if item not in kept])
        with self._watched():
            return kept | (features_of(mind.model, texts) if texts else {})

    def _take_snapshot(self, mind: Mind, learned: Learned) -> None:
        if mind.generation_id is None:
            return
        generation_id, state = mind.generation_id, learned.dump()
        with self.store.writing() as session:
            generations.take_snapshot(session, generation_id, mind.serial, state)

    def _any_due(self) -> bool:
        with self.store.reading() as session:
            return examples.oldest_due(session) is not None

    def _is_base_new(self) -> bool:
        """Whether lessons stand on another model than the live one, or on none yet."""
        if not self._enrolled:
            self._enrol()
        with self.store.reading() as session:
            return registry.is_ahead(session)

    def _enrol(self) -> None:
        """Make the model that this program brought along known to the whole installation."""
        from models import read_bytes, unpack_model

        with self.store.reading() as session:
            self._enrolled = registry.is_known(session, self.scorer.brought)
        if self._enrolled:
            return
        manifest, weights = read_bytes(self.scorer.directory)
        version = unpack_model(manifest, weights).version
        with self.store.writing() as session:
            live = registry.enrol(session, version, manifest, weights, self.clock())
        log.info("model_enrolled", version=version, live=live)
        self._enrolled = True

    def _learn_anew(self) -> bool:
        """Learn every lesson again, on the live base. False where this process cannot."""
        from models import ModelError

        with self.store.reading() as session:
            live = registry.live_version(session)
            try:
                model = load_registered(session, live) if live else None
            except ModelError as error:
                log.error("live_model_refused", version=live, why=str(error))
                return False
        if model is None or not self._has_lease():
            return False
        return relearn(self.store, model, self.clock, self._has_lease)

    def _has_lease(self) -> bool:
        with self.store.writing() as session:
            self._holds = leases.take(session, TEACHER, self._name, self.clock(), LEASE)
        return self._holds

    def _release(self) -> None:
        if self._holds:
            with self.store.writing() as session:
                leases.release(session, TEACHER, self._name, self.clock())
            self._holds = False
