"""A moderation session without a mouse, with and without scripts; and two who meet at a comment."""

from __future__ import annotations

from collections.abc import Callable
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
NAMES = ("Ada", "Bea", "Cyd")
FAR = 60  # presses of Tab: nothing of a page with three comments is farther

OpenPage = Callable[..., Page]


@pytest.fixture
def ids(store: Store, scorer: Scorer, clock: FrozenClock) -> dict[str, UUID]:
    """Three held comments by their authors; the page shows them in the order of NAMES."""
    for who in ("owner", "bob"):
        add_moderator(store, clock, f"{who}@paper.example")
    found = {
        name: add_comment(store, clock, f"unsure, says {name}", author_name=name)
        for name in reversed(NAMES)
    }
    judge_all(store, scorer, clock)
    return found


def log_in(page: Page, email: str = "owner@paper.example") -> None:
    """The first field has the focus already."""
    page.goto("/queue?order=newest")
    for typed in (email, PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Moderation queue")).to_be_attached()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, and see that the focus can be seen."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if wanted.evaluate("part => part === document.activeElement"):
            assert wanted.evaluate("part => getComputedStyle(part).outlineStyle") == "solid"
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def enter(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def outcomes(store: Store, ids: dict[str, UUID]) -> list[str]:
    return [comment_row(store, ids[name]).outcome for name in NAMES]


def test_a_session_needs_no_mouse_and_no_scripts(
    open_page: OpenPage, store: Store, ids: dict[str, UUID]
) -> None:
    page = open_page(scripts=False)
    log_in(page)
    said = page.get_by_role("status")
    enter(page, card(page, "Ada").get_by_role("button", name="Approve"))
    expect(said).to_contain_text("Approved")
    enter(page, said.get_by_role("button", name="Undo"))
    expect(said).to_contain_text("Undone")
    enter(page, card(page, "Ada").get_by_role("button", name="Spam"))
    expect(said).to_contain_text("Marked as spam")
    for name in ("Bea", "Cyd"):
        tab_to(page, card(page, name).get_by_role("checkbox"))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_label("as", exact=True))
    page.keyboard.type("Remove")
    enter(page, page.get_by_role("button", name="Apply"))
    expect(said).to_contain_text("2 comments")
    assert outcomes(store, ids) == ["spam", "removed", "removed"]
    enter(page, page.get_by_role("link", name="Removed"))
    expect(card(page, "Bea")).to_be_visible()
    enter(page, page.locator(".me summary"))
    enter(page, page.get_by_role("button", name="Log out"))
    expect(said).to_contain_text("You are logged out")


def test_a_session_is_a_key_a_comment_with_scripts(
    open_page: OpenPage, store: Store, ids: dict[str, UUID]
) -> None:
    page = open_page()
    log_in(page)
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    for key, word in (("a", "Approved"), ("s", "spam"), ("dd", "Removed")):
        for letter in key:
            page.keyboard.press(letter)
        # Answers may come in another order than keys: the last to come would be told.
        expect(page.locator("#told")).to_contain_text(word)
    expect(page.locator(".settled")).to_have_count(3)
    page.keyboard.press("z")
    expect(page.locator("#told")).to_contain_text("Undone")
    assert outcomes(store, ids) == ["published", "spam", "held"]
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(card(page, "Bea")).to_be_visible()
    enter(page, page.locator(".me summary"))
    enter(page, page.get_by_role("button", name="Log out"))
    expect(page.get_by_role("status")).to_contain_text("You are logged out")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_of_two_who_decide_the_later_is_told_who_was_faster(
    open_page: OpenPage, store: Store, ids: dict[str, UUID], scripts: bool
) -> None:
    owner, bob = open_page(scripts=scripts), open_page(scripts=scripts)
    log_in(owner)
    log_in(bob, "bob@paper.example")
    card(bob, "Ada").get_by_role("button", name="Approve").click()
    expect(bob.locator("#told, [role=status]").first).to_contain_text("Approved")
    with owner.expect_response("**/decision") as answer:
        card(owner, "Ada").get_by_role("button", name="Spam").click()
    assert answer.value.status == 409
    expect(owner.locator(".conflict")).to_contain_text("Approved, by bob@paper.example")
    assert outcomes(store, ids) == ["published", "held", "held"]
    card(owner, "Ada").get_by_role("button", name="Spam").click()  # as it stands now
    said = owner.locator("#told" if scripts else "[role=status]")
    expect(said).to_contain_text("Marked as spam")
    assert outcomes(store, ids) == ["spam", "held", "held"]
