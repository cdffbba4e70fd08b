"""A blog that speaks Akismet's protocol, against a whole Hamlet: asked, decided, told, reported."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID

import pytest

from bench.instance import HAMLET, ROOT, Instance, running
from tests.servers import wait_until

TEXT = "What a lovely article; I baked it on Sunday and the crust was great. Thank you!"


class Blog(HTTPServer):
    """Notes what it is told at its webhook."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Webhook)
        self.told: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Webhook(BaseHTTPRequestHandler):
    server: Blog

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(text))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def blog() -> Iterator[Blog]:
    with Blog() as blog:
        thread = threading.Thread(target=blog.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield blog
        blog.shutdown()
        thread.join()


class Client:
    """Both forms of one key."""

    def __init__(self, instance: Instance) -> None:
        done = subprocess.run(
            [*HAMLET, "key", "add", "journey", "--json"], cwd=ROOT, env=instance.environ,
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        self.url, made = instance.url, json.loads(done.stdout)
        self.key, self.headers = made["key"], {"Authorization": f"Bearer {made['token']}"}

    def call(self, path: str, **fields: str) -> tuple[str, str]:
        """The answer's body and guid."""
        data = urlencode(fields | {"api_key": self.key}).encode()
        with urlopen(Request(self.url + path, data)) as answer:
            return answer.read().decode(), answer.headers.get("X-akismet-guid", "")

    def comment(self, guid: str) -> dict[str, Any]:
        address = f"{self.url}/api/v1/comments?guid={guid}"
        with urlopen(Request(address, headers=self.headers)) as answer:
            found: dict[str, Any] = json.load(answer)["comments"][0]
            return found

    def decide(self, guid: str, decision: str) -> None:
        body = {"decision": decision, "revision": self.comment(guid)["revision"]}
        address = f"{self.url}/api/v1/comments/{UUID(guid)}/decision"
        headers = self.headers | {"Content-Type": "application/json"}
        urlopen(Request(address, json.dumps(body).encode(), headers)).close()


@pytest.mark.journey
def test_a_blog_is_answered_told_of_a_decision_and_heard(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAMLET_PRIVATE_CALLBACKS", "yes")
    said = {"blog": blog.url, "comment_author": "Ann", "comment_content": TEXT}
    with running() as instance:
        client = Client(instance)
        hook = f"{blog.url}/hook"
        word, guid = client.call("/1.1/comment-check", **said, user_ip="192.0.2.1", callback=hook)
        found = client.comment(guid)
        told_spam = word == "true"
        assert found["score"] is not None
        assert (found["outcome"] != "published") == told_spam
        client.decide(guid, "approve" if told_spam else "spam")
        wait_until(lambda: bool(blog.told), "the blog to be told")
        assert blog.told[0]["key"] == client.key
        [comment] = blog.told[0]["comments"]
        assert (comment["guid"], comment["result"]) == (guid, "false" if told_spam else "true")
        client.call("/1.1/submit-ham", **said)
        found = client.comment(guid)
        assert found["outcome"] == "published"
