"""The views of the queue that moderators keep for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import Table


class ViewRow(Table):
    """A place in the queue under a name of its moderator's own."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("moderator_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderators.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column()  # of the address: tab, site, search, order
    created_at: Mapped[datetime] = mapped_column()
