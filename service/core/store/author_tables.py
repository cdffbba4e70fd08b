"""The tables about authors and what moderators say among themselves: standings, notes, hard cases.

An author is known by the keyed hash of an e-mail address; by a name alone nobody is.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import SERIAL, Table


class StandingRow(Table):
    """How an author stands on a site now. It holds until `until`; None: for ever."""

    __tablename__ = "author_standings"
    __table_args__ = (Index("ix_author_standings_until", "until"),)

    author_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    stand: Mapped[str] = mapped_column(String(14))  # a Stand; "" once it was ended
    until: Mapped[datetime | None] = mapped_column()
    change_id: Mapped[int] = mapped_column(SERIAL)  # the newest change: what a form is checked by


class StandingChangeRow(Table):
    """One change of a standing: what it was before and became, by whom; appended only."""

    __tablename__ = "author_changes"
    __table_args__ = (
        Index("ix_author_changes_author", "author_hash", "site_id", "id"),
        Index(
            "ix_author_changes_bulk",
            "bulk_id",
            sqlite_where=text("bulk_id IS NOT NULL"),
            postgresql_where=text("bulk_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    author_hash: Mapped[str] = mapped_column(String(64))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column()
    stand: Mapped[str] = mapped_column(String(14))
    until: Mapped[datetime | None] = mapped_column()
    stand_before: Mapped[str] = mapped_column(String(14))
    until_before: Mapped[datetime | None] = mapped_column()
    undoes: Mapped[int | None] = mapped_column(Integer)  # the change that this one takes back
    bulk_id: Mapped[int | None] = mapped_column(ForeignKey("bulks.id"))  # made together with it


class NoteRow(Table):
    """What a moderator noted about a comment, or about its author on this site."""

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_comment", "comment_id", "id"),
        Index(
            "ix_notes_author",
            "author_hash",
            "site_id",
            "id",
            sqlite_where=text("author_hash <> ''"),
            postgresql_where=text("author_hash <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    author_hash: Mapped[str] = mapped_column(String(64))  # "" for a note about a comment
    text: Mapped[str] = mapped_column()
    actor: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)


class EscalationRow(Table):
    """A comment that somebody found too hard and leaves to another moderator."""

    __tablename__ = "escalations"

    comment_id: Mapped[UUID] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    actor: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)


class RemovalReasonsRow(Table):
    """A site's own list of reasons for removing; without a row the usual ones are offered."""

    __tablename__ = "removal_reasons"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    reasons: Mapped[list[str]] = mapped_column(JSON())
