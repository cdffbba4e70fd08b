"""What happened within a time, counted by the database: verdicts, decisions, waiting, scores.

A decision counts as a person's when a moderator made it or a client reported it with a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    distinct,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from service.core.store import strands
from service.core.store.measures import seconds_between, utc_day, whole_part
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Cutoffs, Decision, Outcome, Verdict

BINS = 20  # of the scores, equally wide
LABELS = (Decision.APPROVE, Decision.SPAM)  # what says that a comment was good, or spam
# Written out: a bound value would keep SQLite from the index of decisions.
DECIDED: ColumnElement[str] = literal_column("'decided'")


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which sites, and from when on."""

    site_ids: tuple[int, ...]
    since: datetime
    arrived_since: datetime | None = None  # of what was decided; None: `since`

    @classmethod
    def of_days(cls, site_ids: Sequence[int], days: int, now: datetime) -> Scope:
        """The last `days` days in UTC, today among them."""
        first = now.astimezone(UTC).date() - timedelta(days=days - 1)
        return cls(tuple(site_ids), datetime.combine(first, time(), UTC))


class Waits(NamedTuple):
    """How long comments waited for a person. Seconds; nearest rank; 0 of none."""

    total: int
    median: float
    ninetieth: float


class Moved(NamedTuple):
    """Comments by what one pair of cutoffs makes of their scores, and what another does."""

    before: Verdict
    after: Verdict
    number: int


class Sampled(NamedTuple):
    """What is kept of a filed or held comment that tells why, and where it leads."""

    reasons: list[dict[str, Any]]
    text: str  # its beginning
    author_url: str


@dataclass(slots=True)
class Decisions:
    """What one moderator or key decided; `actor` as events name it."""

    actor: str
    counts: dict[str, int] = field(default_factory=dict)  # by decision

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def verdicts_by_day(session: Session, scope: Scope) -> dict[date, dict[str | None, int]]:
    """Arrived comments by day (UTC) and verdict; None of those not judged yet."""
    day = utc_day(CommentRow.received_at).label("day")
    statement = (
        _arrived(scope, day, CommentRow.verdict, func.count())
        .group_by(day, CommentRow.verdict)
        .order_by(day)
    )
    found: dict[date, dict[str | None, int]] = {}
    for text, verdict, count in session.execute(statement):
        found.setdefault(date.fromisoformat(text), {})[verdict] = count
    return found


def each_wait(session: Session, scope: Scope) -> list[tuple[float, int]]:
    """(seconds, comments) from arrival to the first decision, of what was held for a person."""
    earlier = aliased(EventRow)
    decided_before = exists().where(
        earlier.comment_id == EventRow.comment_id,
        earlier.kind == DECIDED,
        earlier.revision < EventRow.revision,
    )
    wait = seconds_between(CommentRow.received_at, EventRow.at).label("wait")
    each = _decided(scope, wait, func.count()).group_by(wait)
    held = each.where(CommentRow.verdict == Verdict.UNSURE, ~decided_before)
    return [(row[0], row[1]) for row in session.execute(held)]


def labelled(session: Session, scope: Scope) -> dict[tuple[str | None, str], int]:
    """Comments by (verdict, decision), where a person decided within the time what still stands."""
    statement = (
        _standing(scope, CommentRow.verdict, CommentRow.decision, _comments())
        .where(CommentRow.decision.in_(LABELS))
        .group_by(CommentRow.verdict, CommentRow.decision)
    )
    return {(verdict, label): count for verdict, label, count in session.execute(statement)}


def by_actor(session: Session, scope: Scope) -> list[Decisions]:
    """Every decision made, those undone later too; the busiest first."""
    decision = said()
    statement = _decided(scope, EventRow.actor, decision, func.count()).group_by(
        EventRow.actor, decision
    )
    found: dict[str, Decisions] = {}
    for actor, made, count in session.execute(statement):
        found.setdefault(actor, Decisions(actor)).counts[made] = count
    return sorted(found.values(), key=lambda one: (-one.total, one.actor))


def newest(
    session: Session, outcome: Outcome, site_id: Within, since: datetime, limit: int, text: int
) -> list[Sampled]:
    """Of the `limit` newest comments with this outcome those since then; `text` characters each."""
    last = strands.merged([outcome], site_id, [], [("id", True)], limit, ["id"])
    statement = select(
        CommentRow.reasons,
        func.substr(CommentRow.body, 1, text),
        func.substr(CommentRow.author_url, 1, text),
    ).where(CommentRow.id.in_(last), CommentRow.received_at >= since)
    return [Sampled(*row) for row in session.execute(statement)]


def score_bins(session: Session, scope: Scope) -> list[int]:
    """How many judged comments have a score in each of BINS steps from 0 to 1."""
    step = _step()
    statement = _arrived(scope, step, func.count()).where(*_SCORED).group_by(step)
    counts = [0] * BINS
    for number, count in session.execute(statement):
        counts[number] = count
    return counts


def labelled_bins(session: Session, scope: Scope) -> dict[Decision, list[int]]:
    """The same of comments that a person called good (approve) or spam, by what was said."""
    step = _step()
    statement = (
        _standing(scope, CommentRow.decision, step, _comments())
        .where(CommentRow.decision.in_(LABELS), *_SCORED)
        .group_by(CommentRow.decision, step)
    )
    counts = {label: [0] * BINS for label in LABELS}
    for label, number, count in session.execute(statement):
        counts[Decision(label)][number] = count
    return counts


def labelled_arrivals(session: Session, scope: Scope) -> int:
    """How many of the scored comments that arrived within the time a person called good or spam."""
    statement = _standing(scope, _comments()).where(
        CommentRow.decision.in_(LABELS),
        CommentRow.received_at >= (scope.arrived_since or scope.since),
        *_SCORED,
    )
    return session.scalar(statement) or 0


def load(session: Session, scope: Scope, before: Cutoffs, after: Cutoffs) -> list[Moved]:
    """Judged comments by what the scores alone come to, under each pair of cutoffs."""
    bands = _band(before).label("before"), _band(after).label("after")
    statement = _arrived(scope, *bands, func.count()).where(CommentRow.verdict.is_not(None))
    return [_moved(*row) for row in session.execute(statement.group_by(*bands))]


def as_judged(session: Session, scope: Scope) -> dict[str, int]:
    """Judged comments by the verdict they got, with all that policy looks at."""
    statement = _arrived(scope, CommentRow.verdict, func.count().label("number")).where(
        CommentRow.verdict.is_not(None)
    )
    rows = session.execute(statement.group_by(CommentRow.verdict))
    return {row.verdict: row.number for row in rows}


def labelled_load(
    session: Session, scope: Scope, before: Cutoffs, after: Cutoffs
) -> dict[Decision, list[Moved]]:
    """As `load`, of scored comments that a person called good (approve) or spam."""
    bands = _band(before).label("before"), _band(after).label("after")
    statement = (
        _standing(scope, CommentRow.decision, *bands, _comments())
        .where(CommentRow.decision.in_(LABELS), *_SCORED)
        .group_by(CommentRow.decision, *bands)
    )
    found: dict[Decision, list[Moved]] = {label: [] for label in LABELS}
    for label, before_band, after_band, number in session.execute(statement):
        found[Decision(label)].append(_moved(before_band, after_band, number))
    return found


_SCORED = (CommentRow.verdict.is_not(None), CommentRow.score.is_not(None))


def _arrived(scope: Scope, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        CommentRow.site_id.in_(scope.site_ids), CommentRow.received_at >= scope.since
    )


def _decided(scope: Scope, *columns: Any) -> Select[Any]:
    """Over people's decisions within the time, with their comments."""
    return (
        select(*columns)
        .select_from(EventRow)
        .join(CommentRow, CommentRow.id == EventRow.comment_id)
        .where(EventRow.kind == DECIDED, EventRow.at >= scope.since, by_person())
        # The sum keeps a planner from reading all of a site's comments to find the few decided.
        .where((CommentRow.site_id + 0).in_(scope.site_ids))
    )


def _standing(scope: Scope, *columns: Any) -> Select[Any]:
    """Over those of them whose comment has that very decision now."""
    return _decided(scope, *columns).where(CommentRow.decision == said())


def by_person(of: type[EventRow] = EventRow) -> ColumnElement[bool]:
    """Whether a person made it, or stood behind the key that reported it."""
    return or_(of.actor.like("moderator:%"), of.actor.like("key:%"))


def said(of: type[EventRow] = EventRow) -> ColumnElement[str]:
    """The decision that an event tells of."""
    decision: ColumnElement[str] = of.detail["decision"].as_string()
    return decision


def _comments() -> ColumnElement[int]:
    """A comment decided twice the same way is one comment."""
    return func.count(distinct(CommentRow.id))


def _step() -> ColumnElement[int]:
    last = CommentRow.score >= (BINS - 1) / BINS
    return case((last, BINS - 1), else_=whole_part(CommentRow.score * BINS)).label("step")


def _band(cutoffs: Cutoffs) -> ColumnElement[str]:
    """`verdict_for`, for the database; what has no score waits for a person."""
    return case(
        (CommentRow.score < cutoffs.ham, Verdict.HAM.value),
        (CommentRow.score >= cutoffs.spam, Verdict.SPAM.value),
        else_=Verdict.UNSURE.value,
    )


def _moved(before: str, after: str, number: int) -> Moved:
    return Moved(Verdict(before), Verdict(after), number)
