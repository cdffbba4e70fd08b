"""Removing for a reason, an author's standing, notes, hard cases: forms without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from service.core.store import comments
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.verdict import Mode
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)

Add = Callable[..., UUID]
EVE = "eve@mail.example"


@pytest.fixture
def add(store: Store, scorer: Scorer, clock: FrozenClock, site: Site) -> Add:
    """Add a judged comment of Eve's; site `blog` is there."""
    assert site

    def add(body: str = "unsure", **fields: Any) -> UUID:
        comment_id = add_comment(store, clock, body, **({"author_email": EVE} | fields))
        judge_all(store, scorer, clock)
        return comment_id

    return add


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock) -> Moderator:
    return logged_in(app, store, clock)


def logged_in(
    app: Flask, store: Store, clock: FrozenClock,
    email: str = "owner@paper.example", role: Role = Role.OWNER,
) -> Moderator:  # fmt: skip
    add_moderator(store, clock, email, role)
    moderator = Moderator(app)
    moderator.log_in(email)
    return moderator


def see(moderator: Moderator, comment_id: UUID) -> str:
    return moderator.get(f"/queue/comments/{comment_id}").text


def outcomes(store: Store, *ids: UUID) -> list[str]:
    return [comment_row(store, one).outcome for one in ids]


class TestReasons:
    def test_removing_for_a_reason_is_told_and_kept(
        self, owner: Moderator, add: Add, store: Store
    ) -> None:
        comment_id = add()
        see(owner, comment_id)
        assert re.findall(r'name="reason" value="(\w+)"', owner.page) == [
            "rude", "off_topic", "personal_data", "legal", "advertising_by_a_person", "other",
        ]  # fmt: skip
        page = owner.follow(owner.press("/decision", reason="off_topic"))
        assert "Removed: Off-topic. Nothing is learned from it." in page
        assert "Removed: Off-topic" in see(owner, comment_id).partition("History")[2]
        with store.reading() as session:
            detail = comments.events_of(session, comment_id)[-1].detail
        assert (detail["decision"], detail["reason"]) == ("remove", "Off-topic")
        assert "Undone" in owner.follow(owner.press("/undo"))

    def test_a_reason_that_the_site_has_not_is_refused(
        self, owner: Moderator, add: Add, store: Store
    ) -> None:
        comment_id = add()
        see(owner, comment_id)
        assert owner.press("/decision", reason="boring").status_code == 404
        assert "it has: rude, off_topic" in owner.page
        assert outcomes(store, comment_id) == ["held"]

    def test_an_owner_gives_a_site_its_own(self, owner: Moderator, add: Add) -> None:
        comment_id = add()
        owner.get("/queue/sites/blog")
        assert "Off-topic\nPersonal data" in owner.page
        owner.follow(owner.press("/reasons", reasons="Zu spät\r\n\r\n Beleidigung \r\n"))
        assert "Saved." in owner.page
        assert "Zu spät\nBeleidigung</textarea>" in owner.page
        see(owner, comment_id)
        assert "Removed: Zu spät" in owner.follow(owner.press("/decision", reason="zu_spät"))
        owner.get("/queue/audit")
        assert "Changed a site’s reasons for removing" in owner.page
        owner.get("/queue/sites/blog")
        owner.follow(owner.press("/reasons", reasons=""))
        assert "Off-topic\nPersonal data" in owner.page

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("\n".join("abcdefghij"), "at most 9 reasons"),
            ("x" * 61, "at most 60 characters"),
            ("Rude\nrude!", "the same but for case and signs"),
            ("!!!", "needs letters or digits"),
        ],
    )
    def test_a_list_that_cannot_be_is_refused(
        self, owner: Moderator, add: Add, typed: str, told: str
    ) -> None:
        add()
        owner.get("/queue/sites/blog")
        assert owner.press("/reasons", reasons=typed).status_code == 400
        assert told in owner.page


class TestStanding:
    def test_it_is_set_told_and_undone(self, owner: Moderator, add: Add, store: Store) -> None:
        comment_id = add()
        see(owner, comment_id)
        page = owner.follow(owner.press("/standing", stand="banned", lasting="7"))
        assert "Noted for this author on this site: Banned until" in page
        assert 'class="badge stand-banned"' in page
        late = add("fine")
        assert outcomes(store, comment_id, late) == ["held", "removed"]
        assert "its author is banned here" in see(owner, late)
        assert "Removed: author banned" in owner.page
        see(owner, comment_id)
        assert "standing is again: No standing" in owner.follow(owner.press("/standing/undo"))
        assert outcomes(store, add("fine")) == ["published"]

    def test_a_trusted_authors_history_says_why_it_was_published(
        self, owner: Moderator, add: Add, store: Store
    ) -> None:
        see(owner, add())
        owner.press("/standing", stand="trusted", lasting="ever")
        late = add("unsure again")
        assert outcomes(store, late) == ["published"]
        assert "its author is trusted" in see(owner, late)
        assert "Trusted, for ever" in owner.page

    def test_who_comes_second_is_told(
        self, app: Flask, owner: Moderator, add: Add, store: Store, clock: FrozenClock
    ) -> None:
        second = logged_in(app, store, clock, "ann@paper.example", Role.MODERATOR)
        comment_id = add()
        see(owner, comment_id), see(second, comment_id)
        owner.press("/standing", stand="trusted", lasting="ever")
        refused = second.press("/standing", stand="banned", lasting="ever")
        assert refused.status_code == 409
        assert "Somebody has changed how this author stands" in second.page

    def test_what_makes_no_sense_is_refused(self, owner: Moderator, add: Add) -> None:
        comment_id = add()
        for field, value in (("stand", "king"), ("lasting", "8"), ("seen", "x")):
            see(owner, comment_id)
            sent = {"stand": "banned", "lasting": "7"} | {field: value}
            assert owner.press("/standing", **sent).status_code == 400
            assert f"{field}: expected" in owner.page

    def test_without_an_address_there_is_no_form(self, owner: Moderator, add: Add) -> None:
        page = see(owner, add(author_email=""))
        assert "A name alone can be taken by anybody" in page
        assert "/standing" not in page

    def test_a_viewer_sees_it_and_has_no_buttons(
        self, app: Flask, add: Add, store: Store, clock: FrozenClock
    ) -> None:
        viewer = logged_in(app, store, clock, "vi@paper.example", Role.VIEWER)
        page = see(viewer, add())
        assert "Comments of this author" in page
        for form in ("/standing", "/notes", "/hard", "/ban"):
            assert f'{form}"' not in page


class TestPanels:
    def test_the_author_is_shown_with_what_became_of_theirs(
        self, owner: Moderator, add: Add, clock: FrozenClock
    ) -> None:
        add("fine"), add("spam <b>not bold</b>"), add(author_email="carl@mail.example")
        clock.move(days=8)
        owner.log_in()
        page = see(owner, add("unsure, the newest"))
        panel = page.partition('id="author"')[2].partition('id="network"')[0]
        tally = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", panel.partition('class="tally"')[2])
        assert tally == [
            ("Comments of this author", "3"), ("waits", "1"), ("published", "1"), ("spam", "1"),
        ]  # fmt: skip
        assert "3 in the last 12 weeks, 1 of them published" in panel
        assert "&lt;b&gt;not bold" in panel
        assert len(re.findall(r'<li><a href="/queue/comments/', panel)) == 3

    def test_the_network_is_shown_and_can_be_searched(self, owner: Moderator, add: Add) -> None:
        add("fine", ip="203.0.113.9", author_email="carl@mail.example")
        page = see(owner, add(ip="203.0.113.77"))
        panel = page.partition('id="network"')[2].partition('id="notes"')[0]
        assert "2 authors on 1 site wrote from the same network" in panel
        assert 'href="/queue?q=ip:203.0.113.0/24&amp;tab=review"' in panel

    def test_a_site_moderator_sees_nothing_of_other_sites(
        self, app: Flask, add: Add, store: Store, clock: FrozenClock, site: Site
    ) -> None:
        add("fine, elsewhere", article_url="https://other.example/x", ip="203.0.113.9")
        add_moderator(store, clock, "far@paper.example", Role.MODERATOR, site.id)
        far = Moderator(app)
        far.log_in("far@paper.example")
        page = see(far, add(ip="203.0.113.9"))
        assert "elsewhere" not in page
        assert "<dt>Comments of this author</dt><dd>1</dd>" in page

    def test_the_nearest_known_examples_are_shown(self, owner: Moderator, add: Add) -> None:
        assert "Decided before" not in see(owner, add("unsure, and nothing like the others here"))
        first = add("unsure about this very flour of yours")
        see(owner, first)
        owner.press("/decision", decision="spam")
        page = see(owner, add("unsure about this very flour of yours"))
        panel = page.partition("Decided before")[2].partition("</ol>")[0]
        assert f"/queue/comments/{first}" in panel
        assert "the same text" in panel
        assert ">spam</span>" in panel

    def test_what_approving_will_do_is_told(self, owner: Moderator, add: Add) -> None:
        comment_id = add()
        assert "<b>Approve:</b> Publishes, teaches good.</span>" in see(owner, comment_id)
        owner.get("/queue/sites/blog")
        owner.press("/sites/blog", mode=Mode.HOLD_FIRST_TIMERS)
        assert "teaches good, their next good ones appear at once." in see(owner, comment_id)
        add("fine")
        owner.press("/standing", stand="premoderated", lasting="ever")
        assert "their next ones wait all the same." in see(owner, comment_id)
        owner.press("/decision", decision="spam")
        assert "Takes it away, un-teaches what was taught." in see(owner, comment_id)


class TestNotes:
    def test_notes_are_shown_with_who_and_when_and_counted_on_the_card(
        self, owner: Moderator, add: Add
    ) -> None:
        comment_id, other = add(), add("unsure too")
        see(owner, comment_id)
        owner.press("/notes", text="Ask <b>Ann</b>", about="comment")
        see(owner, comment_id)
        owner.press("/notes", text="Always polite", about="author")
        page = see(owner, comment_id)
        assert "Ask &lt;b&gt;Ann&lt;/b&gt;" in page
        assert "About the author · owner@paper.example" in page
        assert ">2 notes</a>" in page
        assert ">1 note</a>" in see(owner, other)

    @pytest.mark.parametrize("text", ["", "   ", "x" * 1_001])
    def test_a_note_has_a_length(self, owner: Moderator, add: Add, text: str) -> None:
        see(owner, add())
        assert owner.press("/notes", text=text, about="comment").status_code == 400

    def test_without_an_address_there_is_no_note_about_the_author(
        self, owner: Moderator, add: Add
    ) -> None:
        see(owner, add(author_email=""))
        assert owner.press("/notes", text="Eh?", about="author").status_code == 409


def test_a_hard_case_is_left_to_another_and_found(owner: Moderator, add: Add) -> None:
    comment_id, other = add("unsure, a hard one"), add("unsure, an easy one")
    see(owner, comment_id)
    page = owner.follow(owner.press("/hard", hard="yes"))
    assert "Left to another moderator" in page
    assert "Too hard for owner" in see(owner, comment_id)
    page = owner.get("/queue?q=is:escalated").text
    assert "a hard one" in page
    assert str(other) not in page
    see(owner, comment_id)
    owner.press("/hard", hard="no")
    assert "Too hard for owner" not in see(owner, comment_id)


class TestBanAndRemove:
    def test_it_asks_first_and_one_undo_takes_all_back(
        self, owner: Moderator, add: Add, store: Store
    ) -> None:
        mine = [add("fine"), add("spam"), add()]
        owner.get(f"/queue/comments/{mine[0]}/ban")
        assert "Ban this author and remove 2 comments?" in owner.page
        wrong = owner.follow(owner.press("/ban", typed="3", lasting="ever"))
        assert "Nothing was changed" in wrong
        assert outcomes(store, *mine) == ["published", "spam", "held"]
        page = owner.follow(owner.press("/ban", typed="2", lasting="ever"))
        assert "Banned, for ever; 2 comments removed. One undo takes back both." in page
        assert outcomes(store, *mine, add("fine")) == ["removed", "spam", "removed", "removed"]
        owner.get("/queue/bulk")
        page = owner.follow(owner.press("/undo"))
        assert "The author’s ban is undone too." in page
        assert outcomes(store, *mine, add("fine")) == ["published", "spam", "held", "published"]

    def test_the_history_says_why(self, owner: Moderator, add: Add) -> None:
        comment_id = add("fine")
        owner.get(f"/queue/comments/{comment_id}/ban")
        owner.press("/ban", typed="1", lasting="30")
        assert "Removed, together with others: author banned" in see(owner, comment_id)
        assert "and everything removed" in owner.page
