"""A long thread is shown a page at a time."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.core.store import sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.web import receipts
from tests.fakes import FrozenClock
from tests.service.web.moderating import add_comment

URL = "http://127.0.0.1:8000/a/demo/bread"
PAGE = "/a/demo/bread"
SECRET = "a secret of at least thirty-two characters"


class Thread:
    """Writes published comments, oldest first."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock

    def publish(self, body: str = "A good read.", **fields: object) -> UUID:
        comment_id = add_comment(self.store, self.clock, body, article_url=URL, **fields)
        with self.store.writing() as session:
            session.get_one(CommentRow, comment_id).outcome = "published"
        return comment_id


@pytest.fixture
def thread(store: Store, clock: FrozenClock) -> Thread:
    with store.writing() as session:
        sites.add(session, "demo", "http://127.0.0.1:8000", clock())
    return Thread(store, clock)


def shown(text: str) -> list[UUID]:
    return [
        UUID(found) for found in re.findall(r'<article class="comment" id="comment-(.+?)"', text)
    ]


def turn(text: str, rel: str) -> str:
    """The address that the link to the next or previous page leads to; "" without one."""
    found = re.search(rf'<a href="([^"]+)#comments" rel="{rel}">', text)
    return PAGE + found[1] if found else ""


def test_pages_follow_one_another_there_and_back(client: FlaskClient, thread: Thread) -> None:
    made = [thread.publish() for _ in range(205)]
    first = client.get(PAGE).text
    middle = client.get(turn(first, "next")).text
    last = client.get(turn(middle, "next")).text
    assert [shown(page) for page in (first, middle, last)] == [
        made[:100],
        made[100:200],
        made[200:],
    ]
    assert (turn(first, "prev"), turn(last, "next")) == ("", "")
    assert shown(client.get(turn(last, "prev")).text) == made[100:200]
    assert shown(client.get(turn(middle, "prev")).text) == made[:100]
    for page in (first, middle, last):
        assert ">205 comments</h2>" in re.sub(r"\s+", " ", page).replace("> ", ">")


def test_a_short_thread_is_shown_whole_whatever_is_asked_for(
    client: FlaskClient, thread: Thread
) -> None:
    made = [thread.publish() for _ in range(3)]
    for query in ("", f"?at={made[1]}", "?at=17", "?after=%00", f"?reply_to={made[0]}"):
        text = client.get(PAGE + query).text
        assert shown(text) == made
        assert 'class="turn"' not in text


def test_long_texts_make_a_page_shorter(client: FlaskClient, thread: Thread) -> None:
    made = [thread.publish("a" * 60_000) for _ in range(5)]
    first = client.get(PAGE).text
    assert shown(first) == made[:3]
    assert shown(client.get(turn(first, "next")).text) == made[3:]
    assert shown(client.get(f"{PAGE}?at={made[4]}").text) == made[2:]


def test_a_receipt_leads_to_the_page_that_holds_the_comment(
    client: FlaskClient, thread: Thread
) -> None:
    made = [thread.publish() for _ in range(150)]
    for comment_id in (made[0], made[120], made[149]):
        receipt = client.get(f"/c/{receipts.token_for(comment_id, SECRET)}").text
        [link] = re.findall(r'<a class="button" href="([^"]+)"', receipt)
        assert link == f"{PAGE}?at={comment_id}#comment-{comment_id}"
        assert comment_id in shown(client.get(link.partition("#")[0]).text)


def test_a_reply_on_another_page_says_whom_it_answers(client: FlaskClient, thread: Thread) -> None:
    asked = thread.publish(author_name="Ada")
    hidden = thread.publish(author_name="Eve")
    for _ in range(100):
        thread.publish()
    replies = [thread.publish(parent_id=parent) for parent in (asked, hidden)]
    with thread.store.writing() as session:
        session.get_one(CommentRow, hidden).outcome = "removed"
    text = client.get(f"{PAGE}?at={replies[1]}").text
    assert f'in reply to <a href="?at={asked}#comment-{asked}"><bdi>Ada</bdi></a>' in text
    assert "Eve" not in text
    assert asked in shown(client.get(f"{PAGE}?at={asked}").text)


def test_replying_shows_the_page_of_the_comment_answered(
    client: FlaskClient, thread: Thread
) -> None:
    made = [thread.publish() for _ in range(120)]
    last = thread.publish(author_name="Ben")
    text = client.get(f"{PAGE}?reply_to={last}").text
    assert "Reply to <bdi>Ben</bdi>" in text
    assert shown(text) == [*made[21:], last]


def test_a_page_whose_comments_are_gone_leads_back(client: FlaskClient, thread: Thread) -> None:
    made = [thread.publish() for _ in range(101)]
    with thread.store.writing() as session:
        session.get_one(CommentRow, made[100]).outcome = "removed"
    text = client.get(f"{PAGE}?after={made[99]}").text
    assert shown(text) == []
    assert "100 comments" in text
    assert shown(client.get(turn(text, "prev")).text) == made[:100]
