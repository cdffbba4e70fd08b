"""Every page, looked at in a real browser: by axe, and for what axe does not see.

For people to look at, HAMLET_TEST_PICTURES=FOLDER keeps a picture of each page there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page, ViewportSize

from models import SpamModel
from service.config import Settings
from service.core.store.campaign_tables import CampaignRow
from service.core.store.session import Store
from service.scoring import Scorer
from service.web.requests import HEADERS
from tests.browser import tour
from tests.browser.paper import Paper, make_paper
from tests.fakes import FrozenClock

pytestmark = pytest.mark.browser

SEEN = Path(__file__).with_name("seen.js").read_text(encoding="utf-8")
DESKTOP: ViewportSize = {"width": 1280, "height": 844}
PHONE: ViewportSize = {"width": 390, "height": 844}
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
# Looking at colours takes axe as long as all the rest: contrast.js does, in both colour schemes.
RULES = {
    "resultTypes": ["violations"],
    "preload": False,
    "rules": {"color-contrast": {"enabled": False}},
}


@pytest.fixture
def scorer(shipped: SpamModel) -> Scorer:
    return Scorer(shipped)


@pytest.fixture
def paper(
    store: Store, settings: Settings, scorer: Scorer, clock: FrozenClock, server: str
) -> Paper:
    return make_paper(store, settings, scorer, clock, server)


@pytest.fixture
def complaints(open_page: Callable[..., Page]) -> tuple[Page, list[str]]:
    """A page, and what its console and its scripts complain about."""
    page = open_page()
    told: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            told.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.emulate_media(reduced_motion="reduce")
    return page, told


@pytest.mark.timeout(900)  # axe counts every element, and a busy machine is slow
def test_every_page_can_be_used_by_everybody(
    complaints: tuple[Page, list[str]], store: Store, paper: Paper, clock: FrozenClock
) -> None:
    page, told = complaints
    with store.reading() as session:
        campaign = session.query(CampaignRow).order_by(CampaignRow.size.desc()).first()
    assert campaign
    policies = set()
    page.on("response", lambda answer: policies.add(_policy_of(answer)))
    found = {
        stop.name: faults
        for stop in tour.walk(page, tour.places(paper, campaign.id), clock)
        if (faults := _faults(stop) + _taken(told))
    }
    assert found == {}
    assert policies - {None} == {HEADERS["Content-Security-Policy"]}


def test_a_new_page_is_walked_too(app: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.split(".")[0] not in tour.FOR_PROGRAMS
    }
    assert pages - tour.FILES == tour.SHOWN, "add the page to tests/browser/tour.py"


def _faults(stop: tour.Stop) -> list[str]:
    """What is wrong with the page as it stands, at each size and in each colour."""
    page = stop.page
    page.evaluate(AXE_SCRIPT)
    page.emulate_media(color_scheme="dark")
    dark = [f"dark: {fault}" for fault in page.evaluate(CONTRAST)]
    _keep(page, f"{stop.name} dark")
    page.emulate_media(color_scheme="light")
    light = [f"light: {fault}" for fault in page.evaluate(CONTRAST)]
    found = dark + light + _axe(page) + _seen(page, f"{stop.name} desktop")
    page.set_viewport_size(PHONE)
    found += _seen(page, f"{stop.name} phone")
    page.set_viewport_size(DESKTOP)
    return found


def _seen(page: Page, name: str) -> list[str]:
    _keep(page, name)
    size = name.rpartition(" ")[2]
    return [f"{size}: {fault}" for fault in page.evaluate(SEEN)]


def _axe(page: Page) -> list[str]:
    return [
        f"{rule['id']} ({rule['impact']}) {node['target']}: {node['html'][:90]}"
        for rule in page.evaluate("rules => axe.run(rules)", RULES)["violations"]
        for node in rule["nodes"][:5]
    ]


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("HAMLET_TEST_PICTURES"):
        file = re.sub(r"[ .]", "-", name) + ".png"
        page.screenshot(path=Path(folder, file), full_page=True, caret="initial")


def _taken(told: list[str]) -> list[str]:
    taken = list(told)
    told.clear()
    return taken


def _policy_of(answer: object) -> str | None:
    headers = getattr(answer, "headers", {})
    is_page = headers.get("content-type", "").startswith("text/html")
    return headers.get("content-security-policy") if is_page else None
