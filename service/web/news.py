"""What happened while a queue page stood open: counts on its tabs, and how many new ones wait."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from service.core.store import comments, sites
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
    """Counts by tab, as shown; the newest comment's id; how many newer than `since` wait."""
    site_id = current_moderator().site_id
    since = request.args.get("since", type=UUID)
    with parts().store.reading() as session:
        if site_id is None and request.args.get("site"):
            site_id = sites.by_name(session, request.args["site"]).id
        counts = comments.counts(session, site_id)
        newest = comments.page(session, limit=1)  # of any site: only a point in time
        waiting = comments.count_newer(session, Outcome.HELD, since, site_id) if since else 0
    told: dict[str, Any] = {
        "counts": {tab: counted(counts[outcome]) for tab, outcome in view.OUTCOMES.items()},
        "newest": str(newest[0].id) if newest else str(UUID(int=0)),
        "waiting": counted(waiting),
    }
    response = jsonify(told)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)
