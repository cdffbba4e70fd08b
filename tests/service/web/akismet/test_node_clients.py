"""The npm clients `@cedx/akismet`, `akismet-api` and `akismet`, unchanged, against a live server.

How each is pointed here stands in tests/clients/node/, and for integrators in
docs/akismet-clients.md.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.servers import free_port, missing
from tests.service.web.akismet.conftest import Door
from tests.service.web.conftest import SITE_URL
from tests.service.web.live import serving

pytestmark = pytest.mark.node

SCRIPTS = Path(__file__).parents[3] / "clients" / "node"
READER = {
    "user_ip": "192.0.2.7",
    "user_agent": "Firefox",
    "comment_author": "Ann",
    "comment_author_email": "ann@reader.example",
}
BAD_KEY = "0123456789ab"


@dataclass(frozen=True)
class Way:
    """A client, where it puts the key, and what its answers to a check are called."""

    script: str
    place: str
    ham: str | bool = False
    spam: str | bool = True
    discard: str | bool = True


WAYS = {
    "cedx": Way("cedx", "form", "ham", "spam", "pervasiveSpam"),
    "akismet-api": Way("akismet-api", "label"),
    "akismet-api without a name": Way("akismet-api", "form"),
    "akismet": Way("akismet", "label"),
    "akismet without a name": Way("akismet", "form"),
}


EACH_CLIENT = ("cedx", "akismet-api", "akismet")


class Running:
    """A script that is told calls by lines, for all tests of one client: Node starts slowly."""

    def __init__(self, way: Way) -> None:
        self.process = subprocess.Popen(
            ["node", "--no-deprecation", f"{way.script}.js", way.place],
            cwd=SCRIPTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, **told: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the script ended with {self.process.wait()}; its reason stands above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self.process.communicate()


class ClientError(Exception):
    """What the client threw."""


@dataclass
class Client:
    """One client with a key for https://blog.example."""

    way: Way
    running: Running
    port: int
    key: str

    def call(self, name: str, *, is_test: bool = False, **fields: str) -> Any:
        """What the client makes of the answer. Raises ClientError."""
        answer = self.running.ask(
            port=self.port, key=self.key, blog=SITE_URL, call=name, fields=fields, is_test=is_test
        )
        if "error" in answer:
            raise ClientError(answer["error"])
        return answer["said"]

    def check(self, text: str = "Lovely crust!", *, is_test: bool = False, **fields: str) -> Any:
        given = {**READER, "comment_content": text, **fields}
        return self.call("check", is_test=is_test, **given)


@pytest.fixture(scope="session")
def packages() -> None:
    """The locked packages, from the registry or npm's cache; anew when the lock is newer."""
    if absent := [name for name in ("node", "npm") if not shutil.which(name)]:
        missing("node", f"found no {' and no '.join(absent)}; on Debian: apt install nodejs npm")
    lock = SCRIPTS / "package-lock.json"
    there = SCRIPTS / "node_modules" / ".package-lock.json"
    if there.exists() and there.stat().st_mtime > lock.stat().st_mtime:
        return
    command = ["npm", "ci", "--prefer-offline", "--loglevel=error"]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, check=False)
    if done.returncode:
        missing("node", f"`npm ci` in tests/clients/node failed: {done.stderr.strip()}")


@pytest.fixture(scope="module", params=WAYS)
def running(request: pytest.FixtureRequest, packages: None) -> Iterator[tuple[Way, Running]]:
    way = WAYS[request.param]
    script = Running(way)
    yield way, script
    script.end()


def by(*ways: str) -> pytest.MarkDecorator:
    """Run the test with these clients only."""
    return pytest.mark.parametrize("running", ways, indirect=True)


@pytest.fixture
def client_of(running: tuple[Way, Running], app: Flask, door: Door) -> Iterator[Client]:
    with serving(app) as port:
        yield Client(*running, port, door.key)


@pytest.fixture
def stranger(client_of: Client) -> Client:
    """The same client with a key that nobody has."""
    return Client(client_of.way, client_of.running, client_of.port, BAD_KEY)


def test_its_key_is_verified(client_of: Client, stranger: Client) -> None:
    assert client_of.call("verify") is True
    assert stranger.call("verify") is False


def test_a_check_is_answered(client_of: Client) -> None:
    way = client_of.way
    assert client_of.check("Lovely crust!") == way.ham
    assert client_of.check("spam") == way.spam
    assert client_of.check("unsure") == way.spam
    assert client_of.check("blatant") == way.discard


@by(*EACH_CLIENT)
def test_the_test_values_are_answered_as_promised(client_of: Client, door: Door) -> None:
    way = client_of.way
    assert client_of.check(comment_author="viagra-test-123", is_test=True) == way.spam
    email = "akismet-guaranteed-spam@example.com"
    assert client_of.check(comment_author_email=email, is_test=True) == way.spam
    assert client_of.check("spam", user_role="administrator", is_test=True) == way.ham
    assert door.call("/1.2/usage-limit").get_json()["usage"] == 0  # `is_test` was understood


@by(*EACH_CLIENT)
def test_what_it_was_told_of_a_comment_arrives_whole(client_of: Client, door: Door) -> None:
    client_of.check(
        "Schöne Kruste 🍞 & 100 % Sauerteig",
        comment_author="Zoë",
        comment_type="reply",
        comment_date_gmt="2026-11-22T11:30:00Z",
        permalink="https://blog.example/bread",
        referrer="https://search.example/",
    )
    [comment] = door.all_comments()
    assert comment.body == "Schöne Kruste 🍞 & 100 % Sauerteig"
    assert (comment.author_name, comment.author_email) == ("Zoë", "ann@reader.example")
    assert (comment.ip, comment.user_agent) == ("192.0.2.7", "Firefox")
    assert (comment.type, comment.referrer) == ("reply", "https://search.example/")
    assert comment.created_at == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)


@by("akismet-api", "akismet")
def test_a_filled_honeypot_is_heard_of(client_of: Client, door: Door) -> None:
    client_of.check(honeypot_field_name="second_name", second_name="Buy now")
    [comment] = door.all_comments()
    assert comment.honeypot == "Buy now"


@by(*EACH_CLIENT)
def test_reports_are_taken(client_of: Client, door: Door) -> None:
    said = {**READER, "comment_content": "spam"}
    client_of.check("spam")
    assert client_of.call("reportHam", **said) is None
    assert door.all_comments()[0].outcome == "published"
    assert client_of.call("reportSpam", **said) is None
    assert door.all_comments()[0].outcome == "spam"


@by("cedx", "akismet-api")
def test_a_bad_key_is_an_error_and_no_verdict(stranger: Client) -> None:
    with pytest.raises(ClientError, match="key"):
        stranger.check()


@by("cedx", "akismet-api")
def test_a_missing_field_is_an_error_that_says_which(client_of: Client) -> None:
    with pytest.raises(ClientError, match='Empty "user_ip" value'):
        client_of.check(user_ip="")


@by("akismet")
def test_akismet_takes_every_error_for_not_spam(client_of: Client, stranger: Client) -> None:
    """Its own doing, and why the guide warns of it: nothing that is answered can change it."""
    assert stranger.check("spam") is False
    assert client_of.check("spam", user_ip="") is False


@by("cedx")
def test_a_report_with_a_bad_key_is_an_error(stranger: Client) -> None:
    with pytest.raises(ClientError, match="key"):
        stranger.call("reportSpam", **READER)


@by("akismet-api", "akismet")
def test_a_report_with_a_bad_key_goes_unnoticed(stranger: Client, door: Door) -> None:
    """Their own doing: neither looks at what a report is answered."""
    assert stranger.call("reportSpam", **READER) is None
    assert door.all_comments() == []


@by(*EACH_CLIENT)
def test_an_absent_server_is_an_error_and_no_verdict(running: tuple[Way, Running]) -> None:
    absent = Client(*running, free_port(), BAD_KEY)
    with pytest.raises(ClientError):
        absent.check()
