"""Finding comments: a Search made into queries whose work has an end, however large the table.

Every query first takes a *window*: at most WINDOW comments in the order of one index (the tab's, or
the author's or network's where one is named). Whatever no index answers (words, domains, reasons,
scores) is looked for in that window only; the next page goes on behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from service.core.search import EVERYTHING, Search
from service.core.store import folding, matching
from service.core.store.comments import Order
from service.core.store.matching import Entity, first_id
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Outcome

WINDOW = 10_000  # comments looked at by one query
STEP = 200  # comments looked at first where campaigns are folded, then four times as many
GLANCE = 2_000  # comments looked at to tell how many match in a tab that is not open
Some = TypeVar("Some", bound=Select[Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to look for, and where: what a moderator may see, in one tab.

    `now` is what ages count back from; `secret` makes the hashes that addresses are known by.
    With a `fence`, only what has not changed since then.
    """

    outcome: Outcome
    site_id: int | None
    site_ids: Mapping[str, int]  # those that the moderator may see, by name in lower case
    now: datetime
    secret: str
    search: Search = EVERYTHING
    fence: datetime | None = None
    window: int = WINDOW
    is_folded: bool = False  # without a search: of a campaign the newest stands for all


class Page(NamedTuple):
    """A page of what was found."""

    rows: list[CommentRow]
    following: UUID | None  # what the next page follows; None: there is none
    reached: datetime | None  # how far back was looked, where there may be more behind it


class Count(NamedTuple):
    """How many there are, and whether more may be behind what was looked at."""

    comments: int
    more: bool


def page(session: Session, scope: Scope, order: Order, after: UUID | None, limit: int) -> Page:
    """Up to `limit` comments behind the comment `after` (keyset paging)."""
    if scope.is_folded:
        return _folded_page(session, scope, order, after, limit)
    anchor = session.get(CommentRow, after) if after else None
    window = _window(scope, order, after, anchor)
    inner = aliased(CommentRow, window.subquery())
    rest = _rest(scope, inner, order, anchor)
    statement = _sorted(select(inner.id).where(*rest), inner, order).limit(limit + 1)
    ids = list(session.scalars(statement))
    rows = _in_order(session, ids[:limit])
    if len(ids) > limit:
        return Page(rows, ids[limit - 1], None)
    last = _end_of(session, window, scope.window) if rest else None
    if last is None:
        return Page(rows, None, None)
    goes_on = order is not Order.URGENT or _driver(scope, CommentRow) is None
    return Page(rows, last.id if goes_on else None, last.received_at)


def _folded_page(
    session: Session, scope: Scope, order: Order, after: UUID | None, limit: int
) -> Page:
    """The same with one comment of each campaign. It looks for nothing, so indexes know all."""
    shown: list[UUID] = []
    newest: dict[int, UUID] = {}
    step, looked_at = min(STEP, scope.window), 0
    last = session.get(CommentRow, after) if after else None
    while len(shown) <= limit:
        wanted = _window(scope, order, after, last).with_only_columns(CommentRow.id).limit(step)
        ids = list(session.scalars(wanted))
        shown += folding.shown(session, ids, scope.site_id, newest)
        if len(ids) < step:
            break
        after, looked_at, step = ids[-1], looked_at + step, 4 * step
        last = session.get(CommentRow, after)
        if last is not None and looked_at >= scope.window and len(shown) <= limit:
            return Page(_in_order(session, shown), after, last.received_at)
    following = shown[limit - 1] if len(shown) > limit else None
    return Page(_in_order(session, shown[:limit]), following, None)


def counts(session: Session, scope: Scope) -> dict[Outcome, Count]:
    """How many comments of each outcome match, in a window of each; smaller but in the open tab."""
    return {outcome: count(session, _in_tab(scope, outcome)) for outcome in Outcome}


def count(session: Session, scope: Scope) -> Count:
    """How many comments match, in the newest window."""
    window = _window(scope, Order.NEWEST, None, None)
    inner = aliased(CommentRow, window.subquery())
    if rest := _rest(scope, inner, Order.NEWEST, None):
        looked = func.count(inner.id)
        comments, seen = session.execute(select(looked.filter(*rest), looked)).one()
    else:  # the index alone knows
        each = window.with_only_columns(CommentRow.id).subquery()
        comments = seen = session.scalar(select(func.count()).select_from(each)) or 0
    return Count(comments, seen >= scope.window)


def revisions(session: Session, scope: Scope) -> tuple[dict[UUID, int], bool]:
    """The newest that match, with their revisions; whether there may be more behind the window."""
    window = _window(scope, Order.NEWEST, None, None)
    inner = aliased(CommentRow, window.subquery())
    rest = _rest(scope, inner, Order.NEWEST, None)
    found = session.execute(select(inner.id, inner.revision).where(*rest)).all()
    return dict(found), _end_of(session, window, scope.window) is not None


def _in_tab(scope: Scope, outcome: Outcome) -> Scope:
    """The same search elsewhere; where it has to read texts, it does not read as many."""
    if outcome == scope.outcome:
        return scope
    reads = bool(matching.unindexed(CommentRow, scope.search, scope.secret))
    window = min(GLANCE, scope.window) if reads else scope.window
    return replace(scope, outcome=outcome, window=window)


def _window(
    scope: Scope, order: Order, after: UUID | None, anchor: CommentRow | None
) -> Select[CommentRow]:
    """At most WINDOW comments, read in the order of an index."""
    driver = _driver(scope, CommentRow)
    if driver is not None:
        statement = select(CommentRow).where(driver, *_arrival(scope, CommentRow))
        if after and order is Order.NEWEST:
            statement = statement.where(CommentRow.id < after)
        return statement.order_by(CommentRow.id.desc()).limit(scope.window)
    statement = select(CommentRow).where(*_tab(scope, CommentRow))
    if order is not Order.URGENT:
        statement = statement.where(*_arrival(scope, CommentRow))
    return _sorted(_behind(statement, CommentRow, order, after, anchor), CommentRow, order).limit(
        scope.window
    )


def _driver(scope: Scope, of: Entity) -> ColumnElement[bool] | None:
    """The author or network whose index is read; None: the tab's."""
    search = scope.search
    if search.networks:
        return matching.network(of, search.networks[0], scope.secret)
    if search.authors:
        return matching.author(of, search.authors[0], scope.secret)
    return None


def _tab(scope: Scope, of: Entity) -> list[ColumnElement[bool]]:
    conditions = [of.outcome == scope.outcome]
    if scope.site_id is not None:
        conditions.append(of.site_id == scope.site_id)
    return conditions


def _arrival(scope: Scope, of: Entity) -> list[ColumnElement[bool]]:
    """Between which numbers a comment must lie: they sort by arrival."""
    search, now = scope.search, scope.now
    conditions = [of.id < first_id(matching.at(moment, now)) for moment in search.before]
    conditions += [of.id >= first_id(matching.at(moment, now)) for moment in search.after]
    if scope.fence is not None:
        conditions.append(of.id < first_id(scope.fence + timedelta(milliseconds=1)))
    return conditions


def _rest(
    scope: Scope, of: Entity, order: Order, anchor: CommentRow | None
) -> list[ColumnElement[bool]]:
    """What the window's own index did not answer."""
    conditions = matching.unindexed(of, scope.search, scope.secret)
    for name in scope.search.sites:
        conditions.append(of.site_id == scope.site_ids.get(name, -1))
    if _driver(scope, of) is not None:
        conditions += _tab(scope, of)
        if order is Order.URGENT and anchor is not None:
            conditions.append(_less_urgent(of, anchor))
    elif order is Order.URGENT:
        conditions += _arrival(scope, of)
    if scope.fence is not None:
        conditions.append(_unchanged(of, scope.fence))
    return conditions


def _unchanged(of: Entity, fence: datetime) -> ColumnElement[bool]:
    """Whether the comment's newest event had happened by then."""
    # Not EXISTS: PostgreSQL would make a join of it, and might read all events there are.
    newest = select(EventRow.at).where(
        EventRow.comment_id == of.id, EventRow.revision == of.revision
    )
    return newest.scalar_subquery() <= fence


def _behind(
    statement: Select[CommentRow],
    of: Entity,
    order: Order,
    after: UUID | None,
    anchor: CommentRow | None,
) -> Select[CommentRow]:
    if after is None:
        return statement
    if order is Order.URGENT:
        return statement if anchor is None else statement.where(_less_urgent(of, anchor))
    return statement.where(of.id > after if order is Order.OLDEST else of.id < after)


def _less_urgent(of: Entity, anchor: CommentRow) -> ColumnElement[bool]:
    return and_(
        of.urgency <= anchor.urgency,  # alone, this lets an index begin at the right place
        or_(of.urgency < anchor.urgency, of.id < anchor.id),
    )


def _sorted(statement: Some, of: Entity, order: Order) -> Some:
    if order is Order.OLDEST:
        return statement.order_by(of.id)
    if order is Order.URGENT:
        return statement.order_by(of.urgency.desc(), of.id.desc())
    return statement.order_by(of.id.desc())


class _End(NamedTuple):
    id: UUID
    received_at: datetime


def _end_of(session: Session, window: Select[CommentRow], size: int) -> _End | None:
    """The last comment of a window that is full; None where everything was looked at."""
    last = window.with_only_columns(CommentRow.id, CommentRow.received_at)
    row = session.execute(last.offset(size - 1).limit(1)).first()
    return _End(*row) if row else None


def _in_order(session: Session, ids: Sequence[UUID]) -> list[CommentRow]:
    if not ids:
        return []
    rows = session.scalars(select(CommentRow).where(CommentRow.id.in_(ids)))
    by_id = {row.id: row for row in rows}
    return [by_id[comment_id] for comment_id in ids]
