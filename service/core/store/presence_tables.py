"""Who looks at which comment just now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import Table


class PresenceRow(Table):
    """The comment that a moderator looks at: one each, so the table never grows beyond them."""

    __tablename__ = "presences"

    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("moderators.id", ondelete="CASCADE"), primary_key=True
    )
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    until: Mapped[datetime] = mapped_column()
