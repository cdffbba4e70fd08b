"""POST /api/v1/comments: stored before the answer, judged before it when asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from service.core import waiting
from service.core.store import comments, keys, sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from tests.fakes import FrozenClock, QuietBell
from tests.service.web.conftest import ARTICLE_URL, Site

COMMENTS = "/api/v1/comments"


def post(client: FlaskClient, site: Site, body: str = "Lovely bread.", **more: Any) -> TestResponse:
    headers = site.headers | more.pop("headers", {})
    return client.post(
        COMMENTS, json={"article_url": ARTICLE_URL, "body": body} | more, headers=headers
    )


def stored(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(CommentRow)) or 0


def test_a_comment_is_stored_and_a_receipt_given(
    client: FlaskClient, site: Site, store: Store
) -> None:
    response = post(client, site, author_name="Ada", language="en")
    assert response.status_code == 202
    receipt = response.get_json()
    assert receipt == {"id": receipt["id"], "outcome": "pending", "revision": 1}
    assert response.headers["Location"] == f"/api/v1/comments/{receipt['id']}"
    with store.reading() as session:
        row = comments.by_id(session, UUID(receipt["id"]))
    assert (row.author_name, row.body, row.language) == ("Ada", "Lovely bread.", "en")


def test_the_bell_is_rung_after_the_commit(
    client: FlaskClient, site: Site, bell: QuietBell
) -> None:
    post(client, site)
    assert bell.rings == 1


def test_every_field_comes_back_as_it_was_sent(client: FlaskClient, site: Site) -> None:
    parent = post(client, site).get_json()["id"]
    sent = {
        "article_title": "On bread",
        "author_name": "Ada ‮evil",
        "author_email": "ada@example.org",
        "author_url": "https://ada.example",
        "body": "<script>alert(1)</script>\r\n​ 🍞",
        "ip": "192.0.2.1",
        "user_agent": "curl/8",
        "referrer": "https://search.example",
        "parent_id": parent,
        "type": "reply",
        "language": "de",
        "honeypot": "x",
        "filled_in_ms": 12000,
    }
    made = post(client, site, **sent, created_at="2026-11-01T10:00:00+02:00").get_json()
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    assert {name: found[name] for name in sent} == sent
    assert found["created_at"] == "2026-11-01T08:00:00Z"
    assert (found["site"], found["article_url"]) == ("blog", ARTICLE_URL)


def test_null_is_the_same_as_leaving_out(client: FlaskClient, site: Site) -> None:
    response = post(client, site, parent_id=None, created_at=None, author_name=None)
    assert response.status_code == 202


def test_nul_is_stored_as_the_replacement_character(client: FlaskClient, site: Site) -> None:
    made = post(client, site, "a\0b").get_json()
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    assert found["body"] == "a�b"


def test_the_reader_can_wait_for_the_verdict(
    client: FlaskClient, site: Site, bell: QuietBell
) -> None:
    response = post(client, site, "buy spam", headers={"Prefer": "respond-async, wait=5"})
    assert response.status_code == 200
    assert response.headers["Preference-Applied"] == "wait=5"
    found = response.get_json()
    assert (found["outcome"], found["verdict"], found["revision"]) == ("spam", "spam", 2)
    assert found["reasons"] == [
        {"code": "word", "text": 'the word "spam"', "weight": 2.5, "places": []}
    ]
    assert [event["kind"] for event in found["events"]] == ["submitted", "judged"]
    assert bell.rings == 0


@pytest.mark.parametrize("prefer", ["wait=0", "wait=x", "wait", "", "return=minimal", "wait=-1"])
def test_a_preference_that_is_none_is_no_error(
    client: FlaskClient, site: Site, prefer: str
) -> None:
    response = post(client, site, headers={"Prefer": prefer})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers


def test_waiting_is_capped(client: FlaskClient, site: Site) -> None:
    response = post(client, site, headers={"Prefer": 'wait="900"'})
    assert response.headers["Preference-Applied"] == "wait=10"


def test_a_failing_model_leaves_the_comment_held(client: FlaskClient, site: Site) -> None:
    response = post(client, site, "explode", headers={"Prefer": "wait=1"})
    assert response.status_code == 200
    assert response.get_json()["outcome"] == "held"


class TestIdempotency:
    def test_the_same_request_gets_the_same_answer(
        self, client: FlaskClient, site: Site, store: Store
    ) -> None:
        first = post(client, site, headers={"Idempotency-Key": '"one"'})
        second = post(client, site, headers={"Idempotency-Key": '"one"'})
        assert (second.status_code, second.data) == (first.status_code, first.data)
        assert second.headers["Location"] == first.headers["Location"]
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        assert stored(store) == 1

    def test_the_answer_stays_the_same_after_the_verdict(
        self, client: FlaskClient, site: Site
    ) -> None:
        headers = {"Idempotency-Key": "one", "Prefer": "wait=1"}
        first = post(client, site, headers=headers)
        assert post(client, site, headers=headers).get_json() == first.get_json()

    def test_quoted_and_bare_are_the_same_key(self, client: FlaskClient, site: Site) -> None:
        first = post(client, site, headers={"Idempotency-Key": r'"a\"b"'})
        second = post(client, site, headers={"Idempotency-Key": 'a"b'})
        assert first.data == second.data

    def test_another_body_under_the_same_key_is_refused(
        self, client: FlaskClient, site: Site, store: Store
    ) -> None:
        post(client, site, headers={"Idempotency-Key": "one"})
        response = post(client, site, "Other text.", headers={"Idempotency-Key": "one"})
        assert response.status_code == 422
        assert response.get_json()["code"] == "idempotency_conflict"
        assert stored(store) == 1

    def test_keys_of_two_tokens_do_not_meet(
        self, client: FlaskClient, site: Site, every_site: dict[str, str], store: Store
    ) -> None:
        post(client, site, headers={"Idempotency-Key": "one"})
        response = post(client, site, headers=every_site | {"Idempotency-Key": "one"})
        assert response.status_code == 202
        assert stored(store) == 2

    @pytest.mark.parametrize("key", ["", '""', "x" * 256, "ä"])
    def test_what_is_no_key_is_refused(self, client: FlaskClient, site: Site, key: str) -> None:
        response = post(client, site, headers={"Idempotency-Key": key})
        assert response.status_code == 400
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"


class TestTokens:
    @pytest.mark.parametrize(
        "given", [None, "Bearer", "Bearer nobody", "Basic YTpi", "nonsense", "Bearer é", "Basic %"]
    )
    def test_without_a_live_one_all_get_the_same_401(
        self, client: FlaskClient, given: str | None
    ) -> None:
        headers = {} if given is None else {"Authorization": given}
        response = client.post(COMMENTS, json={}, headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="Hamlet API"'
        assert "hamlet key add" in response.get_json()["detail"]

    def test_a_revoked_one_opens_nothing(
        self, client: FlaskClient, site: Site, store: Store, clock: FrozenClock
    ) -> None:
        with store.writing() as session:
            keys.by_token(session, site.token).revoked_at = clock()
        assert post(client, site).status_code == 401

    def test_one_for_a_site_does_not_open_another(
        self, client: FlaskClient, site: Site, store: Store
    ) -> None:
        response = post(client, site, article_url="https://other.example/")
        assert response.status_code == 403
        assert response.get_json()["code"] == "wrong_site"
        assert stored(store) == 0

    def test_one_for_every_site_adds_those_not_seen_before(
        self, client: FlaskClient, every_site: dict[str, str], store: Store
    ) -> None:
        document = {"article_url": "https://new.example/a", "body": "First!"}
        assert client.post(COMMENTS, json=document, headers=every_site).status_code == 202
        with store.reading() as session:
            assert sites.by_origin(session, "https://new.example") is not None

    def test_the_key_is_named_in_the_history(self, client: FlaskClient, site: Site) -> None:
        found = post(client, site, headers={"Prefer": "wait=1"}).get_json()
        assert found["events"][0]["actor"] == "key:blog"


def test_a_comment_that_another_scorer_holds_is_answered_as_pending(
    client: FlaskClient, site: Site, store: Store, clock: FrozenClock, bell: QuietBell
) -> None:
    post(client, site, headers={"Idempotency-Key": "one"})
    with store.writing() as session:
        waiting.claim_pending(session, clock())
    response = post(client, site, headers={"Idempotency-Key": "one", "Prefer": "wait=1"})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers
    assert bell.rings == 2
    assert stored(store) == 1
