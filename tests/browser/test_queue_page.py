"""The queue in a real browser: a moderator works, hostile comments do nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

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

HOSTILE = (
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1; alert(1)'>"
    "<svg onload=alert(2)><style>body { display: none }</style></div></article></main>"
    "<iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>"
    '<a id="bait" href="javascript:alert(3)">click</a> unsure {{ 7 * 7 }}'
)

OpenPage = Callable[..., Page]


@pytest.fixture
def comments(store: Store, scorer: Scorer, clock: FrozenClock) -> list[UUID]:
    """Three held comments, newest first: a plain one, a hostile one, one endless word."""
    add_moderator(store, clock)
    found = [
        add_comment(store, clock, "unsure" + "a" * 5_000, author_name="W" * 200),
        add_comment(store, clock, HOSTILE, author_name="<b onmouseover=alert(4)>\u202eeve"),
        add_comment(store, clock, "unsure, and quite plain", author_name="Ada"),
    ]
    judge_all(store, scorer, clock)
    return found[::-1]


def log_in(page: Page) -> None:
    page.goto("/queue?order=newest")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Moderation queue")).to_be_attached()
    page.wait_for_load_state("load")  # its style sheets too: some tests measure


def test_a_moderator_decides_and_undoes_without_scripts(
    open_page: OpenPage, comments: list[UUID], store: Store
) -> None:
    page = open_page(scripts=False)
    log_in(page)
    expect(page.get_by_role("button", name="Keys")).to_have_count(0)
    ada = page.get_by_role("article", name="Ada")
    ada.get_by_role("button", name="Spam").click()
    expect(page.get_by_role("status")).to_contain_text("Marked as spam. The site learns from it.")
    expect(ada).to_have_count(0)
    assert comment_row(store, comments[0]).outcome == "spam"
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone")
    expect(ada).to_be_visible()
    assert comment_row(store, comments[0]).outcome == "held"
    page.locator(".me summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_contain_text("You are logged out")


def test_going_back_shows_where_one_was(open_page: OpenPage, comments: list[UUID]) -> None:
    page = open_page()
    log_in(page)
    page.get_by_role("link", name="Spam").click()
    expect(page.get_by_text("No spam")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("article", name="Ada")).to_be_visible()


def test_a_hostile_comment_is_read_and_does_nothing(
    open_page: OpenPage, comments: list[UUID]
) -> None:
    page = open_page()
    happened: list[str] = []
    page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("request", lambda sent: happened.extend([sent.url] if "/x" in sent.url else []))
    log_in(page)
    for path in ("/queue?order=newest", f"/queue/comments/{comments[1]}"):
        page.goto(path)
        card = page.locator(f"[id='c-{comments[1]}']")
        expect(card).to_contain_text("<script>window.pwned = 1</script>")
        expect(card).to_contain_text("{{ 7 * 7 }}")
        card.hover()
        for fold in card.locator("summary").all():
            fold.click()
        assert page.locator("#bait, .card iframe, .card img").count() == 0
        assert page.evaluate("window.pwned") is None
    assert happened == []


@pytest.mark.parametrize("tab", ["review", "removed"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_makes_the_page_wider_than_the_screen(
    open_page: OpenPage, comments: list[UUID], width: int, tab: str
) -> None:
    page = open_page(width=width)
    log_in(page)
    if tab == "removed":
        page.get_by_role("button", name="Remove").first.click()
        expect(page.locator("#told")).to_contain_text("Removed")
        page.get_by_role("link", name="Removed").click()
        expect(page.get_by_role("button", name="Back to review")).to_be_visible()
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(
        "[...document.querySelectorAll('.card *')].every("
        "part => part.getBoundingClientRect().right <= innerWidth)"
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_every_button_is_large_enough_for_a_thumb(
    open_page: OpenPage, comments: list[UUID], width: int
) -> None:
    page = open_page(width=width)
    log_in(page)
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    open_page: OpenPage, comments: list[UUID]
) -> None:
    page = open_page()
    log_in(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Approve").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Approved")
