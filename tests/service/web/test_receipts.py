"""The private page that tells what became of a comment."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core import moderation, retention
from service.core.errors import NotFound
from service.core.store import comments
from service.core.store.session import Store
from service.core.verdict import Decision
from service.scoring import Scorer, drain
from service.web import receipts
from tests.fakes import FrozenClock

SECRET = "a secret of at least thirty-two characters"
ARTICLE = "https://blog.example/bread"

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def impatient(app: Flask) -> None:
    app.config["RECEIPT_PATIENCE"] = 0


def send(client: FlaskClient, body: str) -> str:
    """The address of the receipt."""
    form = {"article_url": ARTICLE, "author_name": "Nadia", "body": body}
    return client.post("/a/blog/comments", data=form).location


def judge(store: Store, scorer: Scorer, clock: FrozenClock) -> None:
    drain(store, scorer, clock, timedelta(seconds=1))


def test_while_pending_it_looks_again_by_itself(client: FlaskClient, clock: FrozenClock) -> None:
    address = send(client, "Lovely crust!")
    text = client.get(address).text
    assert "Being checked" in text
    assert '<meta http-equiv="refresh" content="3">' in text
    clock.move(minutes=2)
    assert '<meta http-equiv="refresh" content="30">' in client.get(address).text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Lovely crust!", "Your comment is on the page now"),
        ("unsure what to say", "Waiting for a moderator"),
        ("spam spam", "taken for spam"),
    ],
)
def test_it_tells_the_outcome_and_shows_the_text(
    client: FlaskClient, store: Store, scorer: Scorer, clock: FrozenClock, body: str, told: str
) -> None:
    address = send(client, body)
    judge(store, scorer, clock)
    text = client.get(address).text
    assert told in text
    assert body in text
    assert "refresh" not in text


def test_a_published_comment_is_linked_in_the_thread(
    client: FlaskClient, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    address = send(client, "Lovely crust!")
    judge(store, scorer, clock)
    comment_id = receipts.comment_of(address.removeprefix("/c/"), SECRET)
    assert f'href="{ARTICLE}#comment-{comment_id}"' in client.get(address).text


def test_it_tells_of_a_removal(
    client: FlaskClient, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    address = send(client, "Lovely crust!")
    judge(store, scorer, clock)
    with store.writing() as session:
        [row] = comments.page(session)
        moderation.decide(session, row.id, Decision.REMOVE, row.revision, "moderator:1", clock())
    assert "A moderator decided not to have this comment" in client.get(address).text


def test_purged_text_is_said_to_be_deleted(
    client: FlaskClient, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    address = send(client, "spam spam")
    judge(store, scorer, clock)
    clock.now += retention.SPAM_TEXT + timedelta(seconds=1)
    with store.writing() as session:
        retention.purge(session, clock())
    assert "The text has been deleted" in client.get(address).text


def test_it_is_for_nobodys_cache_and_no_search_engine(client: FlaskClient) -> None:
    headers = client.get(send(client, "Lovely crust!")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    assert "<script" not in client.get(send(client, "<script>alert(1)</script>")).text


@pytest.mark.parametrize("token", ["x", "IjEyIg.x", "a.b.c", "%00", "é"])
def test_a_token_that_we_did_not_sign_is_404(client: FlaskClient, token: str) -> None:
    assert client.get(f"/c/{token}").status_code == 404


def test_a_token_is_worth_nothing_under_another_secret() -> None:
    token = receipts.token_for(UUID(int=7), "another secret")
    with pytest.raises(NotFound):
        receipts.comment_of(token, SECRET)


def test_a_comment_that_is_gone_is_404(client: FlaskClient) -> None:
    token = receipts.token_for(UUID(int=7), SECRET)
    assert client.get(f"/c/{token}").status_code == 404


def test_it_waits_a_little_for_the_verdict(
    app: Flask, client: FlaskClient, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    address = send(client, "Lovely crust!")
    comment_id = receipts.comment_of(address.removeprefix("/c/"), SECRET)
    assert receipts.settled(store, comment_id, patience=0.01).outcome == "pending"
    judge(store, scorer, clock)
    assert receipts.settled(store, comment_id, patience=60).outcome == "published"
