"""Every door is guarded, or open on purpose."""

from __future__ import annotations

from flask import Flask

from service.web.auth import require_login
from service.web.guards import require_token
from service.web.news import require_open_login

OPEN = {"akismet", "article", "auth", "health", "invitation", "language_menu", "login_code",
        "openapi", "threads"}  # fmt: skip


def test_every_door_is_guarded_or_open_on_purpose(app: Flask) -> None:
    guards = {require_login, require_open_login, require_token}
    guarded = {
        name for name, before in app.before_request_funcs.items() if name and guards & set(before)
    }
    assert set(app.blueprints) == guarded | OPEN
    assert not guarded & OPEN
