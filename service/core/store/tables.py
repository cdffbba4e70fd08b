"""The tables. Facts about a comment are appended to `events`; the comment row is what follows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.core.verdict import Mode, Outcome, UnsureAnswer

SERIAL = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"expected an aware time, found {value!r}")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own convention
        str: Text(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


class SiteRow(Table):
    """A registered blog or newspaper, known by the origin of its addresses."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)  # in addresses: /a/NAME/…
    url: Mapped[str] = mapped_column(String(2000), unique=True)  # origin, no slash at the end
    mode: Mapped[str] = mapped_column(String(20), default=Mode.AUTOMATIC)
    language: Mapped[str] = mapped_column(String(35), default="")
    ham_cutoff: Mapped[float | None] = mapped_column()  # None: the model's
    spam_cutoff: Mapped[float | None] = mapped_column()
    unsure_answer: Mapped[str] = mapped_column(String(10), server_default=UnsureAnswer.HOLD)
    created_at: Mapped[datetime] = mapped_column()


class SiteOriginRow(Table):
    """An origin listed with a site, beside the site's own: it shows the same articles."""

    __tablename__ = "site_origins"

    origin: Mapped[str] = mapped_column(String(2000), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))


class ArticleRow(Table):
    """A page commented on."""

    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("site_id", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column()


HELD = "outcome = 'held'"  # in a query just as in the index, else SQLite does not see that it fits
SPAM_TEXT = "spam_since IS NOT NULL AND text_purged_at IS NULL"
KNOWN = ("id", "outcome", "site_id", "urgency")


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of the rows for which this holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class CommentRow(Table):
    """A stored comment: what arrived, then the newest of what is known about it."""

    __tablename__ = "comments"
    __table_args__ = (
        # The queue, a tab at a time: newest first, and most urgent first.
        Index("ix_comments_site_outcome", "site_id", "outcome", "id"),
        Index("ix_comments_outcome", "outcome", "id"),
        partial("ix_comments_urgency", "urgency", "id", where=HELD),
        partial("ix_comments_site_urgency", "site_id", "urgency", "id", where=HELD),
        Index("ix_comments_thread", "article_id", "outcome", "id"),
        Index("ix_comments_author", "site_id", "author_hash"),
        Index("ix_comments_arrived", "site_id", "received_at", "verdict", "score"),  # statistics
        # Searching by author or network reads the newest of theirs, however many there are, and
        # what stands behind the number is known without the rows.
        partial("ix_comments_author_newest", "author_hash", *KNOWN, where="author_hash <> ''"),
        partial("ix_comments_network", "network_hash", *KNOWN, where="network_hash <> ''"),
        Index("ix_comments_name", text("lower(author_name)"), *KNOWN, "author_name"),
        # Claiming and sweeping read only what is pending, however large the table.
        partial("ix_comments_pending", "attempts", "id", where="outcome = 'pending'"),
        # Where the same text came before; traces are wiped after a month, so it stays small.
        partial("ix_comments_text", "text_hash", "received_at", where="text_hash <> ''"),
        # Purging finds, by age, what still holds personal data, and spam that still has its text.
        partial("ix_comments_identified", "received_at", where="identity_purged_at IS NULL"),
        partial("ix_comments_spam_text", "spam_since", where=SPAM_TEXT),
        CheckConstraint(
            "outcome IN ('pending', 'published', 'held', 'spam', 'removed')", name="outcome"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # version 7: sorts by arrival
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("comments.id"))

    body: Mapped[str] = mapped_column()
    author_name: Mapped[str] = mapped_column()
    author_email: Mapped[str] = mapped_column()
    author_url: Mapped[str] = mapped_column()
    author_hash: Mapped[str] = mapped_column(String(64), default="")  # of the e-mail; outlives it
    network_hash: Mapped[str] = mapped_column(String(32), default="", server_default="")
    text_hash: Mapped[str] = mapped_column(String(32), default="", server_default="")
    link_hashes: Mapped[list[str]] = mapped_column(JSON(), default=list, server_default="[]")
    ip: Mapped[str] = mapped_column()
    user_agent: Mapped[str] = mapped_column()
    referrer: Mapped[str] = mapped_column()
    type: Mapped[str] = mapped_column()
    language: Mapped[str] = mapped_column()
    honeypot: Mapped[str] = mapped_column()
    filled_in_ms: Mapped[int | None] = mapped_column(Integer)
    is_scripted: Mapped[bool | None] = mapped_column()
    key_presses: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column()  # when it was written, as the client says
    received_at: Mapped[datetime] = mapped_column()
    text_purged_at: Mapped[datetime | None] = mapped_column()  # when spam's text was wiped
    identity_purged_at: Mapped[datetime | None] = mapped_column()  # when address and e-mail were

    outcome: Mapped[str] = mapped_column(String(10), default=Outcome.PENDING)
    verdict: Mapped[str | None] = mapped_column(String(10))
    decision: Mapped[str | None] = mapped_column(String(10))
    discard: Mapped[bool] = mapped_column(default=False)  # blatant spam
    score: Mapped[float | None] = mapped_column()  # the model's P(spam)
    urgency: Mapped[float] = mapped_column(default=0.0)  # how much a decision is worth; see policy
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    model: Mapped[str | None] = mapped_column(String(60))
    judged_at: Mapped[datetime | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    spam_since: Mapped[datetime | None] = mapped_column()  # while its outcome is spam
    revision: Mapped[int] = mapped_column(default=1)  # the number of its newest event

    attempts: Mapped[int] = mapped_column(default=0)  # times claimed for scoring
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None] = mapped_column()


class EventRow(Table):
    """One fact about a comment. Its number is the comment's revision, so no two can be the same."""

    __tablename__ = "events"
    __table_args__ = (
        # One machine verdict a comment, whatever dies and restarts in between.
        Index(
            "uq_events_one_verdict",
            "comment_id",
            unique=True,
            sqlite_where=text("kind = 'judged'"),
            postgresql_where=text("kind = 'judged'"),
        ),
        # Statistics read what people decided within a time, few rows among many.
        Index(
            "ix_events_decided",
            "at",
            "actor",
            sqlite_where=text("kind = 'decided'"),
            postgresql_where=text("kind = 'decided'"),
        ),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))  # an EventKind
    actor: Mapped[str] = mapped_column()
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class KeyRow(Table):
    """A key in both its forms, hashed; without a site it opens every one."""

    __tablename__ = "keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(8))  # first characters of the token, to tell it by
    created_at: Mapped[datetime] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()


class AnswerRow(Table):
    """Which comment an Idempotency-Key stands for, kept for a day."""

    __tablename__ = "answers"

    key_id: Mapped[int] = mapped_column(ForeignKey("keys.id"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    comment_id: Mapped[UUID] = mapped_column()  # no foreign key: the answer is claimed first
    created_at: Mapped[datetime] = mapped_column(index=True)


class ModeratorRow(Table):
    """A person with a login."""

    __tablename__ = "moderators"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)  # lower case
    password_hash: Mapped[str] = mapped_column()
    role: Mapped[str] = mapped_column(String(10))  # owner, moderator, viewer
    # None: every site. Else the first of theirs; further ones are in `moderator_sites`.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    created_at: Mapped[datetime] = mapped_column()
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    seen_at: Mapped[datetime | None] = mapped_column()
    deactivated_at: Mapped[datetime | None] = mapped_column()


class LoginRow(Table):
    """A moderator's open session; the cookie holds the secret of which this is the hash."""

    __tablename__ = "logins"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderators.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    device: Mapped[str] = mapped_column(String(80), default="", server_default="")  # in words


class LoginFailureRow(Table):
    """A refused password; counting them slows guessing, over restarts too."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_subject", "subject_hash", "at"),)

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    subject_hash: Mapped[str] = mapped_column(String(64))  # of the account or of the address
    at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Table):
    """What people did that is not about one comment: logins, keys, settings."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_actor", "actor", "at", "id"),
        Index("ix_audit_action", "action", "at", "id"),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column()
    actor: Mapped[str] = mapped_column()
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class LeaseRow(Table):
    """Who may do what only one process at a time should: sweeping, purging."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column()
