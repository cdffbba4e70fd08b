"""A moderator at work in a browser without JavaScript, and comments to work on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from service.core import moderation
from service.core.moderation import Arrival, Caller
from service.core.store import comments, moderators, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.submission import Submission, checked
from service.passwords import hash_password
from service.scoring import Scorer, drain
from tests.fakes import FrozenClock
from tests.pages import FormFinder

ARTICLE_URL = "https://blog.example/bread"
PASSWORD = "a horse, a kingdom"
HASHED = hash_password(PASSWORD)  # once: hashing is slow on purpose


class Moderator:
    """Somebody who looks at pages and presses what is there."""

    def __init__(self, app: Flask, address: str = "203.0.113.7") -> None:
        self.client = app.test_client()
        self.address = address
        self.page = ""
        self.path = ""

    def get(self, path: str) -> TestResponse:
        return self._seen(self.client.get(path, environ_overrides=self._environ))

    def press(self, action: str, **typed: Any) -> TestResponse:
        """Send the first form of the page whose action holds `action`, redirects not followed."""
        finder = FormFinder()
        finder.feed(self.page)
        form = next(form for form in finder.forms if action in form.action)
        sent = form.fields | {name: str(value) for name, value in typed.items()}
        return self.post(form.action or self.path, sent)

    def press_named(self, action: str, instead: str) -> TestResponse:
        """Press the button of a form that sends it to another address, ending in `instead`."""
        path = action.rpartition("/")[0] + instead
        finder = FormFinder()
        finder.feed(self.page)
        form = next(form for form in finder.forms if form.action.endswith(action))
        return self.post(form.action.removesuffix(action) + path, form.fields)

    def post(self, path: str, data: dict[str, str]) -> TestResponse:
        return self._seen(self.client.post(path, data=data, environ_overrides=self._environ))

    def log_in(self, email: str = "owner@paper.example", password: str = PASSWORD) -> TestResponse:
        self.get("/login")
        return self.press("/login", email=email, password=password)

    def follow(self, response: TestResponse) -> str:
        """The page that a redirect leads to."""
        assert response.status_code == 303, response.status
        self.get(response.headers["Location"].partition("#")[0])
        return self.page

    @property
    def _environ(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address}

    def _seen(self, response: TestResponse) -> TestResponse:
        self.page, self.path = response.get_data(as_text=True), response.request.path
        return response


def add_moderator(
    store: Store,
    clock: FrozenClock,
    email: str = "owner@paper.example",
    role: Role = Role.OWNER,
    site_id: int | None = None,
) -> int:
    with store.writing() as session:
        return moderators.add(session, email, HASHED, role, clock(), site_id).id


def add_comment(store: Store, clock: FrozenClock, body: str, **fields: Any) -> UUID:
    """A pending comment; on the site of `article_url`, which is added when it is new."""
    values = {"article_url": ARTICLE_URL, "article_title": "Bread", "author_name": "Ada"} | fields
    submission = checked(Submission(body=body, **values), clock())
    clock.move(seconds=1)
    with store.writing() as session:
        arrival = Arrival(submission, Caller("form"))
        return moderation.submit(session, arrival, clock(), "a secret").comment_id


def judge_all(store: Store, scorer: Scorer, clock: FrozenClock) -> None:
    assert drain(store, scorer, clock, timedelta(seconds=1))


def comment_row(store: Store, comment_id: UUID) -> CommentRow:
    with store.reading() as session:
        return comments.by_id(session, comment_id)


def site_mode(store: Store, name: str) -> str:
    with store.reading() as session:
        return sites.by_name(session, name).mode
