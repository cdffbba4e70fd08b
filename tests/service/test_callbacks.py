"""Telling clients of a changed answer: what is sent, and what follows from the reply."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID

import pytest

from service.callbacks import Postman
from service.core import moderation, recording, sealing
from service.core.checking import Check, Opener
from service.core.fingerprint import prints_of
from service.core.intake import new_id
from service.core.places import Places
from service.core.policy import Ruling
from service.core.recording import Judged
from service.core.store import comments, keys
from service.core.store.check_tables import CallbackRow
from service.core.store.session import Store
from service.core.submission import Submission
from service.core.verdict import Decision, Verdict
from service.outgoing import Caller
from tests.fakes import FrozenClock

SECRET = "a secret of at least thirty-two characters"
KEY = "aabbccddeeff"


class Blog(HTTPServer):
    """A client's webhook: notes what came, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.came: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.status, self.says = 200, "success"

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/wp-json/akismet/v1/webhook"


class Hook(BaseHTTPRequestHandler):
    server: Blog

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came.append(({k.lower(): v for k, v in self.headers.items()}, payload))
        guid = payload["comments"][0]["guid"]
        body = json.dumps({"comments": {guid: {"status": self.server.says}}}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def blog() -> Iterator[Blog]:
    with Blog() as blog:
        thread = threading.Thread(target=blog.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield blog
        blog.shutdown()
        thread.join()


@pytest.fixture
def changed(store: Store, clock: FrozenClock, blog: Blog) -> UUID:
    """A comment told to be ham, which a moderator then called spam."""
    said = Submission(
        article_url="https://blog.example/", body="hi", author_email="ann@reader.example"
    )
    guid = new_id(clock())
    with store.writing() as session:
        opener = Opener(keys.make(session, "blog", None, SECRET, clock()).id, "blog", None)
        check = Check(
            guid=guid,
            opener=opener,
            submission=said,
            prints=prints_of(said, [], SECRET),
            callback=blog.hook,
            sealed_key=sealing.seal(KEY, guid, SECRET),
        )
        item = Judged(check=check, ruling=Ruling(Verdict.HAM, 0.02, 0.02), model="plain-1")
        recording.record_many(session, [item], clock(), SECRET, Places())
    decide(store, clock, guid, Decision.SPAM)
    clock.move(seconds=3)
    return guid


def decide(store: Store, clock: FrozenClock, guid: UUID, decision: Decision) -> None:
    with store.writing() as session:
        revision = comments.by_id(session, guid).revision
        moderation.decide(session, guid, decision, revision, "moderator:1", clock())


@pytest.fixture
def postman(store: Store, clock: FrozenClock) -> Postman:
    return Postman(store, Caller(allow_private=True), clock, SECRET)


def test_the_client_is_told_as_its_plugin_expects(
    postman: Postman, blog: Blog, changed: UUID
) -> None:
    assert postman.deliver() == 1
    [(headers, payload)] = blog.came
    assert headers["x-akismet-webhook"]
    assert headers["content-type"] == "application/json"
    assert payload == {
        "key": KEY,
        "endpoint": "comment-check",
        "comments": [
            {
                "guid": changed.hex,
                "result": "true",
                "comment_author_email": "ann@reader.example",
                "decision": "spam",  # ours: the protocol has no word for it
            }
        ],
    }
    assert postman.deliver() == 0


def test_a_decision_taken_back_is_told_too(
    postman: Postman, blog: Blog, changed: UUID, store: Store, clock: FrozenClock
) -> None:
    postman.deliver()
    decide(store, clock, changed, Decision.APPROVE)
    clock.move(seconds=3)
    postman.deliver()
    assert [payload["comments"][0]["result"] for _, payload in blog.came] == ["true", "false"]


@pytest.mark.parametrize(
    ("status", "says"), [(500, "success"), (404, "success"), (302, "success"), (200, "error")]
)
def test_a_client_that_did_not_take_it_is_told_again(
    postman: Postman, blog: Blog, changed: UUID, clock: FrozenClock, status: int, says: str
) -> None:
    blog.status, blog.says = status, says
    assert postman.deliver() == 0
    blog.status, blog.says = 200, "success"
    assert postman.deliver() == 0
    clock.move(seconds=5)
    assert postman.deliver() == 1


def test_a_client_that_says_gone_hears_no_more(
    postman: Postman, blog: Blog, changed: UUID, store: Store
) -> None:
    blog.status = 410
    postman.deliver()
    with store.reading() as session:
        assert session.get(CallbackRow, changed) is None


def test_a_private_address_is_dropped_unless_the_operator_allows_it(
    blog: Blog, changed: UUID, store: Store, clock: FrozenClock
) -> None:
    Postman(store, Caller(), clock, SECRET).deliver()
    assert blog.came == []
    with store.reading() as session:
        assert session.get(CallbackRow, changed) is None


def test_a_host_that_cannot_be_reached_is_tried_again(
    blog: Blog, changed: UUID, store: Store, clock: FrozenClock, postman: Postman
) -> None:
    with store.writing() as session:
        session.get_one(CallbackRow, changed).url = "http://127.0.0.1:1/hook"
    assert postman.deliver() == 0
    with store.reading() as session:
        row = session.get_one(CallbackRow, changed)
    assert (row.attempts, row.owed) == (1, True)


def test_a_key_sealed_under_another_secret_is_not_sent(
    blog: Blog, changed: UUID, store: Store, clock: FrozenClock
) -> None:
    Postman(store, Caller(allow_private=True), clock, SECRET + "x").deliver()
    assert blog.came == []
