"""Pages in other languages and the other way round, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.core.history import make_past, make_sites, write
from tests.service.web.moderating import PASSWORD, add_moderator

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
SEEN = Path(__file__).parents[2] / ".artifacts" / "languages"
PAGES = {
    "queue": "/queue",
    "spam": "/queue?tab=spam",
    "statistics": "/queue/statistics",
    "cutoffs": "/queue/sites/blog/cutoffs",
    "people": "/queue/people",
    "account": "/queue/account",
    "look": "/queue/look",
    "privacy": "/a/blog/privacy",
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def past(store: Store, clock: FrozenClock) -> None:
    """Some days of two sites."""
    add_moderator(store, clock)
    lives = make_past(make_sites(store, clock()), clock() - timedelta(hours=1), 40, 10, seed=5)
    reason = {"code": "untyped", "text": "a long text, and no key was pressed", "weight": 0.8}
    write(store, lives, body="see https://www.casino.example.org/", reasons=[reason])


def enter(page: Page, language: str) -> None:
    """Choose a language at the login's menu, as people do, and log in."""
    page.goto("/login")
    page.locator(".tongue summary").click()
    page.locator(f".tongue button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#email").fill("owner@paper.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/queue")


def look_at(page: Page, name: str) -> None:
    SEEN.mkdir(parents=True, exist_ok=True)
    is_long = name.endswith(("queue", "spam"))
    page.screenshot(path=SEEN / f"{name}.png", full_page=not is_long)


def test_german_fits_a_phone_without_scripts(open_page: OpenPage, past: None) -> None:
    page = open_page(scripts=False, width=390)
    enter(page, "de")
    for name, path in PAGES.items():
        page.goto(path)
        look_at(page, f"de-phone-{name}")
        assert page.evaluate(SIDEWAYS) == 0, f"{name} is wider than the phone"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_from_right_to_left_is_the_mirror(
    open_page: OpenPage, app: Flask, past: None, width: int
) -> None:
    app.config["LANGUAGES"] = app.config["LANGUAGES"] | {"ar": "العربية"}
    page = open_page(width=width)
    enter(page, "ar")
    for name, path in PAGES.items():
        page.goto(path)
        look_at(page, f"rtl-{width}-{name}")
        assert page.evaluate(SIDEWAYS) == 0, f"{name} is wider than the screen"
    page.goto("/queue")
    brand, menu = (page.locator(at).bounding_box() for at in (".brand", ".me"))
    assert brand is not None
    assert menu is not None
    assert brand["x"] > menu["x"]


def test_the_script_speaks_the_language_of_the_page(open_page: OpenPage, past: None) -> None:
    page = open_page()
    enter(page, "fr")
    look_at(page, "fr-queue")
    page.locator(".card button[value=approve]").first.click()
    expect(page.locator(".stamp-word").first).to_have_text("Approuvé")
    expect(page.locator("#told")).to_contain_text("Suivant :")
