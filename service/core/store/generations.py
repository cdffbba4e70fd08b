"""Generations, their steps and snapshots: the log from which all processes know the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.orm import Session

from service.core.store.insert import insert_missing
from service.core.store.lesson_tables import GenerationRow, SnapshotRow, StepRow

AT_ONCE = 500  # steps read in one go


def newest(session: Session) -> GenerationRow | None:
    """The generation that everybody follows; None before there is one."""
    statement = select(GenerationRow).where(GenerationRow.serial.is_not(None))
    return session.scalar(statement.order_by(GenerationRow.id.desc()).limit(1))


def steps_after(session: Session, generation_id: int, serial: int) -> Sequence[StepRow]:
    """The next steps of the generation behind that number, in order, AT_ONCE at most."""
    statement = select(StepRow).where(
        StepRow.generation_id == generation_id, StepRow.serial > serial
    )
    return session.scalars(statement.order_by(StepRow.serial).limit(AT_ONCE)).all()


def newest_snapshot(session: Session, generation_id: int) -> SnapshotRow | None:
    """Where to start from; a generation is born with one."""
    statement = select(SnapshotRow).where(SnapshotRow.generation_id == generation_id)
    return session.scalar(statement.order_by(SnapshotRow.serial.desc()).limit(1))


def advance(session: Session, generation_id: int, serial: int, changes: Sequence[bytes]) -> bool:
    """Append steps behind the one numbered `serial`.

    False, and nothing is written, if another has been there or the generation is over.
    """
    at = newest(session)
    if at is None or at.id != generation_id:
        return False
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(GenerationRow)
        .where(GenerationRow.id == generation_id, GenerationRow.serial == serial)
        .values(serial=serial + len(changes))
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        return False
    steps = [
        {"serial": serial + number, "generation_id": generation_id, "change": change}
        for number, change in enumerate(changes, 1)
    ]
    if steps:
        session.execute(insert(StepRow), steps)
    return True


def conceive(session: Session, base: str, now: datetime) -> int:
    """A generation that nobody follows before it is born; an earlier unborn one is given up."""
    session.execute(delete(GenerationRow).where(GenerationRow.serial.is_(None)))
    row = GenerationRow(base=base, serial=None, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def give_birth(
    session: Session, generation_id: int, before: tuple[int, int] | None, state: bytes
) -> int | None:
    """Let everybody follow the generation, which begins with `state`. Returns its serial number.

    None, and nothing is written, if the one `before` (id, serial) is not the newest any more, or
    another teacher gave this one up.
    """
    at = newest(session)
    if (None if at is None else (at.id, at.serial)) != before:
        return None
    number = _following(before)
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(GenerationRow)
        .where(GenerationRow.id == generation_id, GenerationRow.serial.is_(None))
        .values(serial=number)
    )
    if result.rowcount != 1:
        return None
    take_snapshot(session, generation_id, number, state)
    return number


def take_snapshot(session: Session, generation_id: int, serial: int, state: bytes) -> None:
    """Keep the state at that number, and drop what only the snapshot before the last needed."""
    row = {"generation_id": generation_id, "serial": serial, "state": state}
    insert_missing(session, SnapshotRow, [row])
    kept = session.scalar(
        select(func.max(SnapshotRow.serial)).where(
            SnapshotRow.generation_id == generation_id, SnapshotRow.serial < serial
        )
    )
    for table in (StepRow, SnapshotRow):
        session.execute(delete(table).where(table.generation_id < generation_id))
    if kept is not None:
        session.execute(delete(StepRow).where(StepRow.serial <= kept))
        session.execute(
            delete(SnapshotRow).where(
                SnapshotRow.generation_id == generation_id, SnapshotRow.serial < kept
            )
        )


def _following(before: tuple[int, int] | None) -> int:
    """Numbers go on over generations, so that none means two things; 0 is: nothing learned yet."""
    return before[1] + 1 if before and before[1] else 0
