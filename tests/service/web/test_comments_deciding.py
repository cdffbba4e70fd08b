"""POST /api/v1/comments/ID/decision and …/undo."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.core.store import examples
from service.core.store.session import Store
from tests.service.web.conftest import ARTICLE_URL, Site

COMMENTS = "/api/v1/comments"


@pytest.fixture
def held(client: FlaskClient, site: Site) -> dict[str, Any]:
    """A comment that waits for a person, at revision 2."""
    document = {"article_url": ARTICLE_URL, "body": "unsure"}
    headers = site.headers | {"Prefer": "wait=2"}
    found: dict[str, Any] = client.post(COMMENTS, json=document, headers=headers).get_json()
    assert (found["outcome"], found["revision"]) == ("held", 2)
    return found


def decide(client: FlaskClient, site: Site, comment: dict[str, Any], **asked: Any) -> TestResponse:
    address = f"{COMMENTS}/{comment['id']}/decision"
    return client.post(address, json={"revision": 2} | asked, headers=site.headers)


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [("approve", "published"), ("spam", "spam"), ("remove", "removed"), ("hold", "held")],
)
def test_a_decision_gives_the_new_state(
    client: FlaskClient, site: Site, held: dict[str, Any], decision: str, outcome: str
) -> None:
    response = decide(client, site, held, decision=decision, reason="as \0 told")
    assert response.status_code == 200
    found = response.get_json()
    assert (found["decision"], found["outcome"], found["revision"]) == (decision, outcome, 3)
    assert found["events"][-1]["actor"] == "key:blog"
    assert found["events"][-1]["detail"]["reason"] == "as � told"


@pytest.mark.parametrize(("learn", "count"), [(True, 1), (False, 0)])
def test_a_decision_teaches_unless_told_not_to(
    client: FlaskClient, site: Site, held: dict[str, Any], store: Store, learn: bool, count: int
) -> None:
    decide(client, site, held, decision="spam", learn=learn)
    with store.reading() as session:
        assert examples.count(session) == count


def test_a_stale_revision_is_told_the_present_one(
    client: FlaskClient, site: Site, held: dict[str, Any]
) -> None:
    decide(client, site, held, decision="approve")
    response = decide(client, site, held, decision="spam")
    assert response.status_code == 409
    assert response.get_json()["revision"] == 3


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"decision": "spam", "revision": None}, "revision: expected a whole number, found null"),
        ({"decision": "spam", "revision": "2"}, 'revision: expected a whole number, found "2"'),
        ({"decision": "spam", "revision": True}, "revision: expected a whole number, found true"),
        ({"decision": "spam", "revision": 2.0}, "revision: expected a whole number"),
        (
            {"decision": "nice"},
            'decision: expected one of approve, spam, remove, hold, found "nice"',
        ),
        ({"decision": ["spam"]}, "decision: expected one of approve, spam, remove, hold"),
        ({}, "decision: expected one of approve, spam, remove, hold, found nothing"),
        ({"decision": "spam", "learn": "yes"}, 'learn: expected true or false, found "yes"'),
        ({"decision": "spam", "reason": "x" * 501}, "reason: expected text of at most 500"),
        ({"decision": "spam", "why": "x"}, "why: unknown; the known fields are decision, revision"),
    ],
)
def test_a_faulty_decision_is_told_why(
    client: FlaskClient, site: Site, held: dict[str, Any], asked: dict[str, Any], told: str
) -> None:
    response = decide(client, site, held, **asked)
    assert response.status_code == 400
    assert told in response.get_json()["detail"]


def test_the_revision_must_be_there(client: FlaskClient, site: Site, held: dict[str, Any]) -> None:
    address = f"{COMMENTS}/{held['id']}/decision"
    response = client.post(address, json={"decision": "spam"}, headers=site.headers)
    assert response.status_code == 400
    assert response.get_json()["errors"] == [
        {"field": "revision", "message": "expected a whole number, found nothing"}
    ]


def test_a_huge_revision_is_only_stale(
    client: FlaskClient, site: Site, held: dict[str, Any]
) -> None:
    assert decide(client, site, held, decision="spam", revision=10**18).status_code == 409


def test_undo_takes_the_decision_back(
    client: FlaskClient, site: Site, held: dict[str, Any], store: Store
) -> None:
    decide(client, site, held, decision="spam")
    address = f"{COMMENTS}/{held['id']}/undo"
    found = client.post(address, json={"revision": 3}, headers=site.headers).get_json()
    assert (found["decision"], found["outcome"], found["revision"]) == (None, "held", 4)
    with store.reading() as session:
        assert examples.count(session) == 0


def test_there_may_be_nothing_to_undo(
    client: FlaskClient, site: Site, held: dict[str, Any]
) -> None:
    address = f"{COMMENTS}/{held['id']}/undo"
    response = client.post(address, json={"revision": 2}, headers=site.headers)
    assert response.status_code == 409
    assert response.get_json()["code"] == "nothing_to_undo"


@pytest.mark.parametrize("call", ["decision", "undo"])
def test_an_unknown_comment_is_a_404(client: FlaskClient, site: Site, call: str) -> None:
    address = f"{COMMENTS}/01920000-0000-7000-8000-000000000000/{call}"
    asked = {"revision": 1} | ({"decision": "spam"} if call == "decision" else {})
    assert client.post(address, json=asked, headers=site.headers).status_code == 404
