"""The own API, /api/v1: all its calls, and where each is told.

strict, wire, query    what programs send, read strictly
posting, batch         comments come in
reading, deciding      the queue as data
thread                 the published thread, open to the site's pages
representation         how comments are shown
"""

from __future__ import annotations

from flask import Blueprint, Flask

from service.web import guards
from service.web.comments import batch, deciding, posting, reading, thread

PREFIX = "/api/v1"
api = Blueprint("comments", __name__, url_prefix=PREFIX)
api.before_request(guards.require_token)
api.add_url_rule("/comments", view_func=posting.post_comment, methods=["POST"])
api.add_url_rule("/comments/batch", view_func=batch.post_batch, methods=["POST"])
api.add_url_rule("/comments", view_func=reading.list_comments)
api.add_url_rule("/comments/<uuid:comment_id>", view_func=reading.get_comment)
api.add_url_rule(
    "/comments/<uuid:comment_id>/decision", view_func=deciding.post_decision, methods=["POST"]
)
api.add_url_rule("/comments/<uuid:comment_id>/undo", view_func=deciding.post_undo, methods=["POST"])

threads = Blueprint("threads", __name__, url_prefix=PREFIX)  # open: what is published is public
threads.add_url_rule(
    "/articles/comments", view_func=thread.get_thread, provide_automatic_options=False
)
threads.add_url_rule("/articles/comments", view_func=thread.preflight, methods=["OPTIONS"])


def init_app(app: Flask) -> None:
    app.register_blueprint(api)
    app.register_blueprint(threads)
