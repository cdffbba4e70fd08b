"""A client of the door, written as the reference tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.config import Settings
from service.core.store import comments, keys
from service.core.store.lesson_tables import ExampleRow
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.web.akismet.context import Context
from tests.service.web.conftest import SITE_URL, Site

GUID = "X-akismet-guid"


@dataclass
class Door:
    """Calls with a key, as a client makes them."""

    client: FlaskClient
    key: str
    store: Store

    def call(self, path: str, **fields: str) -> TestResponse:
        """POST the fields with the key in `api_key`, on the site's blog, unless told otherwise."""
        given = {"api_key": self.key, "blog": SITE_URL, **fields}
        return self.client.post(path, data=given)

    def check(self, text: str = "Lovely crust!", **fields: str) -> TestResponse:
        given = {
            "user_ip": "192.0.2.7",
            "comment_author": "Ann",
            "comment_author_email": "ann@reader.example",
            "comment_content": text,
            **fields,
        }
        return self.call("/1.1/comment-check", **given)

    def report(self, kind: str, text: str = "Lovely crust!", **fields: str) -> TestResponse:
        """submit-spam or submit-ham, without the address, as 15 days later."""
        given = {
            "comment_author": "Ann",
            "comment_author_email": "ann@reader.example",
            "comment_content": text,
            **fields,
        }
        return self.call(f"/1.1/submit-{kind}", **given)

    def comment(self, answer: TestResponse) -> CommentRow:
        """The stored comment that an answer is about."""
        with self.store.reading() as session:
            return comments.by_id(session, UUID(answer.headers[GUID]))

    def all_comments(self) -> list[CommentRow]:
        """Every stored comment, newest first."""
        with self.store.reading() as session:
            return comments.page(session)

    def events(self, row: CommentRow) -> list[tuple[str, str]]:
        """(kind, actor) of what happened to a comment."""
        with self.store.reading() as session:
            return [(event.kind, event.actor) for event in comments.events_of(session, row.id)]

    def example(self, row: CommentRow) -> ExampleRow | None:
        """What the comment teaches."""
        with self.store.reading() as session:
            return session.get(ExampleRow, row.id)

    def revoke(self, now: object) -> None:
        with self.store.writing() as session:
            keys.revoke(session, keys.all_keys(session)[0].id, now)  # type: ignore[arg-type]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Patient, lest a busy machine be taken for a slow database."""
    return replace(settings, check_patience=30)


@pytest.fixture
def door(client: FlaskClient, site: Site, store: Store) -> Door:
    """The site https://blog.example and a key for it alone, called `blog`."""
    return Door(client, site.key, store)


@pytest.fixture
def own(app: Flask) -> Context:
    """The door's context, which replays nothing by itself."""
    made: Context = app.extensions["hamlet-akismet"]
    made.replaying.close()
    return made
