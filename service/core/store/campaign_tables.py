"""The tables of campaigns: comments that are nearly the same, or advertise the same domain."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import SERIAL, Table

OPEN = "is_open"  # in a query just as in the index, else SQLite does not see that it fits


class CampaignRow(Table):
    """A campaign. Of two that turn out to be one, the older stays."""

    __tablename__ = "campaigns"
    __table_args__ = (
        Index(
            "ix_campaigns_open",
            "last_at",
            "id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    first_at: Mapped[datetime] = mapped_column()  # arrival of its first comment
    last_at: Mapped[datetime] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(Integer)  # comments that ever joined
    is_open: Mapped[bool] = mapped_column()  # something joined since it was decided


class MemberRow(Table):
    """A comment that others may be like; of a campaign as soon as one is."""

    __tablename__ = "campaign_members"
    __table_args__ = (
        Index("ix_campaign_members_campaign", "campaign_id", "comment_id"),
        Index("ix_campaign_members_site", "campaign_id", "site_id", "comment_id"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    print: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)  # when it was judged
    pulled_at: Mapped[datetime | None] = mapped_column()  # when a person took it out


class MarkRow(Table):
    """Who bore a mark first. Copies add no rows, so that a wave costs no more than its variety."""

    __tablename__ = "campaign_marks"

    mark: Mapped[str] = mapped_column(String(33), primary_key=True)
    comment_id: Mapped[UUID] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)


class DeedRow(Table):
    """One decision about a whole campaign, which late arrivals may inherit."""

    __tablename__ = "campaign_deeds"
    __table_args__ = (Index("ix_campaign_deeds_campaign", "campaign_id", "id"),)

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    # The one site that it is about, or several; neither: every site.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    decision: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    inherited_until: Mapped[datetime | None] = mapped_column()
    undone_at: Mapped[datetime | None] = mapped_column()


class DoneRow(Table):
    """What a deed did to a comment: undone only where nothing has happened to it since."""

    __tablename__ = "campaign_done"
    __table_args__ = (Index("ix_campaign_done_comment", "comment_id"),)

    deed_id: Mapped[int] = mapped_column(ForeignKey("campaign_deeds.id"), primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    revision: Mapped[int] = mapped_column()
    before: Mapped[str | None] = mapped_column(String(10))  # the decision that stood before
    taught: Mapped[bool] = mapped_column()
    inherited: Mapped[bool] = mapped_column()
