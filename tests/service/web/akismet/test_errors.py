"""Section 5 of the reference: an error is never a verdict, and a check always has a guid."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from service.web.akismet import POSTED
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.live import serving

CHECK = "/1.1/comment-check"
HELP = "X-akismet-debug-help"
VERDICTS = ("true", "false", "valid", "invalid")
CALLS = ["comment-check", "submit-spam", "submit-ham", "verify-key", "deactivate"]


@pytest.mark.parametrize("call", CALLS)
def test_an_empty_blog_is_told(door: Door, call: str) -> None:
    for blog in ("", "  "):
        answer = door.call(f"/1.1/{call}", blog=blog, user_ip="192.0.2.7", comment_content="hi")
        assert answer.status_code == 200
        assert answer.text == "Missing required field: blog."
        assert answer.headers[HELP] == 'Empty "blog" value'


def test_an_absent_blog_is_told(door: Door) -> None:
    answer = door.client.post(CHECK, data={"api_key": door.key, "user_ip": "192.0.2.7"})
    assert answer.text == "Missing required field: blog."


@pytest.mark.parametrize("fields", [{"user_ip": ""}, {}])
def test_an_empty_user_ip_is_told(door: Door, fields: dict[str, str]) -> None:
    answer = door.call(CHECK, comment_content="hi", **fields)
    assert (answer.status_code, answer.text) == (200, "Missing required field: user_ip.")
    assert answer.headers[HELP] == 'Empty "user_ip" value'
    assert answer.headers["X-akismet-error"] == "missing-required-field"
    assert answer.headers[GUID]


def test_a_blog_that_is_no_url_is_told(door: Door) -> None:
    answer = door.check(blog="not a url")
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers[HELP] == "We were unable to parse your blog URI"
    assert answer.headers[GUID]


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
@pytest.mark.parametrize("path", [*POSTED, "/1.1/verify-key"])
def test_a_wrong_method_is_told_without_a_verdict(door: Door, path: str, method: str) -> None:
    answer = getattr(door.client, method)(path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert not set(re.findall(r"\w+", answer.text)) & set(VERDICTS)
    assert (GUID in answer.headers) == (path == CHECK)


def test_only_the_newer_calls_are_asked_by_get_too(door: Door) -> None:
    assert door.client.put("/1.2/usage-limit").headers["Allow"] == "GET, POST"
    assert door.client.post("/1.1/test").headers["Allow"] == "GET"


def test_a_call_that_is_none_is_told_in_plain_text(door: Door) -> None:
    for path in ("/1.1/recheck", "/1.2/batch"):
        answer = door.call(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")
        assert answer.text not in VERDICTS


def test_a_json_body_has_no_parameters(door: Door) -> None:
    answer = door.client.post(CHECK, json={"api_key": door.key, "blog": "https://blog.example"})
    assert answer.headers[HELP] == 'Empty "api_key" value'
    assert answer.text not in VERDICTS


def test_a_form_of_half_a_megabyte_is_read(door: Door) -> None:
    answer = door.check("spam " + "x" * 500_000)
    assert answer.text == "true"
    assert len(door.comment(answer).body) < 64 * 1024


def test_a_form_that_is_too_large_is_refused_with_a_guid(door: Door) -> None:
    answer = door.check("x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.text not in VERDICTS
    assert answer.headers[GUID]


def test_what_nobody_foresaw_is_no_verdict(app: Flask, door: Door) -> None:
    app.extensions.pop("hamlet-akismet")
    app.testing = False
    answer = door.check()
    assert answer.status_code == 500
    assert answer.text not in VERDICTS
    assert answer.headers[GUID]


class TestOnTheWire:
    """A live server: what the test client would hide."""

    @contextmanager
    def connection(self, app: Flask) -> Iterator[http.client.HTTPConnection]:
        with serving(app) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            yield connection
            connection.close()

    def test_http_1_0_is_answered_in_one_piece(self, app: Flask, door: Door) -> None:
        body = f"blog=https%3A%2F%2Fblog.example&user_ip=1&comment_author_url&api_key={door.key}"
        with self.connection(app) as connection:
            connection.connect()
            connection.sock.sendall(
                b"POST /1.1/comment-check HTTP/1.0\r\nHost: rest.akismet.com\r\n"
                b"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
                b"User-Agent: WordPress/6.1.9 | Akismet/5.5\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode())
            )
            answer = b""
            while part := connection.sock.recv(4096):
                answer += part
        head, _, body_back = answer.partition(b"\r\n\r\n")
        assert body_back == b"false"
        assert b"Transfer-Encoding" not in head
        assert b"Content-Length: 5" in head
        assert b"x-akismet-guid: " in head.lower()

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Transfer-Encoding": "chunked"}, 411),
            ({"Content-Length": str(2 * 1024 * 1024)}, 413),
        ],
    )
    def test_what_is_refused_unread_has_a_guid(
        self, app: Flask, headers: dict[str, str], status: int
    ) -> None:
        with self.connection(app) as connection:
            connection.putrequest("POST", CHECK)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Expect", "100-continue")
            connection.endheaders()
            answer = connection.getresponse()
            assert answer.status == status
            assert re.fullmatch("[0-9a-f]{32}", answer.headers[GUID])
