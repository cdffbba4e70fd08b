"""Where the key stands (section 1), who knows it, and how guessing is slowed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.config import Settings
from service.core.store import keys, sites
from service.core.store.session import Store
from service.web.akismet import keyring
from tests.fakes import FrozenClock
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.conftest import SITE_URL, Site

WRONG = "0123456789ab"
USAGE = "/1.2/usage-limit"


def test_the_key_stands_in_api_key(door: Door) -> None:
    assert door.check().text == "false"


def test_the_key_is_the_first_label_of_the_host(client: FlaskClient, site: Site) -> None:
    fields = {"blog": SITE_URL, "user_ip": "192.0.2.7", "comment_content": "hi"}
    for host in (f"{site.key}.rest.akismet.com", f"{site.key.upper()}.localhost:8000"):
        answer = client.post("/1.1/comment-check", data=fields, headers={"Host": host})
        assert answer.text == "false"


def test_the_key_stands_in_the_query_of_the_newer_calls(client: FlaskClient, site: Site) -> None:
    assert client.get(f"{USAGE}?api_key={site.key}").is_json


def test_letters_of_the_key_may_be_large(door: Door) -> None:
    assert door.check(api_key=door.key.upper()).text == "false"


@pytest.mark.parametrize("path", ["verify-key", "deactivate", "get-subscription", "get-stats"])
def test_the_field_key_wins_in_the_calls_about_keys(door: Door, path: str) -> None:
    """There a client sends its new key in `key` and the stored one in `api_key`."""
    assert door.call(f"/1.1/{path}", key=WRONG).text == "invalid"
    assert door.call(f"/1.1/{path}", key=door.key, api_key=WRONG).text != "invalid"


def test_verify_key_takes_either_name(door: Door) -> None:
    assert door.call("/1.1/verify-key").text == "valid"
    assert door.call("/1.1/verify-key", api_key="", key=door.key).text == "valid"


def test_the_field_key_is_no_key_elsewhere(door: Door) -> None:
    answer = door.check(api_key="", key=door.key)
    assert answer.headers["X-akismet-debug-help"] == 'Empty "api_key" value'


@pytest.mark.parametrize("key", [WRONG, "short", "x" * 12, WRONG * 2])
def test_an_unknown_key_is_told_without_more_when_asked_whether_it_is_good(
    door: Door, key: str
) -> None:
    answer = door.call("/1.1/verify-key", key=key, api_key="")
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert "X-akismet-debug-help" not in answer.headers  # two clients throw on it


@pytest.mark.parametrize("path", ["comment-check", "submit-spam", "submit-ham", "token"])
def test_an_unknown_key_is_told_with_help_elsewhere(door: Door, path: str) -> None:
    answer = door.call(f"/1.1/{path}", api_key=WRONG)
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-debug-help"]  # one client reads a bare one as spam
    assert (GUID in answer.headers) == (path == "comment-check")


def test_no_key_is_no_verdict(door: Door) -> None:
    answer = door.check(api_key="")
    assert answer.status_code == 200
    assert answer.text not in ("true", "false", "valid")
    assert answer.headers["X-akismet-debug-help"] == 'Empty "api_key" value'
    assert answer.headers[GUID]


@pytest.mark.parametrize("path", ["usage-limit", "key-sites", "get-key-stats"])
def test_no_key_is_invalid_in_the_newer_calls(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/1.2/{path}")
    assert answer.text == "invalid"
    assert answer.headers["X-akismet-debug-help"] == 'Empty "api_key" value'


def test_a_revoked_key_is_an_error_that_every_client_sees(door: Door, clock: FrozenClock) -> None:
    door.revoke(clock())
    answer = door.check()
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-error"] == "suspended"
    assert answer.headers["X-akismet-alert-code"] == "10403"
    assert answer.headers["X-akismet-alert-msg"]
    assert answer.headers["X-akismet-debug-help"]
    assert answer.headers[GUID]


def test_a_revoked_key_is_no_good_one(door: Door, clock: FrozenClock) -> None:
    door.revoke(clock())
    answer = door.call("/1.1/verify-key")
    assert answer.text == "invalid"
    assert "X-akismet-alert-code" not in answer.headers


def test_a_key_that_was_good_is_believed_for_seconds_only() -> None:
    assert keyring.FRESH <= 5


def test_a_key_for_one_site_does_not_open_another(door: Door) -> None:
    answer = door.check(blog="https://other.example")
    assert answer.text == "invalid"
    assert answer.headers["X-akismet-error"] == "foreign-site"
    assert answer.headers["X-akismet-alert-code"] == "10404"
    assert "other.example" in answer.headers["X-akismet-debug-help"]
    assert answer.headers[GUID]
    assert door.call("/1.1/verify-key", blog="https://other.example").text == "invalid"


@pytest.mark.parametrize(
    "blog", ["http://blog.example", "https://www.blog.example/", "https://BLOG.example/de/"]
)
def test_a_site_is_known_with_or_without_https_and_www(door: Door, blog: str) -> None:
    assert door.check(blog=blog).text == "false"
    assert len({row.site_id for row in door.all_comments()}) == 1


def test_a_key_for_every_site_adds_the_ones_not_seen_before(
    door: Door, store: Store, settings: Settings, clock: FrozenClock
) -> None:
    with store.writing() as session:
        key = keys.make(session, "all", None, settings.secret_key, clock())
    assert door.check(api_key=key.key, blog="https://new.example/").text == "false"
    with store.reading() as session:
        assert sites.by_origin(session, "https://new.example") is not None


class TestGuesses:
    """48 bits stand against guessing; slowing it keeps the log and the database quiet."""

    def guess(self, client: FlaskClient, count: int) -> None:
        for number in range(count):
            fields = {"key": f"{number:012x}", "blog": SITE_URL}
            assert client.post("/1.1/verify-key", data=fields).text == "invalid"

    def test_many_wrong_keys_from_one_address_must_wait(
        self, client: FlaskClient, site: Site, clock: FrozenClock
    ) -> None:
        self.guess(client, 30)
        fields = {"api_key": site.key, "blog": SITE_URL, "user_ip": "192.0.2.7"}
        answer = client.post("/1.1/comment-check", data=fields)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) == 15 * 60
        assert answer.headers[GUID]
        assert answer.text not in ("true", "false", "invalid")
        clock.move(minutes=16)
        assert client.post("/1.1/comment-check", data=fields).text == "false"

    def test_the_same_wrong_key_over_and_over_is_one_guess(self, door: Door) -> None:
        for _ in range(40):
            assert door.check(api_key=WRONG).text == "invalid"
        assert door.check().text == "false"

    def test_a_key_that_was_good_from_there_stays_so(self, door: Door, client: FlaskClient) -> None:
        assert door.check().text == "false"
        self.guess(client, 31 - 1)
        assert door.check("Another one").text == "false"

    def test_another_address_is_not_kept_waiting(self, door: Door, app: Flask) -> None:
        self.guess(door.client, 30)
        elsewhere = app.test_client()
        fields = {"api_key": door.key, "blog": SITE_URL, "user_ip": "192.0.2.7"}
        answer = elsewhere.post(
            "/1.1/comment-check", data=fields, environ_base={"REMOTE_ADDR": "203.0.113.9"}
        )
        assert answer.text == "false"
