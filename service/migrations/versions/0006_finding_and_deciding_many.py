"""finding comments by author and network; deciding many at once"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INDEXES = ("ix_comments_author_newest", "ix_comments_network", "ix_comments_name")


def upgrade() -> None:
    op.create_index(
        "ix_comments_author_newest",
        "comments",
        ["author_hash", "id"],
        sqlite_where=sa.text("author_hash <> ''"),
        postgresql_where=sa.text("author_hash <> ''"),
    )
    op.create_index(
        "ix_comments_network",
        "comments",
        ["network_hash", "id"],
        sqlite_where=sa.text("network_hash <> ''"),
        postgresql_where=sa.text("network_hash <> ''"),
    )
    op.create_index("ix_comments_name", "comments", [sa.text("lower(author_name)"), "id"])
    op.create_table(
        "bulks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_bulks_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_bulks"),
    )
    op.create_index("ix_bulks_site", "bulks", ["site_id", "id"])
    op.create_table(
        "bulk_members",
        sa.Column("bulk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulks.id"], name="fk_bulk_members_bulk_id_bulks"),
        sa.PrimaryKeyConstraint("bulk_id", "comment_id", name="pk_bulk_members"),
    )


def downgrade() -> None:
    op.drop_table("bulk_members")
    op.drop_table("bulks")
    for name in INDEXES:
        op.drop_index(name, "comments")
