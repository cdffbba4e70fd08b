"""What the pages and the API tell of learning, and that they ring for it."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import SpamModel
from service.core.store import comments
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock, QuietBell
from tests.service.learning.village import Process
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_comment, add_moderator, judge_all


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
    add_moderator(store, clock)
    moderator = Moderator(app)
    moderator.log_in()
    return moderator


@pytest.fixture
def worker(store: Store, shipped: SpamModel, clock: FrozenClock) -> Process:
    return Process(store, shipped, clock)


@pytest.fixture
def comment_id(store: Store, scorer: Scorer, clock: FrozenClock, site: Site) -> UUID:
    found = add_comment(store, clock, "unsure about this one")
    judge_all(store, scorer, clock)
    return found


def revision(store: Store, comment_id: UUID) -> int:
    with store.reading() as session:
        return comments.by_id(session, comment_id).revision


def test_the_page_rings_for_every_decision_and_undo(
    owner: Moderator, bell: QuietBell, comment_id: UUID
) -> None:
    owner.get(f"/queue/comments/{comment_id}")
    owner.press("/decision", decision="spam")
    assert bell.lessons == 1
    owner.get(f"/queue/comments/{comment_id}")
    page = owner.follow(owner.press("/undo"))
    assert bell.lessons == 2
    assert "Undone, with all it taught" in page


def test_the_api_rings_for_every_decision_and_undo(
    client: FlaskClient, bell: QuietBell, comment_id: UUID, site: Site, store: Store
) -> None:
    for path, said in (("decision", {"decision": "spam"}), ("undo", {})):
        document = said | {"revision": revision(store, comment_id)}
        path = f"/api/v1/comments/{comment_id}/{path}"
        assert client.post(path, json=document, headers=site.headers).status_code == 200
    assert bell.lessons == 2


def test_a_comments_history_tells_what_was_learned_as_long_as_it_stands(
    owner: Moderator, worker: Process, comment_id: UUID
) -> None:
    owner.get(f"/queue/comments/{comment_id}")
    owner.press("/decision", decision="spam")
    assert "Learned as spam" not in owner.get(f"/queue/comments/{comment_id}").text
    worker.teach()
    assert "Learned as spam, step 1" in owner.get(f"/queue/comments/{comment_id}").text
    owner.press("/undo")
    worker.teach()
    assert "Learned as spam" not in owner.get(f"/queue/comments/{comment_id}").text


def test_a_sites_page_tells_how_much_it_was_taught_and_by_which_model_it_is_judged(
    owner: Moderator, worker: Process, comment_id: UUID
) -> None:
    assert "0 decisions taught this site" in owner.get("/queue/sites/blog").text
    owner.get(f"/queue/comments/{comment_id}")
    owner.press("/decision", decision="spam")
    worker.teach()
    page = owner.get("/queue/sites/blog").text
    assert "1 decision taught this site" in page
    assert "Removing a comment" in page


@pytest.mark.parametrize(("age", "status"), [(59, "ready"), (61, "degraded")])
def test_readiness_tells_when_learning_is_behind(
    owner: Moderator, client: FlaskClient, clock: FrozenClock, comment_id: UUID,
    age: int, status: str,
) -> None:  # fmt: skip
    owner.get(f"/queue/comments/{comment_id}")
    owner.press("/decision", decision="spam")
    clock.move(seconds=age)
    found = client.get("/readyz").get_json()
    assert (found["status"], found["oldest_unlearned_seconds"]) == (status, age)


def test_a_process_says_the_version_that_it_has_followed_to(
    owner: Moderator, client: FlaskClient, worker: Process, shipped: SpamModel, comment_id: UUID
) -> None:
    owner.get(f"/queue/comments/{comment_id}")
    owner.press("/decision", decision="spam")
    worker.teach()
    app = owner.client.application
    app.extensions["hamlet"].scorer.follower.catch_up(app.extensions["hamlet"].store)
    assert client.get("/readyz").get_json()["model"] == f"{shipped.version}+1"
