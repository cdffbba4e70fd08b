"""Saved views: places of the queue under a name, some ready-made, the others a moderator's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Flask, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core.store import sites, views
from service.core.store.tables import SiteRow
from service.core.store.view_tables import ViewRow
from service.core.verdict import Mode
from service.web.auth import current_moderator, keep_private, local_path, require_login
from service.web.language import _, later
from service.web.parts import parts
from service.web.queue_place import Place, place_of

LONGEST = 40  # characters of a name
FIRST = (later("First-time authors"), "reason:first_comment")  # where a site holds them
READY = ((later("Links"), "is:linked"), (later("Waited over 12 h"), "before:12h"))

door = Blueprint("views", __name__, url_prefix="/queue/views")
door.before_request(require_login)
door.after_request(keep_private)


class View(NamedTuple):
    """A view as the strip shows it; `id` is None of a ready-made one."""

    name: str
    url: str
    is_here: bool
    id: int | None = None


def init_app(app: Flask) -> None:
    app.register_blueprint(door)


def strip(session: Session, place: Place, seen_sites: Sequence[SiteRow]) -> list[View]:
    """The views to choose from: the ready-made ones, then the moderator's own by name."""
    moderator = current_moderator()
    holds_first = any(site.mode == Mode.HOLD_FIRST_TIMERS for site in seen_sites)
    ready = (FIRST, *READY) if holds_first else READY
    queries = [(name, urlencode({"site": place.site, "q": q}), None) for name, q in ready]
    own = [(row.name, row.query, row.id) for row in views.of(session, moderator.id)]
    here = place.url()
    found = []
    for name, query, view_id in (*queries, *own):
        values = dict(parse_qsl(query))
        url = place_of(values, seen_sites, moderator.within).url()
        found.append(View(name, url, url == here, view_id))
    return found


@door.post("")
def save() -> ResponseReturnValue:
    """Keep the place that the form stands on."""
    name, moderator = _name(), current_moderator()
    path = _back()
    with parts().store.writing() as session:
        is_full = len(views.of(session, moderator.id)) >= views.MOST
        if not name:
            told = _("Nothing was saved: give the view a name.")
        elif is_full and views.by_name(session, moderator.id, name) is None:
            told = _(
                "Nothing was saved: you have %(number)s views. Delete one first.",
                number=views.MOST,
            )
        else:
            query = _query(session, path)
            views.save(session, moderator.id, name, query, parts().clock())
            told = _("Saved as “%(name)s”: it is above the comments from now on.", name=name)
    flash(told)
    return redirect(path, 303)


@door.post("/<int:view_id>/rename")
def rename(view_id: int) -> ResponseReturnValue:
    name, moderator = _name(), current_moderator()
    with parts().store.writing() as session:
        row = views.by_id(session, moderator.id, view_id)
        flash(_renamed(row, name, views.by_name(session, moderator.id, name)))
    return redirect(_back(), 303)


@door.post("/<int:view_id>/delete")
def delete(view_id: int) -> ResponseReturnValue:
    with parts().store.writing() as session:
        row = views.by_id(session, current_moderator().id, view_id)
        flash(_("“%(name)s” is deleted. The comments it showed are as they were.", name=row.name))
        session.delete(row)
    return redirect(_back(), 303)


def _renamed(row: ViewRow, name: str, namesake: ViewRow | None) -> str:
    """Give the view its name where that can be. Returns what to tell."""
    if not name:
        return _("Nothing was changed: give the view a name.")
    if namesake is not None and namesake.id != row.id:
        return _("Nothing was changed: you have another view called “%(name)s”.", name=name)
    row.name = name
    return _("It is called “%(name)s” now.", name=name)


def _query(session: Session, path: str) -> str:
    """What an address of the queue says, in the usual form and without the page."""
    moderator = current_moderator()
    seen = [site for site in sites.all_sites(session) if moderator.sees(site.id)]
    values = dict(parse_qsl(urlsplit(path).query))
    return urlsplit(place_of(values, seen, moderator.within).url()).query


def _name() -> str:
    return " ".join(request.form.get("name", "").replace("\0", " ").split())[:LONGEST]


def _back() -> str:
    return local_path(request.form.get("back", ""))
