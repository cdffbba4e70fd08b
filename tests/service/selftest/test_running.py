"""Sending the calls: all of them to a Hamlet, the fewest to what is none, the key to nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outgoing import Caller, Reply
from service.selftest.answer import Grade
from service.selftest.calls import calls
from service.selftest.running import (
    BadAddress,
    Result,
    Target,
    base_of,
    blog_of,
    run,
    unsent_by_reason,
)
from tests.servers import free_port
from tests.service.selftest.strangers import HTML, answering

KEY, BLOG = "abcdef012345", "https://blog.example"
NAMES = [call.title for call in calls(BLOG)]


class Scripted:
    """A sender that answers by path and notes what was sent."""

    def __init__(self, says: dict[str, Reply | Exception]) -> None:
        self.says = says
        self.sent: list[tuple[str, str, bytes, dict[str, str]]] = []

    def call(
        self, method: str, url: str, body: bytes, headers: dict[str, str], seconds: float | None
    ) -> Reply:
        assert seconds
        self.sent.append((method, url, body, headers))
        path = url.removeprefix("https://comments.example").partition("?")[0]
        said = self.says.get(path, Reply(200, b"whatever", HAMLETS))
        if isinstance(said, Exception):
            raise said
        return said


HAMLETS = (("X-akismet-server", "hamlet"),)
GOOD = {"/1.1/test": Reply(200, b"connected", HAMLETS), "/1.1/verify-key": Reply(200, b"valid")}


def asked(sender: Scripted, total: float = 60) -> list[Result]:
    return run(Target("https://comments.example", KEY, BLOG), sender, total=total)


def real(url: str) -> list[Result]:
    return run(Target(url, KEY, BLOG), Caller(allow_private=True), total=30)


def test_every_call_has_a_result_in_order() -> None:
    assert [result.call.title for result in asked(Scripted(GOOD))] == NAMES


def test_the_key_is_sent_and_shown_nowhere() -> None:
    echo = Reply(200, f"{KEY} {KEY.upper()}".encode(), (("Location", f"/{KEY}"), *HAMLETS))
    sender = Scripted(GOOD | {"/1.2/key-sites": echo, "/1.1/comment-check": echo})
    results = asked(sender)
    assert sum(KEY.encode() in body for _, _, body, _ in sender.sent) > 15
    assert not any(KEY in url for _, url, _, _ in sender.sent)  # proxies log addresses
    assert KEY not in repr(results)
    assert KEY.upper() not in repr(results)


def test_older_clients_key_stands_in_the_host_only() -> None:
    sender = Scripted(GOOD)
    asked(sender)
    [(body, headers)] = [(b, h) for _, _, b, h in sender.sent if "Host" in h]
    assert headers["Host"] == f"{KEY}.rest.akismet.com"
    assert KEY.encode() not in body


def test_no_comment_is_sent_that_is_no_test() -> None:
    sender = Scripted(GOOD)
    asked(sender)
    bodies = [body for _, url, body, _ in sender.sent if "comment-check" in url or "submit" in url]
    assert all(b"is_test=1" in body for body in bodies if body)


@pytest.mark.parametrize("path", ["/1.1/test", "/1.1/verify-key"])
def test_where_the_first_calls_fail_the_rest_is_not_sent(path: str) -> None:
    sender = Scripted(GOOD | {path: Reply(200, b"invalid")})
    results = asked(sender)
    assert len(sender.sent) == (1 if path == "/1.1/test" else 2)
    [(why, titles)] = unsent_by_reason(results).items()
    assert "Mend that first" in why
    assert len(titles) == len(NAMES) - len(sender.sent)


def test_after_a_call_without_an_answer_the_rest_is_not_sent() -> None:
    sender = Scripted(GOOD | {"/1.1/comment-check": TimeoutError("late")})
    results = asked(sender)
    assert results[3].grade is Grade.WRONG
    assert {result.grade for result in results[4:]} == {Grade.UNSENT}
    assert len(sender.sent) == 4


def test_a_proxy_that_hangs_up_on_another_host_name_concerns_older_clients_only() -> None:
    class HangsUp(Scripted):
        def call(
            self, method: str, url: str, body: bytes, headers: dict[str, str], seconds: float | None
        ) -> Reply:
            reply = super().call(method, url, body, headers, seconds)
            if "Host" in headers:
                raise ConnectionResetError(104, "reset by peer")
            return reply

    by_title = {result.call.title: result for result in asked(HangsUp(GOOD))}
    hung_up = by_title["The key in the host name"]
    assert (hung_up.grade, hung_up.status) == (Grade.ODD, None)
    assert "older clients" in hung_up.judgement.meaning
    assert Grade.UNSENT not in {result.grade for result in by_title.values()}


def test_when_the_time_is_over_the_rest_is_not_sent() -> None:
    sender = Scripted(GOOD)
    results = asked(sender, total=0)
    assert sender.sent == []
    assert {result.grade for result in results} == {Grade.UNSENT}


def test_what_is_harmless_with_hamlet_only_is_not_sent_to_others() -> None:
    sender = Scripted({path: Reply(200, reply.body) for path, reply in GOOD.items()})
    sender.says |= {call.path: Reply(200, b"ok") for call in calls(BLOG) if call.path not in GOOD}
    assert asked(sender)[-1].grade is Grade.UNSENT
    assert not any("deactivate" in url for _, url, _, _ in sender.sent)
    with_hamlet = Scripted(GOOD)
    asked(with_hamlet)
    assert any("deactivate" in url for _, url, _, _ in with_hamlet.sent)


def test_a_closed_port_is_told_at_once() -> None:
    results = real(f"http://127.0.0.1:{free_port()}")
    assert "Nothing listens" in results[0].judgement.remedy
    assert {result.grade for result in results[1:]} == {Grade.UNSENT}


def test_a_server_that_is_no_hamlet_is_told() -> None:
    with answering(lambda _path: (200, {"Content-Type": "text/plain"}, b"hello")) as url:
        first = real(url)[0]
    assert first.grade is Grade.WRONG
    assert (first.status, first.text) == (200, "hello")
    assert "not Hamlet" in first.judgement.remedy


def test_a_redirect_is_told_and_not_followed() -> None:
    asked_for = []

    def say(path: str) -> tuple[int, dict[str, str], bytes]:
        asked_for.append(path)
        return 301, {"Location": "https://127.0.0.1/elsewhere"}, b""

    with answering(say) as url:
        first = real(url)[0]
    assert asked_for == ["/1.1/test"]
    assert "https://" in first.judgement.remedy
    assert dict(first.headers)["location"] == "https://127.0.0.1/elsewhere"


def test_a_proxys_error_page_is_told_and_cut() -> None:
    page = b"<html>" + b"Bad gateway " * 1000
    with answering(lambda _path: (502, HTML, page)) as url:
        first = real(url)[0]
    assert "does not reach Hamlet" in first.judgement.remedy
    assert len(first.text) < 500


@given(st.text(max_size=60))
def test_whatever_is_typed_as_an_address_is_whole_or_refused(text: str) -> None:
    try:
        base = base_of(text)
    except BadAddress:
        return
    assert base.startswith(("http://", "https://"))
    assert not set(base) & set(" \r\n?#@")


@pytest.mark.parametrize("tail", ["", "/", "/1.1", "/1.1/", "/1.2"])
def test_the_version_in_an_address_is_taken_off(tail: str) -> None:
    assert base_of(f"https://x.example:8443/hamlet{tail}") == "https://x.example:8443/hamlet"


@pytest.mark.parametrize(
    "text", ["", "x.example", "https://", "http://x:0", "http://x:port", "ftp://x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        base_of(text)


def test_a_blog_is_known_by_its_front_page() -> None:
    assert blog_of("https://Blog.example/2026/bread") == "https://blog.example"
    with pytest.raises(BadAddress):
        blog_of("blog")
