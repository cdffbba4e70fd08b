"""Precedents: what people decided about comments that bear the same trace.

A trace is a keyed hash of a text, a link's domain, an author's e-mail address or a network. What
the machine made of a comment is never one, so that no mistake confirms itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    ForeignKey,
    Index,
    String,
    bindparam,
    delete,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.core.store.among import among, among_ids, dialect_of, listed
from service.core.store.insert import insert_many
from service.core.store.tables import CommentRow, Table

KEPT = timedelta(days=180)  # from the decision: campaigns come back, but domains change hands
NETWORK_KEPT = timedelta(days=30)  # from when the comment came, as long as its address is kept


class PrecedentRow(Table):
    """That a comment with this trace was called spam or approved. Undoing takes it away."""

    __tablename__ = "precedents"
    # Answers how often each trace was called spam, and approved on a site, without the rows.
    __table_args__ = (Index("ix_precedents_trace", "trace", "label", "site_id", "comment_id"),)

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    trace: Mapped[str] = mapped_column(String(64), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    label: Mapped[int] = mapped_column()  # 1 spam, 0 ham
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Count(NamedTuple):
    """How many comments with a trace people gave a label on a site."""

    trace: str
    label: int
    site_id: int
    comments: int


class Bearer(Protocol):
    """A comment, or as much of it as its traces are made of."""

    @property
    def id(self) -> UUID: ...
    @property
    def site_id(self) -> int: ...
    @property
    def author_hash(self) -> str: ...
    @property
    def text_hash(self) -> str: ...
    @property
    def link_hashes(self) -> list[str]: ...
    @property
    def network_hash(self) -> str: ...
    @property
    def received_at(self) -> datetime: ...


def replace(session: Session, comment: CommentRow, label: int | None, now: datetime) -> None:
    """The comment's traces stand for this label now; for None they stand for nothing."""
    replace_many(session, [comment], label, now)


def replace_many(
    session: Session, bearers: Collection[Bearer], label: int | None, now: datetime
) -> None:
    """The traces of these comments stand for this label now; for None they stand for nothing."""
    ids = [bearer.id for bearer in bearers]
    theirs = among_ids(session, PrecedentRow.comment_id, ids)
    gone = delete(PrecedentRow).where(theirs)
    session.execute(gone, execution_options={"synchronize_session": False})
    if label is None:
        return
    rows = [
        {
            "comment_id": bearer.id,
            "site_id": bearer.site_id,
            "label": label,
            "trace": trace,
            "expires_at": end,
        }
        for bearer in bearers
        for trace, end in _lasting(bearer, now)
    ]
    insert_many(session, PrecedentRow, rows)


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


def expire(session: Session, now: datetime) -> None:
    """Forget what has been kept long enough."""
    session.execute(delete(PrecedentRow).where(PrecedentRow.expires_at < now))


def _lasting(comment: Bearer, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Each trace of the comment, and until when it is kept."""
    lasting = {comment.author_hash, comment.text_hash, *comment.link_hashes} - {""}
    for trace in sorted(lasting):
        yield trace, now + KEPT
    if comment.network_hash:
        yield comment.network_hash, comment.received_at + NETWORK_KEPT
