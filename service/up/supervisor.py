"""The supervisor: starts the children in order, keeps them running, stops them in reverse."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self

import structlog

from service.up.children import Child, Program

log = structlog.get_logger()

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
UNDER_NOHUP = (signal.SIGHUP, signal.SIG_IGN)  # then a closed terminal is no reason to stop
GRACE = 10.0  # seconds for each group to finish what it is doing
GLANCE = 0.25  # seconds between looks; a child's end or a signal is noticed at once


class Supervisor:
    """Runs groups of programs, the first group first; a group stops together, the last one first.

    Use it as a context: leaving it stops every child, whatever happened. Not thread-safe; the
    kernel's tie between a child and its parent asks that the main thread starts the children.
    """

    def __init__(self, groups: Sequence[Sequence[Program]], grace: float = GRACE) -> None:
        self.groups = [[Child(program) for program in group] for group in groups]
        self.grace = grace
        self.stopping = False
        self.hurrying = False

    def __enter__(self) -> Self:
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        self._before = {
            number: signal.signal(number, self._note_signal)
            for number in (*STOP_SIGNALS, signal.SIGCHLD)
            if (number, signal.getsignal(number)) != UNDER_NOHUP
        }
        self._waker_before = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        try:
            self._stop()
        finally:
            signal.set_wakeup_fd(self._waker_before)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            os.close(self._wake)
            os.close(self._waker)

    def run(self) -> None:
        """Keep the children running until a signal asks to stop. Raises GaveUp."""
        self.wait_until(lambda: False)

    def wait_until(self, holds: Callable[[], bool], seconds: float = float("inf")) -> bool:
        """Tend the children until `holds()` does. Returns whether it did, in time and unasked.

        Raises GaveUp when a part without which nothing works does not start.
        """
        end = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < end:
            for child in self._children():
                child.tend()
            if holds():
                return True
            self._rest()
        return False

    def _children(self) -> list[Child]:
        return [child for group in self.groups for child in group]

    def _stop(self) -> None:
        self.stopping = True
        for group in reversed(self.groups):
            for child in group:
                child.ask_to_stop()
            self._await_end(group)
            for child in group:
                if child.is_running:
                    log.warning("child_killed", child=child.program.name, grace=self.grace)
                child.kill()

    def _await_end(self, group: Sequence[Child]) -> None:
        end = time.monotonic() + self.grace
        while any(child.is_running for child in group) and time.monotonic() < end:
            if self.hurrying:
                return
            self._rest()

    def _rest(self) -> None:
        select.select([self._wake], [], [], GLANCE)
        with suppress(BlockingIOError):
            os.read(self._wake, 1024)

    def _note_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return  # it only wakes us
        if self.stopping and number == signal.SIGINT:
            self.hurrying = True
        self.stopping = True
