"""The tables of the doors that ask for a verdict and keep the comment elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import Table


class CheckRow(Table):
    """A comment that a client asked about: by what its later reports are matched to it.

    The prints are keyed hashes, so that they may outlive the text and the reader's identity.
    """

    __tablename__ = "checks"
    __table_args__ = (
        Index("ix_checks_whole", "key_id", "whole_print", "at"),
        Index("ix_checks_words", "site_id", "words_print"),
        Index("ix_checks_text", "site_id", "text_print"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("keys.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    whole_print: Mapped[str] = mapped_column(String(64))  # of every field
    words_print: Mapped[str] = mapped_column(String(64))  # of author, e-mail and bare words
    text_print: Mapped[str] = mapped_column(String(64))  # of the bare words; "" when they are few
    is_test: Mapped[bool] = mapped_column(default=False)
    said_spam: Mapped[bool] = mapped_column(default=True)  # what the client was answered


class CallbackRow(Table):
    """Where a client wants to be told when the answer to its check changes."""

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_due_at", "due_at"),)

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    sealed_key: Mapped[str] = mapped_column(String(64))  # the client's key, which it must hear
    told: Mapped[bool | None] = mapped_column()  # what the client knows; None: wait for more
    owed: Mapped[bool | None] = mapped_column()  # what it is to be told
    due_at: Mapped[datetime | None] = mapped_column()  # None: nothing is owed
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)


class UsageRow(Table):
    """What one key did on one site on one day (UTC)."""

    __tablename__ = "usage"

    key_id: Mapped[int] = mapped_column(ForeignKey("keys.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    calls: Mapped[int] = mapped_column(default=0)  # checks and reports
    spam: Mapped[int] = mapped_column(default=0)  # checks answered so
    ham: Mapped[int] = mapped_column(default=0)
    missed_spam: Mapped[int] = mapped_column(default=0)  # reports that corrected an answer
    false_positives: Mapped[int] = mapped_column(default=0)
