"""GET /api/v1/articles/comments: the published thread, open to the site's own pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.core.store import sites
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.web.conftest import ARTICLE_URL, SITE_URL, Site

THREAD = "/api/v1/articles/comments"
WWW = "https://www.blog.example"


def post(client: FlaskClient, site: Site, body: str, **more: str) -> str:
    document = {"article_url": ARTICLE_URL, "body": body} | more
    headers = site.headers | {"Prefer": "wait=2"}
    made = client.post("/api/v1/comments", json=document, headers=headers).get_json()
    return str(made["id"])


def test_only_what_is_published_is_shown_and_no_personal_data(
    client: FlaskClient, site: Site, clock: FrozenClock
) -> None:
    first = post(
        client, site, "Lovely.", author_name="Ada", author_email="a@b.example", ip="192.0.2.1"
    )
    clock.move(seconds=1)
    post(client, site, "spam")
    post(client, site, "unsure")
    reply = post(client, site, "Indeed.", parent_id=first)
    found = client.get(THREAD, query_string={"url": ARTICLE_URL + "#comments"}).get_json()
    assert [comment["id"] for comment in found["comments"]] == [first, reply]
    assert set(found["comments"][0]) == {
        "id", "parent_id", "author_name", "author_url", "body", "created_at",
    }  # fmt: skip
    assert found["comments"][1]["parent_id"] == first
    assert found["next_cursor"] is None


def test_a_website_that_is_none_is_left_out(
    client: FlaskClient, site: Site, clock: FrozenClock
) -> None:
    post(client, site, "One.", author_url="javascript:alert(1)")
    clock.move(seconds=1)
    post(client, site, "Two.", author_url="https://ada.example")
    found = client.get(THREAD, query_string={"url": ARTICLE_URL}).get_json()
    assert [item["author_url"] for item in found["comments"]] == ["", "https://ada.example"]


@pytest.mark.parametrize("url", [f"{SITE_URL}/unheard-of", "https://nobody.example/"])
def test_an_unknown_article_has_no_comments(client: FlaskClient, site: Site, url: str) -> None:
    response = client.get(THREAD, query_string={"url": url})
    assert response.get_json() == {"comments": [], "next_cursor": None}


def test_the_sites_own_pages_may_read_it(client: FlaskClient, site: Site, store: Store) -> None:
    with store.writing() as session:
        sites.list_origin(session, site.id, WWW)
    for origin in (SITE_URL, WWW):
        response = client.get(THREAD, query_string={"url": ARTICLE_URL}, headers={"Origin": origin})
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in response.headers["Vary"]


def test_a_listed_origin_has_the_same_thread(client: FlaskClient, site: Site, store: Store) -> None:
    with store.writing() as session:
        sites.list_origin(session, site.id, WWW)
    posted = post(client, site, "Lovely.", article_url=f"{WWW}/bread")
    for url in (ARTICLE_URL, f"{WWW}/bread"):
        query, headers = {"url": url}, {"Origin": WWW}
        response = client.get(THREAD, query_string=query, headers=headers)
        assert [item["id"] for item in response.get_json()["comments"]] == [posted]
        assert response.headers["Access-Control-Allow-Origin"] == WWW
        preflight = client.options(THREAD, query_string=query, headers=headers)
        assert preflight.headers["Access-Control-Allow-Origin"] == WWW


def test_a_page_of_the_thread_holds_so_many_characters(
    client: FlaskClient, site: Site, clock: FrozenClock, store: Store
) -> None:
    made = []
    for _ in range(18):  # of 60,000 characters
        made.append(post(client, site, "a" * 60_000))
        clock.move(seconds=1)
    first = client.get(THREAD, query_string={"url": ARTICLE_URL}).get_json()
    query = {"url": ARTICLE_URL, "cursor": first["next_cursor"]}
    second = client.get(THREAD, query_string=query).get_json()
    pages = [[item["id"] for item in page["comments"]] for page in (first, second)]
    assert pages == [made[:16], made[16:]]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", SITE_URL + ".evil"])
def test_pages_of_other_origins_may_not(client: FlaskClient, site: Site, origin: str) -> None:
    response = client.get(THREAD, query_string={"url": ARTICLE_URL}, headers={"Origin": origin})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.headers["Vary"]


def test_a_preflight_is_answered(client: FlaskClient, site: Site) -> None:
    response = client.options(
        THREAD, query_string={"url": ARTICLE_URL}, headers={"Origin": SITE_URL}
    )
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SITE_URL
    assert response.headers["Access-Control-Allow-Methods"] == "GET"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "url: expected, but not there"),
        ("url=", "url: expected the article's full address"),
        ("url=javascript:alert(1)", "url: expected the article's full address"),
        ("url=http://[", "url: expected the article's full address"),
        ("url=http://a:99999/", "url: expected the article's full address"),
        ("url=https://a.example/" + "x" * 2000, "at most 2000 are accepted"),
        ("url=https://a.example/&cursor=%ff", "cursor: expected the next_cursor"),
    ],
)
def test_a_bad_query_is_told_what_is_expected(client: FlaskClient, query: str, told: str) -> None:
    response = client.get(f"{THREAD}?{query}")
    assert response.status_code == 400
    assert told in response.get_json()["detail"]


@pytest.mark.parametrize("url", ["https://blog.example/%00", "https://blog.example/\0", "http://ﬀ"])
def test_a_strange_address_harms_nothing(client: FlaskClient, site: Site, url: str) -> None:
    assert client.get(THREAD, query_string={"url": url}).status_code == 200


def test_a_thread_that_has_not_changed_is_not_sent_again(client: FlaskClient, site: Site) -> None:
    first = client.get(THREAD, query_string={"url": ARTICLE_URL})
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.get(THREAD, query_string={"url": ARTICLE_URL}, headers=headers)
    assert again.status_code == 304
    post(client, site, "Lovely.")
    again = client.get(THREAD, query_string={"url": ARTICLE_URL}, headers=headers)
    assert again.status_code == 200
