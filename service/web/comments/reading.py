"""GET /api/v1/comments/ID and GET /api/v1/comments: the queue as data."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from service import scoring
from service.core.policy import Reason
from service.core.store import comments, sites
from service.core.store.comments import Order
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome
from service.web.comments import representation
from service.web.comments.query import Query, from_cursor, one_of, to_cursor, whole_number
from service.web.comments.representation import CommentWithEvents, Page, answer
from service.web.comments.strict import shown
from service.web.guards import current_key
from service.web.parts import parts

DEFAULT_LIMIT, MAX_LIMIT = 50, 200  # comments a page
NAMED = 20  # sites that an error lists


def get_comment(comment_id: UUID) -> Response:
    """The comment with its reasons and its history."""
    return answer(full_comment(comment_id))


def full_comment(comment_id: UUID) -> CommentWithEvents:
    """The same for other answers that end in it. Raises NotFound, for another site's too."""
    here = parts()
    with here.store.reading() as session:
        row = comments.by_id(session, comment_id, current_key().site_id)
        events = comments.events_of(session, comment_id)
        places = comments.sites_and_articles(session, [row])
    reasons = scoring.reasons_on_view(here.store, here.scorer, [row])[row.id]
    return representation.with_events(representation.shown(row, places, reasons), events)


def list_comments() -> Response:
    """A page of the comments that the key may see."""
    query = Query("outcome", "site", "order", "limit", "cursor", "guid")
    guid = query.read("guid", None, _guid)
    outcome = query.read("outcome", None, lambda text: one_of(Outcome, text))
    order = query.read("order", Order.NEWEST, lambda text: one_of(Order, text))
    limit = query.read("limit", DEFAULT_LIMIT, lambda text: whole_number(text, 1, MAX_LIMIT))
    after = query.read("cursor", None, lambda text: from_cursor(order, text))
    site_id = query.read("site", current_key().site_id, _site)
    query.refuse_faults()
    if guid is not None:
        return answer(_one(guid))
    return answer(_page(outcome, site_id, order, after, limit))


def _page(
    outcome: Outcome | None, site_id: int | None, order: Order, after: UUID | None, limit: int
) -> Page:
    with parts().store.reading() as session:
        rows = comments.page(
            session, outcome=outcome, site_id=site_id, order=order, after=after, limit=limit + 1
        )
        more, rows = len(rows) > limit, rows[:limit]
        places = comments.sites_and_articles(session, rows)
    return Page(
        comments=[representation.shown(row, places, _kept_reasons(row)) for row in rows],
        next_cursor=to_cursor(order, rows[-1].id) if more else None,
    )


def _one(guid: UUID) -> Page:
    """The comment whose check was answered with this guid, with its reasons; or nothing."""
    here = parts()
    with here.store.reading() as session:
        rows = list(comments.by_ids(session, [guid]).values())
        rows = [row for row in rows if current_key().site_id in (None, row.site_id)]
        places = comments.sites_and_articles(session, rows)
    reasons = scoring.reasons_on_view(here.store, here.scorer, rows)
    return Page(
        comments=[representation.shown(row, places, reasons[row.id]) for row in rows],
        next_cursor=None,
    )


def _guid(text: str) -> UUID:
    """The guid. Raises ValueError for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError(
            f'expected the 32 hex digits of an X-akismet-guid, found "{shown(text)}"'
        ) from error


def _kept_reasons(row: CommentRow) -> list[Reason]:
    """Computing those not kept takes long for long texts: only who asks for one comment waits."""
    return [Reason(**reason) for reason in row.reasons]


def _site(name: str) -> int:
    """The id of a site that the key opens. Raises ValueError listing those."""
    opened = current_key().site_id
    with parts().store.reading() as session:
        allowed = {row.name: row.id for row in sites.all_sites(session)}
    if opened is not None:
        allowed = {known: site_id for known, site_id in allowed.items() if site_id == opened}
    if name not in allowed:
        listed = ", ".join(list(allowed)[:NAMED]) + ("…" if len(allowed) > NAMED else "")
        raise ValueError(f'expected one of {listed or "no site yet"}, found "{shown(name)}"')
    return allowed[name]
