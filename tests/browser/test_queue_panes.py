"""The queue's layout: little above the first card, details beside it or in a sheet, campaigns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from service.core.store.session import Store
from service.scoring import Scorer
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
SPUN = (
    "I am unsure how to thank you for this {} article. Our shop sells kettles and mixers for less "
    "than half of what you pay elsewhere."
)
TOP = "document.querySelector('.card').getBoundingClientRect().top"
HELD = ["held"]

OpenPage = Callable[..., Page]


@pytest.fixture
def ids(store: Store, scorer: Scorer, clock: FrozenClock) -> list[UUID]:
    """A campaign of three, then Bea and Ada: newest first, the page shows Ada, Bea, and it."""
    add_moderator(store, clock)
    found = [
        add_comment(store, clock, SPUN.format(word), author_name=f"Seller {word}")
        for word in ("great", "fine", "lovely")
    ]
    for name in ("Bea", "Ada"):
        found.append(add_comment(store, clock, f"unsure, says {name}", author_name=name))
    judge_all(store, scorer, clock)
    return found


def log_in(page: Page) -> None:
    page.goto("/queue?order=newest")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("article", name="Ada")).to_be_visible()
    page.wait_for_load_state("load")


def ready(page: Page) -> None:
    """Wait for the script, which shows its buttons when it is."""
    expect(page.get_by_role("button", name="One at a time")).to_be_visible()


def pane(page: Page) -> Locator:
    return page.get_by_role("complementary", name="The comment you are at")


def outcomes(store: Store, ids: list[UUID]) -> list[str]:
    return [comment_row(store, one).outcome for one in ids]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_comment_is_near_the_top(
    open_page: OpenPage, ids: list[UUID], width: int
) -> None:
    page = open_page(width=width)
    log_in(page)
    ready(page)
    assert page.evaluate(TOP) < 240
    assert page.evaluate(CONTRAST) == []


def test_details_follow_the_focus_and_keep_their_part(open_page: OpenPage, ids: list[UUID]) -> None:
    page = open_page()
    log_in(page)
    expect(pane(page).get_by_role("heading", name="Ada")).to_be_visible()
    expect(pane(page)).to_contain_text("What pushed the score")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(pane(page).get_by_role("heading", name="Bea")).to_be_visible()
    page.keyboard.press("y")
    expect(pane(page)).to_contain_text("Arrived")
    page.get_by_role("article", name="Ada").click(position={"x": 300, "y": 50})
    expect(pane(page).get_by_role("heading", name="Ada")).to_be_visible()
    expect(pane(page)).to_contain_text("Arrived")
    pane(page).get_by_role("link", name="Thread").click()
    expect(pane(page)).to_contain_text("this comment")
    expect(pane(page).get_by_role("link", name="Thread")).to_have_attribute("aria-current", "true")
    assert page.evaluate(CONTRAST) == []


def test_where_there_is_no_room_details_are_a_sheet_with_the_buttons(
    open_page: OpenPage, store: Store, ids: list[UUID]
) -> None:
    page = open_page(width=390)
    log_in(page)
    ready(page)
    expect(pane(page)).to_be_hidden()
    page.get_by_role("article", name="Ada").get_by_role("link", name="Details").click()
    sheet = page.get_by_role("dialog", name="Details")
    expect(sheet.get_by_role("heading", name="Ada")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    page.keyboard.press("Enter")
    sheet.get_by_role("button", name="Spam").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("#told")).to_contain_text("Marked as spam")
    assert outcomes(store, ids[-1:]) == ["spam"]


def test_a_campaign_is_opened_ticked_off_decided_and_undone_by_keys(
    open_page: OpenPage, store: Store, ids: list[UUID]
) -> None:
    page = open_page()
    log_in(page)
    ready(page)
    card = page.get_by_role("article", name="3 similar")
    for key in ("j", "j", "j", "c"):
        page.keyboard.press(key)
    expect(card.get_by_role("checkbox")).to_have_count(3)
    expect(card.get_by_role("checkbox").first).to_be_focused()
    page.keyboard.press("Space")  # the newest is not meant
    assert page.evaluate(CONTRAST) == []
    page.keyboard.press("s")
    expect(page.locator("#told")).to_contain_text("Marked as spam: 2 comments.")
    expect(card).to_contain_text("Marked as spam")
    assert outcomes(store, ids) == ["spam", "spam", "held", "held", "held"]
    card.get_by_role("button", name="Undo").click()
    expect(page.locator("#told")).to_contain_text("Undone")
    expect(card.get_by_role("button", name="Spam")).to_be_visible()
    assert outcomes(store, ids) == HELD * 5


def test_menus_open_and_close_as_menus_do(open_page: OpenPage, ids: list[UUID]) -> None:
    page = open_page(width=390)
    log_in(page)
    ready(page)
    links = page.get_by_role("link", name="With links")
    page.locator(".filters > summary").click()
    expect(links).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".ordering > summary").click()
    expect(links).to_be_hidden()
    expect(page.get_by_role("link", name="Oldest")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Oldest")).to_be_hidden()


def test_without_scripts_menus_campaigns_and_views_work(
    open_page: OpenPage, store: Store, ids: list[UUID]
) -> None:
    page = open_page(scripts=False)
    log_in(page)
    card = page.get_by_role("article", name="3 similar")
    card.locator("summary").click()
    card.get_by_role("checkbox").last.uncheck()
    card.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("Removed: 2 comments.")
    assert outcomes(store, ids) == ["held", "removed", "removed", "held", "held"]
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    page.locator(".filters > summary").click()
    page.get_by_role("link", name="By nobody yet").click()
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Open ones")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Open ones")).to_have_attribute("aria-current", "true")
    page.locator(".me > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("link", name="Open ones")).to_be_visible()  # where one was
