"""The tables of the wire contract, row by row: what is called, what is sent, what is answered.

Other files here tell what a row does to a comment; this one sees that none was forgotten.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.web.akismet import ABOUT_KEYS, ASKED, POSTED
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.conftest import SITE_URL

JSON, CSV, TEXT = "application/json", "text/csv; charset=utf-8", "text/plain; charset=utf-8"
HELP, SERVER = "X-akismet-debug-help", "X-akismet-server"
THANKS = "Thanks for making the web a better place."
VERDICTS = ("true", "false", "valid", "invalid")
WRONG = "0123456789ab"


class Row(NamedTuple):
    """A row of the table of endpoints."""

    path: str
    methods: tuple[str, ...]
    success: str  # a pattern of the whole body
    media_type: str = TEXT
    key: str = "api_key"
    more: tuple[str, str] = ("comment_content", "hi")

    @property
    def name(self) -> str:
        return "=".join((self.path, *self.more)) if "format" in self.more else self.path


ENDPOINTS = [
    Row("/1.1/verify-key", ("POST",), "valid", key="key"),
    Row("/1.1/comment-check", ("POST",), "true|false"),
    Row("/1.1/submit-spam", ("POST",), re.escape(THANKS)),
    Row("/1.1/submit-ham", ("POST",), re.escape(THANKS)),
    Row("/1.2/usage-limit", ("GET", "POST"), r'\{"limit": "none", .*\}', JSON),
    Row("/1.2/key-sites", ("GET", "POST"), r'\{"2026-11": \[.*\], "limit": .*\}', JSON),
    Row("/1.2/key-sites", ("GET", "POST"), r"Active sites (.*\n)+", CSV, more=("format", "csv")),
    Row("/1.1/deactivate", ("POST",), "deactivated", key="key"),
    Row("/1.1/get-subscription", ("POST",), r'\{"account_id": .*\}', JSON, key="key"),
    Row("/1.1/get-stats", ("POST",), r'\{"spam": .*\}', JSON, key="key"),
    Row("/1.2/get-key-stats", ("GET", "POST"), r'\{"spam": .*\}', JSON),
    Row("/1.1/token", ("POST",), "[0-9a-f]{64}"),
]
KEYED = pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)


def ask(door: Door, row: Row, method: str, **fields: str) -> TestResponse:
    given = {
        row.key: door.key,
        "blog": SITE_URL,
        "user_ip": "192.0.2.7",
        **dict([row.more]),
        **fields,
    }
    where = "query_string" if method in ("GET", "HEAD") else "data"
    return door.client.open(row.path, method=method, **{where: given})  # type: ignore[arg-type]


class TestEndpoints:
    @KEYED
    def test_success_is_told_in_the_very_bytes(self, door: Door, row: Row) -> None:
        for method in row.methods:
            answer = ask(door, row, method)
            assert answer.status_code == 200
            assert re.fullmatch(row.success, answer.text)
            assert answer.headers.getlist("Content-Type") == [row.media_type]
            assert answer.headers[SERVER]
            assert answer.headers["Content-Length"] == str(len(answer.data))

    @KEYED
    def test_an_unknown_key_is_invalid(self, door: Door, row: Row) -> None:
        answer = ask(door, row, "POST", **{row.key: WRONG})
        assert (answer.status_code, answer.text) == (200, "invalid")
        assert (HELP in answer.headers) == (row.path != "/1.1/verify-key")

    @KEYED
    def test_without_a_key_it_is_neither_success_nor_verdict(self, door: Door, row: Row) -> None:
        answer = ask(door, row, "POST", **{row.key: ""})
        assert answer.status_code == 200
        assert answer.headers[HELP] == 'Empty "api_key" value'
        is_bare = row.path.startswith("/1.2/") or row.path == "/1.1/verify-key"
        assert answer.text == ("invalid" if is_bare else "Missing required field: api_key.")

    @KEYED
    def test_the_key_may_be_in_large_letters(self, door: Door, row: Row) -> None:
        answer = ask(door, row, "POST", **{row.key: door.key.upper()})
        assert re.fullmatch(row.success, answer.text)

    @KEYED
    def test_the_key_may_be_the_first_label_of_the_host(self, door: Door, row: Row) -> None:
        fields = {"blog": SITE_URL, "user_ip": "192.0.2.7", **dict([row.more])}
        for host in (f"{door.key}.rest.akismet.com", f"{door.key.upper()}.localhost:8000"):
            answer = door.client.post(row.path, data=fields, headers={"Host": host})
            assert re.fullmatch(row.success, answer.text)

    @KEYED
    def test_any_other_method_is_refused(self, door: Door, row: Row) -> None:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = ask(door, row, method)
            if method in row.methods or (method == "HEAD" and "GET" in row.methods):
                assert answer.status_code == 200
                continue
            assert answer.status_code == 405
            assert answer.headers["Allow"] == ", ".join(row.methods)
            assert not set(re.findall(r"\w+", answer.text)) & set(VERDICTS)

    def test_test_is_asked_without_a_key(self, door: Door) -> None:
        assert door.client.get("/1.1/test").data == b"connected"
        assert door.client.head("/1.1/test").status_code == 200
        assert door.client.post("/1.1/test").headers["Allow"] == "GET"

    def test_compatible_plugins_is_asked_without_a_key(self, door: Door) -> None:
        assert door.client.get("/1.2/compatible-plugins").data == b"[]"

    @pytest.mark.parametrize(
        "path", ["/1.1/verify-wpcom-key", "/1.1/recheck", "/1.2/comment-check"]
    )
    def test_what_is_not_served_is_no_verdict(self, door: Door, path: str) -> None:
        answer = door.call(path, user_ip="192.0.2.7", comment_content="hi")
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")
        assert answer.text not in VERDICTS

    def test_no_call_is_missing_in_the_table(self) -> None:
        served = {*POSTED, *ABOUT_KEYS, *ASKED}
        assert {row.path for row in ENDPOINTS} == served


PARAMETERS = [
    "user_agent", "referrer", "permalink", "comment_type", "content_type", "comment_author",
    "comment_author_email", "comment_author_url", "comment_content", "comment_date_gmt",
    "comment_post_modified_gmt", "comment_parent", "blog_lang", "blog_charset", "user_role",
    "is_test", "test_discard", "recheck_reason", "honeypot_field_name", "hidden_honeypot_field",
    "comment_context", "comment_context[]", "comment_context[0]", "callback", "classify",
    "reporter", "comment_check_response", "site_domain", "HTTP_ACCEPT", "REMOTE_ADDR",
    "REQUEST_URI", "DOCUMENT_URI", "POST_comment", "comment_author_IP", "comment_agent",
    "comment_post_ID", "user_ID", "comment_meta[spam]", "comment_as_submitted[comment_content]",
    "akismet_pre_check",
    "comment_pingback_target", "pingbacks_closed", "is_multicall", "multicall_count",
    "akismet_comment_nonce", "POST_ak_hp_textarea", "POST_ak_js", "POST_ak_bib", "POST_ak_bfs",
    "POST_ak_bkp", "POST_ak_bkpc", "POST_ak_bck", "POST_ak_bmk", "POST_ak_bmc", "POST_ak_bmcc",
    "POST_ak_bmm", "POST_ak_bmmc", "POST_ak_bte", "POST_ak_btec", "POST_ak_btmc", "POST_ak_bsc",
    "guid", "anything else", "fields[a][b]", "\N{SNOWMAN}",
]  # fmt: skip


class TestParameters:
    @pytest.mark.parametrize("call", ["comment-check", "submit-spam", "submit-ham"])
    def test_each_is_accepted_whatever_its_value(self, door: Door, call: str) -> None:
        given = {"user_ip": "192.0.2.7", "comment_content": "blatant"}
        for name in PARAMETERS:
            for value in ("", "1", "\N{SNOWMAN} \x00 ' < & \r\n" * 200):
                answer = door.call(f"/1.1/{call}", **given | {name: value})
                assert answer.status_code == 200, name
                if call != "comment-check":
                    assert answer.text == THANKS, name
                else:
                    assert answer.text == ("false" if name == "comment_content" else "true"), name

    @pytest.mark.parametrize("name", ["api_key", "blog", "user_ip"])
    def test_it_is_required(self, door: Door, name: str) -> None:
        for value in ("", " "):
            answer = door.check(**{name: value})
            assert (answer.status_code, answer.text) == (200, f"Missing required field: {name}.")
            assert answer.headers[HELP] == f'Empty "{name}" value'
            assert answer.headers["X-akismet-error"] == "missing-required-field"
            assert answer.headers[GUID]

    def test_no_user_agent_is_needed_to_ask(self, door: Door) -> None:
        given = {"api_key": door.key, "blog": SITE_URL, "user_ip": "ip"}
        answer = door.client.post("/1.1/comment-check", data=given, headers={"User-Agent": ""})
        assert answer.text == "false"


class TestKeyOrder:
    def test_api_key_wins_over_the_host(self, door: Door) -> None:
        host = {"Host": f"{WRONG}.rest.akismet.com"}
        given = {"api_key": door.key, "blog": SITE_URL, "user_ip": "192.0.2.7"}
        assert door.client.post("/1.1/comment-check", data=given, headers=host).text == "false"
        host = {"Host": f"{door.key}.rest.akismet.com"}
        given["api_key"] = WRONG
        assert door.client.post("/1.1/comment-check", data=given, headers=host).text == "invalid"

    def test_key_wins_over_both_where_it_is_listed(self, door: Door) -> None:
        host = {"Host": f"{door.key}.rest.akismet.com"}
        given = {"key": WRONG, "api_key": door.key, "blog": SITE_URL}
        assert door.client.post("/1.1/verify-key", data=given, headers=host).text == "invalid"

    @pytest.mark.parametrize("host", ["rest.akismet.com", "localhost", "127.0.0.1:8000"])
    def test_a_host_without_a_key_is_no_key(self, door: Door, host: str) -> None:
        given = {"blog": SITE_URL, "user_ip": "192.0.2.7"}
        answer = door.client.post("/1.1/comment-check", data=given, headers={"Host": host})
        assert answer.headers[HELP] == 'Empty "api_key" value'

    @pytest.mark.parametrize("host", ["a..b", "[::1", "a b", "\N{SNOWMAN}.example", "x" * 300])
    @pytest.mark.parametrize("path", ["/1.1/comment-check", "/"])
    def test_a_host_that_cannot_be_one_is_refused(self, door: Door, path: str, host: str) -> None:
        wire = host.encode().decode("latin-1")
        answer = door.client.post(path, data={"api_key": door.key}, headers={"Host": wire})
        assert answer.status_code < 500
        assert answer.text not in VERDICTS
        assert (GUID in answer.headers) == (path != "/")


class TestGuid:
    """One client publishes a comment unchecked when the answer to its check has none."""

    @pytest.mark.parametrize(
        "path", ["/1.1/comment-check", "/1.1/comment-check/", "/1.1//comment-check"]
    )
    @pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "OPTIONS", "PURGE"])
    def test_it_is_there_whatever_else_is_wrong(self, door: Door, path: str, method: str) -> None:
        answer = door.client.open(path, method=method, data={"api_key": WRONG})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers[GUID])
        assert answer.text not in ("true", "false")

    def test_it_is_there_when_the_program_fails(self, app: Flask, door: Door) -> None:
        app.extensions.pop("hamlet-akismet")
        app.testing = False
        answer = door.check()
        assert (answer.status_code, len(answer.headers[GUID])) == (500, 32)
