"""GET /api/v1/articles/comments: the published thread, for the article's own pages to show."""

from __future__ import annotations

from typing import cast

from flask import Response, request
from sqlalchemy.orm import Session

from service.core.errors import InvalidSubmission
from service.core.store import sites, threads
from service.core.store.comments import Order
from service.core.store.tables import SiteRow
from service.core.store.threads import Size, Stretch
from service.core.submission import article_address, clean, origin_of
from service.web.comments.query import Query, from_cursor, to_cursor
from service.web.comments.representation import Thread, answer, published
from service.web.parts import parts

PAGE = Size(comments=1000, characters=1_000_000)
PREFLIGHT_LASTS = 600  # seconds


def get_thread() -> Response:
    """The comments of the article at `url`, oldest first; none for an article not known."""
    query = Query("url", "cursor")
    url = query.required("url", _address)
    after = query.read("cursor", None, lambda text: from_cursor(Order.OLDEST, text))
    query.refuse_faults()
    with parts().store.reading() as session:
        site = sites.by_origin(session, origin_of(url))
        here = sites.at_home(site.url, url) if site else url
        article = sites.article_at(session, site.id, here) if site else None
        part = threads.behind(session, article.id, PAGE, after) if article else threads.NOTHING
        response = answer(_thread(part))
        _share(session, response, site)
    response.headers["Cache-Control"] = "no-cache"  # kept, but asked about each time: 304
    response.add_etag()
    return cast(Response, response.make_conditional(request))


def preflight() -> Response:
    """What a browser asks before a page of another origin may call."""
    query = Query("url", "cursor")
    url = query.required("url", _address)
    query.refuse_faults()
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LASTS)
    with parts().store.reading() as session:
        _share(session, response, sites.by_origin(session, origin_of(url)))
    return response


def _address(text: str) -> str:
    try:
        return article_address(clean("article_url", text))
    except InvalidSubmission as error:
        raise ValueError(str(error)) from error


def _thread(part: Stretch) -> Thread:
    return Thread(
        comments=[published(row) for row in part.rows],
        next_cursor=to_cursor(Order.OLDEST, part.later) if part.later else None,
    )


def _share(session: Session, response: Response, site: SiteRow | None) -> None:
    """Let pages of the site's own origin, and of those it lists, read the response."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    asking = sites.by_origin(session, origin) if site and origin else None
    if site and asking and asking.id == site.id:
        response.headers["Access-Control-Allow-Origin"] = origin
