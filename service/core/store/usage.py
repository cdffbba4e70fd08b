"""Usage: what each key did on each site, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.core.store.check_tables import UsageRow


@dataclass(slots=True)
class Counts:
    """Calls, and what came of them."""

    calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0

    def add(self, other: Counts) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


NAMES = tuple(asdict(Counts()))
SUMS = tuple(func.coalesce(func.sum(getattr(UsageRow, name)), 0).label(name) for name in NAMES)
Place = tuple[int, int]  # key id, site id


def _adding(dialect: Any) -> Any:
    statement = dialect.insert(UsageRow.__table__)
    return statement.on_conflict_do_update(
        index_elements=["key_id", "site_id", "day"],
        set_={name: UsageRow.__table__.c[name] + statement.excluded[name] for name in NAMES},
    )


ADD = {"sqlite": _adding(sqlite), "postgresql": _adding(postgresql)}


def count(session: Session, found: Mapping[Place, Counts], day: date) -> None:
    """Add these to the day's counts."""
    rows = [
        {"key_id": key_id, "site_id": site_id, "day": day, **asdict(counts)}
        for (key_id, site_id), counts in sorted(found.items())  # lest two wait in a ring
    ]
    if rows:
        session.connection().execute(ADD[session.get_bind().dialect.name], rows)


def of_key(
    session: Session, key_id: int, since: date, until: date, site_id: int | None = None
) -> Counts:
    """What the key did from `since` up to but not on `until`."""
    statement = select(*SUMS).where(
        UsageRow.key_id == key_id, UsageRow.day >= since, UsageRow.day < until
    )
    if site_id is not None:
        statement = statement.where(UsageRow.site_id == site_id)
    sums = session.execute(statement).one()
    return Counts(**{name: getattr(sums, name) for name in NAMES})


def by_key(session: Session, since: date) -> dict[int, Counts]:
    """What each key did since then."""
    statement = select(UsageRow.key_id, *SUMS).where(UsageRow.day >= since)
    rows = session.execute(statement.group_by(UsageRow.key_id))
    return {row[0]: Counts(*row[1:]) for row in rows}


def by_site(session: Session, key_id: int, since: date, until: date) -> dict[int, Counts]:
    """What the key did on each site from `since` up to but not on `until`."""
    statement = (
        select(UsageRow.site_id, *SUMS)
        .where(UsageRow.key_id == key_id, UsageRow.day >= since, UsageRow.day < until)
        .group_by(UsageRow.site_id)
    )
    return {row[0]: Counts(*row[1:]) for row in session.execute(statement)}


def by_day(
    session: Session, key_id: int, since: date, site_id: int | None = None
) -> dict[date, Counts]:
    """What the key did on each day since then, oldest first."""
    statement = select(UsageRow.day, *SUMS).where(UsageRow.key_id == key_id, UsageRow.day >= since)
    if site_id is not None:
        statement = statement.where(UsageRow.site_id == site_id)
    rows = session.execute(statement.group_by(UsageRow.day).order_by(UsageRow.day))
    return {row[0]: Counts(*row[1:]) for row in rows}
