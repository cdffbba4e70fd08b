"""The tables of deciding many comments at once: what was done, and to which of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import SERIAL, Table, partial

SEVERAL = "site_ids IS NOT NULL"


class BulkRow(Table):
    """One decision on many comments, undone as a whole or not at all."""

    __tablename__ = "bulks"
    __table_args__ = (
        Index("ix_bulks_site", "site_id", "id"),
        partial("ix_bulks_several", "id", where=SEVERAL),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column()
    actor: Mapped[str] = mapped_column()
    # The one site that the actor could touch, or several; neither: all.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    decision: Mapped[str] = mapped_column(String(10))
    comments: Mapped[int] = mapped_column(Integer)  # how many it changed
    undone_at: Mapped[datetime | None] = mapped_column()
    undone_by: Mapped[str | None] = mapped_column()
    restored: Mapped[int] = mapped_column(Integer, default=0)  # by its undo; others had changed


class BulkMemberRow(Table):
    """A comment that a bulk decision changed, and the revision that this made."""

    __tablename__ = "bulk_members"

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulks.id"), primary_key=True)
    # No foreign key: a self-test's comments are taken away, whatever was decided about them.
    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
