"""The web application with a fake model, and a client for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.config import Settings
from service.core.store import keys, sites
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.service.web.moderating import (
    ARTICLE_URL as ARTICLE_URL,
)
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    judge_all,
)

SITE_URL = "https://blog.example"
Add = Callable[..., UUID]


@pytest.fixture
def model() -> PlainModel:
    return PlainModel()


@pytest.fixture
def scorer(model: PlainModel) -> Scorer:
    return Scorer(model)  # type: ignore[arg-type]  # PlainModel has the face of a SpamModel


@pytest.fixture
def bell() -> QuietBell:
    return QuietBell()


@pytest.fixture
def app(
    settings: Settings, store: Store, bell: QuietBell, scorer: Scorer, clock: FrozenClock
) -> Flask:
    app = create_app(settings, store=store, bell=bell, scorer=scorer, clock=clock)  # type: ignore[arg-type]
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@dataclass(frozen=True)
class Site:
    """A registered site with a key of its own."""

    id: int
    name: str
    token: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def site(store: Store, settings: Settings, clock: FrozenClock) -> Site:
    """The site https://blog.example, called `blog`, with a key for it alone."""
    with store.writing() as session:
        row = sites.add(session, "blog", SITE_URL, clock())
        key = keys.make(session, "blog", row.id, settings.secret_key, clock())
    return Site(row.id, row.name, key.token, key.key)


@pytest.fixture
def every_site(store: Store, settings: Settings, clock: FrozenClock) -> dict[str, str]:
    """Headers with a token that opens every site."""
    with store.writing() as session:
        key = keys.make(session, "everything", None, settings.secret_key, clock())
    return {"Authorization": f"Bearer {key.token}"}


@pytest.fixture
def add(store: Store, scorer: Scorer, clock: FrozenClock) -> Add:
    """Add a comment and have it judged."""

    def add(body: str, **fields: Any) -> UUID:
        comment_id = add_comment(store, clock, body, **fields)
        judge_all(store, scorer, clock)
        return comment_id

    return add


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock) -> Moderator:
    """An owner of every site who is logged in."""
    add_moderator(store, clock)
    moderator = Moderator(app)
    moderator.log_in()
    return moderator
