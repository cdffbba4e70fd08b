"""The parts a job works with: opened once per process, so that a job costs no loading."""

from __future__ import annotations

import faulthandler
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from service.clock import Clock, utc_now
from service.config import Settings
from service.core.store.session import Store
from service.dispatch import Bell
from service.learning.retraining import retrain_if_due
from service.learning.teaching import Teacher
from service.scoring import Scorer, drain

STINT = timedelta(seconds=2)  # then the next job gets its turn
HANG = 60.0  # seconds after which a scorer that never returns is ended


@dataclass(frozen=True)
class Parts:
    store: Store
    scorer: Scorer
    bell: Bell
    clock: Clock = utc_now
    busy: threading.Lock = field(default_factory=threading.Lock)  # job or sweeper, not both
    teacher: Teacher = field(init=False)

    def __post_init__(self) -> None:
        teacher = Teacher(self.store, self.scorer, self.clock, self.watched)
        object.__setattr__(self, "teacher", teacher)

    def score_waiting(self) -> bool:
        """Judge what is pending, for one stint. Returns whether nothing was left at the end."""
        with self.watched():
            return drain(self.store, self.scorer, self.clock, STINT)

    def learn(self) -> bool:
        """Learn what was decided, for one stint. Returns whether nothing was left at the end."""
        return self.teacher.teach(STINT)

    def retrain(self) -> None:
        """Make a new model of all lessons where that is due, and have it learned on."""
        if retrain_if_due(self.store, self.clock):
            self.bell.ring_to_learn()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Around what reads comments: one thread at a time, and an end to a hang.

        A hang in C code holds the interpreter: only this timer, which needs none, gets out.
        """
        with self.busy:
            faulthandler.dump_traceback_later(HANG, exit=True)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()


_parts: Parts | None = None


def use(new: Parts) -> Parts:
    """Make these the parts of this process."""
    global _parts
    _parts = new
    return new


def open_parts(settings: Settings) -> Parts:
    """Connect and load what the settings name, and use it in this process."""
    return use(
        Parts(
            store=Store.open(settings.database_url),
            scorer=Scorer.load(settings),
            bell=Bell(settings.redis_url),
        )
    )


def parts() -> Parts:
    """The parts in use. Raises RuntimeError in a process that has opened none."""
    if _parts is None:
        raise RuntimeError("jobs run in `hamlet worker`, which opens the parts before")
    return _parts
