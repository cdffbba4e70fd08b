"""The menu in the top bar that changes the language, before logging in too. A plain form."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue

from service.web.auth import keep_private, local_path
from service.web.cookies import set_cookie
from service.web.language import spoken

KEPT = timedelta(days=400)  # as long as browsers keep any cookie

language_menu = Blueprint("language_menu", __name__, url_prefix="/language")
language_menu.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(language_menu)


@language_menu.post("")
def choose() -> ResponseReturnValue:
    """Keep the language in this browser, and go back to the page."""
    response = redirect(local_path(request.form.get("back", "")), 303)
    code = spoken(request.form.get("language", ""))
    if code is not None:
        set_cookie(response, "-language", code, KEPT)
    return response
