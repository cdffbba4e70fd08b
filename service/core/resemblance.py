"""Resemblance: which of the stored comments a comment is like, by the marks that they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.likeness import UNLIKE_ALL, Likeness, are_alike, is_by_link, is_by_print
from service.core.store.among import among, dialect_of, listed
from service.core.store.campaign_tables import MarkRow, MemberRow
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome

LOOKED_BACK = timedelta(days=30)  # as long as marks are kept
SUSPECT = 0.5  # score from which a shared domain is enough
WAITING = (Outcome.HELD, Outcome.SPAM)  # what the machine published is in no campaign


@dataclass(slots=True, kw_only=True)
class Judged:
    """A comment with the outcome that its verdict gives it."""

    id: UUID
    site_id: int
    author_name: str
    outcome: Outcome
    score: float | None
    revision: int
    likeness: Likeness = UNLIKE_ALL

    @property
    def bears(self) -> bool:
        """Whether others may join it."""
        return self.outcome in WAITING


@dataclass(slots=True)
class Known:
    """A comment that bears a mark, and the campaign it is in."""

    id: UUID
    site_id: int
    author_name: str
    score: float | None
    print: bytes
    campaign_id: int | None


def kin(
    session: Session, judged: Sequence[Judged], now: datetime
) -> tuple[list[Known], dict[UUID, list[Known]]]:
    """All that bear a mark of these comments, locked; and what each comment is like among them."""
    bearers = _bearers(session, judged, now)
    known = _known(session, {bearer for found in bearers.values() for bearer, _ in found})
    like = {one.id: _like(one, bearers.get(one.id, ()), known) for one in judged}
    return list(known.values()), like


def _bearers(
    session: Session, alike: Sequence[Judged], now: datetime
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Of each comment, who else bore its marks first, with the mark."""
    dialect = dialect_of(session)
    wanted = {
        mark
        for one in alike
        for mark in one.likeness.marks
        # What would be published is not kept back for a domain: policy has given points for it.
        if one.bears or not is_by_link(mark)
    }
    statement = select(MarkRow.mark, MarkRow.comment_id).where(
        among(dialect, MarkRow.mark, "marks"), MarkRow.at >= now - LOOKED_BACK
    )
    found = session.connection().execute(statement, {"marks": listed(dialect, wanted)})
    first = {row.mark: row.comment_id for row in found}
    bearers: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for one in alike:
        for mark in one.likeness.marks:
            if mark in wanted and first.get(mark, one.id) != one.id:
                bearers[one.id].append((first[mark], mark))
    return bearers


def _known(session: Session, bearers: set[UUID]) -> dict[UUID, Known]:
    """The bearers, locked until the transaction ends, so that none gets two campaigns."""
    known: dict[UUID, Known] = {}
    ids = sorted(bearers)
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(
                MemberRow.comment_id,
                MemberRow.site_id,
                CommentRow.author_name,
                CommentRow.score,
                MemberRow.print,
                MemberRow.campaign_id,
            )
            .join(CommentRow, CommentRow.id == MemberRow.comment_id)
            .where(MemberRow.comment_id.in_(ids[start : start + 500]))
            .order_by(MemberRow.comment_id)
            .with_for_update(of=MemberRow)
        )
        known |= {row.comment_id: Known(*row) for row in rows}
    return known


def _like(
    one: Judged, bearers: Sequence[tuple[UUID, str]], known: Mapping[UUID, Known]
) -> list[Known]:
    like: dict[UUID, Known] = {}
    campaigns: set[int | None] = set()  # one comment of each is enough
    for bearer, mark in bearers:
        other = known.get(bearer)
        if other and other.campaign_id not in campaigns and _is_like(one, other, mark):
            like[other.id] = other
            campaigns |= {other.campaign_id} - {None}
    return list(like.values())


def _is_like(one: Judged, other: Known, mark: str) -> bool:
    if is_by_link(mark):
        if not (_is_suspect(one.score) and _is_suspect(other.score)):
            return False
        # A reader who gives his own website each time is no campaign; on many sites he is.
        return _name(one.author_name) != _name(other.author_name) or one.site_id != other.site_id
    return not is_by_print(mark) or are_alike(one.likeness.print, other.print)


def _is_suspect(score: float | None) -> bool:
    """Good comments link to the same places too, and are held for many other reasons."""
    return score is None or score >= SUSPECT


def _name(name: str) -> str:
    return "".join(name.casefold().split())
