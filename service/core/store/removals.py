"""Each site's reasons for removing a comment."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.removing import USUAL, Removal, removals
from service.core.store.author_tables import RemovalReasonsRow


def by_site(session: Session, site_ids: Collection[int]) -> dict[int, list[Removal]]:
    """What is offered on each of the sites; the usual list where a site has none of its own."""
    wanted = RemovalReasonsRow.site_id.in_(set(site_ids))
    own = {
        row.site_id: row.reasons for row in session.scalars(select(RemovalReasonsRow).where(wanted))
    }
    return {site_id: removals(own.get(site_id, USUAL)) for site_id in site_ids}


def words_of(session: Session, site_id: int, code: str) -> str:
    """The reason in words. Raises NotFound."""
    offered = by_site(session, [site_id])[site_id]
    found = next((removal.words for removal in offered if removal.code == code), None)
    if found is None:
        known = ", ".join(removal.code for removal in offered)
        raise NotFound(f"this site has no reason {code!r} for removing; it has: {known}")
    return found


def change(session: Session, site_id: int, reasons: Sequence[str]) -> None:
    """The site's own list from now on; an empty one goes back to the usual list."""
    row = session.get(RemovalReasonsRow, site_id)
    if not reasons or list(reasons) == list(USUAL):
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(RemovalReasonsRow(site_id=site_id, reasons=list(reasons)))
    else:
        row.reasons = list(reasons)
