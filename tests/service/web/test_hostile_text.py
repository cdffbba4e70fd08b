"""Whatever a hostile client sends gets a clear 4xx or is stored faithfully; never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from service.core.submission import LIMITS, MAX_BYTES
from service.web.comments.wire import NewComment, NewDecision
from tests.service.web.conftest import ARTICLE_URL, Site

COMMENTS = "/api/v1/comments"
GOOD: dict[str, Any] = {"article_url": ARTICLE_URL, "body": "Lovely bread."}
# The application is not changed by a request but for more comments, so the fixtures may be shared.
thorough = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def post(client: FlaskClient, site: Site, body: bytes, path: str = COMMENTS) -> TestResponse:
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"
    return client.post(path, data=body, content_type=kind, headers=site.headers)


def with_field(name: str, value: object) -> bytes:
    return json.dumps(GOOD | {name: value}).encode()


NASTY = [
    ("nothing", b"", "expected JSON"),
    ("blanks", b" \n", "expected JSON"),
    ("cut short", b'{"body": "x', "line 1, column 10"),
    ("invalid UTF-8", b'{"body": "\xff"}', "byte 10 is not UTF-8"),
    ("UTF-16", '{"body": "x"}'.encode("utf-16"), "byte 0 is not UTF-8"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "expected JSON"),
    ("overlong UTF-8", b'{"body": "\xc0\x80"}', "byte 10 is not UTF-8"),
    ("a raw surrogate", b'{"body": "\xed\xa0\x80"}', "byte 10 is not UTF-8"),
    ("a raw control character", b'{"body": "\x00"}', "control character"),
    ("two objects", b"{}{}", "Extra data"),
    ("a list", b"[]", "expected one JSON object {…}, found a list"),
    ("null", b"null", "found null"),
    ("text", b'"x"', 'found "x"'),
    ("a number", b"7", "found 7"),
    ("a number without end", b"9" * 60_000, "expected JSON"),
    ("no number", b'{"filled_in_ms": NaN}', "NaN is not a JSON number"),
    ("infinity", b'{"filled_in_ms": -Infinity}', "-Infinity is not a JSON number"),
    ("open brackets", b"[" * 60_000, "nested too deeply"),
    ("open braces", b'{"a":' * 12_000, "nested too deeply"),
    ("deep in a field", with_field("body", 0)[:-2] + b"[" * 5000 + b"]" * 5000 + b"}", "deeply"),
    ("a name twice", b'{"body": "x", "body": "y"}', "the name body stands there twice"),
    ("a name twice, escaped", b'{"body": "x", "\\u0062ody": "y"}', "body stands there twice"),
    ("a name twice, inside", b'{"body": {"a": 1, "a": 2}}', "the name a stands there twice"),
    ("no field", b"{}", "article_url: expected text of at most 2000 characters, found nothing"),
    ("no body", b'{"article_url": "https://blog.example/"}', "body: expected text, found nothing"),
    ("empty body", with_field("body", ""), "body: expected some text, found none"),
    ("blank body", with_field("body", " \n\t "), "body: expected some text, found none"),
    ("body null", with_field("body", None), "body: expected text, found null"),
    ("body a number", with_field("body", 7), "body: expected text, found 7"),
    ("body a truth", with_field("body", True), "body: expected text, found true"),
    ("body a list", with_field("body", ["x"]), "body: expected text, found a list"),
    ("body an object", with_field("body", {}), "body: expected text, found an object"),
    ("half a pair", with_field("body", "\ud800"), "body: character 0 is half of a surrogate"),
    ("the other half", with_field("author_name", "ab\udfff"), "author_name: character 2 is half"),
    ("pair reversed", with_field("body", "\udc00\ud800"), "body: character 0 is half"),
    ("half a pair as name", with_field("\ud800", 1), "\\ud800: unknown; the known fields are"),
    ("NUL as name", with_field("\0", 1), "\\x00: unknown; the known fields are article_url"),
    ("unknown", with_field("colour", "red"), "colour: unknown; the known fields are article_url"),
    ("a batch's field", with_field("idempotency_key", "k"), "idempotency_key: unknown"),
    ("no address", with_field("article_url", "bread"), "article_url: expected the article's full"),
    ("no web address", with_field("article_url", "file:///etc/passwd"), "article_url: expected"),
    ("a blank host", with_field("article_url", "https:///x"), "article_url: expected"),
    (
        "a host in two",
        with_field("article_url", "https://blog.example\\@evil/"),
        "article_url: exp",
    ),
    ("a broken host", with_field("article_url", "https://[::1"), "article_url: expected"),
    ("no port", with_field("article_url", "https://blog.example:x/"), "article_url: expected"),
    ("a long address", with_field("article_url", "http://" + "x" * 1993), "2001 bytes; at most"),
    ("a wide address", with_field("article_url", "http://x/" + "文" * 900), "2709 bytes; at most"),
    ("a strange parent", with_field("parent_id", "x"), "parent_id: expected the id of a comment"),
    ("parent a number", with_field("parent_id", 7), "parent_id: expected the id of a comment (a U"),
    ("no parent", with_field("parent_id", "0" * 32), "parent_id: there is no such comment"),
    ("no time", with_field("created_at", "yesterday"), "created_at: expected a time with its zone"),
    ("time in seconds", with_field("created_at", 1767225600), "created_at: expected a time with"),
    (
        "no zone",
        with_field("created_at", "2026-01-01T00:00:00"),
        "created_at: expected a time with",
    ),
    ("year 1", with_field("created_at", "0001-01-01T00:00:00+14:00"), "between 1990 and now"),
    ("year 9999", with_field("created_at", "9999-12-31T23:59:59-14:00"), "between 1990 and now"),
    ("time as text", with_field("filled_in_ms", "7"), "filled_in_ms: expected a whole number"),
    ("time below 0", with_field("filled_in_ms", -1), "from 0 to 604800000, found -1"),
    ("time for ever", with_field("filled_in_ms", 10**30), "found another number"),
    ("half a millisecond", with_field("filled_in_ms", 0.5), "found another number"),
]


@pytest.mark.parametrize(
    ("body", "told"), [case[1:] for case in NASTY], ids=[case[0] for case in NASTY]
)
def test_what_cannot_be_accepted_is_told_why(
    client: FlaskClient, site: Site, body: bytes, told: str
) -> None:
    response = post(client, site, body)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert told in response.get_json()["detail"]


def test_every_faulty_field_is_named_at_once(client: FlaskClient, site: Site) -> None:
    response = post(client, site, b'{"body": 1, "author_name": [], "x": 2}')
    faults = response.get_json()["errors"]
    assert [fault["field"] for fault in faults] == ["article_url", "body", "author_name", "x"]


@pytest.mark.parametrize("path", [COMMENTS, f"{COMMENTS}/batch"])
def test_an_answer_does_not_outgrow_a_request_full_of_faults(
    client: FlaskClient, site: Site, path: str
) -> None:
    body = json.dumps({f"x{number}": 0 for number in range(5000)}).encode()
    answer = json.loads(post(client, site, body, path).data)
    problem = answer.get("problem", answer)
    assert [fault["field"] for fault in problem["errors"]] == [
        "article_url", "body", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "…",
    ]  # fmt: skip
    assert problem["errors"][-1]["message"] == "and 4992 more"
    assert problem["detail"].count("the known fields are article_url, body") == 1
    assert len(json.dumps(answer)) < 2000


def test_a_name_of_invisible_characters_is_repeated_shortly(
    client: FlaskClient, site: Site
) -> None:
    response = post(client, site, with_field("\U000e0001" * 5000, 1))
    assert len(response.get_json()["errors"][0]["field"]) <= 61


@pytest.mark.parametrize(
    "name", [name for name in LIMITS if name not in ("article_url", "ip")] + ["ip"]
)
def test_a_field_has_its_limit(client: FlaskClient, site: Site, name: str) -> None:
    assert post(client, site, with_field(name, "ä" * LIMITS[name])).status_code == 202
    response = post(client, site, with_field(name, "ä" * (LIMITS[name] + 1)))
    assert response.status_code == 400
    [fault] = response.get_json()["errors"]
    assert fault == {
        "field": name,
        "message": f"expected text of at most {LIMITS[name]} characters, "
        f"found {LIMITS[name] + 1} characters",
    }


FAITHFUL = [
    "‮detrever‬",
    "zero​width­",
    "a" * 60_000,
    "👩‍👩‍👧‍👦 é ﷽",
    "\U0010ffff￿﷐",
    "<script>alert(1)</script>&amp;' OR 1=1; --",
    "{{ 7 * 7 }} {% raw %} ${jndi:ldap://x}",
    "\r\nSet-Cookie: a=b\r\n\x1b[31m\x7f\x85",
    "Z̸̢̛" * 500,
]


@pytest.mark.parametrize("text", FAITHFUL, ids=range(len(FAITHFUL)))
def test_strange_text_is_kept_to_the_letter(client: FlaskClient, site: Site, text: str) -> None:
    document = json.dumps(GOOD | {"body": text}, ensure_ascii=False).encode()
    made = post(client, site, document).get_json()
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    assert found["body"] == text


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(
    client: FlaskClient, site: Site
) -> None:
    spare = MAX_BYTES - len(json.dumps(GOOD))
    document = json.dumps(GOOD).encode()
    assert post(client, site, document + b" " * spare).status_code == 202
    response = post(client, site, document + b" " * (spare + 1))
    assert response.status_code == 413
    assert response.get_json()["detail"] == "At most 65536 bytes are accepted here."


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
def test_another_content_type_is_refused(client: FlaskClient, site: Site, kind: str) -> None:
    body = json.dumps(GOOD)
    response = client.post(COMMENTS, data=body, headers=site.headers | {"Content-Type": kind})
    assert response.status_code == 415
    assert "application/json" in response.get_json()["detail"]


def test_a_compressed_body_is_refused(client: FlaskClient, site: Site) -> None:
    headers = site.headers | {"Content-Encoding": "gzip"}
    response = client.post(COMMENTS, json=GOOD, headers=headers)
    assert response.status_code == 415


@thorough
@given(body=st.binary(max_size=300))
def test_no_bytes_break_the_door(client: FlaskClient, site: Site, body: bytes) -> None:
    assert post(client, site, body).status_code < 500
    assert post(client, site, body, f"{COMMENTS}/batch").status_code < 500


texts = st.text(st.characters(), max_size=40)  # surrogates included
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from((*NewComment.__struct_fields__, "idempotency_key")) | texts


@thorough
@given(given=st.dictionaries(names, values, max_size=4))
def test_no_value_breaks_a_field(client: FlaskClient, site: Site, given: dict[str, object]) -> None:
    document = json.dumps(GOOD | given).encode()
    assert post(client, site, document).status_code < 500
    response = post(client, site, document, f"{COMMENTS}/batch")
    assert response.status_code == 202
    answer = json.loads(response.data)
    assert answer.get("outcome") == "pending" or answer["problem"]["status"] < 500


@thorough
@given(given=st.dictionaries(st.sampled_from(NewDecision.__struct_fields__), values))
def test_no_value_breaks_a_decision(
    client: FlaskClient, site: Site, given: dict[str, object]
) -> None:
    address = f"{COMMENTS}/01920000-0000-7000-8000-000000000000/decision"
    assert post(client, site, json.dumps(given).encode(), address).status_code in (400, 404)


@thorough
@given(text=st.text(max_size=60))
def test_text_comes_back_as_it_went_in(client: FlaskClient, site: Site, text: str) -> None:
    sent = GOOD | {"body": f".{text}", "author_name": text}
    made = post(client, site, json.dumps(sent).encode()).get_json()
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    kept = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert (found["body"], found["author_name"]) == (f".{kept}", kept)


header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


@thorough
@given(
    headers=st.dictionaries(
        st.sampled_from(["Prefer", "Idempotency-Key", "Content-Type", "Accept", "X-Forwarded-For"]),
        header_text,
    )
)
def test_no_header_breaks_the_door(
    client: FlaskClient, site: Site, headers: dict[str, str]
) -> None:
    body = json.dumps(GOOD)
    response = client.post(COMMENTS, data=body, headers=site.headers | headers)
    assert response.status_code < 500


@thorough
@given(header_text)
def test_no_authorization_breaks_the_guard(client: FlaskClient, given: str) -> None:
    response = client.get(COMMENTS, headers={"Authorization": given})
    assert response.status_code == 401


@thorough
@given(st.dictionaries(st.sampled_from(["outcome", "site", "order", "limit", "cursor"]), texts))
def test_no_query_breaks_the_list(client: FlaskClient, site: Site, given: dict[str, str]) -> None:
    query = {name: text.encode("utf-8", "replace") for name, text in given.items()}
    response = client.get(COMMENTS, query_string=query, headers=site.headers)
    assert response.status_code in (200, 400)


@thorough
@given(st.binary(max_size=40))
def test_no_address_breaks_the_thread(client: FlaskClient, url: bytes) -> None:
    for prefix in (b"", b"https://blog.example/", b"https://"):
        response = client.get("/api/v1/articles/comments", query_string={"url": prefix + url})
        assert response.status_code in (200, 400)
