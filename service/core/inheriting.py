"""Inheriting: what comes after a campaign was called spam or removed shares its fate for a while.

Nothing ever inherits an approval, and nobody's decision is overruled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from service.core import wholesale
from service.core.store import strands
from service.core.store.campaign_tables import DeedRow
from service.core.verdict import Decision, Outcome, outcome_of
from service.core.wholesale import Standing

INHERITED = (Decision.SPAM, Decision.REMOVE)


@dataclass(frozen=True, slots=True)
class Late:
    """A comment that came to a campaign, with the outcome that its verdict gives it."""

    id: UUID
    site_id: int
    revision: int
    campaign_id: int
    outcome: Outcome

    def inherits(self, deed: DeedRow, now: datetime) -> bool:
        until = deed.inherited_until
        return (
            self.outcome in (Outcome.HELD, Outcome.PUBLISHED)
            and Decision(deed.decision) in INHERITED
            and until is not None
            and now < until
        )


def hands_down(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a decision about a campaign is one that late arrivals inherit."""
    return and_(DeedRow.undone_at.is_(None), DeedRow.inherited_until > now)


def inherit(session: Session, late: Sequence[Late], now: datetime) -> dict[UUID, Outcome]:
    """Apply the newest standing decision of each one's campaign. Returns the outcomes changed."""
    deeds = _standing(session, {one.campaign_id for one in late})
    changed: dict[UUID, Outcome] = {}
    by_deed: dict[int, list[Late]] = {}
    for one in late:
        deed = next((deed for deed in deeds if _is_of(deed, one)), None)
        if deed is not None and one.inherits(deed, now):
            by_deed.setdefault(deed.id, []).append(one)
    for deed in deeds:
        ones = by_deed.get(deed.id, [])
        decision = Decision(deed.decision)
        reason = f"inherited from campaign {deed.campaign_id}"
        rows = [Standing(one.id, one.revision, None, one.outcome) for one in ones]
        wholesale.decide(session, rows, decision, f"campaign:{deed.campaign_id}", reason, now)
        wholesale.note(session, deed.id, rows, is_inherited=True)
        changed |= {one.id: outcome_of(decision, None) for one in ones}
    return changed


def _standing(session: Session, campaign_ids: set[int]) -> list[DeedRow]:
    """The decisions about the campaigns that are not undone, newest first."""
    statement = (
        select(DeedRow)
        .where(DeedRow.campaign_id.in_(campaign_ids), DeedRow.undone_at.is_(None))
        .order_by(DeedRow.id.desc())
    )
    return list(session.scalars(statement)) if campaign_ids else []


def _is_of(deed: DeedRow, one: Late) -> bool:
    return deed.campaign_id == one.campaign_id and strands.holds(strands.kept(deed), one.site_id)
