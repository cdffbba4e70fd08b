"""What stands in the way is told by its cause, with the remedy."""

from __future__ import annotations

import socket
import ssl

import pytest

from service.outgoing import NotAllowed
from service.selftest import between
from service.selftest.answer import Answer

HERE = "http://comments.example"


@pytest.mark.parametrize(
    ("status", "headers", "text", "told"),
    [
        (301, {"location": "https://comments.example/1.1/test"}, "", "with https://"),
        (308, {"location": "https://www.comments.example/"}, "", "https://www.comments.example/"),
        (302, {"location": "/login?next=/1.1/test"}, "", "asks for a login"),
        (302, {}, "", "it names none"),
        (302, {"location": "http://[broken"}, "", "names no address"),
        (200, {"content-type": "text/html"}, "Welcome", "not Hamlet that answers"),
        (200, {}, " <!doctype html>", "not Hamlet that answers"),
        (401, {"content-type": "text/html"}, "", "asks for a password"),
        (403, {"content-type": "text/html"}, "Just a moment", "without a challenge"),
        (404, {"content-type": "text/html"}, "", "path before /1.1/"),
        (413, {"content-type": "text/html"}, "", "client_max_body_size"),
        (502, {"content-type": "text/html"}, "", "does not reach Hamlet"),
        (504, {"content-type": "text/html"}, "", "waited in vain"),
        (429, {"retry-after": "900"}, "Too many unknown keys.", "HAMLET_TRUSTED_PROXIES"),
        (503, {"content-type": "text/plain"}, "The database", "hamlet doctor"),
    ],
)
def test_what_somebody_else_did_is_told_with_the_remedy(
    status: int, headers: dict[str, str], text: str, told: str
) -> None:
    judgement = between.found(Answer(status, text, headers), HERE)
    assert judgement is not None
    assert told in judgement.remedy


@pytest.mark.parametrize("status", [200, 400, 404, 405])
def test_a_plain_answer_is_nobody_elses_doing(status: int) -> None:
    assert between.found(Answer(status, "false", {"content-type": "text/plain"}), HERE) is None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (socket.gaierror(-2, "Name or service not known"), "DNS"),
        (ConnectionRefusedError(111, "refused"), "Nothing listens"),
        (TimeoutError("timed out"), "within 5 s"),
        (TimeoutError("_ssl.c:999: The handshake operation timed out"), "Is it http://"),
        (ssl.SSLError(1, "wrong version number"), "No TLS is spoken"),
        (ConnectionResetError(104, "reset by peer"), "broke off"),
        (OSError("no HTTP answer: BadStatusLine"), "broke off"),
        (NotAllowed("the host has an address that may not be called"), "HAMLET_PUBLIC_URL"),
    ],
)
def test_why_nothing_came_is_told_with_the_remedy(error: Exception, told: str) -> None:
    assert told in between.unreached(error, 5).remedy


def test_a_certificate_that_is_not_trusted_is_told_with_its_fault() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    assert "self-signed certificate" in between.unreached(error, 5).remedy
