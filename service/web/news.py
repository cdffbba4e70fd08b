"""What happened while a queue page stood open: counts, new comments, who looks at which."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from service.core.store import comments, presences, sites
from service.core.store.moderators import Role
from service.core.store.strands import Within
from service.core.verdict import Outcome
from service.web import queue_view as view
from service.web.auth import current_moderator, logged_in
from service.web.parts import parts
from service.web.queue_words import counted

news = Blueprint("news", __name__, url_prefix="/queue/news")


def init_app(app: Flask) -> None:
    app.register_blueprint(news)


@news.before_request
def require_open_login() -> None:
    """A guard that keeps no login alive: a page that asks by itself is nobody at work."""
    g.moderator = logged_in(touches=False)
    if g.moderator is None:
        raise Unauthorized("The login has ended. Load the page again to log in.")


@news.get("")
def show() -> ResponseReturnValue:
    """Counts by tab, as shown; the newest comment's id; how many newer than `since` wait.

    `looking` are the comments that others look at, each with their initials and addresses.
    """
    site_id: Within = current_moderator().within
    since = request.args.get("since", type=UUID)
    with parts().store.reading() as session:
        if site_id is None and request.args.get("site"):
            site_id = sites.by_name(session, request.args["site"]).id
        counts = comments.counts(session, site_id)
        newest = comments.page(session, limit=1)  # of any site: only a point in time
        looking = _looking(session, parts().clock())
        waiting = comments.count_newer(session, Outcome.HELD, since, site_id) if since else 0
    told: dict[str, Any] = {
        "counts": {tab: counted(counts[outcome]) for tab, outcome in view.OUTCOMES.items()},
        "newest": str(newest[0].id) if newest else str(UUID(int=0)),
        "waiting": counted(waiting),
        "looking": looking,
    }
    response = jsonify(told)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@news.post("/looking/<uuid:comment_id>")
def look_at(comment_id: UUID) -> ResponseReturnValue:
    """This moderator looks at the comment; it is shown to the others for two minutes."""
    moderator, now = current_moderator(), parts().clock()
    if moderator.role != Role.VIEWER:  # who cannot decide takes nobody's work away
        with parts().store.writing() as session:
            comments.by_id(session, comment_id, moderator.within)
            presences.note(session, moderator.id, comment_id, now)
    return "", 204


def initials(email: str) -> str:
    """Two letters at most that stand for a moderator on a card."""
    parts_of_name = re.findall(r"\w+", email.partition("@")[0])
    return "".join(part[0] for part in parts_of_name[:2]).upper() or "?"


def _looking(session: Session, now: datetime) -> dict[str, dict[str, str]]:
    moderator = current_moderator()
    found: dict[str, dict[str, str]] = {}
    for comment_id, email in presences.of_others(session, moderator.id, moderator.within, now):
        here = found.setdefault(str(comment_id), {"initials": initials(email), "names": email})
        if here["names"] != email:
            here["initials"] += f" {initials(email)}"
            here["names"] += f", {email}"
    return found
