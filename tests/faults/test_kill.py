"""Nothing acknowledged is lost, and nothing is judged twice, whatever is killed when.

Comments are posted singly and by batch while each part is killed with SIGKILL, and at last the
whole of Hamlet at once. The database is then compared with what was acknowledged.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bench.instance import Instance
from service.core.store.session import Store
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Outcome
from tests import servers

pytestmark = [pytest.mark.journey, pytest.mark.redis]

PARTS = ("worker", "web", "redis-server", "valkey-server")
CLIENTS = 6
BATCH = 50


class Posters:
    """Clients that post until told to stop, and note what was acknowledged."""

    def __init__(self, instance: Instance, token: str) -> None:
        self.address = urlsplit(instance.url)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.acknowledged: list[str] = []
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._post_on, args=(self._one if i else self._batch,))
            for i in range(CLIENTS)
        ]

    def __enter__(self) -> Posters:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, comments: int) -> None:
        """Return when that many more were acknowledged: whatever was killed is back."""
        goal = len(self.acknowledged) + comments
        servers.wait_until(lambda: len(self.acknowledged) >= goal, "posting to go on", 60)

    def _post_on(self, post: object) -> None:
        while not self._stopping.is_set():
            connection = http.client.HTTPConnection(
                self.address.hostname or "", self.address.port, timeout=20
            )
            try:
                while not self._stopping.is_set():
                    self.acknowledged += post(connection)  # type: ignore[operator]
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the web server is on its way back
            finally:
                connection.close()

    def _comment(self) -> bytes:
        number = next(self._numbers)
        body = "cheap pills http://pills.example" if number % 3 else "A good point, well made."
        url = f"https://blog.example/{number % 20}"
        return json.dumps({"article_url": url, "body": f"{body} {number}"}).encode()

    def _one(self, connection: http.client.HTTPConnection) -> list[str]:
        answer = self._send(connection, "/api/v1/comments", self._comment(), "application/json")
        return [json.loads(answer)["id"]] if answer else []

    def _batch(self, connection: http.client.HTTPConnection) -> list[str]:
        body = b"\n".join(self._comment() for _ in range(BATCH))
        answer = self._send(connection, "/api/v1/comments/batch", body, "application/x-ndjson")
        time.sleep(0.2)  # a client's pace, no wait: else judging the backlog takes minutes
        return [json.loads(line)["id"] for line in answer.splitlines()]

    def _send(
        self, connection: http.client.HTTPConnection, path: str, body: bytes, kind: str
    ) -> bytes:
        connection.request("POST", path, body, self.headers | {"Content-Type": kind})
        response = connection.getresponse()
        answer = response.read()
        return answer if response.status == 202 else b""  # a refusal is no acknowledgement


def processes_of(instance: Instance, part: str) -> list[int]:
    """The children of `hamlet up` whose command names the part."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # it has just ended
        if parent == instance.process.pid and any(part in word for word in command):
            found.append(int(folder.name))
    return found


def check_nothing_lost(instance: Instance, acknowledged: list[str]) -> None:
    store = Store.open(
        instance.environ.get("HAMLET_DATABASE_URL", f"sqlite:///{instance.folder}/hamlet.sqlite3")
    )

    def all_judged() -> bool:
        with store.reading() as session:
            pending = select(func.count()).where(CommentRow.outcome == Outcome.PENDING)
            return session.scalar(pending) == 0

    servers.wait_until(all_judged, "every comment to be judged", 60)
    with store.reading() as session:
        stored = set(session.scalars(select(CommentRow.id)))
        judged = (
            select(EventRow.comment_id, func.count())
            .where(EventRow.kind == "judged")
            .group_by(EventRow.comment_id)
        )
        verdicts = dict(session.execute(judged).all())
        bodies = session.scalars(select(CommentRow.body).where(CommentRow.body.like("% %"))).all()
    store.close()
    assert len(acknowledged) == len(set(acknowledged))
    assert {UUID(comment_id) for comment_id in acknowledged} <= stored
    assert verdicts == dict.fromkeys(stored, 1)
    assert len(bodies) == len(set(bodies)), "a comment was stored twice"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")
def test_no_kill_loses_an_acknowledged_comment_or_doubles_a_verdict(hamlet: Instance) -> None:
    with Posters(hamlet, hamlet.new_token()) as posters:
        posters.wait_for_more(300)
        killed = set()
        for part in (*PARTS, "worker", "web"):
            for pid in processes_of(hamlet, part)[:1]:
                os.kill(pid, signal.SIGKILL)
                killed.add(part)
            posters.wait_for_more(300)
        assert len(killed) == 3, f"only {killed} were found to be killed"
        hamlet.kill()
        hamlet.start()
        posters.wait_for_more(300)
    check_nothing_lost(hamlet, posters.acknowledged)
