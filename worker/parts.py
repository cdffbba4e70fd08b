"""The parts a job works with: opened once per process, so that a job costs no loading."""

from __future__ import annotations

import faulthandler
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from service.clock import Clock, utc_now
from service.config import Settings
from service.core.store.session import Store
from service.dispatch import Bell
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

    def score_waiting(self) -> bool:
        """Judge what is pending, for one stint. Returns whether nothing was left at the end."""
        with self.busy:
            # A hang in C code holds the interpreter: only this timer, which needs none, gets out.
            faulthandler.dump_traceback_later(HANG, exit=True)
            try:
                return drain(self.store, self.scorer, self.clock, STINT)
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
