"""The second step of a login: authenticator apps, and the recovery codes that stand in for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from service.core.store.people_tables import RecoveryCodeRow, SecondStepRow


def of(session: Session, moderator_id: int) -> SecondStepRow | None:
    """Their authenticator app; None when the password alone lets them in."""
    return session.get(SecondStepRow, moderator_id)


def who_have_one(session: Session) -> set[int]:
    """The ids of all moderators with a second step."""
    return set(session.scalars(select(SecondStepRow.moderator_id)))


def turn_on(
    session: Session, moderator_id: int, seal_id: UUID, sealed: str, step: int, now: datetime
) -> None:
    """Ask for codes of this secret from now on; the one of `step` has been used just now."""
    row = SecondStepRow(
        moderator_id=moderator_id,
        seal_id=seal_id,
        sealed_secret=sealed,
        last_step=step,
        created_at=now,
    )
    session.add(row)
    session.flush()


def turn_off(session: Session, moderator_id: int) -> bool:
    """Ask for no code any more. Returns whether one was asked for."""
    _forget_codes(session, moderator_id)
    return _rows(session, delete(SecondStepRow).where(SecondStepRow.moderator_id == moderator_id))


def use_step(session: Session, moderator_id: int, step: int) -> bool:
    """Accept the code of this half minute, once: False for the same or an older one again."""
    statement = (
        update(SecondStepRow)
        .where(SecondStepRow.moderator_id == moderator_id, SecondStepRow.last_step < step)
        .values(last_step=step)
    )
    return _rows(session, statement.execution_options(synchronize_session=False))


def set_codes(session: Session, moderator_id: int, hashes: Iterable[str]) -> None:
    """Give them these recovery codes instead of any they had."""
    _forget_codes(session, moderator_id)
    session.add_all(RecoveryCodeRow(code_hash=one, moderator_id=moderator_id) for one in hashes)
    session.flush()


def use_code(session: Session, moderator_id: int, code_hash: str) -> bool:
    """Accept a recovery code, once."""
    mine = RecoveryCodeRow.moderator_id == moderator_id
    return _rows(
        session, delete(RecoveryCodeRow).where(RecoveryCodeRow.code_hash == code_hash, mine)
    )


def codes_left(session: Session, moderator_id: int) -> int:
    mine = RecoveryCodeRow.moderator_id == moderator_id
    return session.scalar(select(func.count()).select_from(RecoveryCodeRow).where(mine)) or 0


def _forget_codes(session: Session, moderator_id: int) -> None:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.moderator_id == moderator_id))


def _rows(session: Session, statement: object) -> bool:
    done: CursorResult[object] = session.execute(statement)  # type: ignore[call-overload]
    return done.rowcount == 1
