"""GET /api/v1/articles/comments: the published thread, for the article's own pages to show."""

from __future__ import annotations

from typing import cast

from flask import Response, request

from service.core.errors import InvalidSubmission
from service.core.store import comments, sites
from service.core.store.comments import Order
from service.core.store.tables import SiteRow
from service.core.submission import article_address, clean, origin_of
from service.web.comments.query import Query, from_cursor, to_cursor
from service.web.comments.representation import Thread, answer, published
from service.web.parts import parts

LIMIT = 1000  # comments a page
PREFLIGHT_LASTS = 600  # seconds


def get_thread() -> Response:
    """The comments of the article at `url`, oldest first; none for an article not known."""
    query = Query("url", "cursor")
    url = query.required("url", _address)
    after = query.read("cursor", None, lambda text: from_cursor(Order.OLDEST, text))
    query.refuse_faults()
    with parts().store.reading() as session:
        site = sites.by_origin(session, origin_of(url))
        article = sites.article_at(session, site.id, url) if site else None
        rows = comments.thread(session, article.id, LIMIT + 1, after) if article else []
    more = to_cursor(Order.OLDEST, rows[LIMIT - 1].id) if len(rows) > LIMIT else None
    found = answer(Thread(comments=[published(row) for row in rows[:LIMIT]], next_cursor=more))
    found.headers["Cache-Control"] = "no-cache"  # kept, but asked about each time: 304
    found.add_etag()
    return cast(Response, _shared(found, site).make_conditional(request))


def preflight() -> Response:
    """What a browser asks before a page of another origin may call."""
    query = Query("url", "cursor")
    url = query.required("url", _address)
    query.refuse_faults()
    with parts().store.reading() as session:
        site = sites.by_origin(session, origin_of(url))
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LASTS)
    return _shared(response, site)


def _address(text: str) -> str:
    try:
        return article_address(clean("article_url", text))
    except InvalidSubmission as error:
        raise ValueError(str(error)) from error


def _shared(response: Response, site: SiteRow | None) -> Response:
    """The response, readable by pages of the site's own origin and those it lists."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if site is not None and origin in (site.url, *site.allowed_origins):
        response.headers["Access-Control-Allow-Origin"] = origin
    return response
