"""The tables of learning: examples, the lessons made of them, and what those changed in the model.

`examples` is what people said; `lessons` and `steps` follow from it and can be made again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import SERIAL, Table

DUE = "turn <> learned_turn"


class ExampleRow(Table):
    """A comment with its label, as a person gave it. Undoing the decision takes the label away.

    What is said anew raises `turn`; the row is due until the teacher has come to that turn.
    """

    __tablename__ = "examples"
    __table_args__ = (
        Index(
            "ix_examples_due",
            "attempts",
            "created_at",
            sqlite_where=text(DUE),
            postgresql_where=text(DUE),
        ),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    label: Mapped[int | None] = mapped_column()  # 1 spam, 0 ham, None withdrawn
    actor: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()  # of the decision that stands
    turn: Mapped[int] = mapped_column(default=1, server_default="1")
    learned_turn: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # teachers that took it up
    failure: Mapped[str | None] = mapped_column()  # why this turn could not be learned


class LessonRow(Table):
    """What a comment taught its site. It holds features, no text, and so outlives the text."""

    __tablename__ = "lessons"
    __table_args__ = (UniqueConstraint("comment_id"), Index("ix_lessons_site", "site_id", "id"))

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)  # their order
    # No foreign key: its lock on the comment would meet those of scorers and moderators in a ring.
    comment_id: Mapped[UUID] = mapped_column()
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    label: Mapped[int] = mapped_column()
    trust: Mapped[float] = mapped_column()
    features: Mapped[bytes] = mapped_column(LargeBinary)
    generation_id: Mapped[int] = mapped_column()  # that `change` belongs to
    change: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: sleeps, its features are old
    serial: Mapped[int] = mapped_column(SERIAL)  # of the step that taught it
    created_at: Mapped[datetime] = mapped_column()


class ModelRow(Table):
    """A model for all sites, that a program brought along or that was made here of lessons."""

    __tablename__ = "models"
    __table_args__ = (
        Index(
            "uq_models_one_live",
            "state",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    manifest: Mapped[bytes] = mapped_column(LargeBinary)
    weights: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))  # a State of the registry
    trained_here: Mapped[bool] = mapped_column()
    rival: Mapped[str | None] = mapped_column(String(40))  # the live one it was compared with
    beats: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    live_since: Mapped[datetime | None] = mapped_column()  # None: never, or rolled back


class GenerationRow(Table):
    """All lessons learned on top of one base. The newest born one is what everybody follows."""

    __tablename__ = "generations"

    id: Mapped[int] = mapped_column(primary_key=True)
    base: Mapped[str] = mapped_column(ForeignKey("models.version"))
    serial: Mapped[int | None] = mapped_column(SERIAL)  # of its newest step; None: not born yet
    created_at: Mapped[datetime] = mapped_column()


class StepRow(Table):
    """A change of the sites' part of the model. Serial numbers go up by one, over generations."""

    __tablename__ = "steps"

    serial: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=False)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generations.id"))
    change: Mapped[bytes] = mapped_column(LargeBinary)


class SnapshotRow(Table):
    """The sum of a generation's steps up to a serial number, so that a start need not add them."""

    __tablename__ = "snapshots"

    generation_id: Mapped[int] = mapped_column(ForeignKey("generations.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=False)
    state: Mapped[bytes] = mapped_column(LargeBinary)
