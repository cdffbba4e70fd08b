"""authors' standings and notes, hard cases, each site's reasons for removing"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _standings()
    _notes()
    op.create_table(
        "escalations",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        _to("escalations", "comment_id", "comments", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_escalations")),
    )
    op.create_index(op.f("ix_escalations_at"), "escalations", ["at"])
    op.create_table(
        "removal_reasons",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        _to("removal_reasons", "site_id", "sites"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_removal_reasons")),
    )


def _standings() -> None:
    op.create_table(
        "author_standings",
        sa.Column("author_hash", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("stand", sa.String(length=14), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("change_id", SERIAL, nullable=False),
        _to("author_standings", "site_id", "sites"),
        sa.PrimaryKeyConstraint("author_hash", "site_id", name=op.f("pk_author_standings")),
    )
    op.create_index("ix_author_standings_until", "author_standings", ["until"])
    op.create_table(
        "author_changes",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("author_hash", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("stand", sa.String(length=14), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("stand_before", sa.String(length=14), nullable=False),
        sa.Column("until_before", TIME, nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("bulk_id", SERIAL, nullable=True),
        _to("author_changes", "site_id", "sites"),
        _to("author_changes", "bulk_id", "bulks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_changes")),
    )
    op.create_index("ix_author_changes_author", "author_changes", ["author_hash", "site_id", "id"])
    op.create_index(op.f("ix_author_changes_at"), "author_changes", ["at"])
    op.create_index(
        "ix_author_changes_bulk",
        "author_changes",
        ["bulk_id"],
        sqlite_where=sa.text("bulk_id IS NOT NULL"),
        postgresql_where=sa.text("bulk_id IS NOT NULL"),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("author_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        _to("notes", "site_id", "sites"),
        _to("notes", "comment_id", "comments", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_comment", "notes", ["comment_id", "id"])
    op.create_index(op.f("ix_notes_at"), "notes", ["at"])
    op.create_index(
        "ix_notes_author",
        "notes",
        ["author_hash", "site_id", "id"],
        sqlite_where=sa.text("author_hash <> ''"),
        postgresql_where=sa.text("author_hash <> ''"),
    )


def downgrade() -> None:
    for table in ("removal_reasons", "escalations", "notes", "author_changes", "author_standings"):
        op.drop_table(table)


def _to(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
