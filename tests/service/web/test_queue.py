"""The moderation queue: what it shows, and what its buttons do."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from service.core import retention
from service.core.store import comments, examples, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.verdict import Decision
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

HOSTILE = (
    "<script>window.pwned = 1</script><img src=x onerror=alert(1)>"
    '</article><a href="javascript:alert(1)">x</a> unsure'
)


def shown(page: str) -> list[UUID]:
    """The comments on a page, in order."""
    return [
        UUID(found) for found in re.findall(r'<article class="card [a-z]+" id="c-([^"]+)"', page)
    ]


def labels(store: Store) -> tuple[int, int]:
    """How many examples there are, and how many events of the newest comment."""
    with store.reading() as session:
        [newest, *_] = comments.page(session)
        return examples.count(session), len(comments.events_of(session, newest.id))


def test_each_outcome_has_its_tab_with_a_count(owner: Moderator, add: Add) -> None:
    held, spam, good = add("unsure"), add("spam"), add("Lovely bread.")
    assert shown(owner.get("/queue").text) == [held]
    assert shown(owner.get("/queue?tab=spam").text) == [spam]
    assert shown(owner.get("/queue?tab=published").text) == [good]
    assert shown(owner.get("/queue?tab=removed").text) == []
    assert re.findall(r'(\w+) <span class="count">(\d+)', owner.page) == [
        ("review", "1"),
        ("Spam", "1"),
        ("Published", "1"),
        ("Removed", "0"),
    ]


def test_what_has_no_verdict_yet_is_shown_as_being_checked(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    pending = add_comment(store, clock, "Just in.")
    assert shown(owner.get("/queue").text) == [pending]
    assert "Being checked" in owner.page
    assert shown(owner.get("/queue?tab=checking").text) == [pending]


def test_the_most_urgent_come_first_unless_asked_otherwise(owner: Moderator, add: Add) -> None:
    older = add("unsure")
    newer = add("unsure", filled_in_ms=1000)  # nearer to spam, so less urgent
    assert shown(owner.get("/queue").text) == [older, newer]
    assert shown(owner.get("/queue?order=newest").text) == [newer, older]


def test_one_site_can_be_looked_at_alone(owner: Moderator, add: Add, site: Site) -> None:
    here, there = add("unsure"), add("unsure", article_url="https://other.example/x")
    assert set(shown(owner.get("/queue").text)) == {here, there}
    assert shown(owner.get(f"/queue?site={site.name}").text) == [here]
    assert f"tab=spam&amp;site={site.name}" in owner.page


@pytest.mark.parametrize("order", ["urgent", "newest"])
def test_pages_follow_each_other_without_gap_or_repeat(
    owner: Moderator, store: Store, scorer: Scorer, clock: FrozenClock, order: str
) -> None:
    everything = {add_comment(store, clock, f"unsure {n}") for n in range(60)}
    judge_all(store, scorer, clock)
    found: list[UUID] = []
    path: str | None = f"/queue?order={order}"
    while path:
        found += shown(owner.get(path).text)
        link = re.search(r'href="([^"]+)" rel="next"', owner.page)
        path = link.group(1).replace("&amp;", "&") if link else None
    assert len(found) == 60
    assert set(found) == everything


@pytest.mark.parametrize(
    "query",
    ["tab=nonsense", "order=%00", "after=junk", "site=%00", "site=nowhere", "tab=", "after="],
)
def test_an_address_that_makes_no_sense_falls_back(owner: Moderator, add: Add, query: str) -> None:
    held = add("unsure")
    assert shown(owner.get(f"/queue?{query}").text) == [held]


def test_hostile_text_is_shown_and_does_nothing(owner: Moderator, add: Add) -> None:
    add(HOSTILE, author_name="<b>\u202eeve</b>", author_url="javascript:alert(1)")
    page = owner.get("/queue").text
    assert "&lt;script&gt;window.pwned = 1&lt;/script&gt;" in page
    assert "<script>" not in page
    assert 'href="javascript' not in page
    assert 'title="right-to-left override">U+202E</span>eve' in page
    assert "\u202e" not in page


def test_links_in_a_comment_cannot_be_clicked(owner: Moderator, add: Add) -> None:
    add("unsure https://bank.example.evil.com/login")
    page = owner.get("/queue").text
    assert 'href="https://bank' not in page
    assert '<b class="domain">evil.com</b>' in page


PAGES = ["/queue", "/queue?tab=spam", "/queue/sites", "/queue/sites/blog", "/queue/account"]


@pytest.mark.parametrize("path", [*PAGES, "/login"])
def test_no_page_has_script_or_style_within(
    owner: Moderator, add: Add, site: Site, path: str
) -> None:
    add("unsure")
    add("spam")
    if path == "/login":
        owner.client.delete_cookie("hamlet")
    response = owner.get(path)
    assert response.status_code == 200
    assert not re.search(r"<script(?! src)|<style|\sstyle=|\son[a-z]+=", response.text)
    assert response.headers["Cache-Control"] == "no-store"


def test_the_verdict_is_a_word_with_its_reasons(owner: Moderator, add: Add) -> None:
    add("unsure")
    page = owner.get("/queue").text
    assert "Unsure" in page
    assert "50 %" in page
    assert "the word &#34;spam&#34;" in page
    assert "+2.5 towards spam" in page


@pytest.mark.parametrize(
    ("body", "decision", "outcome", "told", "taught"),
    [
        ("unsure", Decision.APPROVE, "published", "Approved and published. The site learns", 1),
        ("unsure", Decision.SPAM, "spam", "Marked as spam. The site learns from it.", 1),
        ("unsure", Decision.REMOVE, "removed", "Removed. Nothing is learned from it.", 0),
        ("spam", Decision.HOLD, "held", "Back in review.", 0),
        ("spam", Decision.APPROVE, "published", "Approved and published. The site learns", 1),
    ],
)
def test_a_decision_takes_effect_and_can_be_undone(
    owner: Moderator,
    store: Store,
    add: Add,
    body: str,
    decision: Decision,
    outcome: str,
    told: str,
    taught: int,
) -> None:
    comment_id = add(body)
    before = comment_row(store, comment_id).outcome
    owner.get("/queue?tab=spam" if body == "spam" else "/queue")
    page = owner.follow(owner.press("/decision", decision=decision))
    assert told in page
    assert comment_row(store, comment_id).outcome == outcome
    assert labels(store) == (taught, 3)
    assert "Undone" in owner.follow(owner.press("/undo"))
    assert comment_row(store, comment_id).outcome == before
    assert labels(store) == (0, 4)


def test_after_a_decision_one_is_at_the_next_comment(owner: Moderator, add: Add) -> None:
    second, first = add("unsure"), add("unsure")
    owner.get("/queue?order=newest")
    response = owner.press(f"{first}/decision", decision="spam")
    assert response.headers["Location"] == f"/queue?order=newest#c-{second}"


def test_a_form_cannot_lead_elsewhere(owner: Moderator, add: Add) -> None:
    add("unsure")
    owner.get("/queue")
    response = owner.press("/decision", decision="spam", back="//evil.test/")
    assert response.headers["Location"].startswith("/queue#")


def test_the_button_that_would_change_nothing_is_not_there(owner: Moderator, add: Add) -> None:
    add("unsure"), add("spam")
    offered = re.compile(r'value="(approve|spam|remove|hold)"')
    for tab, expected in (
        ("review", ["approve", "spam", "remove"]),
        ("spam", ["approve", "remove", "hold"]),
    ):
        cards = owner.get(f"/queue?tab={tab}").text.partition('<div class="cards">')[2]
        alone, _, together = cards.partition('<form class="bulk"')
        assert offered.findall(alone) == offered.findall(together) == expected


def test_who_decided_is_told(owner: Moderator, add: Add, clock: FrozenClock) -> None:
    add("unsure")
    owner.get("/queue")
    owner.press("/decision", decision="spam")
    clock.move(minutes=5)
    owner.get("/queue?tab=spam")
    assert "Marked as spam by owner@paper.example" in owner.page
    assert "5 minutes ago" in owner.page


def test_whoever_comes_second_is_told_what_the_first_did(
    app: Flask, owner: Moderator, store: Store, add: Add, clock: FrozenClock
) -> None:
    comment_id = add("unsure")
    add_moderator(store, clock, "second@paper.example", Role.MODERATOR)
    second = Moderator(app)
    second.log_in("second@paper.example")
    second.get("/queue?order=newest")
    owner.get("/queue")
    owner.press("/decision", decision="spam")
    clock.move(minutes=2)
    response = second.press("/decision", decision="approve")
    assert response.status_code == 409
    assert "Marked as spam, by owner@paper.example, 2 minutes ago" in second.page
    assert 'href="/queue?order=newest"' in second.page
    assert comment_row(store, comment_id).outcome == "spam"
    assert "Approved" in second.follow(second.press("/decision", decision="approve"))
    assert comment_row(store, comment_id).outcome == "published"


def test_a_click_that_arrives_twice_is_one_decision(
    owner: Moderator, store: Store, add: Add
) -> None:
    comment_id = add("unsure")
    queue = owner.get("/queue").text
    owner.press("/decision", decision="spam")
    owner.page = queue
    again = owner.press("/decision", decision="spam")
    assert "Marked as spam" in owner.follow(again)
    assert comment_row(store, comment_id).revision == 3


def test_an_undo_of_what_is_undone_already_changes_nothing(
    owner: Moderator, store: Store, add: Add
) -> None:
    comment_id = add("unsure")
    owner.get("/queue")
    notice = owner.follow(owner.press("/decision", decision="spam"))
    owner.press("/undo")
    owner.page = notice
    assert owner.press("/undo").status_code == 409
    assert comment_row(store, comment_id).outcome == "held"


def test_a_viewer_looks_and_does_not_act(
    app: Flask, owner: Moderator, store: Store, add: Add, clock: FrozenClock
) -> None:
    comment_id = add("unsure")
    add_moderator(store, clock, "viewer@paper.example", Role.VIEWER)
    viewer = Moderator(app)
    viewer.log_in("viewer@paper.example")
    assert shown(viewer.get("/queue").text) == [comment_id]
    assert "/decision" not in viewer.page
    viewer.page = viewer.page.replace(
        "</main>", owner.get("/queue").text.partition('<div class="actions">')[2] + "</main>"
    )
    token = re.findall(r'name="csrf_token" value="([^"]+)"', viewer.page)[0]
    response = viewer.press("/decision", decision="spam", csrf_token=token)
    assert response.status_code == 403
    assert "Your role is viewer: you may not decide about comments." in viewer.page
    assert comment_row(store, comment_id).outcome == "held"


def test_a_moderator_of_one_site_sees_no_other(
    app: Flask, store: Store, add: Add, clock: FrozenClock, site: Site
) -> None:
    here, there = add("unsure"), add("unsure", article_url="https://other.example/x")
    add_moderator(store, clock, "local@paper.example", Role.MODERATOR, site.id)
    local = Moderator(app)
    local.log_in("local@paper.example")
    assert shown(local.get("/queue").text) == [here]
    assert shown(local.get("/queue?site=other-example").text) == [here]
    local.get("/queue")
    form = local.page.replace(str(here), str(there))
    assert local.get(f"/queue/comments/{there}").status_code == 404
    local.page = form
    assert local.press("/decision", decision="spam").status_code == 404
    assert comment_row(store, there).outcome == "held"


@pytest.mark.parametrize("action", ["decision", "undo"])
def test_a_form_of_another_site_changes_nothing(
    owner: Moderator, store: Store, add: Add, action: str
) -> None:
    comment_id = add("unsure")
    sent = {"decision": "spam", "revision": "2"}
    assert owner.post(f"/queue/comments/{comment_id}/{action}", sent).status_code == 400
    assert comment_row(store, comment_id).revision == 2


@pytest.mark.parametrize("typed", [{"decision": "delete"}, {"revision": "x"}, {"decision": ""}])
def test_a_form_that_makes_no_sense_is_refused(
    owner: Moderator, add: Add, typed: dict[str, str]
) -> None:
    add("unsure")
    owner.get("/queue")
    response = owner.press("/decision", **({"decision": "spam"} | typed))
    assert response.status_code == 400
    assert "expected" in owner.page


def test_a_decision_after_the_login_ended_is_not_lost_silently(
    owner: Moderator, store: Store, add: Add, clock: FrozenClock
) -> None:
    comment_id = add("unsure")
    owner.get("/queue?order=newest")
    clock.move(hours=1)
    response = owner.press("/decision", decision="spam")
    assert response.headers["Location"] == "/login?next=/queue?order%3Dnewest"
    assert "nothing was changed" in owner.get(response.headers["Location"]).text
    assert comment_row(store, comment_id).outcome == "held"


def test_a_very_long_text_is_folded_and_whole_on_its_own_page(owner: Moderator, add: Add) -> None:
    comment_id = add("unsure " + "a" * 10_000 + " the end")
    page = owner.get("/queue").text
    assert '<details class="fold">' in page
    assert "the end" not in page
    assert "the end" in owner.get(f"/queue/comments/{comment_id}").text


def test_a_reply_shows_what_it_answers(owner: Moderator, add: Add) -> None:
    parent = add("Rye or wheat?", author_name="Bea")
    add("unsure", parent_id=parent)
    page = owner.get("/queue").text
    assert f'href="/queue/comments/{parent}"' in page
    assert "Rye or wheat?" in page


def test_purged_spam_says_so(owner: Moderator, add: Add, store: Store, clock: FrozenClock) -> None:
    add("spam")
    clock.move(days=16)
    with store.writing() as session:
        retention.purge(session, clock())
    owner.log_in()
    assert "The text was wiped" in owner.get("/queue?tab=spam").text


@pytest.mark.parametrize("tab", ["review", "checking", "spam", "published", "removed"])
def test_an_empty_tab_says_something_useful(owner: Moderator, tab: str) -> None:
    assert '<div class="empty">' in owner.get(f"/queue?tab={tab}").text


def test_the_waiting_time_is_told_in_words(owner: Moderator, add: Add, clock: FrozenClock) -> None:
    add("unsure")
    clock.now += timedelta(minutes=12)
    assert "waiting 12 minutes" in owner.get("/queue").text


def test_why_a_good_comment_is_held_comes_first(
    owner: Moderator, store: Store, add: Add, site: Site
) -> None:
    with store.writing() as session:
        sites.change(session, site.id, {"mode": "hold_all"})
    add("Lovely bread.")
    page = owner.get("/queue").text
    assert "Looks fine" in page
    assert re.findall(r'class="chip \w+" title="[^"]*"><bdi>([^<]+)', page)[0].startswith(
        "this site holds every comment"
    )


def test_a_published_comment_is_explained_when_somebody_looks(owner: Moderator, add: Add) -> None:
    add("Lovely bread.")
    assert "+2.5 towards spam" in owner.get("/queue?tab=published").text


def test_a_long_published_comment_is_explained_on_its_own_page(owner: Moderator, add: Add) -> None:
    short, long = add("A good read."), add("A good read. " * 400)
    owner.get("/queue?tab=published")
    assert owner.page.count("+2.5 towards spam") == 1
    for comment_id in (short, long):
        assert "+2.5 towards spam" in owner.get(f"/queue/comments/{comment_id}").text


def test_a_long_comment_whose_reasons_are_kept_is_explained_in_the_queue(
    owner: Moderator, add: Add
) -> None:
    add("unsure " * 1000)
    assert "+2.5 towards spam" in owner.get("/queue").text
