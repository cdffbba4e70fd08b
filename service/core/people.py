"""People come, change and go: what an owner does to others, with the audit row of each.

Every function checks again, under locks, that whoever acts may still do so, and writes inside the
caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.core.access import Act, Person, Reach
from service.core.errors import LastOwner, NotFound
from service.core.store import invitations, moderators, people, second_steps
from service.core.store.moderators import Role
from service.core.store.tables import ModeratorRow


def managed(session: Session, who: Person, moderator_id: int) -> tuple[ModeratorRow, Reach]:
    """Somebody whom `who` may manage, and what they see. Raises NotFound for anybody else."""
    row = people.by_number(session, moderator_id)
    reach = people.reach_of(session, row)
    if not who.may(Act.MANAGE_PEOPLE) or not who.covers(reach):
        raise NotFound("there is no such person")
    return row, reach


def change(
    session: Session, who: Person, moderator_id: int, role: Role, reach: Reach, now: datetime
) -> bool:
    """Give somebody another role or other sites. Returns whether anything changed.

    Raises NotFound, LastOwner. Invitations die with the right to make them.
    """
    owners = _lock(session, who)
    row, before = managed(session, who, moderator_id)
    if not who.covers(reach):
        raise NotFound("there is no such site")
    changes: dict[str, list[Any]] = {}
    if row.role != role:
        changes["role"] = [row.role, str(role)]
    if before != reach:
        changes["sites"] = [_listed(before), _listed(reach)]
    if not changes:
        return False
    if role is not Role.OWNER or reach is not None:
        _spare_last_owner(owners, row)
    row.role = role
    people.set_reach(session, row, reach)
    invitations.withdraw_all_of(session, row.id, now)
    detail = {"moderator": row.id, "changes": changes}
    moderators.audit(session, who.actor, "moderator_changed", now, detail)
    return True


def deactivate(session: Session, who: Person, moderator_id: int, now: datetime) -> None:
    """Let somebody in no more; what they did keeps their name. Raises NotFound, LastOwner."""
    owners = _lock(session, who)
    row, _ = managed(session, who, moderator_id)
    if row.deactivated_at is not None:
        return
    _spare_last_owner(owners, row)
    row.deactivated_at = now
    people.end_logins(session, row.id)
    invitations.withdraw_all_of(session, row.id, now)
    detail = {"moderator": row.id}
    moderators.audit(session, who.actor, "moderator_deactivated", now, detail)


def reactivate(session: Session, who: Person, moderator_id: int, now: datetime) -> None:
    """Let somebody in again, with the password of before. Raises NotFound."""
    _lock(session, who)
    row, _ = managed(session, who, moderator_id)
    if row.deactivated_at is None:
        return
    row.deactivated_at = None
    detail = {"moderator": row.id}
    moderators.audit(session, who.actor, "moderator_reactivated", now, detail)


def end_second_step(session: Session, who: Person, moderator_id: int, now: datetime) -> None:
    """Somebody lost the phone: their password alone lets them in again. Raises NotFound."""
    _lock(session, who)
    row, _ = managed(session, who, moderator_id)
    if second_steps.turn_off(session, row.id):
        people.end_logins(session, row.id)
        detail = {"moderator": row.id}
        moderators.audit(session, who.actor, "second_step_reset", now, detail)


def invite(
    session: Session, who: Person, email: str, role: Role, reach: Reach, now: datetime
) -> str:
    """The secret of a new invitation, to be shown once. Raises NotFound for a site not theirs."""
    _lock(session, who)
    if not who.covers(reach):
        raise NotFound("there is no such site")
    made, secret = invitations.make(session, email, role, reach, who.id, now)
    detail = {"invitation": made.id, "email": made.email, "role": role, "sites": _listed(reach)}
    moderators.audit(session, who.actor, "invited", now, detail)
    return secret


def withdraw(session: Session, who: Person, invitation_id: int, now: datetime) -> None:
    """End an invitation that is open still. Raises NotFound."""
    _lock(session, who)
    row = invitations.by_number(session, invitation_id)
    if not who.covers(invitations.reach_of(row)):
        raise NotFound("there is no such invitation")
    if invitations.close(session, row.secret_hash, now):
        detail = {"invitation": row.id, "email": row.email}
        moderators.audit(session, who.actor, "invitation_withdrawn", now, detail)


def accept(
    session: Session, secret: str, name: str, password_hash: str, now: datetime
) -> ModeratorRow:
    """Make the moderator that an invitation is for; it is used up. Raises NotFound when it is."""
    row = invitations.open_one(session, secret, now)
    if row is None or not invitations.close(session, row.secret_hash, now):
        raise NotFound("this invitation was used, has ended or was withdrawn")
    made = moderators.add(session, row.email, password_hash, Role(row.role), now)
    made.name = name
    people.set_reach(session, made, invitations.reach_of(row))
    detail = {"moderator": made.id, "invitation": row.id, "invited_by": row.invited_by}
    moderators.audit(session, f"moderator:{made.id}", "invitation_accepted", now, detail)
    return made


def _lock(session: Session, who: Person) -> list[ModeratorRow]:
    """The owners of every site, locked. Raises NotFound if `who` is meanwhile nobody who may."""
    owners = people.lock_owners(session)
    row = session.get(ModeratorRow, who.id, with_for_update=True, populate_existing=True)
    is_as_before = (
        row is not None
        and row.deactivated_at is None
        and row.role == who.role
        and people.reach_of(session, row) == who.sites
    )
    if not is_as_before or not who.may(Act.MANAGE_PEOPLE):
        raise NotFound("what you may do here has just been changed by somebody else")
    return owners


def _spare_last_owner(owners: list[ModeratorRow], row: ModeratorRow) -> None:
    if [owner.id for owner in owners] == [row.id]:
        raise LastOwner(
            "this is the last owner of every site: make somebody else one first, or nobody could "
            "manage people any more"
        )


def _listed(reach: Reach) -> list[int] | str:
    return "every" if reach is None else sorted(reach)
