"""The way of a comment, walked once with real parts: form, Redis, worker, queue, example.

Real processes, as `hamlet up` starts them; once with each kind of database.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bench.instance import Instance
from service.core.store import comments, examples
from service.core.store.session import Store
from service.core.verdict import Outcome
from tests import servers
from tests.pages import Reader
from tests.service.learning.village import PRAISE, TOOLS

pytestmark = [pytest.mark.journey, pytest.mark.redis]

SPAM = (
    "Buy cheap viagra and cialis online without prescription, best casino bonus, "
    "click http://cheap-pills.example/buy now!!! http://casino-bonus.example/win"
)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def hamlet(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """A running Hamlet with four workers."""
    url = None
    if request.param == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgres_url"))
    instance = Instance(tmp_path_factory.mktemp("hamlet"), workers=4, database_url=url)
    instance.start()
    yield instance
    assert instance.stop() == 0


@pytest.fixture
def store(hamlet: Instance) -> Iterator[Store]:
    opened = Store.open(
        hamlet.environ.get("HAMLET_DATABASE_URL", f"sqlite:///{hamlet.folder}/hamlet.sqlite3")
    )
    yield opened
    opened.close()


@pytest.fixture
def moderator(hamlet: Instance) -> Reader:
    """Somebody logged in as the owner."""
    reader = Reader(hamlet.url)
    reader.visit("/queue")
    email, password = hamlet.owner
    reader.submit("/login", email=email, password=password)
    assert reader.url.endswith("/queue")
    return reader


def post_comment(hamlet: Instance, **typed: str) -> Reader:
    """A reader who has posted on the demo article and looks at the receipt."""
    reader = Reader(hamlet.url)
    reader.visit("/a/demo/welcome")
    reader.submit("/a/demo/comments", **typed)
    assert "/c/" in reader.url, reader.text
    return reader


def newest(store: Store, body: str) -> UUID:
    with store.reading() as session:
        return next(row.id for row in comments.page(session) if row.body == body)


def outcome(store: Store, comment_id: UUID) -> str:
    with store.reading() as session:
        return comments.by_id(session, comment_id).outcome


def call(hamlet: Instance, path: str, token: str, body: Any = None, **headers: str) -> Any:
    request = urllib.request.Request(
        hamlet.url + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers,
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def test_the_first_look_at_the_queue_shows_every_kind_of_comment(
    hamlet: Instance, store: Store, moderator: Reader
) -> None:
    def settled() -> bool:
        with store.reading() as session:
            counts = comments.counts(session)
        return counts[Outcome.PENDING] == 0 and sum(counts.values()) >= 35

    servers.wait_until(settled, "the sample comments to be judged")
    with store.reading() as session:
        counts = comments.counts(session)
    assert all(counts[kind] >= 3 for kind in (Outcome.PUBLISHED, Outcome.HELD, Outcome.SPAM)), (
        counts
    )
    assert moderator.visit("/queue").count("<article") >= 3


def test_a_comment_travels_from_the_form_to_an_example_and_back(
    hamlet: Instance, store: Store, moderator: Reader
) -> None:
    reader = post_comment(hamlet, author_name="Buy viagra online", body=SPAM)
    comment_id = newest(store, SPAM)
    servers.wait_until(lambda: outcome(store, comment_id) == "spam", "the verdict")
    assert "taken for spam" in reader.visit(reader.url)

    page = moderator.visit(f"/queue/comments/{comment_id}")
    assert "cheap-pills.example" in page
    assert SPAM not in Reader(hamlet.url).visit("/a/demo/welcome")

    moderator.submit(f"/{comment_id}/decision", decision="approve")
    assert outcome(store, comment_id) == "published"
    with store.reading() as session:
        assert examples.label_of(session, comment_id) == examples.HAM
        events = [event.kind for event in comments.events_of(session, comment_id)]
    assert events == ["submitted", "judged", "decided"]
    assert "cheap-pills.example" in Reader(hamlet.url).visit("/a/demo/welcome")

    moderator.visit(f"/queue/comments/{comment_id}")
    moderator.submit(f"/{comment_id}/undo")
    assert outcome(store, comment_id) == "spam"
    with store.reading() as session:
        assert examples.label_of(session, comment_id) is None


def test_a_genuine_comment_is_published_and_answered(hamlet: Instance, store: Store) -> None:
    body = "I moderated a gardening forum for years. What helped most was answering people by name."
    post_comment(hamlet, author_name="Ruth Adler", body=body)
    comment_id = newest(store, body)
    servers.wait_until(lambda: outcome(store, comment_id) != "pending", "the verdict")
    if outcome(store, comment_id) == "held":
        pytest.fail("the model is not sure about a plain genuine comment")
    reader = Reader(hamlet.url)
    assert body in reader.visit("/a/demo/welcome")
    reader.visit(f"/a/demo/welcome?reply_to={comment_id}")
    reader.submit("/a/demo/comments", author_name="Tom", body="Did that work with strangers too?")
    with store.reading() as session:
        reply = next(row for row in comments.page(session) if row.author_name == "Tom")
    assert reply.parent_id == comment_id


def test_the_api_answers_at_once_or_later(hamlet: Instance, store: Store) -> None:
    token = hamlet.new_token()
    comment = {"article_url": "https://news.example/story", "body": SPAM, "author_name": "pills"}
    judged = call(hamlet, "/api/v1/comments", token, comment, Prefer="wait=5")
    assert judged["outcome"] == "spam"
    assert judged["reasons"]
    accepted = call(hamlet, "/api/v1/comments", token, comment)
    assert accepted["outcome"] == "pending"
    servers.wait_until(lambda: outcome(store, UUID(accepted["id"])) == "spam", "the verdict")
    shown = call(hamlet, f"/api/v1/comments/{accepted['id']}", token)
    assert [event["kind"] for event in shown["events"]] == ["submitted", "judged"]


def test_decisions_teach_their_site_and_undos_take_it_back(hamlet: Instance) -> None:
    token = hamlet.new_token()

    def post(site: str, body: str, **headers: str) -> Any:
        comment = {"article_url": f"https://{site}.example/story", "body": body}
        return call(hamlet, "/api/v1/comments", token, comment, **headers)

    def change(comment: Any, path: str, **said: str) -> Any:
        said |= {"revision": comment["revision"]}
        return call(hamlet, f"/api/v1/comments/{comment['id']}/{path}", token, said)

    def verdict(site: str) -> str:
        judged = post(site, PRAISE.format(TOOLS[-1]), Prefer="wait=5")
        return str(judged["verdict"])

    assert verdict("bakery") == verdict("mill") == "ham"
    judged = [post("bakery", PRAISE.format(tool), Prefer="wait=5") for tool in TOOLS[:12]]
    decided = [change(comment, "decision", decision="spam") for comment in judged]
    servers.wait_until(lambda: verdict("bakery") != "ham", "the web server to have learned")
    accepted = post("bakery", PRAISE.format(TOOLS[-1]))
    path = f"/api/v1/comments/{accepted['id']}"
    servers.wait_until(lambda: call(hamlet, path, token)["verdict"] is not None, "a verdict")
    assert call(hamlet, path, token)["verdict"] != "ham"  # by a worker, which knows the same
    assert verdict("mill") == "ham"
    for comment in decided:
        change(comment, "undo")
    servers.wait_until(lambda: verdict("bakery") == "ham", "the web server to have unlearned")


def test_every_part_reports_that_it_is_ready(hamlet: Instance) -> None:
    with urllib.request.urlopen(f"{hamlet.url}/readyz", timeout=10) as response:
        report = json.load(response)
    assert response.status == 200
    assert re.fullmatch(r"\S+", json.dumps(report["model"], separators=(",", ":")))


def test_no_secret_and_no_reader_stands_in_what_is_stored_or_printed(
    hamlet: Instance, store: Store
) -> None:
    _, password = hamlet.owner
    with store.reading() as session:
        stored = str(session.execute(text("SELECT * FROM moderators")).all())
    assert password not in stored
    logs = "".join(path.read_text(errors="replace") for path in Path(hamlet.folder).rglob("*.log"))
    assert password not in logs
    assert "Ruth Adler" not in logs
