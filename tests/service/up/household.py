"""`hamlet up` as a real process tree, for the journeys."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.servers import wait_until

ROOT = Path(__file__).parents[3]


class Household:
    """One `hamlet up`; its whole tree carries a mark in its environment, to be found by."""

    def __init__(self, data_dir: Path, *options: str, **environment: str) -> None:
        data_dir.mkdir(exist_ok=True)
        self.mark = f"HAMLET_TEST_MARK={data_dir}"
        self.said = data_dir / "said.txt"
        self.complained = data_dir / "complained.txt"
        name, _, value = self.mark.partition("=")
        with self.said.open("w") as out, self.complained.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", "up", "--data-dir", str(data_dir), *options],
                cwd=ROOT,
                env={**os.environ, name: value, **environment},
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not self.members(), "every process to end")

    @property
    def output(self) -> str:
        return self.said.read_text()

    @property
    def url(self) -> str:
        """The address after `ready`; waits for it."""
        wait_until(lambda: "ready " in self.output or self.has_ended, "the line `ready`", 60)
        found = re.search(r"^ready (http://\S+)$", self.output, re.MULTILINE)
        assert found, self.output + self.complained.read_text()
        return found[1]

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def status_of(self, path: str) -> int:
        """The status of a GET; 0 when the server cut the connection."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def members(self, word: str = "") -> list[int]:
        """Ids of this tree's living processes, with a word of the command that ends so."""
        return sorted(
            pid
            for pid, command in self.commands().items()
            if any(part.endswith(word) for part in command)
        )

    def commands(self) -> dict[int, list[str]]:
        """Command lines of this tree's living processes, by id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self._owns(folder):
                    command = (folder / "cmdline").read_text().strip("\0").split("\0")
                    found[int(folder.name)] = command
        return found

    def _owns(self, process: Path) -> bool:
        """By its mark, which a broker overwrites with its title; that one works in our folder."""
        marked = self.mark.encode() in (process / "environ").read_bytes().split(b"\0")
        return marked or self.said.parent in (process / "cwd").readlink().parents
