"""The self-test page in a real browser, without scripts: readable on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.core.store import sites
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.web.moderating import PASSWORD, add_moderator

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


def test_an_owner_tests_and_reads_the_answers_on_a_phone(
    open_page: Callable[..., Page], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock)
    with store.writing() as session:
        sites.add(session, "blog", f"https://{'a-long-name' * 5}.example", clock())
    page = open_page(scripts=True, width=390)
    page.goto("/queue/sites/blog")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="self-test").click()
    page.get_by_role("button", name="Start the test").click()
    expect(
        page.get_by_text("worth a look")
    ).to_be_visible()  # the plain model knows no blatant spam
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate(CONTRAST) == []
