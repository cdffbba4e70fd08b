"""A Hamlet of its own, for benchmarks and for tests that walk the whole way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HAMLET = (sys.executable, "-m", "service.cli")
ROOT = Path(__file__).parents[1]
LOGIN = re.compile(r"Log in as\s+(\S+)\s+Password\s+(\S+)")


class Instance:
    """`hamlet up` on a free port, with its data in `folder`; can be killed and started again."""

    def __init__(
        self,
        folder: Path,
        workers: int = 1,
        database_url: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.workers = workers
        self.environ = os.environ | {"HAMLET_DATA_DIR": str(folder)} | dict(environ or {})
        if database_url:
            self.environ["HAMLET_DATABASE_URL"] = database_url
        self.printed = ""  # on standard output, by every start
        self.port = "0"

    def start(self) -> None:
        """Return when it is ready. Raises RuntimeError if it ends before."""
        self.process = subprocess.Popen(
            [*HAMLET, "up", "--port", self.port, "--workers", str(self.workers)],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for line in self.process.stdout or ():
            self.printed += line
            if line.startswith("ready "):
                self.url = line.split()[1]
                self.port = self.url.rpartition(":")[2]  # the same one after a restart
                return
        raise RuntimeError(f"hamlet up ended with {self.process.wait()}: {self.printed}")

    def stop(self) -> int:
        """Stop it as Ctrl-C would. Returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """End it as a crash would, without a chance to tidy up."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(40)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def new_token(self) -> str:
        """A token that opens every site."""
        return self.new_key()[1]

    def new_key(self) -> tuple[str, str]:
        """A key for every site, and its token."""
        done = subprocess.run(
            [*HAMLET, "key", "add", "bench", "--json"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        made = json.loads(done.stdout)
        return made["key"], made["token"]

    @property
    def owner(self) -> tuple[str, str]:
        """E-mail address and password of the owner, as printed by the first start."""
        found = LOGIN.search(self.printed)
        if found is None:
            raise RuntimeError(f"no login was printed: {self.printed}")
        return found[1], found[2]


@contextmanager
def running(
    workers: int = 1, database_url: str | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[Instance]:
    """A started instance in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        instance = Instance(Path(folder), workers, database_url, environ)
        instance.start()
        try:
            yield instance
        finally:
            instance.stop()
