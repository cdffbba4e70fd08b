"""Learning: every process follows the log of what decisions taught, so that all know the same.

The teacher, of which the installation has one at a time, is in `service.learning.teaching`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from service.core.store import generations, registry
from service.core.store.lesson_tables import GenerationRow
from service.core.store.session import DATABASE_AWAY, Store

if TYPE_CHECKING:
    from models import Learned, SpamModel

log = structlog.get_logger()
LOOK_EVERY = 0.5  # seconds
AFTER_FAULT = 10.0  # seconds; a lasting fault must not fill the log


@dataclass(slots=True)
class Mind:
    """A base with what the sites taught on top of it, up to a serial number."""

    model: SpamModel
    learned: Learned | None = None  # None: nothing is known of any lesson
    generation_id: int | None = None
    serial: int = 0

    @property
    def version(self) -> str:
        """As verdicts name it: BASE, or BASE+SERIAL once anything was learned."""
        return f"{self.model.version}+{self.serial}" if self.serial else str(self.model.version)

    @property
    def place(self) -> tuple[int, int] | None:
        """Generation and serial number; None before the first generation."""
        return None if self.generation_id is None else (self.generation_id, self.serial)


class Follower:
    """Keeps a mind up to date. Any number of threads may ask; one at a time looks."""

    def __init__(self, model: SpamModel, look_every: float = LOOK_EVERY) -> None:
        self.mind = Mind(model)
        self.fault = ""  # why the live model is not the one in use here
        self.lock = threading.Lock()  # held by whoever changes the mind
        self._look_every = look_every
        self._next_look = 0.0
        self._refused: int | None = None  # a generation on a base that this program cannot use

    def follow(self, store: Store) -> Mind:
        """The mind, a fraction of a second old at most. Never raises: an older one still judges."""
        # Whoever finds another at it goes on with what is known; the first time it is waited for.
        if time.monotonic() >= self._next_look and self.lock.acquire(blocking=not self._next_look):
            try:
                self._look(store)
            finally:
                self.lock.release()
        return self.mind

    def catch_up(self, store: Store) -> None:
        """Bring the mind up to date now. The caller holds the lock."""
        with store.reading() as session:
            newest = generations.newest(session)
            if newest is None or newest.id == self._refused:
                return
            if newest.id != self.mind.generation_id:
                self._change_over(session, newest)
            if self.mind.place != (newest.id, newest.serial):
                self._go_on(session)

    def forget(self) -> None:
        """Drop what is known of lessons, to be read again. The caller holds the lock."""
        self.mind = Mind(self.mind.model)

    def _look(self, store: Store) -> None:
        pause = self._look_every
        try:
            self.catch_up(store)
        except DATABASE_AWAY as error:
            log.warning("not_followed", why=type(error).__name__)
        except Exception:
            log.exception("following_failed")
            pause = AFTER_FAULT
        self._next_look = time.monotonic() + pause

    def _change_over(self, session: Session, generation: GenerationRow) -> None:
        from models import ModelError

        try:
            model = self._base(session, generation.base)
        except ModelError as error:
            self._refused = generation.id
            self.fault = f"the live model {generation.base} cannot be used here: {error}"
            log.error("live_model_refused", version=generation.base, why=str(error))
            return
        self.mind = self._from_snapshot(session, model, generation.id)
        self.fault = ""

    def _base(self, session: Session, version: str) -> SpamModel:
        if version == self.mind.model.version:
            return self.mind.model
        return load_registered(session, version)

    def _go_on(self, session: Session) -> None:
        """Add the steps not known yet, from a snapshot on where they are no longer kept."""
        mind = self.mind
        while steps := generations.steps_after(session, mind.generation_id or 0, mind.serial):
            if mind.learned is None or steps[0].serial != mind.serial + 1:
                mind = self._past_gap(session, mind, steps[0].serial)
                continue
            for step in steps:
                mind.learned.follow(step.change)
                mind.serial = step.serial
        self.mind = mind

    def _past_gap(self, session: Session, mind: Mind, wanted: int) -> Mind:
        """The mind from the newest snapshot on: the steps before are kept no longer."""
        found = self._from_snapshot(session, mind.model, mind.generation_id or 0)
        if found.serial < wanted - 1:
            raise RuntimeError(f"step {wanted - 1} is missing, and no snapshot is as new")
        return found

    def _from_snapshot(self, session: Session, model: SpamModel, generation_id: int) -> Mind:
        from models import Learned

        learned = Learned(model)
        snapshot = generations.newest_snapshot(session, generation_id)
        if snapshot is None:
            return Mind(model, learned, generation_id)
        learned.restore(snapshot.state)
        return Mind(model, learned, generation_id, snapshot.serial)


def load_registered(session: Session, version: str) -> SpamModel:
    """The model of this version. Raises NotFound, ModelError where this program cannot use it."""
    from models import unpack_model

    row = registry.by_version(session, version)
    return unpack_model(row.manifest, row.weights)
