"""How this browser shows the pages: light or dark, how dense, which keys. Kept in a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.web.auth import (
    current_moderator,
    keep_private,
    local_path,
    require_login,
)
from service.web.cookies import cookie_name
from service.web.language import _, later
from service.web.parts import parts
from service.web.shortcuts import HABITS, Habit, shortcuts_for

KEPT = timedelta(days=400)  # as long as browsers keep any cookie


class Theme(StrEnum):
    """Which colours."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """How much room a comment's card takes."""

    ROOMY = "roomy"
    DENSE = "dense"


THEMES = {
    Theme.AUTO: later("As the device has it"),
    Theme.LIGHT: later("Light"),
    Theme.DARK: later("Dark"),
}
DENSITIES = {
    Density.ROOMY: later("Cards: with room to read"),
    Density.DENSE: later("Rows: more comments on a screen"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A browser's choices."""

    theme: Theme = Theme.AUTO
    density: Density = Density.ROOMY
    habit: Habit = Habit.WORDPRESS


look_pages = Blueprint("look", __name__, url_prefix="/queue/look")
look_pages.before_request(require_login)
look_pages.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(look_pages)
    app.context_processor(lambda: {"look": look()})
    app.jinja_env.globals["shortcuts"] = lambda: shortcuts_for(
        current_moderator().role, look().habit
    )


def look() -> Look:
    """What this request's browser has chosen."""
    return chosen(dict(parse_qsl(request.cookies.get(_cookie(), ""))))


def chosen(values: Mapping[str, str]) -> Look:
    """The choices among `values`; one that is missing or makes no sense falls back to the usual."""
    kinds: dict[str, type[StrEnum]] = {"theme": Theme, "density": Density, "habit": Habit}
    found: dict[str, Any] = {
        name: kind(values[name]) for name, kind in kinds.items() if values.get(name) in list(kind)
    }
    return Look(**found)


@look_pages.get("")
def show() -> str:
    return render_template(
        "queue/look.html",
        themes=THEMES,
        densities=DENSITIES,
        habits=HABITS,
        back=local_path(request.args.get("back", "")),
    )


@look_pages.post("")
def choose() -> ResponseReturnValue:
    now = chosen(asdict(look()) | request.form.to_dict())
    back = request.form.get("back")
    if not back:  # the page that one comes back to shows it by itself
        flash(_("Kept for this browser."))
    response = redirect(local_path(back) if back else url_for("look.show"), 303)
    response.set_cookie(
        _cookie(),
        urlencode(asdict(now)),
        max_age=int(KEPT.total_seconds()),
        path="/",
        secure=parts().settings.cookies_are_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie() -> str:
    return cookie_name("-look", parts().settings.cookies_are_secure)
