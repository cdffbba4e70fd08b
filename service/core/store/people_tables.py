"""The tables about people who moderate: their sites, invitations, the second step of the login."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import Table


class ModeratorSiteRow(Table):
    """A further site of a moderator who sees several, beside the one in their own row."""

    __tablename__ = "moderator_sites"

    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderators.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)


class InvitationRow(Table):
    """A link that makes one moderator; only the hash of its secret is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))  # lower case
    role: Mapped[str] = mapped_column(String(10))
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # None: every site
    invited_by: Mapped[int] = mapped_column(ForeignKey("moderators.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None] = mapped_column()  # when it was used or withdrawn


class SecondStepRow(Table):
    """A moderator's authenticator app: the sealed secret, and the newest step it was used for."""

    __tablename__ = "second_steps"

    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderators.id"), primary_key=True)
    seal_id: Mapped[UUID] = mapped_column()  # what it was sealed under; another one each time
    sealed_secret: Mapped[str] = mapped_column(String(80))
    last_step: Mapped[int] = mapped_column()  # codes up to this half minute are used up
    created_at: Mapped[datetime] = mapped_column()


class RecoveryCodeRow(Table):
    """A code that stands in for the authenticator app, hashed; gone once it was used."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderators.id"), index=True)
