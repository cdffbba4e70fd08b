"""Statistics and cutoffs in a real browser: seen at every size, saved without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.core.store import sites
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.core.history import make_past, make_sites, write
from tests.service.web.moderating import PASSWORD, add_moderator

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
CUTOFFS = "/queue/sites/blog/cutoffs"

OpenPage = Callable[..., Page]


@pytest.fixture
def past(store: Store, clock: FrozenClock) -> None:
    """A month of two sites."""
    add_moderator(store, clock)
    lives = make_past(make_sites(store, clock()), clock() - timedelta(hours=1), 300, 30, seed=3)
    write(store, lives, body="see https://www.casino.example.org/", reasons=[])


def log_in(page: Page, then: str) -> None:
    page.goto(then)
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{then}")
    page.wait_for_load_state("load")


def test_cutoffs_are_tried_and_saved_without_scripts(
    open_page: OpenPage, past: None, store: Store
) -> None:
    page = open_page(scripts=False, width=390)
    log_in(page, CUTOFFS)
    page.get_by_label("Fine below").fill("15.5")
    page.get_by_label("Spam from").fill("60")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What 15.5 % and 60 % would have done")).to_be_visible()
    assert "csrf" not in page.url
    page.go_back()
    expect(page.get_by_role("button", name="Save these cutoffs")).to_have_count(0)
    page.go_forward()
    page.get_by_role("button", name="Save these cutoffs").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    with store.reading() as session:
        site = sites.by_name(session, "blog")
    assert (site.ham_cutoff, site.spam_cutoff) == (0.155, 0.6)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_and_can_be_read(open_page: OpenPage, past: None, width: int) -> None:
    page = open_page(width=width)
    log_in(page, "/queue/statistics")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for path in ("/queue/statistics", f"{CUTOFFS}?ham_cutoff=10&spam_cutoff=50"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate(CONTRAST) == []


def test_a_chart_has_a_name_and_a_table(open_page: OpenPage, past: None) -> None:
    page = open_page()
    log_in(page, "/queue/statistics?days=7")
    chart = page.get_by_role("img", name="Verdicts a day")
    expect(chart).to_be_visible()
    expect(chart).to_have_accessible_description(re.compile("7 days to 22 November 2026"))
    page.get_by_text("The same as a table").click()
    table = page.get_by_role("table", name="Verdicts a day")
    expect(table.get_by_role("row")).to_have_count(1 + 7)
    expect(table.get_by_role("columnheader")).to_have_text(
        ["Day (UTC)", "Passed", "Held", "Filed as spam", "Not judged yet"]
    )
