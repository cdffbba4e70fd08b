"""What the queue's script is told: the same doors as the forms', answered as JSON."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.core.store.moderators import Role
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)


class Script(Moderator):
    """Sends the page's forms as the script does."""

    def send(self, comment_id: UUID, action: str, **fields: Any) -> TestResponse:
        return self._send(f"comments/{comment_id}/{action}", fields)

    def look_at(self, comment_id: UUID) -> TestResponse:
        return self._send(f"news/looking/{comment_id}", {})

    def _send(self, action: str, fields: dict[str, Any]) -> TestResponse:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', self.page)[0]
        return self.client.post(
            f"/queue/{action}",
            data={"csrf_token": token, "back": "/queue?tab=spam"} | fields,
            headers={"Accept": "application/json"},
            environ_overrides=self._environ,
        )


@pytest.fixture
def held(store: Store, scorer: Scorer, clock: FrozenClock) -> UUID:
    found = add_comment(store, clock, "unsure")
    judge_all(store, scorer, clock)
    return found


@pytest.fixture
def script(app: Flask, store: Store, clock: FrozenClock) -> Script:
    add_moderator(store, clock)
    script = Script(app)
    script.log_in()
    script.get("/queue")
    return script


def test_a_decision_is_answered_with_what_would_undo_it(
    script: Script, store: Store, held: UUID
) -> None:
    script.get("/queue")
    answer = script.send(held, "decision", decision="spam", revision=2)
    assert answer.json == {"said": "Marked as spam. The site learns from it.", "undo": 3}
    again = script.send(held, "decision", decision="spam", revision=2)
    assert again.json == answer.json  # sent twice, for the first answer was lost
    assert comment_row(store, held).outcome == "spam"
    assert "Marked as spam" not in script.get("/queue").text  # no notice is left over


def test_an_undo_is_answered_with_the_card(script: Script, store: Store, held: UUID) -> None:
    script.get("/queue")
    script.send(held, "decision", decision="spam", revision=2)
    answer = script.send(held, "undo", revision=3).get_json()
    assert answer["said"].startswith("Undone")
    assert answer["card"].strip().startswith("<article")
    assert 'name="revision" value="4"' in answer["card"]
    assert 'name="back" value="/queue?tab=spam"' in answer["card"]
    assert comment_row(store, held).outcome == "held"


@pytest.mark.parametrize("action", ["decision", "undo"])
def test_who_comes_second_gets_the_card_as_it_stands(
    app: Flask, script: Script, store: Store, clock: FrozenClock, held: UUID, action: str
) -> None:
    add_moderator(store, clock, "second@paper.example", Role.MODERATOR)
    second = Script(app)
    second.log_in("second@paper.example")
    second.get("/queue")
    script.get("/queue")
    script.send(held, "decision", decision="remove", revision=2)
    answer = second.send(held, action, decision="approve", revision=2)
    assert answer.status_code == 409
    assert "Removed, by owner@paper.example, under a minute ago" in answer.get_json()["card"]
    assert comment_row(store, held).outcome == "removed"


def test_what_is_wrong_is_told_as_a_problem(script: Script, held: UUID) -> None:
    script.get("/queue")
    answer = script.send(held, "decision", decision="spam")
    assert answer.status_code == 400
    assert "expected the number" in answer.get_json()["detail"]
    answer = script.send(held, "decision", decision="spam", revision=2, csrf_token="stale")
    assert answer.get_json()["code"] == "stale_form"


def test_news_count_and_come_only_when_something_is_new(
    script: Script, store: Store, scorer: Scorer, clock: FrozenClock, held: UUID
) -> None:
    first = script.get("/queue/news").get_json()
    assert first["newest"] == str(held)
    assert first["counts"]["review"] == "1"
    path = f"/queue/news?since={held}"
    news = script.get(path)
    tag = {"If-None-Match": news.headers["ETag"]}
    assert script.client.get(path, headers=tag).status_code == 304
    add_comment(store, clock, "unsure, too")
    judge_all(store, scorer, clock)
    assert script.client.get(path, headers=tag).get_json()["waiting"] == "1"


def test_news_tell_one_of_another_site_nothing(
    app: Flask, store: Store, scorer: Scorer, clock: FrozenClock, held: UUID
) -> None:
    add_comment(store, clock, "unsure", article_url="https://other.example/x")
    judge_all(store, scorer, clock)
    add_moderator(store, clock, "local@paper.example", site_id=comment_row(store, held).site_id)
    local = Moderator(app)
    local.log_in("local@paper.example")
    path = f"/queue/news?site=other-example&since={UUID(int=0)}"
    assert local.get(path).get_json()["waiting"] == "1"


def test_asking_for_news_keeps_no_login_alive(script: Script, clock: FrozenClock) -> None:
    for _ in range(3):
        clock.move(minutes=20)
        script.get("/queue/news")
    assert script.get("/queue/news").status_code == 401
    assert script.get("/queue").status_code == 302


def test_others_see_for_two_minutes_who_looks_at_a_comment(
    app: Flask, script: Script, store: Store, clock: FrozenClock, held: UUID
) -> None:
    add_moderator(store, clock, "bea.cole@paper.example", Role.MODERATOR)
    second = Script(app)
    second.log_in("bea.cole@paper.example")
    for moderator in (script, second):
        moderator.get("/queue")
    for _ in range(2):  # looked at, and looked at still
        answer = second.look_at(held)
        assert answer.status_code == 204
    seen = script.get("/queue/news").get_json()["looking"]
    assert seen == {str(held): {"initials": "BC", "names": "bea.cole@paper.example"}}
    assert second.get("/queue/news").get_json()["looking"] == {}
    clock.move(minutes=2)
    assert script.get("/queue/news").get_json()["looking"] == {}
