"""No form that another site could send does anything: every POST of the application, by itself."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service.core.store.session import Store
from service.web.auth import WITHOUT_LOGIN
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_moderator

ANYTHING = {"IntegerConverter": 1, "UUIDConverter": UUID(int=0), "UnicodeConverter": "blog"}


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
    add_moderator(store, clock)
    moderator = Moderator(app)
    assert moderator.log_in().status_code == 303
    return moderator


def doors(app: Flask) -> list[Rule]:
    """What a browser with a login could be made to post to."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.split(".")[0] not in WITHOUT_LOGIN
    ]


def address(app: Flask, rule: Rule) -> str:
    values = {
        name: ANYTHING[type(converter).__name__] for name, converter in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values, "POST")


def test_every_form_needs_its_token(app: Flask, owner: Moderator) -> None:
    found = doors(app)
    assert len(found) > 25
    for rule in found:
        for form in ({}, {"csrf_token": "made-up"}):
            response = owner.post(address(app, rule), form)
            assert (response.status_code, "out of date" in response.text) == (400, True), rule


def test_no_form_is_taken_from_another_site(app: Flask, owner: Moderator) -> None:
    for rule in doors(app):
        path = address(app, rule)
        response = owner.client.post(path, headers={"Origin": "https://evil.example"})
        assert response.status_code == 403, path


def test_the_doors_without_login_ask_for_no_cookie(app: Flask) -> None:
    """Which is why they need no token: a browser's cookies open nothing there."""
    assert {"comments", "akismet", "article", "health"} == WITHOUT_LOGIN
