"""Reasons, hard cases and the author's panel by keys, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from service.core.store import comments
from service.core.store.session import Store
from service.scoring import Scorer
from tests.browser.test_queue_keys import card, log_in, press
from tests.fakes import FrozenClock
from tests.service.web.moderating import (
    PASSWORD,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)

pytestmark = pytest.mark.browser
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
NAMES = ("Ada", "Bea", "Cyd")
OpenPage = Callable[..., Page]


@pytest.fixture
def ids(store: Store, scorer: Scorer, clock: FrozenClock) -> dict[str, UUID]:
    add_moderator(store, clock)
    found = {
        name: add_comment(
            store, clock, f"unsure, says {name}",
            author_name=name, author_email=f"{name}@mail.example", ip="203.0.113.9",
        )
        for name in reversed(NAMES)
    }  # fmt: skip
    judge_all(store, scorer, clock)
    return found


def reasons(store: Store, ids: dict[str, UUID]) -> list[str]:
    with store.reading() as session:
        events = [comments.events_of(session, ids[name])[-1] for name in NAMES]
    return [event.detail.get("reason", "") for event in events]


def test_a_number_removes_for_a_reason_and_enter_for_the_last_one(
    open_page: OpenPage, store: Store, ids: dict[str, UUID]
) -> None:
    page = open_page()
    log_in(page)
    press(page, "j", "d")
    expect(card(page, "Ada").get_by_role("button", name="Rude")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    press(page, "2")
    expect(card(page, "Bea")).to_be_focused()
    expect(card(page, "Ada")).to_contain_text("Removed: Off-topic")
    press(page, "d", "Enter")
    expect(page.locator("#told")).to_contain_text("Removed: Off-topic.")
    expect(card(page, "Cyd")).to_be_focused()
    press(page, "d", "Escape")
    expect(card(page, "Cyd").get_by_role("button", name="Rude")).to_be_hidden()
    press(page, "1", "d", "d")  # a number alone does nothing; d twice needs no reason
    expect(page.locator("#told")).to_contain_text("Removed. Nothing")
    assert reasons(store, ids) == ["Off-topic", "Off-topic", ""]


def test_a_hard_case_is_left_and_the_author_is_a_key_away(
    open_page: OpenPage, store: Store, ids: dict[str, UUID]
) -> None:
    page = open_page()
    log_in(page)
    press(page, "j", "e")
    expect(card(page, "Bea")).to_be_focused()
    expect(card(page, "Ada")).to_contain_text("Too hard for owner")
    press(page, "b")
    expect(page.locator("#pane")).to_contain_text("Comments of this author")
    press(page, "m")
    expect(page.get_by_role("textbox", name="Add a note")).to_be_focused()
    page.keyboard.type("Ask Ann.")
    page.get_by_role("button", name="About the author").click()
    expect(page.locator("#notes")).to_contain_text("Ask Ann.")
    assert page.evaluate(CONTRAST) == []
    assert comment_row(store, ids["Ada"]).outcome == "held"


@pytest.mark.parametrize("width", [1280, 390])
def test_reasons_standing_and_ban_need_no_script(
    open_page: OpenPage, store: Store, ids: dict[str, UUID], width: int
) -> None:
    page = open_page(scripts=False, width=width)
    page.goto("/queue?order=newest")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    card(page, "Ada").get_by_title("Remove for a reason").click()
    card(page, "Ada").get_by_role("button", name="Legal").click()
    expect(page.get_by_role("status")).to_contain_text("Removed: Legal.")
    page.goto(f"/queue/comments/{ids['Bea']}")
    page.get_by_label("From now on").select_option("Trusted")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_role("status")).to_contain_text("Trusted until")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Ban and remove everything").click()
    page.get_by_label("Type how many").fill("1")
    page.get_by_role("button", name="Ban and remove").click()
    expect(page.get_by_role("status")).to_contain_text("1 comment removed")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_role("status")).to_contain_text("ban is undone too")
    assert comment_row(store, ids["Bea"]).outcome == "held"
