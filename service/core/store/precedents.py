"""Precedents: what people decided about comments that bear the same trace.

A trace is a keyed hash of a text, a link's domain, an author's e-mail address or a network. What
the machine made of a comment is never one, so that no mistake confirms itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Index,
    Select,
    String,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from service.core.store.among import among, among_ids, dialect_of, each_listed, listed
from service.core.store.insert import insert_chosen
from service.core.store.measures import days_after
from service.core.store.tables import CommentRow, Table

KEPT = timedelta(days=180)  # from the decision: campaigns come back, but domains change hands
NETWORK_KEPT = timedelta(days=30)  # from when the comment came, as long as its address is kept


class PrecedentRow(Table):
    """That a comment with this trace was called spam or approved. Undoing takes it away."""

    __tablename__ = "precedents"
    # Answers how often each trace was called spam, and approved on a site, without the rows.
    __table_args__ = (Index("ix_precedents_trace", "trace", "label", "site_id", "comment_id"),)

    # No foreign keys: to check them takes as long as all else, where ten thousand are decided.
    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    trace: Mapped[str] = mapped_column(String(64), primary_key=True)
    site_id: Mapped[int] = mapped_column()
    label: Mapped[int] = mapped_column()  # 1 spam, 0 ham
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Count(NamedTuple):
    """How many comments with a trace people gave a label on a site."""

    trace: str
    label: int
    site_id: int
    comments: int


def replace(session: Session, comment_id: UUID, label: int | None, now: datetime) -> None:
    """The comment's traces stand for this label now; for None they stand for nothing."""
    replace_many(session, [comment_id], label, now)


def replace_many(
    session: Session, comment_ids: Collection[UUID], label: int | None, now: datetime
) -> None:
    """The traces of these comments stand for this label now; for None they stand for nothing."""
    theirs = among_ids(session, PrecedentRow.comment_id, comment_ids)
    gone = delete(PrecedentRow).where(theirs)
    session.execute(gone, execution_options={"synchronize_session": False})
    if label is None:
        return
    of_them = among_ids(session, CommentRow.id, comment_ids)
    bearing = union_all(*(each.where(of_them) for each in _bearing(session, now)))
    traces = bearing.subquery().c
    chosen = select(traces.id, traces.site_id, traces.trace, literal(label), traces.until)
    chosen = chosen.where(traces.trace != "")  # a comment without that kind
    names = ["comment_id", "site_id", "trace", "label", "expires_at"]
    session.execute(insert_chosen(session, PrecedentRow, names, chosen))


def _bearing(session: Session, now: datetime) -> Iterator[Select[*tuple[Any, ...]]]:
    """(comment, its site, trace, until when it is kept), a query for each kind of trace."""
    end = literal(now + KEPT, CommentRow.received_at.type)
    links = each_listed(dialect_of(session), CommentRow.link_hashes)
    network_end = days_after(CommentRow.received_at, literal(NETWORK_KEPT.days))
    yield _bears(CommentRow.author_hash, end)
    yield _bears(CommentRow.text_hash, end)
    yield _bears(links.c.value, end).join(links, true())
    yield _bears(CommentRow.network_hash, network_end)


def _bears(
    trace: ColumnElement[str] | InstrumentedAttribute[str], until: ColumnElement[datetime]
) -> Select[*tuple[Any, ...]]:
    columns = CommentRow.id, CommentRow.site_id, trace.label("trace"), until.label("until")
    return select(*columns).select_from(CommentRow)


def counts(
    session: Session,
    traces: Collection[str],
    site_ids: Collection[int],
    but: Collection[UUID] = (),
) -> list[Count]:
    """Spam on any site and ham on these, by trace and site; the comments in `but` not counted."""
    if not traces:
        return []
    dialect = dialect_of(session)
    values = {"traces": listed(dialect, traces), "sites": list(site_ids), "but": list(but)}
    found = session.connection().execute(_counting(dialect, bool(but)), values)
    return [Count(*row) for row in found]


@cache
def _counting(dialect: str, leaves_out: bool) -> CompoundSelect[Any]:
    """Made once: a single comment is judged in less time than making it takes."""
    row = PrecedentRow
    grouped = (
        select(row.trace, row.label, row.site_id, func.count())
        .where(among(dialect, row.trace, "traces"))
        .group_by(row.trace, row.label, row.site_id)
    )
    if leaves_out:
        grouped = grouped.where(row.comment_id.not_in(bindparam("but", expanding=True)))
    spam = grouped.where(row.label == 1)
    ham = grouped.where(row.label == 0, row.site_id.in_(bindparam("sites", expanding=True)))
    return union_all(spam, ham)


def newest(session: Session, trace: str, label: int, site_id: int, but: UUID) -> UUID | None:
    """The newest comment on the site, beside `but`, with the trace and the label."""
    row = PrecedentRow
    statement = (
        select(row.comment_id)
        .where(row.trace == trace, row.label == label, row.site_id == site_id)
        .where(row.comment_id != but)
        .order_by(row.comment_id.desc())
        .limit(1)
    )
    return session.scalar(statement)


def expire(session: Session, now: datetime) -> None:
    """Forget what has been kept long enough."""
    session.execute(delete(PrecedentRow).where(PrecedentRow.expires_at < now))
