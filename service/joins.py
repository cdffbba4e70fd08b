"""Joins: putting comments into their campaigns after their clients were answered.

What is forgotten when a process dies lacks its place in a campaign, nothing else: the comment, its
verdict and what its client was told are committed before.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from functools import partial

from service.clock import Clock
from service.core import joining
from service.core.resemblance import Judged
from service.core.store.session import DATABASE_AWAY, Store
from service.errands import Errand

TOGETHER = 0.25  # seconds; a wave's copies share their statements
AT_ONCE = 100  # comments in one transaction: a check that comes meanwhile may wait for it
MOST = 10_000  # comments; while the database is away for long the oldest are forgotten


class Joins:
    """The comments of one process that are still to join; any thread may add to it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._unjoined: deque[Judged] = deque(maxlen=MOST)
        self._lock = threading.Lock()
        self._errand = Errand("join", self._join_all, before=TOGETHER)

    def add(self, judged: Sequence[Judged]) -> None:
        """See to it that these join soon; they are committed."""
        if judged:
            with self._lock:
                self._unjoined.extend(judged)
            self._errand.start()

    def _join_all(self) -> bool:
        while batch := self._taken():
            try:
                self._store.write(
                    partial(joining.join_later, judged=batch, now=self._clock()),
                )
            except DATABASE_AWAY:
                with self._lock:
                    self._unjoined.extendleft(reversed(batch))
                raise
        return True

    def _taken(self) -> list[Judged]:
        with self._lock:
            count = min(AT_ONCE, len(self._unjoined))
            return [self._unjoined.popleft() for _ in range(count)]
