"""The PyPI client `akismet`, unchanged but for the host, against a live server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import akismet
import httpx
import pytest
from akismet import CheckResponse, Config
from flask import Flask

from tests.service.web.akismet.conftest import Door
from tests.service.web.conftest import SITE_URL
from tests.service.web.live import serving

READER = {"comment_author": "Ann", "comment_author_email": "ann@reader.example"}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


class Ways:
    """The same calls by both of its clients."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.config = address, Config(key, SITE_URL)

    def redirect(self, request: httpx.Request) -> None:
        """The client has no setting for the host."""
        request.url = httpx.URL(self.address).join(request.url.raw_path.decode())

    def synchronous(self, call: Callable[[Any], Any]) -> Any:
        http = httpx.Client(event_hooks={"request": [self.redirect]}, timeout=1.0)
        with http, akismet.SyncClient(config=self.config, http_client=http) as client:
            return call(client)

    def asynchronous(self, call: Callable[[Any], Any]) -> Any:
        async def redirect(request: httpx.Request) -> None:
            self.redirect(request)

        async def run() -> Any:
            http = httpx.AsyncClient(event_hooks={"request": [redirect]}, timeout=1.0)
            client = akismet.AsyncClient(config=self.config, http_client=http)
            async with http:
                return await call(client)

        with ThreadPoolExecutor(1) as apart:  # the browser's driver may run a loop in this thread
            return apart.submit(asyncio.run, run()).result()


@pytest.fixture(params=["synchronous", "asynchronous"])
def ask(request: pytest.FixtureRequest, address: str, door: Door) -> Callable[..., Any]:
    """Run a call of the client; `key` stands for another key than the site's."""

    def run(call: Callable[[Any], Any], key: str = door.key) -> Any:
        return getattr(Ways(address, key), request.param)(call)

    return run


Ask = Callable[..., Any]


def test_its_key_is_verified(ask: Ask, door: Door) -> None:
    assert ask(lambda client: client.verify_key(door.key, SITE_URL)) is True
    assert ask(lambda client: client.verify_key("0123456789ab", SITE_URL)) is False


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lovely crust!", CheckResponse.HAM),
        ("spam", CheckResponse.SPAM),
        ("blatant", CheckResponse.DISCARD),
        ("unsure", CheckResponse.SPAM),
    ],
)
def test_a_check_is_answered(ask: Ask, text: str, found: CheckResponse) -> None:
    check = {**READER, "comment_content": text}
    assert ask(lambda client: client.comment_check("192.0.2.7", **check)) is found


def test_guaranteed_spam_is_spam_not_to_discard(ask: Ask) -> None:
    spam = {"comment_author": "akismet-guaranteed-spam", "is_test": True}
    assert ask(lambda client: client.comment_check("192.0.2.7", **spam)) is CheckResponse.SPAM


def test_an_administrator_is_ham(ask: Ask) -> None:
    check = {"comment_content": "spam", "user_role": "administrator", "is_test": True}
    assert ask(lambda client: client.comment_check("192.0.2.7", **check)) is CheckResponse.HAM


def test_reports_are_taken(ask: Ask, door: Door) -> None:
    said = {**READER, "comment_content": "spam"}
    ask(lambda client: client.comment_check("192.0.2.7", **said))
    assert ask(lambda client: client.submit_ham("192.0.2.7", **said)) is True
    assert door.all_comments()[0].outcome == "published"
    assert ask(lambda client: client.submit_spam("192.0.2.7", **said)) is True
    assert door.all_comments()[0].outcome == "spam"


def test_a_bad_key_is_an_error_and_no_verdict(ask: Ask) -> None:
    with pytest.raises(akismet.APIKeyError):
        ask(lambda client: client.comment_check("192.0.2.7"), key="0123456789ab")


def test_a_missing_field_is_an_error_that_says_which(ask: Ask) -> None:
    with pytest.raises(akismet.ProtocolError, match='Empty "user_ip" value'):
        ask(lambda client: client.comment_check(""))


def test_its_usage_is_told(ask: Ask) -> None:
    ask(lambda client: client.comment_check("192.0.2.7", comment_content="hello"))
    found = ask(lambda client: client.usage_limit())
    assert (found["limit"], found["usage"], found["throttled"]) == ("none", 1, False)


def test_its_sites_are_told(address: str, door: Door) -> None:
    """`key_sites` forgets the key, so the http client must bring it."""
    door.check("spam")
    ways = Ways(address, door.key)
    hooks = {"request": [ways.redirect]}
    http = httpx.Client(event_hooks=hooks, params={"api_key": door.key})
    with akismet.SyncClient(config=ways.config, http_client=http) as client:
        found = client.key_sites()
        text = client.key_sites(result_format="csv")
    month = next(name for name in found if name.startswith("20"))
    assert [site["site"] for site in found[month]] == ["blog.example"]
    assert "blog.example,1,1,0,0,0,false" in text
