"""The article page in a real browser, with JavaScript switched off as for its poorest reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from service.app import create_app
from service.clock import utc_now
from service.config import Settings
from service.core.store import sites
from service.core.store.session import Store
from service.scoring import Scorer, drain
from tests.fakes import PlainModel

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


class WorkerAtOnce:
    """A bell whose worker has judged before the ring is over."""

    def __init__(self, store: Store, scorer: Scorer) -> None:
        self.store, self.scorer = store, scorer

    def ring(self) -> bool:
        return drain(self.store, self.scorer, utc_now, timedelta(seconds=5))

    def is_up(self) -> bool:
        return True


@pytest.fixture
def demo_url(settings: Settings, store: Store) -> Iterator[str]:
    """A running web server with the demo site."""
    scorer = Scorer(PlainModel())  # type: ignore[arg-type]  # it has the face of a SpamModel
    bell = WorkerAtOnce(store, scorer)
    app = create_app(settings, store=store, bell=bell, scorer=scorer)  # type: ignore[arg-type]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    with store.writing() as session:
        sites.add(session, "demo", url, utc_now())
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, demo_url: str) -> Iterator[Page]:
    """A page without JavaScript; no complaint may be left on its console."""
    context = browser.new_context(base_url=demo_url, java_script_enabled=False, viewport=DESKTOP)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    assert context.cookies() == []
    assert [text for text in complaints if "422" not in text] == []
    context.close()


def write(page: Page, body: str, name: str = "Nadia") -> None:
    page.get_by_label("Name").fill(name)
    page.locator("#body").fill(body)
    page.get_by_role("button", name="Add a comment").click()


def test_a_reader_writes_a_comment_and_finds_it_in_the_thread(page: Page) -> None:
    page.goto("/a/demo/welcome")
    write(page, "A good read.\n\nThank you.")
    assert page.get_by_role("heading", level=1).inner_text() == "Published"
    page.get_by_role("link", name="See it in the thread").click()
    shown = page.locator(".comment:target .words")
    assert shown.inner_text() == "A good read.\n\nThank you."


def test_a_reader_answers_another_or_writes_a_comment_after_all(page: Page) -> None:
    page.goto("/a/demo/bread")
    write(page, "How hot?", name="Ada")
    page.goto("/a/demo/bread")
    page.get_by_role("link", name="Reply to Ada").click()
    assert page.get_by_role("heading", name="Reply to Ada").is_visible()
    page.get_by_role("link", name="Cancel the reply").click()
    assert page.get_by_role("heading", name="Add a comment").is_visible()
    page.get_by_role("link", name="Reply to Ada").click()
    write(page, "As hot as it gets.", name="Ben")
    page.goto("/a/demo/bread")
    assert page.locator(".depth-1 .words").inner_text() == "As hot as it gets."


def test_faults_are_told_at_the_top_and_at_the_field(page: Page) -> None:
    page.goto("/a/demo/tram")
    page.get_by_label("Website").fill("javascript:alert(1)")
    write(page, "Late again.")
    summary = page.get_by_role("alert")
    assert "Everything you wrote is still here" in summary.inner_text()
    assert page.locator("#body").input_value() == "Late again."
    summary.get_by_role("link").click()
    assert page.url.endswith("#author_url")
    page.get_by_label("Website").fill("")
    page.get_by_role("button", name="Add a comment").click()
    assert "/c/" in page.url


def test_the_trap_cannot_be_reached_by_eye_or_keyboard(page: Page) -> None:
    page.goto("/a/demo/welcome")
    box = page.locator("#subject").locator("..").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1, 1)
    page.get_by_label("Website").focus()
    page.keyboard.press("Tab")
    assert page.locator("#body:focus").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/a/demo/telescope", "/a/demo/privacy"])
def test_text_stands_out_and_nothing_is_wider_than_a_phone(
    browser: Browser, demo_url: str, scheme: str, path: str
) -> None:
    context = browser.new_context(
        base_url=demo_url,
        viewport=PHONE,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(path)
    if "privacy" not in path:
        write(page, "W" * 300, name="N" * 150)
        page.get_by_role("link", name="See it in the thread").click()
    page.wait_for_load_state()  # with its stylesheet
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate(CONTRAST) == []
    context.close()
