"""The sweeper: looks every second for what was left behind, whoever left it and why.

Comments to be judged, decisions to be learned, a model that went live and has no lessons yet.

One process in the installation sweeps at a time: the holder of a lease in the database.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timedelta

import structlog

from service.core import retention, waiting
from service.core.store import day_counts, examples, leases, registry
from service.learning import retraining
from worker.parts import Parts

log = structlog.get_logger()

EVERY = 1.0  # seconds
LEASE = timedelta(seconds=5)
RING_AFTER = timedelta(seconds=1)  # a healthy bell has been answered by then
SCORE_AFTER = timedelta(seconds=3)  # nobody came: the broker is away, or its jobs were lost
PURGE_EVERY = timedelta(minutes=10)
COUNT_EVERY = timedelta(minutes=1)


class Sweeper:
    """Rings for what was left behind, does it itself if nobody comes, and purges."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.name = secrets.token_hex(8)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._purge_at: datetime | None = None
        self._count_at: datetime | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the round under way and end."""
        self._stop.set()
        self._thread.join()

    def sweep(self) -> None:
        """One round; does nothing where another process holds the lease."""
        now = self.parts.clock()
        with self.parts.store.writing() as session:
            if not leases.take(session, "sweeper", self.name, now, LEASE):
                return
        self._pick_up(now)
        if self._purge_at is None or now >= self._purge_at:
            self._purge(now)
        self._count_a_day(now)
        self._have_learned(now)  # last: whatever ails it, the rest is done

    def _pick_up(self, now: datetime) -> None:
        with self.parts.store.reading() as session:
            waits = waiting.any_left_behind(session, now, RING_AFTER)
            waits_long = waits and waiting.any_left_behind(session, now, SCORE_AFTER)
        if waits:
            self.parts.bell.ring()
        if waits_long and not self.parts.busy.locked():
            self.parts.score_waiting()

    def _have_learned(self, now: datetime) -> None:
        with self.parts.store.reading() as session:
            decided = examples.oldest_due(session)
            is_ahead = registry.is_ahead(session)
        waits = is_ahead or (decided is not None and decided < now - RING_AFTER)
        heard = waits and self.parts.bell.ring_to_learn()
        if waits and (not heard or (decided is not None and decided < now - SCORE_AFTER)):
            self.parts.learn()

    def _purge(self, now: datetime) -> None:
        """One step a round, so that a large backlog of it keeps no comment waiting."""
        with self.parts.store.writing() as session:
            wiped = retention.purge(session, now)
        if wiped:
            log.info("purged", wiped=wiped)
        else:
            self._purge_at = now + PURGE_EVERY
            self._have_retrained(now)

    def _count_a_day(self, now: datetime) -> None:
        """For statistics; one a round, and read before it is written: nothing waits for it."""
        if self._count_at is not None and now < self._count_at:
            return
        with self.parts.store.reading() as session:
            days = day_counts.due(session, now)
            rows = day_counts.count(session, days[0]) if days else []
        if not days:
            self._count_at = now + COUNT_EVERY
            return
        with self.parts.store.writing() as session:
            day_counts.keep(session, days[0], rows, now)

    def _have_retrained(self, now: datetime) -> None:
        with self.parts.store.reading() as session:
            is_due = retraining.is_due(session, now)
        if is_due:
            self.parts.bell.ring_to_retrain()

    def _run(self) -> None:
        self._begin()
        while not self._stop.wait(EVERY):
            try:
                self.sweep()
            except Exception:  # the database may be away for a while: the next round tries again
                log.exception("sweep_failed")

    def _begin(self) -> None:
        """Make this program's model known, and see what was taught while nothing ran."""
        try:
            self.parts.learn()
        except Exception:
            log.exception("learning_failed")
