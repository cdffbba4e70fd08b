"""The queue with its script: keys, decisions at once, what happens when the server differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from service.core import moderation
from service.core.store import presences
from service.core.store.session import Store
from service.core.verdict import Decision
from service.scoring import Scorer
from service.web.shortcuts import LINES
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
SWIPE = """far => {
  const text = document.querySelector(".card.at .text");
  const touch = (clientX) => new Touch({ identifier: 1, target: text, clientX, clientY: 9 });
  const tell = (kind, touches, changedTouches) =>
    text.dispatchEvent(new TouchEvent(kind, { bubbles: true, touches, changedTouches }));
  tell("touchstart", [touch(99)], [touch(99)]);
  tell("touchend", [], [touch(99 + far)]);
}"""
NAMES = ("Ada", "Bea", "Cyd")

OpenPage = Callable[..., Page]


@pytest.fixture
def ids(store: Store, scorer: Scorer, clock: FrozenClock) -> dict[str, UUID]:
    """Three held comments by their authors; the page shows them in the order of NAMES."""
    add_moderator(store, clock)
    found = {
        name: add_comment(store, clock, f"unsure, says {name}", author_name=name)
        for name in reversed(NAMES)
    }
    judge_all(store, scorer, clock)
    return found


@pytest.fixture
def page(open_page: OpenPage, ids: dict[str, UUID]) -> Page:
    page = open_page()
    log_in(page)
    return page


def log_in(page: Page) -> None:
    page.goto("/queue?order=newest")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    ready(page)


def ready(page: Page) -> None:
    """Wait for the script: it shows its buttons when it is."""
    expect(page.get_by_role("button", name="Keys")).to_be_visible()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def outcomes(store: Store, ids: dict[str, UUID]) -> list[str]:
    return [comment_row(store, ids[name]).outcome for name in NAMES]


def test_keys_move_decide_and_undo(page: Page, store: Store, ids: dict[str, UUID]) -> None:
    press(page, "j", "j", "ArrowDown", "k")
    expect(card(page, "Bea")).to_be_focused()
    height = page.evaluate("document.documentElement.scrollHeight")
    press(page, "s")
    expect(card(page, "Cyd")).to_be_focused()
    expect(page.locator("#told")).to_contain_text("Marked as spam. The site learns from it. Next")
    expect(card(page, "Bea")).to_contain_text("Marked as spam")
    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert outcomes(store, ids) == ["held", "spam", "held"]
    assert page.evaluate(CONTRAST) == []
    press(page, "z")
    expect(card(page, "Bea")).to_be_focused()
    expect(page.locator("#told")).to_contain_text("Undone")
    assert outcomes(store, ids) == ["held", "held", "held"]
    press(page, "a")
    expect(card(page, "Cyd")).to_be_focused()
    press(page, "d", "Enter", "u")  # taken back before the answer has come
    expect(page.locator("#told")).to_contain_text("Undone")
    expect(page.locator(".settled")).to_have_count(1)
    assert outcomes(store, ids) == ["held", "published", "held"]
    expect(page.get_by_role("link", name="Needs review")).to_contain_text("2")


def test_a_click_leaves_the_page_where_it_is(
    page: Page, store: Store, ids: dict[str, UUID]
) -> None:
    button = card(page, "Ada").get_by_role("button", name="Approve")
    before = button.bounding_box()
    button.click()
    expect(card(page, "Bea")).to_be_focused()
    undo = card(page, "Ada").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert page.evaluate("scrollY") == 0
    undo.click()
    expect(button).to_be_visible()
    assert button.bounding_box() == before
    assert outcomes(store, ids) == ["held", "held", "held"]


def test_keys_rest_in_fields_with_modifiers_and_under_the_help(
    page: Page, store: Store, ids: dict[str, UUID]
) -> None:
    press(page, "j", "Control+s", "Alt+a", "Shift+d", "?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    press(page, "s", "Escape")
    expect(sheet).to_be_hidden()
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    press(page, "s", "a", "j")
    expect(page.locator("textarea")).to_have_value("saj")
    assert outcomes(store, ids) == ["held", "held", "held"]
    expect(page.locator(".settled")).to_have_count(0)


def test_the_help_tells_every_key_and_the_script_knows_each(page: Page) -> None:
    rows = page.locator("dialog [data-does]")
    names = rows.evaluate_all("rows => rows.map(row => row.dataset.does)")
    assert names == [line.does for line in LINES]
    script = (Path(__file__).parents[2] / "service/web/static/queue/start.js").read_text("utf-8")
    known = set(re.findall(r"^  (\w+):", script, re.MULTILINE))
    known |= {
        f"tab {name}" for name in re.findall(r'"(\w+)"', script.partition("for (const name")[2])
    }
    assert set(names) <= known


def test_a_command_is_found_by_its_name(page: Page, store: Store, ids: dict[str, UUID]) -> None:
    press(page, "j", "Control+k")
    palette = page.get_by_role("dialog", name="Commands")
    expect(palette.get_by_role("textbox", name="Find a command")).to_be_focused()
    page.keyboard.type("rem")
    expect(palette.get_by_role("button")).to_have_text(
        [re.compile("^Remove: "), re.compile("^Remove for"), re.compile("^Go to “Removed”")]
    )
    assert page.evaluate(CONTRAST) == []
    press(page, "Enter")
    expect(palette).to_be_hidden()
    press(page, "Enter")
    expect(page.locator("#told")).to_contain_text("Removed. Nothing is learned from it.")
    assert outcomes(store, ids) == ["removed", "held", "held"]


def test_keys_can_be_others_or_none(page: Page, store: Store, ids: dict[str, UUID]) -> None:
    page.emulate_media(reduced_motion="reduce")  # colours that still change have no contrast yet
    page.locator(".me > summary").click()
    page.get_by_role("link", name="Display and keys").click()
    page.get_by_label("Coral").check()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state("load")  # with its styles
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 20)"
    page.goto("/queue?order=newest")
    press(page, "j", "a", "f")
    expect(page.locator("#told")).to_contain_text("Approved")
    assert outcomes(store, ids) == ["published", "held", "held"]
    page.goto("/queue/look")
    page.get_by_label("No keys").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/queue?order=newest")
    press(page, "j", "f", "s")
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("Keys are switched off in this browser.")
    assert outcomes(store, ids) == ["published", "held", "held"]


def test_who_was_faster_is_told_in_the_card(
    page: Page, store: Store, ids: dict[str, UUID], clock: FrozenClock
) -> None:
    colleague = f"moderator:{add_moderator(store, clock, 'bob@paper.example')}"
    with store.writing() as session:
        moderation.decide(session, ids["Ada"], Decision.SPAM, 2, colleague, clock())
    press(page, "j", "a")
    conflict = card(page, "Ada").get_by_role("alert")
    expect(conflict).to_contain_text("Marked as spam, by bob@paper.example")
    expect(card(page, "Bea")).to_be_focused()
    assert comment_row(store, ids["Ada"]).outcome == "spam"
    press(page, "k", "a")  # the fresh card can be decided
    expect(page.locator("#told")).to_contain_text("Approved")
    assert comment_row(store, ids["Ada"]).outcome == "published"


@pytest.mark.parametrize("fault", ["offline", "refused", "logged out"])
def test_what_fails_is_told_and_the_card_is_as_before(
    page: Page, store: Store, ids: dict[str, UUID], clock: FrozenClock, fault: str
) -> None:
    if fault == "offline":
        page.context.set_offline(True)
    elif fault == "refused":
        page.route("**/decision", lambda route: route.abort())
    else:
        clock.now += timedelta(days=1)
    press(page, "j", "a")
    said = {
        "offline": "You are offline: nothing was sent.",
        "refused": "Hamlet did not answer, so the card is as before.",
        "logged out": "Your login has ended, so nothing was changed.",
    }[fault]
    expect(card(page, "Ada")).to_contain_text(said)
    expect(page.locator("#told")).to_contain_text(f"Ada: {said}")
    expect(card(page, "Ada").get_by_role("button", name="Approve")).to_be_visible()
    assert outcomes(store, ids) == ["held", "held", "held"]


def test_one_at_a_time_shows_one_and_counts(page: Page, store: Store, ids: dict[str, UUID]) -> None:
    press(page, "f")
    expect(page.locator(".card:visible")).to_have_count(1)
    press(page, "s")
    expect(card(page, "Bea")).to_be_focused()
    expect(page.get_by_text("1 of 3 decided")).to_be_visible()
    expect(page.locator("#told")).to_contain_text("spam")  # the server has it, too
    expect(page.locator(".card:visible")).to_have_count(1)
    page.evaluate(SWIPE, 200)
    expect(card(page, "Cyd")).to_be_focused()
    press(page, "f")
    expect(page.locator(".card:visible")).to_have_count(3)
    expect(page.locator("#told")).to_contain_text("Approved")
    assert outcomes(store, ids) == ["spam", "published", "held"]


def test_a_page_without_comments_has_keys_too(page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    press(page, "g", "s")
    expect(page.get_by_text("No spam")).to_be_visible()
    ready(page)
    press(page, "j", "a", "z")
    expect(page.locator("#told")).to_contain_text("There is nothing to undo on this page.")
    press(page, "g", "r")
    expect(card(page, "Ada")).to_be_visible()
    ready(page)
    press(page, "j", "o")
    expect(page.get_by_text("› one comment")).to_be_visible()
    ready(page)
    press(page, "j", "s")
    expect(page.locator("#told")).to_contain_text("Marked as spam")
    assert faults == []


def test_who_else_is_at_a_comment_is_shown(
    page: Page, store: Store, ids: dict[str, UUID], clock: FrozenClock
) -> None:
    bob = add_moderator(store, clock, "bob@paper.example")
    with store.writing() as session:
        presences.note(session, bob, ids["Bea"], clock())
    with page.expect_response("**/queue/news/looking/*") as told:
        press(page, "j")
    assert told.value.status == 204
    page.evaluate("document.dispatchEvent(new CustomEvent('hamlet:changed'))")
    badge = card(page, "Bea").get_by_role("img", name="bob@paper.example is looking at this")
    expect(badge).to_have_text("B")
    assert page.evaluate(CONTRAST) == []


def test_new_comments_wait_behind_a_pill(
    page: Page, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    add_comment(store, clock, "unsure, and late", author_name="Dot")
    judge_all(store, scorer, clock)
    expect(page.get_by_role("button", name="Keys")).to_be_visible()  # the script listens
    page.evaluate("document.dispatchEvent(new CustomEvent('hamlet:changed'))")
    pill = page.get_by_role("link", name="1 new comment")
    expect(pill).to_be_visible()
    expect(page.get_by_role("link", name="Needs review")).to_contain_text("4")
    expect(card(page, "Dot")).to_have_count(0)
    press(page, "n")
    expect(card(page, "Dot")).to_be_visible()
