"""Finding and deciding many on the queue's pages, with plain forms."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.conftest import Add, Site
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)
from tests.service.web.test_queue import shown


def search(moderator: Moderator, query: str, **place: str) -> list[UUID]:
    more = "".join(f"&{name}={value}" for name, value in place.items())
    return shown(moderator.get(f"/queue?q={quote(query)}{more}").text)


def decide(
    moderator: Moderator, scope: str, decision: str, picks: list[UUID] | None = None
) -> TestResponse:
    """Press a button of the bar above the cards, with the boxes of `picks` ticked."""
    bar = moderator.page.partition('<form class="bulk"')[2].partition("</form>")[0]
    sent = MultiDict(
        (name, unescape(value))
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', bar)
    )
    boxes = re.findall(r'name="pick" value="([^"]+)"', moderator.page)
    for pick in picks or []:
        sent.add("pick", next(box for box in boxes if box.startswith(str(pick))))
    sent["scope"], sent["decision"] = scope, decision
    return moderator.post("/queue/bulk", sent)  # type: ignore[arg-type]  # Werkzeug takes both


def confirm(moderator: Moderator, decision: str) -> TestResponse:
    form = moderator.page.partition('<form class="sure"')[2].partition("</form>")[0]
    sent = MultiDict(
        (name, unescape(value))
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    )
    sent["decision"] = decision
    return moderator.post("/queue/bulk", sent)  # type: ignore[arg-type]


def outcomes(store: Store) -> dict[str, int]:
    with store.reading() as session:
        grouped = select(CommentRow.outcome, func.count()).group_by(CommentRow.outcome)
        return dict(session.execute(grouped).all())


def many(store: Store, scorer: Scorer, clock: FrozenClock, number: int) -> None:
    for n in range(number):
        add_comment(store, clock, f"unsure offer {n}")
    judge_all(store, scorer, clock)


def test_a_search_finds_and_the_tabs_count_what_matches(owner: Moderator, add: Add) -> None:
    eve, _, published = (
        add("unsure", author_name="Eve"),
        add("unsure"),
        add("fine", author_name="Eve"),
    )
    assert search(owner, "author:eve") == [eve]
    assert re.findall(r'<span class="count">(\d+)', owner.page) == ["1", "0", "1", "0"]
    assert search(owner, "author:eve", tab="published") == [published]
    assert 'value="author:eve"' in owner.page


def test_the_search_stays_in_every_address_of_the_page(owner: Moderator, add: Add) -> None:
    add("unsure")
    search(owner, "unsure before:2027-01-01")
    links = re.findall(r'href="(/queue\?[^"]+)"', owner.page)
    assert sum("before:2027-01-01" in unescape(link) for link in links) >= 8


def test_a_filter_is_a_link_that_switches_a_term(owner: Moderator, add: Add) -> None:
    linked, plain = add("unsure https://evil.example/"), add("unsure")
    assert set(search(owner, "unsure")) == {linked, plain}
    on = re.search(r'href="([^"]+)">With links', owner.page)
    assert on
    assert shown(owner.get(unescape(on.group(1))).text) == [linked]
    off = re.search(r'href="([^"]+)" aria-current="true">With links', owner.page)
    assert off
    assert set(shown(owner.get(unescape(off.group(1))).text)) == {linked, plain}


@pytest.mark.parametrize(
    ("query", "told"),
    [("colour:red", "There is no operator colour:"), ("site:nowhere", "There is no site called")],
)
def test_a_search_that_makes_no_sense_is_explained_and_shows_nothing(
    owner: Moderator, add: Add, query: str, told: str
) -> None:
    add("unsure")
    assert search(owner, query) == []
    assert told in owner.page
    assert 'aria-invalid="true"' in owner.page


def test_hostile_words_in_the_search_do_nothing(owner: Moderator, add: Add) -> None:
    add("unsure")
    search(owner, '"><script>alert(1)</script>\0%_\\')
    assert "<script>" not in owner.page


def test_those_ticked_are_decided_and_one_undo_takes_it_back(
    owner: Moderator, store: Store, add: Add
) -> None:
    first, second, third = add("unsure"), add("unsure"), add("unsure")
    owner.get("/queue")
    page = owner.follow(decide(owner, "ticked", "spam", [first, third]))
    assert "2 comments marked as spam." in page
    assert shown(page) == [second]
    assert "Put back: 2 comments." in owner.follow(owner.press("/undo"))
    assert outcomes(store) == {"held": 3}


def test_nothing_ticked_is_told_and_changes_nothing(
    owner: Moderator, store: Store, add: Add
) -> None:
    add("unsure")
    owner.get("/queue")
    assert "tick the comments that are meant" in owner.follow(decide(owner, "ticked", "spam"))
    assert outcomes(store) == {"held": 1}


def test_the_bar_proposes_no_decision_and_says_so(owner: Moderator, store: Store, add: Add) -> None:
    add("unsure")
    owner.get("/queue")
    assert '<option value="">choose …</option>' in owner.page
    assert "choose what to do with the comments" in owner.follow(decide(owner, "page", ""))
    assert outcomes(store) == {"held": 1}


def test_all_that_match_are_decided_after_being_asked(
    owner: Moderator, store: Store, scorer: Scorer, clock: FrozenClock, add: Add
) -> None:
    other = add("unsure, but another matter")
    many(store, scorer, clock, 40)
    search(owner, "offer")
    clock.move(seconds=1)
    late = add("unsure offer, too late")
    assert decide(owner, "all", "spam").status_code == 200
    assert "Spam: 40 comments?" in owner.page
    assert len(re.findall("<li>", owner.page)) == 3
    assert outcomes(store) == {"held": 42}
    assert "40 comments marked as spam." in owner.follow(confirm(owner, "spam"))
    assert {comment_row(store, one).outcome for one in (other, late)} == {"held"}
    assert outcomes(store) == {"held": 2, "spam": 40}
    owner.get("/queue/bulk")
    assert "40 comments marked as spam" in owner.page
    owner.follow(owner.press("/undo"))
    assert outcomes(store) == {"held": 42}
    assert "Undone" in owner.page


def test_the_whole_page_needs_no_question(
    owner: Moderator, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    many(store, scorer, clock, 27)
    owner.get("/queue")
    assert "25 comments removed." in owner.follow(decide(owner, "page", "remove"))
    assert outcomes(store) == {"held": 2, "removed": 25}


def test_what_somebody_decided_meanwhile_is_left_alone_and_told(
    owner: Moderator, store: Store, add: Add
) -> None:
    first, second = add("unsure"), add("unsure")
    queue = owner.get("/queue").text
    owner.press(f"{first}/decision", decision="approve")
    owner.page = queue
    page = owner.follow(decide(owner, "page", "spam"))
    assert (
        "1 comment marked as spam. Left alone, as changed since the page was loaded: 1 comment."
        in page
    )
    assert comment_row(store, first).outcome == "published"
    assert comment_row(store, second).outcome == "spam"


def test_the_history_tells_that_it_was_one_of_many(owner: Moderator, add: Add) -> None:
    comment_id = add("unsure")
    owner.get("/queue")
    decide(owner, "page", "spam")
    assert "Marked as spam, together with others" in owner.get(f"/queue/comments/{comment_id}").text


def test_a_viewer_has_no_boxes_and_may_not_decide(
    app: Flask, store: Store, add: Add, clock: FrozenClock
) -> None:
    add("unsure")
    add_moderator(store, clock, "viewer@paper.example", Role.VIEWER)
    viewer = Moderator(app)
    viewer.log_in("viewer@paper.example")
    viewer.get("/queue")
    assert 'name="pick"' not in viewer.page
    assert 'class="bulk"' not in viewer.page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', viewer.page)[0]
    sent = {"scope": "all", "decision": "spam", "csrf_token": token}
    assert viewer.post("/queue/bulk", sent).status_code == 403
    assert outcomes(store) == {"held": 1}


def test_a_moderator_of_one_site_decides_on_that_site_only(
    app: Flask, store: Store, add: Add, clock: FrozenClock, site: Site
) -> None:
    here, there = add("unsure"), add("unsure", article_url="https://other.example/x")
    add_moderator(store, clock, "local@paper.example", Role.MODERATOR, site.id)
    local = Moderator(app)
    local.log_in("local@paper.example")
    local.get("/queue")
    local.page = local.page.replace("</form>", f'<input type="hidden" name="x" value="{there}">')
    assert "1 comment marked as spam." in local.follow(decide(local, "all", "spam"))
    assert comment_row(store, here).outcome == "spam"
    assert comment_row(store, there).outcome == "held"


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "some"},
        {"decision": "delete"},
        {"loaded": "now"},
        {"scope": "page", "on_page": "x"},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(
    owner: Moderator, store: Store, add: Add, wrong: dict[str, str]
) -> None:
    add("unsure")
    owner.get("/queue")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', owner.page)[0]
    sent = {"scope": "all", "decision": "spam", "loaded": "2026-01-01T00:00:00+00:00"}
    response = owner.post("/queue/bulk", sent | wrong | {"csrf_token": token})
    assert response.status_code == 400
    assert "expected" in owner.page
    assert outcomes(store) == {"held": 1}


def test_a_form_of_another_site_changes_nothing(owner: Moderator, store: Store, add: Add) -> None:
    add("unsure")
    sent = {"scope": "all", "decision": "spam", "loaded": "2999-01-01T00:00:00+00:00"}
    assert owner.post("/queue/bulk", sent).status_code == 400
    assert owner.post("/queue/bulk/1/undo", {}).status_code == 400
    assert outcomes(store) == {"held": 1}
