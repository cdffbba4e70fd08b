"""Which sites somebody sees, and which one of them a request names.

Whoever sees some sites, but not every one, works on all of theirs or on the one that they chose;
every query of the pages is confined to these.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.access import Person
from service.core.errors import NotFound
from service.core.store import people, sites
from service.core.store.moderators import Role
from service.core.store.tables import CommentRow, ModeratorRow


def person_of(session: Session, row: ModeratorRow) -> Person:
    """The moderator as this request sees them."""
    reach = people.reach_of(session, row)
    site_id, named = row.site_id, None
    if reach is not None and len(reach) > 1:
        wanted = _site_of_request(session)
        if wanted in reach:
            site_id = named = wanted
    return Person(row.id, row.email, row.name, Role(row.role), reach, site_id, named)


def _site_of_request(session: Session) -> int | None:
    """The site of the comment in the address, else the one that address or form names."""
    comment_id = (request.view_args or {}).get("comment_id")
    if isinstance(comment_id, UUID):
        return session.scalar(select(CommentRow.site_id).where(CommentRow.id == comment_id))
    came_from = parse_qs(urlsplit(_text("back")).query).get("site", [""])
    name = _text("site") or came_from[0]
    try:
        return sites.by_name(session, name).id if name else None
    except NotFound:
        return None


def _text(name: str) -> str:
    return request.values.get(name, "")
