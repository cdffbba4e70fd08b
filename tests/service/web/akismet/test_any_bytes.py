"""Whatever bytes arrive, the door neither breaks nor says `false` to what it could not read."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.web.akismet.form import MEDIA_TYPE
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.live import serving

SAME_DOOR = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
CHECK = "/1.1/comment-check"
PIECES = st.sampled_from(
    [b"&", b"=", b"%", b"%00", b"+", b";", b"blog", b"user_ip", b"comment_content", b"\xff", b"%C3"]
)
BODIES = st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=12).map(b"".join)
KINDS = st.sampled_from(
    [MEDIA_TYPE, "application/json", "multipart/form-data", "text/xml", "", "x"]
)


@given(body=BODIES, kind=KINDS)
@SAME_DOOR
def test_what_is_no_form_is_no_verdict(door: Door, body: bytes, kind: str) -> None:
    host = {"Host": f"{door.key}.rest.akismet.com"}
    answer = door.client.post(CHECK, data=body, content_type=kind, headers=host)
    assert answer.status_code == 200
    assert answer.text.startswith("Missing required field:") or answer.text == "invalid"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers[GUID])


@given(value=st.binary(max_size=80), charset=st.text(max_size=12), at=st.integers(0, 12))
@SAME_DOOR
def test_whatever_stands_in_a_field_the_rest_is_judged(
    door: Door, value: bytes, charset: str, at: int
) -> None:
    fields = [
        f"api_key={door.key}", "blog=https://blog.example", "user_ip=192.0.2.7",
        "comment_content=blatant", f"blog_charset={quote_from_bytes(charset.encode())}",
    ]  # fmt: skip
    names = ["comment_author", "comment_author_url", "permalink", "comment_date_gmt", "blog_lang",
             "user_agent", "honeypot_field_name", "callback", "referrer", "comment_type",
             "comment_context[]", "recheck_reason", "POST_ak_bib"]  # fmt: skip
    body = "&".join([f"{names[at]}={quote_from_bytes(value)}", *fields])
    answer = door.client.post(CHECK, data=body, content_type=MEDIA_TYPE)
    assert (answer.status_code, answer.text) == (200, "true")
    assert all(value.isascii() and value.isprintable() for _, value in answer.headers)


class TestRawSockets:
    """Clients that speak less HTTP than libraries do, against a live server."""

    @pytest.fixture
    def port(self, app: Flask) -> Iterator[int]:
        with serving(app) as port:
            yield port

    def exchange(self, port: int, *parts: bytes) -> bytes:
        """All that comes back until the server closes; each part is sent by itself."""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answer = b""
            with suppress(ConnectionError):  # a server that refuses reads no further
                for part in parts:
                    connection.sendall(part)
                while piece := connection.recv(65536):
                    answer += piece
        return answer

    def head(self, body: bytes, *more: bytes) -> bytes:
        lines = [b"Content-Type: application/x-www-form-urlencoded", *more]
        return b"".join(line + b"\r\n" for line in [*lines, b"Content-Length: %d" % len(body), b""])

    def body(self, door: Door, text: str = "spam") -> bytes:
        given = f"blog=https%3A%2F%2Fblog.example&user_ip=1&api_key={door.key}"
        return f"{given}&comment_content={text}".encode()

    def test_http_1_0_without_host_and_agent(self, door: Door, port: int) -> None:
        body = self.body(door)
        answer = self.exchange(
            port, b"POST %s HTTP/1.0\r\n" % CHECK.encode(), self.head(body), body
        )
        assert answer.startswith(b"HTTP/1.0 200")
        assert answer.endswith(b"\r\n\r\ntrue")

    def test_a_body_that_comes_byte_by_byte(self, door: Door, port: int) -> None:
        body = self.body(door)
        head = b"POST %s HTTP/1.1\r\nHost: a\r\n" % CHECK.encode()
        head += self.head(body, b"Connection: close")
        answer = self.exchange(port, head, *(bytes([byte]) for byte in body))
        assert answer.endswith(b"\r\n\r\ntrue")

    def test_half_a_megabyte_after_a_question_whether_to_send_it(
        self, door: Door, port: int
    ) -> None:
        """As curl asks about long bodies."""
        body = self.body(door, "blatant " + "x" * 500_000)
        head = b"POST %s HTTP/1.1\r\nHost: rest.akismet.com\r\n" % CHECK.encode()
        head += self.head(body, b"Expect: 100-continue", b"Connection: close")
        answer = self.exchange(port, head, body)
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert answer.endswith(b"\r\n\r\ntrue")

    @pytest.mark.parametrize(
        "line",
        [
            b"POST /1.1/comment-check",
            b"POST http://rest.akismet.com/1.1/comment-check HTTP/1.1",
            b"POST //1.1/comment-check HTTP/1.1",
            b"post /1.1/comment-check HTTP/1.1",
            b"POST /1.1/comment-check HTTP/3",
            b"\x00\xff /1.1/comment-check HTTP/1.1",
        ],
    )
    def test_a_strange_first_line_is_never_answered_false(
        self, door: Door, port: int, line: bytes
    ) -> None:
        body = self.body(door)
        answer = self.exchange(port, line + b"\r\n" + self.head(body, b"Connection: close"), body)
        assert b"\r\n\r\nfalse" not in answer
        assert not answer.startswith(b"HTTP/1.1 5")
