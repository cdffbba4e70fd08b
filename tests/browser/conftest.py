"""A real browser, and a real server for it to visit."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.config import Settings
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.servers import missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own chromium, headless."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        missing("browser", f"none of {', '.join(NAMES)} is installed")
    if fault := _fault_of_driver():
        missing("browser", f"Playwright's driver does not start: {fault}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield found
        found.close()


def _fault_of_driver() -> str:
    """What keeps Playwright's bundled Node.js from running; "" when nothing does."""
    program, *_ = compute_driver_executable()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture
def scorer() -> Scorer:
    return Scorer(PlainModel())  # type: ignore[arg-type]  # PlainModel has a SpamModel's face


@pytest.fixture
def app(settings: Settings, store: Store, scorer: Scorer, clock: FrozenClock) -> Flask:
    return create_app(settings, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The address of the application, served from a thread."""
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Opens a page in a fresh profile, `width` pixels wide."""
    with ExitStack() as stack:

        def open_page(scripts: bool = True, width: int = 1280) -> Page:
            context = browser.new_context(
                base_url=server,
                java_script_enabled=scripts,
                viewport={"width": width, "height": 844},
            )
            stack.callback(context.close)
            return context.new_page()

        yield open_page
