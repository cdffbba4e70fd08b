"""The moderation race: how many keys, clicks and requests clear a queue, three ways.

    python -m bench.race FOLDER [--waiting 400] [--campaigns 30]

FOLDER holds labelled comments, as in `bench.campaigns`, whose draws are used: of ten the one
whose number of campaigns is nearest to that. A real browser clears the same queue with keys one by
one, page by page in bulk, and by campaigns, always deciding as the labels say. Choosing in a list
and pressing a button count as two clicks and one. Server time is spent in the application, without
the network.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.campaigns import campaigns_of, draw, judge, read, submitted
from service.app import create_app
from service.config import Settings
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.migrations import migrate
from tests.fakes import FrozenClock, QuietBell
from tests.service.web.moderating import PASSWORD, add_moderator

KEYS = {"ham": "a", "spam": "s"}
DECISIONS = {"ham": "approve", "spam": "spam"}
DRAWS = 10
WP_PAGE = 20  # comments, unless a moderator asks for more
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Race:
    """What one way took."""

    keys: int = 0
    clicks: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0  # in the application


class Hands:
    """A moderator's: each press and click is counted."""

    def __init__(self, page: Page, labels: dict[str, str], race: Race) -> None:
        self.page, self.labels, self.race = page, labels, race

    def press(self, key: str) -> None:
        self.race.keys += 1
        self.page.keyboard.press(key)

    def click(self, selector: str) -> None:
        self.race.clicks += 1
        self.page.locator(selector).first.click()

    def choose(self, selector: str, value: str) -> None:
        self.race.clicks += 2
        self.page.locator(selector).select_option(value)

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.page.wait_for_load_state("load")

    def decide_by_key(self, at: str) -> None:
        """The key of what the comment is; the script goes on to the next by itself."""
        with self.page.expect_response("**/decision"):
            self.press(KEYS[self.labels[at]])

    def cards(self) -> list[str]:
        """The ids of the page's comments, in order."""
        shown = self.page.locator(".card").evaluate_all("all => all.map(card => card.id)")
        return [one.removeprefix("c-") for one in shown]


def one_by_one(hands: Hands) -> None:
    """Every comment with its key."""
    while ids := _page_of(hands):
        hands.press("j")
        for one in ids:
            hands.decide_by_key(one)


def in_bulk(hands: Hands) -> None:
    """The few of a page by their keys, the many by the bar; then the next page."""
    while ids := _page_of(hands):
        many = Counter(hands.labels[one] for one in ids).most_common(1)[0][0]
        for one in ids:
            hands.press("j")
            if hands.labels[one] != many:
                with hands.page.expect_response("**/decision"):
                    hands.press(KEYS[hands.labels[one]])
                hands.press("k")  # the script was on the next already
        hands.choose("#scope", "page")
        hands.choose("#together", DECISIONS[many])
        with hands.page.expect_navigation():
            hands.click("form.bulk button")


def by_campaigns(hands: Hands) -> None:
    """Each campaign whose comments are all the same at once; what is left by keys."""
    seen: set[str] = set()
    hands.open("/queue/campaigns")
    while link := next((one for one in _links(hands.page) if one not in seen), None):
        seen.add(link)
        with hands.page.expect_navigation():
            hands.click(f".campaign h2 a[href='{link}']")
        kinds = _kinds(hands)
        if len(kinds) == 1:
            with hands.page.expect_navigation():
                hands.click(f".campaign-actions [value={DECISIONS[kinds.pop()]}]")
        hands.race.clicks += 1
        hands.open("/queue/campaigns")
    one_by_one(hands)


def _page_of(hands: Hands) -> list[str]:
    """The first page of what waits; going there is one click, on the tab."""
    hands.race.clicks += 1
    hands.open("/queue")
    return hands.cards()


def _links(page: Page) -> list[str]:
    waiting = ".campaigns:not(section *) .campaign h2 a"
    found: list[str] = page.locator(waiting).evaluate_all(
        "all => all.map(link => link.getAttribute('href'))"
    )
    return found


def _kinds(hands: Hands) -> set[str]:
    """Of all that waits in the campaign, page after page: reading is free, turning is a click."""
    kinds: set[str] = set()
    while True:
        hrefs = hands.page.locator(".members .who a").evaluate_all(
            "all => all.map(link => link.getAttribute('href'))"
        )
        kinds |= {hands.labels[href.rpartition("/")[2]] for href in hrefs}
        if not hands.page.locator("a[rel=next]").count():
            return kinds
        with hands.page.expect_navigation():
            hands.click("a[rel=next]")


WAYS: dict[str, Callable[[Hands], None]] = {
    "one by one, keys": one_by_one,
    "in bulk, page by page": in_bulk,
    "by campaigns, rest by keys": by_campaigns,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--waiting", type=int, default=400)
    parser.add_argument("--campaigns", type=int, default=30)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rows, seed, found = _drawn(asked.folder, asked.waiting, asked.campaigns)
    kinds = Counter(row["label"] for row in rows)
    print(f"draw {seed}: {len(rows)} waiting, {kinds['spam']} spam; {found} campaigns")
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        filled = Path(folder, "filled")
        labels = _fill(filled, rows)
        print(f"{'':28} {'keys':>6} {'clicks':>6} {'posts':>6} {'pages':>6} {'server s':>9}")
        for number, (name, way) in enumerate(WAYS.items()):
            copy = shutil.copytree(filled, Path(folder, str(number)))
            told(name, run(Path(copy), browser, labels, way))
    size = len(rows)
    turns = -(-size // WP_PAGE)
    print("computed, not run: WordPress’s list table, by the keys it documents")
    print(f"{'  one by one':28} {size + turns:>6}–{2 * size} keys, {size} posts")
    print(f"{'  ticked, then one for all':28} {2 * size + 4 * turns:>6} keys, {2 * turns} pages")


def _drawn(folder: Path, size: int, wanted: int) -> tuple[list[dict[str, Any]], int, int]:
    """The draw whose number of campaigns is nearest to `wanted`; its seed; that number."""
    spam, ham = read(folder)
    best: tuple[list[dict[str, Any]], int, int] | None = None
    for seed in range(DRAWS):
        rows = draw(spam, ham, size, seed)
        found = len(set(campaigns_of(rows)[0]) - {None})
        if best is None or abs(found - wanted) < abs(best[2] - wanted):
            best = rows, seed, found
        if found == wanted:
            break
    assert best
    return best


def _fill(folder: Path, rows: list[dict[str, Any]]) -> dict[str, str]:
    """A database in which all of them wait. Returns each comment's label by its id."""
    folder.mkdir()
    store = Store.open(f"sqlite:///{folder}/hamlet.sqlite3")
    migrate(store.engine)
    ids = submitted(store, rows)
    while judge(store):
        pass
    add_moderator(store, FrozenClock())
    store.close()
    return {str(one): row["label"] for one, row in zip(ids, rows, strict=True)}


def run(
    folder: Path, browser: Browser, labels: dict[str, str], way: Callable[[Hands], None]
) -> Race:
    """Clear the queue in `folder` that way."""
    race, clock = Race(), FrozenClock()
    clock.move(hours=1)
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder}/hamlet.sqlite3",
        secret_key="a secret of at least thirty-two characters",
    )
    store = Store.open(settings.database_url)
    app = create_app(settings, store=store, bell=QuietBell(), clock=clock)  # type: ignore[arg-type]
    with _served(app, race) as url:
        page = browser.new_page(base_url=url, viewport={"width": 1280, "height": 844})
        page.goto("/login")
        page.get_by_label("E-mail address").fill("owner@paper.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/queue")
        race.requests.clear()
        race.seconds = 0.0
        way(Hands(page, labels, race))
        page.close()
    with store.reading() as session:
        left = session.scalar(select(func.count()).where(CommentRow.outcome == "held"))
    store.close()
    if left:
        raise SystemExit(f"{left} comments wait still")
    return race


def told(name: str, race: Race) -> None:
    posts, pages = race.requests["POST"], race.requests["page"]
    print(f"{name:28} {race.keys:>6} {race.clicks:>6} {posts:>6} {pages:>6} {race.seconds:>9.1f}")


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served(app: Flask, race: Race) -> Iterator[str]:
    counting, inner = threading.Lock(), app.wsgi_app

    def timed(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        began = time.perf_counter()
        body = inner(environ, start)
        path = environ["PATH_INFO"]
        with counting:
            if not path.startswith(("/static", "/queue/news")):  # files, and what asks by itself
                is_post = environ["REQUEST_METHOD"] == "POST"
                race.requests["POST" if is_post else "page"] += 1
                race.seconds += time.perf_counter() - began
        return body

    app.wsgi_app = timed  # type: ignore[method-assign]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield found
        found.close()


if __name__ == "__main__":
    main()
