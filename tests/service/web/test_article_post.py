"""The comment form is sent: what is stored, what is refused, and what the reader is shown."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.core.store import comments, sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.web import forms
from tests.fakes import FrozenClock, QuietBell

SECRET = "a secret of at least thirty-two characters"
ARTICLE = "https://blog.example/bread"
NADIA = {
    "article_url": ARTICLE,
    "author_name": "Nadia",
    "author_email": "nadia@example.org",
    "author_url": "example.org",
    "body": "Lovely crust!\r\n\r\nI baked it twice.",
}


def send(client: FlaskClient, **typed: str) -> TestResponse:
    return client.post("/a/blog/comments", data=NADIA | typed)


def stored(store: Store) -> list[CommentRow]:
    with store.reading() as session:
        return comments.page(session)


pytestmark = pytest.mark.usefixtures("site")


def test_a_comment_is_stored_as_pending_and_a_worker_is_rung_for(
    client: FlaskClient, store: Store, bell: QuietBell
) -> None:
    response = send(client)
    assert response.status_code == 303
    assert response.location.startswith("/c/")
    [row] = stored(store)
    assert (row.outcome, row.author_name, row.author_url) == (
        "pending",
        "Nadia",
        "https://example.org",
    )
    assert row.body == "Lovely crust!\n\nI baked it twice."
    assert bell.rings == 1


def test_the_event_names_a_reader_as_the_actor(client: FlaskClient, store: Store) -> None:
    send(client)
    with store.reading() as session:
        [event] = comments.events_of(session, stored(store)[0].id)
    assert (event.kind, event.actor) == ("submitted", "reader")


def test_the_signals_are_stored_with_the_comment(
    client: FlaskClient, store: Store, clock: FrozenClock
) -> None:
    made = forms.stamp(clock(), SECRET)
    clock.move(seconds=4)
    client.post(
        "/a/blog/comments",
        data=NADIA | {"made": made, "subject": "cheap"},
        headers={"User-Agent": "Robot/1", "X-Forwarded-For": "203.0.113.1"},
    )
    [row] = stored(store)
    assert (row.filled_in_ms, row.honeypot) == (4000, "cheap")
    assert (row.ip, row.user_agent) == ("127.0.0.1", "Robot/1")


def test_sent_twice_it_is_stored_once_with_the_same_receipt(
    client: FlaskClient, store: Store
) -> None:
    assert send(client).location == send(client).location
    assert len(stored(store)) == 1


def test_a_reply_keeps_whom_it_answers(client: FlaskClient, store: Store) -> None:
    send(client)
    [parent] = stored(store)
    send(client, body="I agree.", parent_id=str(parent.id))
    [reply] = [row for row in stored(store) if row.body == "I agree."]
    assert reply.parent_id == parent.id


def test_a_form_with_faults_comes_back_with_all_that_was_typed(
    client: FlaskClient, store: Store
) -> None:
    response = send(client, author_name=" ", author_email='no"mail', author_url="javascript:x")
    assert response.status_code == 422
    assert stored(store) == []
    text = response.text
    assert "I baked it twice." in text
    assert 'value="no&#34;mail"' in text
    for name in ("author_name", "author_email", "author_url"):
        assert f'href="#{name}"' in text
        assert f'aria-describedby="{"author_email-hint " if "email" in name else ""}' in text
        assert f'id="{name}-problem"' in text
    assert 'href="#body"' not in text
    assert f'href="{ARTICLE}"' in text


def test_a_form_that_comes_back_keeps_the_time_it_was_first_made(
    client: FlaskClient, clock: FrozenClock
) -> None:
    made = forms.stamp(clock(), SECRET)
    clock.move(minutes=2)
    assert f'value="{made}"' in send(client, body="", made=made).text


@pytest.mark.parametrize("parent", ["17", "00000000-0000-0000-0000-000000000000"])
def test_a_reply_to_what_is_gone_comes_back_as_a_comment_of_its_own(
    client: FlaskClient, store: Store, parent: str
) -> None:
    response = send(client, parent_id=parent)
    assert response.status_code == 422
    assert "not there any more" in response.text
    assert 'name="parent_id" value=""' in response.text
    assert "I baked it twice." in response.text
    assert stored(store) == []


def test_a_reply_with_faults_still_shows_whom_it_answers(
    client: FlaskClient, store: Store, app: Flask
) -> None:
    send(client)
    parent = stored(store)[0]
    with store.writing() as session:
        session.merge(CommentRow(id=parent.id, outcome="published"))
    text = send(client, body="", parent_id=str(parent.id)).text
    assert "Reply to <bdi>Nadia</bdi>" in text
    assert f'href="{ARTICLE}#comment-form"' in text


def test_a_strange_parent_among_other_faults_is_told_with_them(client: FlaskClient) -> None:
    response = send(client, parent_id="17", body="")
    assert response.status_code == 422
    assert response.text.count('class="problem"') == 1
    assert "not there any more" in response.text


def test_an_article_of_another_site_is_refused(client: FlaskClient, store: Store) -> None:
    response = send(client, article_url="https://other.example/bread")
    assert response.status_code == 403
    assert "https://other.example is not among the origins" in response.text
    assert stored(store) == []


def test_a_listed_origin_shares_the_thread_of_its_site(client: FlaskClient, store: Store) -> None:
    with store.writing() as session:
        blog = sites.by_name(session, "blog")
        sites.list_origin(session, blog.id, "https://www.blog.example")
    send(client, article_url="https://www.blog.example/bread")
    with store.reading() as session:
        site = sites.by_name(session, "blog")
        article = sites.article_at(session, site.id, ARTICLE)
    assert article is not None
    assert stored(store)[0].article_id == article.id


def test_the_title_of_a_demo_article_is_known_to_the_model(
    client: FlaskClient, store: Store, clock: FrozenClock
) -> None:
    with store.writing() as session:
        sites.add(session, "demo", "http://127.0.0.1:8000", clock())
    url = "http://127.0.0.1:8000/a/demo/bread"
    client.post("/a/demo/comments", data=NADIA | {"article_url": url})
    with store.reading() as session:
        article = sites.article_at(session, sites.by_name(session, "demo").id, url)
    assert article is not None
    assert article.title == "A loaf that keeps its own hours"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"body=x", 400),
        (b"article_url=%00&body=x", 400),
        (b"article_url=javascript:x&body=x&author_name=x", 400),
        (b"article_url=https://blog.example/x&body=%ff", 400),
        (b"article_url=https://blog.example/x&body=\xff", 400),
        (b"article_url=https://blog.example/x&body=%ed%a0%80", 400),
        (b"article_url=https://blog.example/x&body=a&body=b", 400),
        (b"article_url=https://blog.example/x&author_name=x&body=a%00b", 303),
        (b"article_url=https://blog.example/x&author_name=%e2%80%ae&body=a", 422),
        (b"article_url=https://blog.example/x&author_name=x&body=" + b"a" * 100_000, 422),
        (b"article_url=https://blog.example/x&author_name=x&body=" + b"a" * 1_000_000, 413),
        (b"article_url=https://blog.example/" + b"x" * 9_000 + b"&author_name=x&body=a", 400),
    ],
)
def test_whatever_is_sent_gets_a_clear_answer(
    client: FlaskClient, body: bytes, status: int
) -> None:
    response = client.post("/a/blog/comments", data=body, content_type=forms.MEDIA_TYPE)
    assert response.status_code == status


def test_another_media_type_is_415(client: FlaskClient) -> None:
    assert client.post("/a/blog/comments", json=NADIA).status_code == 415


def test_a_site_that_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.post("/a/nowhere/comments", data=NADIA).status_code == 404


def test_posting_needs_and_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in send(client).headers
    assert "Set-Cookie" not in send(client, body="").headers
