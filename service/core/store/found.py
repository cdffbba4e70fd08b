"""Finding comments: a Search made into queries whose work has an end, however large the table.

Every query first takes a *window*: at most WINDOW comments in the order of one index (the tab's, or
the author's or network's where one is named). Whatever no index answers (words, domains, reasons,
scores) is looked for in that window only; the next page goes on behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from service.core.search import EVERYTHING, Search
from service.core.store import folding, matching, strands
from service.core.store.comments import SORTED, Order, behind, less_urgent
from service.core.store.matching import first_id
from service.core.store.strands import Entity, Within
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Outcome

WINDOW = 10_000  # comments looked at by one query
STEP = 200  # comments looked at first where campaigns are folded, then four times as many
GLANCE = 1_000  # comments looked at to tell how many match in a tab that is not open


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to look for, and where: what a moderator may see, in one tab.

    `now` is what ages count back from; `secret` makes the hashes that addresses are known by.
    With a `fence`, only what has not changed since then.
    """

    outcome: Outcome
    site_id: Within
    site_ids: Mapping[str, int]  # those that the moderator may see, by name in lower case
    now: datetime
    secret: str
    search: Search = EVERYTHING
    fence: datetime | None = None
    window: int = WINDOW
    is_folded: bool = False  # without a search: of a campaign the newest stands for all


class Count(NamedTuple):
    """How many there are, and whether more may be behind what was looked at."""

    comments: int
    more: bool


class Page(NamedTuple):
    """A page of what was found."""

    rows: list[CommentRow]
    following: UUID | None  # what the next page follows; None: there is none
    reached: datetime | None  # how far back was looked, where there may be more behind it
    matching: Count | None = None  # how many match, where the whole window was looked at


def page(session: Session, scope: Scope, order: Order, after: UUID | None, limit: int) -> Page:
    """Up to `limit` comments behind the comment `after` (keyset paging)."""
    if scope.is_folded:
        return _folded_page(session, scope, order, after, limit)
    anchor = session.get(CommentRow, after) if after else None
    inner = aliased(CommentRow, _window(scope, order, after, anchor).subquery())
    rest = _rest(scope, inner, order, anchor)
    # On a first page all of the window is looked at anyway, to count: so it is done only once.
    counts = func.count().over() if rest and after is None else literal(0)
    statement = select(inner.id, counts).where(*rest)
    found = session.execute(statement.order_by(*_by(inner, order)).limit(limit + 1)).all()
    ids = [row[0] for row in found]
    rows, goes_on = _in_order(session, ids[:limit]), _comes_in(scope, order)
    counted, last = None, None
    if (rest or not goes_on) and (after is None or len(ids) <= limit):
        last = _end_of(session, scope, order, after, anchor)
    if rest and after is None:
        counted = Count(found[0][1] if found else 0, last is not None)
    if len(ids) > limit:
        return Page(rows, ids[limit - 1], None, counted)
    if last is None:
        return Page(rows, None, None, counted)
    return Page(rows, last.id if goes_on else None, last.received_at, counted)


def _folded_page(
    session: Session, scope: Scope, order: Order, after: UUID | None, limit: int
) -> Page:
    """The same with one comment of each campaign. It looks for nothing, so indexes know all."""
    shown: list[UUID] = []
    newest: dict[int, UUID] = {}
    step, looked_at = min(STEP, scope.window), 0
    columns = [name for name, _ in SORTED[order]]
    last = session.get(CommentRow, after) if after else None
    while len(shown) <= limit:
        part = replace(scope, window=step)
        ids = [row.id for row in session.execute(_window(part, order, after, last, columns))]
        shown += folding.shown(session, ids, scope.site_id, newest)
        if len(ids) < step:
            break
        after, looked_at, step = ids[-1], looked_at + step, 4 * step
        last = session.get(CommentRow, after)
        if last is not None and looked_at >= scope.window and len(shown) <= limit:
            return Page(_in_order(session, shown), after, last.received_at)
    following = shown[limit - 1] if len(shown) > limit else None
    return Page(_in_order(session, shown[:limit]), following, None)


def counts(session: Session, scope: Scope, known: Count | None = None) -> dict[Outcome, Count]:
    """How many comments of each outcome match, in a window of each; smaller but in the open tab.

    `known` is that of the open tab, where it has been counted.
    """
    if _driver(scope, CommentRow) is not None:
        return _counts_of_theirs(session, scope)
    tabs = {outcome: _in_tab(scope, outcome) for outcome in Outcome}
    if known is not None:
        del tabs[scope.outcome]
    asked = union_all(*(_count(tab) for tab in tabs.values()))
    found = {row[0]: row for row in session.execute(asked)}
    counted = {
        outcome: Count(found[outcome][1], found[outcome][2] >= tab.window)
        for outcome, tab in tabs.items()
    }
    return counted if known is None else counted | {scope.outcome: known}


def _counts_of_theirs(session: Session, scope: Scope) -> dict[Outcome, Count]:
    """The same of an author or network: one window holds the comments of every tab."""
    inner = aliased(CommentRow, _window(scope, Order.NEWEST, None, None).subquery())
    looked = func.count()
    matching = looked.filter(*_theirs(scope, inner), *_since_fence(scope, inner))
    statement = select(inner.outcome, matching, looked).group_by(inner.outcome)
    found = {row[0]: row for row in session.execute(statement)}
    more = sum(row[2] for row in found.values()) >= scope.window
    return {one: Count(found[one][1] if one in found else 0, more) for one in Outcome}


def count(session: Session, scope: Scope) -> Count:
    """How many comments match, in the newest window."""
    _, comments, seen = session.execute(_count(scope)).one()
    return Count(comments, seen >= scope.window)


def revisions(session: Session, scope: Scope) -> tuple[dict[UUID, int], bool]:
    """The newest that match, with their revisions; whether there may be more behind the window."""
    inner = aliased(CommentRow, _window(scope, Order.NEWEST, None, None).subquery())
    rest = _rest(scope, inner, Order.NEWEST, None)
    found = session.execute(select(inner.id, inner.revision).where(*rest)).all()
    return dict(found), _end_of(session, scope, Order.NEWEST, None, None) is not None


def _count(scope: Scope) -> Select[str, int, int]:
    """(outcome, how many match, how many were looked at)."""
    inner = aliased(CommentRow, _window(scope, Order.NEWEST, None, None).subquery())
    tab = literal(scope.outcome.value)
    if rest := _rest(scope, inner, Order.NEWEST, None):
        looked = func.count(inner.id)
        return select(tab, looked.filter(*rest), looked)
    alone = _window(scope, Order.NEWEST, None, None, ("id",)).subquery()  # the index alone knows
    return select(tab, func.count(), func.count()).select_from(alone)


def _in_tab(scope: Scope, outcome: Outcome) -> Scope:
    """The same search elsewhere; where it has to read texts, it does not read as many."""
    if outcome == scope.outcome:
        return scope
    reads = bool(matching.unindexed(CommentRow, scope.search, scope.secret))
    window = min(GLANCE, scope.window) if reads else scope.window
    return replace(scope, outcome=outcome, window=window)


def _window(
    scope: Scope,
    order: Order,
    after: UUID | None,
    anchor: CommentRow | None,
    columns: Sequence[str] = (),
) -> Select[Any]:
    """At most WINDOW comments, or these columns of them, read in the order of an index."""
    driver = _driver(scope, CommentRow)
    if driver is not None:
        theirs = strands.chosen(CommentRow, columns).where(driver, *_arrival(scope, CommentRow))
        if after and order is Order.NEWEST:
            theirs = theirs.where(CommentRow.id < after)
        return theirs.order_by(CommentRow.id.desc()).limit(scope.window)
    if not _comes_in(scope, order):
        order, after = Order.NEWEST, None
    conditions = behind(order, after, anchor)
    if order is not Order.URGENT:
        conditions += _arrival(scope, CommentRow)
    within, sort = _within(scope), SORTED[order]
    return strands.merged([scope.outcome], within, conditions, sort, scope.window, columns)


def _comes_in(scope: Scope, order: Order) -> bool:
    """Whether the window comes in this order; by urgency nothing does but what is held."""
    by_tab = _driver(scope, CommentRow) is None
    return order is not Order.URGENT or (by_tab and scope.outcome is Outcome.HELD)


def _driver(scope: Scope, of: Entity) -> ColumnElement[bool] | None:
    """The author or network whose index is read; None: the tab's."""
    search = scope.search
    if search.networks:
        return matching.network(of, search.networks[0], scope.secret)
    if search.authors:
        return matching.author(of, search.authors[0], scope.secret)
    return None


def _within(scope: Scope) -> Within:
    """The sites to look on: those in sight, or the one of them that the search names."""
    named = {scope.site_ids.get(name, -1) for name in scope.search.sites}
    if not named:
        return scope.site_id
    seen = {one for one in named if strands.holds(scope.site_id, one)}
    return frozenset(seen if len(named) == 1 else ())


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
    comes_in = _comes_in(scope, order)
    if _driver(scope, of) is not None:
        conditions = [strands.in_tab(of, scope.outcome), *_theirs(scope, of)]
    else:
        conditions = matching.unindexed(of, scope.search, scope.secret)
        if order is Order.URGENT and comes_in:
            conditions += _arrival(scope, of)
    if anchor is not None and not comes_in:
        conditions.append(less_urgent(of, anchor))
    return conditions + _since_fence(scope, of)


def _theirs(scope: Scope, of: Entity) -> list[ColumnElement[bool]]:
    """What the index of an author or network did not answer."""
    conditions = matching.unindexed(of, scope.search, scope.secret)
    return conditions + strands.on_sites(of.site_id, _within(scope))


def _since_fence(scope: Scope, of: Entity) -> list[ColumnElement[bool]]:
    return [] if scope.fence is None else [_unchanged(of, scope.fence)]


def _unchanged(of: Entity, fence: datetime) -> ColumnElement[bool]:
    """Whether the comment's newest event had happened by then."""
    # Not EXISTS: PostgreSQL would make a join of it, and might read all events there are.
    newest = select(EventRow.at).where(
        EventRow.comment_id == of.id, EventRow.revision == of.revision
    )
    return newest.scalar_subquery() <= fence


def _by(of: Entity, order: Order) -> list[ColumnElement[Any]]:
    return strands.sorted_by(of, SORTED[order])


class _End(NamedTuple):
    id: UUID
    received_at: datetime


def _end_of(
    session: Session, scope: Scope, order: Order, after: UUID | None, anchor: CommentRow | None
) -> _End | None:
    """The last comment of a window that is full; None where everything was looked at."""
    columns = [name for name, _ in SORTED[order]]
    window = _window(scope, order, after, anchor, columns).subquery()
    # The index alone gives its number; only then is the comment read.
    last = select(window.c.id).offset(scope.window - 1).limit(1).scalar_subquery()
    row = session.execute(
        select(CommentRow.id, CommentRow.received_at).where(CommentRow.id == last)
    ).first()
    return _End(*row) if row else None


def _in_order(session: Session, ids: Sequence[UUID]) -> list[CommentRow]:
    if not ids:
        return []
    rows = session.scalars(select(CommentRow).where(CommentRow.id.in_(ids)))
    by_id = {row.id: row for row in rows}
    return [by_id[comment_id] for comment_id in ids]
