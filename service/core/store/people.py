"""The people of an installation: which sites they see, and who is still let in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.core.errors import NotFound
from service.core.store.moderators import Role
from service.core.store.people_tables import ModeratorSiteRow
from service.core.store.tables import LoginRow, ModeratorRow


def everyone(session: Session) -> list[ModeratorRow]:
    """All who have or had a login, by e-mail address."""
    return list(session.scalars(select(ModeratorRow).order_by(ModeratorRow.email)))


def by_number(session: Session, moderator_id: int) -> ModeratorRow:
    """The moderator. Raises NotFound."""
    row = session.get(ModeratorRow, moderator_id)
    if row is None:
        raise NotFound("there is no such person")
    return row


def reaches(session: Session, rows: Sequence[ModeratorRow]) -> dict[int, frozenset[int] | None]:
    """The sites that each of them sees (None: every site), by moderator id."""
    confined = {row.id: {row.site_id} for row in rows if row.site_id is not None}
    if confined:
        further = select(ModeratorSiteRow).where(ModeratorSiteRow.moderator_id.in_(confined))
        for one in session.scalars(further):
            confined[one.moderator_id].add(one.site_id)
    return {row.id: frozenset(confined[row.id]) if row.id in confined else None for row in rows}


def reach_of(session: Session, row: ModeratorRow) -> frozenset[int] | None:
    """The sites that one of them sees; None: every site."""
    return reaches(session, [row])[row.id]


def set_reach(session: Session, row: ModeratorRow, sites: Iterable[int] | None) -> None:
    """Let them see these sites, at least one; None: every site."""
    session.execute(delete(ModeratorSiteRow).where(ModeratorSiteRow.moderator_id == row.id))
    if sites is None:
        row.site_id = None
        return
    first, *further = sorted(set(sites))
    row.site_id = first
    session.add_all(ModeratorSiteRow(moderator_id=row.id, site_id=site) for site in further)


def lock_owners(session: Session) -> list[ModeratorRow]:
    """The owners of every site who are let in, locked: no two changes at once end the last one."""
    statement = (
        select(ModeratorRow)
        .where(
            ModeratorRow.role == Role.OWNER,
            ModeratorRow.site_id.is_(None),
            ModeratorRow.deactivated_at.is_(None),
        )
        .order_by(ModeratorRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def logins_of(session: Session, moderator_id: int, alive_after: datetime) -> list[LoginRow]:
    """Their logins that were used since then, the newest use first."""
    statement = select(LoginRow).where(
        LoginRow.moderator_id == moderator_id, LoginRow.seen_at >= alive_after
    )
    return list(session.scalars(statement.order_by(LoginRow.seen_at.desc())))


def end_logins(session: Session, moderator_id: int, but: str = "") -> int:
    """End every login of theirs but the one with this hash. Returns how many it were."""
    ended = session.scalars(
        delete(LoginRow)
        .where(LoginRow.moderator_id == moderator_id, LoginRow.secret_hash != but)
        .returning(LoginRow.secret_hash)
    )
    return len(ended.all())


def end_login(session: Session, moderator_id: int, handle: str) -> bool:
    """End the login whose hash begins so, if it is theirs. Returns whether there was one."""
    mine = select(LoginRow).where(LoginRow.moderator_id == moderator_id)
    found = [row for row in session.scalars(mine) if handle and row.secret_hash.startswith(handle)]
    for row in found:
        session.delete(row)
    return bool(found)
