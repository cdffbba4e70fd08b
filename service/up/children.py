"""Children: the programs that `up` runs. One that ends is started again, always."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from service.up.errors import GaveUp

log = structlog.get_logger()

SOON = 10.0  # seconds; a child that ends sooner than this after its start is in trouble
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 10.0  # seconds before the next try of a child in trouble
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _nothing_to_mend(_failed_starts: int) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, as plain data."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    pass_fds: Sequence[int] = ()
    most_failed_starts: int | None = None  # in a row; then all of `up` gives up. None: never
    mend: Callable[[int], None] = _nothing_to_mend  # called with the failed starts in a row


class Child:
    """A program kept running: `tend` it often."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.failed_starts = 0  # in a row: it ended soon, by itself and with an error
        self._soon_ended = 0  # in a row, whatever ended it
        self._started = self._due = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Take note if it has ended, and start it when that is due. Raises GaveUp."""
        if self.process is not None and (status := self.process.poll()) is not None:
            self.process = None
            self._note_end(status)
        if self.process is None and time.monotonic() >= self._due:
            self._start()

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End it and whatever it may have started itself."""
        if self.process is not None and self.is_running:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _start(self) -> None:
        self._started = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self.program.argv,
                env=self.program.env,
                pass_fds=self.program.pass_fds,
                stdin=subprocess.DEVNULL,
                stdout=2,  # our own standard output is for the operator and for programs
                start_new_session=True,  # the terminal's Ctrl-C is ours to pass on, in order
                preexec_fn=partial(_die_with, os.getpid()),
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.error("child_not_started", child=self.program.name, why=str(error))
            self._note_end(127)  # what a shell says of a command that cannot be run

    def _note_end(self, status: int) -> None:
        lived = time.monotonic() - self._started
        self._soon_ended = self._soon_ended + 1 if lived < SOON else 0
        self.failed_starts = self.failed_starts + 1 if lived < SOON and status > 0 else 0
        pause = pause_after(self._soon_ended)
        self._due = time.monotonic() + pause
        log.warning(
            "child_ended",
            child=self.program.name,
            status=status,
            lived=round(lived, 1),
            pause=pause,
        )
        if self.failed_starts == self.program.most_failed_starts:
            raise GaveUp(
                f"{self.program.name} failed to start {self.failed_starts} times in a row "
                f"(exit status {status}); its own messages stand above."
            )
        if self.failed_starts:
            self.program.mend(self.failed_starts)


def end_with(parent: int) -> None:
    """From now on, end this process soon after its parent has gone.

    On Linux the kernel has been told already, at the start; this holds everywhere.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)  # nothing is lost: what was acknowledged is committed

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def _die_with(parent: int) -> None:
    """Runs in the new process: have the kernel kill it when `up` dies, however it dies."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died just before
        os._exit(1)


def pause_after(soon_ended: int) -> float:
    """None after the first time: most trouble is over at once. Then twice as long each time."""
    if soon_ended < 2:
        return 0.0
    return float(min(FIRST_PAUSE * 2 ** (soon_ended - 2), LONGEST_PAUSE))
