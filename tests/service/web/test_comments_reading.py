"""GET /api/v1/comments and …/ID: the queue as data."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.store import keys, sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome
from tests.fakes import FrozenClock, PlainModel
from tests.service.web.conftest import ARTICLE_URL, Site

COMMENTS = "/api/v1/comments"
UNKNOWN = "01920000-0000-7000-8000-000000000000"


@pytest.fixture
def other(store: Store, clock: FrozenClock) -> Site:
    """Another site with a key of its own."""
    with store.writing() as session:
        row = sites.add(session, "paper", "https://paper.example", clock())
        key = keys.make(session, "paper", row.id, "x" * 32, clock())
    return Site(row.id, row.name, key.token, key.key)


def judged(client: FlaskClient, site: Site, body: str) -> dict[str, Any]:
    headers = site.headers | {"Prefer": "wait=2"}
    document = {"article_url": ARTICLE_URL, "body": body}
    found: dict[str, Any] = client.post(COMMENTS, json=document, headers=headers).get_json()
    return found


def listed(client: FlaskClient, site: Site, **query: Any) -> dict[str, Any]:
    response = client.get(COMMENTS, query_string=query, headers=site.headers)
    assert response.status_code == 200, response.get_json()
    found: dict[str, Any] = response.get_json()
    return found


def test_one_comment_is_shown_with_all_that_is_known(client: FlaskClient, site: Site) -> None:
    made = judged(client, site, "spam")
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    assert found == made
    assert (found["score"], found["model"], found["decision"]) == (0.97, "plain-1", None)


def test_the_reasons_of_ham_are_computed_on_view_and_not_stored(
    client: FlaskClient, site: Site, store: Store
) -> None:
    made = judged(client, site, "Lovely bread.")
    assert made["outcome"] == "published"
    assert [reason["code"] for reason in made["reasons"]] == ["word"]
    with store.reading() as session:
        assert session.query(CommentRow.reasons).scalar() == []


def test_reasons_that_cannot_be_computed_are_left_out(
    client: FlaskClient, site: Site, model: PlainModel
) -> None:
    made = judged(client, site, "Lovely bread.")
    model.looks = None  # type: ignore[assignment,method-assign]
    found = client.get(f"{COMMENTS}/{made['id']}", headers=site.headers).get_json()
    assert (found["outcome"], found["reasons"]) == ("published", [])


@pytest.mark.parametrize("comment_id", [UNKNOWN, "1", "x" * 300, "%00", "..%2f.."])
def test_an_unknown_comment_is_a_404(client: FlaskClient, site: Site, comment_id: str) -> None:
    response = client.get(f"{COMMENTS}/{comment_id}", headers=site.headers)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_another_sites_comment_is_a_404(client: FlaskClient, site: Site, other: Site) -> None:
    made = judged(client, site, "spam")
    assert client.get(f"{COMMENTS}/{made['id']}", headers=other.headers).status_code == 404


def test_a_list_holds_only_the_keys_own_site(
    client: FlaskClient, site: Site, other: Site, every_site: dict[str, str]
) -> None:
    made = judged(client, site, "spam")
    assert [found["id"] for found in listed(client, site)["comments"]] == [made["id"]]
    assert listed(client, other) == {"comments": [], "next_cursor": None}
    everything = client.get(COMMENTS, headers=every_site).get_json()
    assert [found["id"] for found in everything["comments"]] == [made["id"]]


def test_a_list_can_be_of_one_outcome_and_one_site(
    client: FlaskClient, site: Site, other: Site, every_site: dict[str, str]
) -> None:
    spam, held = judged(client, site, "spam"), judged(client, site, "unsure")
    assert [found["id"] for found in listed(client, site, outcome="held")["comments"]] == [
        held["id"]
    ]
    query = {"outcome": "spam", "site": "blog"}
    found = client.get(COMMENTS, query_string=query, headers=every_site).get_json()
    assert [item["id"] for item in found["comments"]] == [spam["id"]]
    empty = client.get(COMMENTS, query_string={"site": "paper"}, headers=every_site).get_json()
    assert empty["comments"] == []


@pytest.mark.parametrize("order", ["newest", "oldest", "urgent"])
def test_paging_shows_every_comment_once(
    client: FlaskClient, site: Site, clock: FrozenClock, order: str
) -> None:
    made = []
    for body in ("spam", "unsure", "fine", "spam", "ok"):
        made.append(judged(client, site, body)["id"])
        clock.move(seconds=1)
    seen, cursor = [], {}
    while True:
        page = listed(client, site, order=order, limit=2, **cursor)
        seen += [found["id"] for found in page["comments"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(made)
    if order != "urgent":
        assert seen == (made if order == "oldest" else made[::-1])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("outcome=nice", "outcome: expected one of pending, published, held, spam, removed"),
        ("order=size", "order: expected one of newest, oldest, urgent"),
        ("limit=0", "limit: expected a whole number from 1 to 200"),
        ("limit=%D9%A1", "limit: expected a whole number"),
        ("limit=9999999999999999999999", "limit: expected a whole number"),
        ("cursor=abc", "cursor: expected the next_cursor of an earlier answer"),
        ("cursor=%00%ff", "cursor: expected the next_cursor"),
        ("cursor=ö", "cursor: expected the next_cursor"),
        ("site=nowhere", 'site: expected one of blog, found "nowhere"'),
        ("site=paper", "site: expected one of blog"),
        ("site=%00", "site: expected one of blog"),
        ("colour=red", "colour: unknown; the known parameters are outcome, site"),
        ("limit=1&limit=2", "limit: given 2 times"),
        ("limit=x&order=y", "order: expected one of"),
    ],
)
def test_a_bad_query_is_told_what_is_allowed(
    client: FlaskClient, site: Site, other: Site, query: str, told: str
) -> None:
    response = client.get(f"{COMMENTS}?{query}", headers=site.headers)
    assert response.status_code == 400
    assert told in response.get_json()["detail"]


def test_a_cursor_of_another_order_is_refused(client: FlaskClient, site: Site) -> None:
    for body in ("spam", "unsure"):
        judged(client, site, body)
    cursor = listed(client, site, limit=1)["next_cursor"]
    query = {"order": "oldest", "cursor": cursor}
    assert client.get(COMMENTS, query_string=query, headers=site.headers).status_code == 400


def test_every_outcome_can_be_asked_for(client: FlaskClient, site: Site) -> None:
    for outcome in Outcome:
        assert listed(client, site, outcome=outcome.value)["comments"] == []


def test_a_list_gives_the_kept_reasons_only(client: FlaskClient, site: Site) -> None:
    held, ham = judged(client, site, "unsure"), judged(client, site, "Lovely bread.")
    reasons = {item["id"]: item["reasons"] for item in listed(client, site)["comments"]}
    assert reasons == {held["id"]: held["reasons"], ham["id"]: []}
    assert held["reasons"]
    assert ham["reasons"]


def test_a_query_full_of_faults_is_answered_shortly(client: FlaskClient, site: Site) -> None:
    query = "&".join(f"x{number}" for number in range(5000))
    problem = client.get(f"{COMMENTS}?{query}", headers=site.headers).get_json()
    assert len(problem["errors"]) == 11
    assert problem["detail"].count("the known parameters are outcome, site") == 1
