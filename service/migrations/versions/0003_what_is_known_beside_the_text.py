"""what is known beside the text

Comments from before have no traces: what people decided about them counts from their next decision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HASHES = ("network_hash", "text_hash")
HAS_TEXT_HASH = "text_hash <> ''"


def upgrade() -> None:
    for name in HASHES:
        op.add_column(
            "comments", sa.Column(name, sa.String(length=32), server_default="", nullable=False)
        )
    op.add_column(
        "comments", sa.Column("link_hashes", sa.JSON(), server_default="[]", nullable=False)
    )
    op.create_index(
        "ix_comments_text",
        "comments",
        ["text_hash", "received_at"],
        unique=False,
        sqlite_where=sa.text(HAS_TEXT_HASH),
        postgresql_where=sa.text(HAS_TEXT_HASH),
    )
    op.create_table(
        "precedents",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_precedents_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name=op.f("fk_precedents_site_id_sites")
        ),
        sa.PrimaryKeyConstraint("comment_id", "trace", name=op.f("pk_precedents")),
    )
    op.create_index(
        "ix_precedents_trace",
        "precedents",
        ["trace", "label", "site_id", "comment_id"],
        unique=False,
    )
    op.create_index(op.f("ix_precedents_expires_at"), "precedents", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("precedents")
    op.drop_index("ix_comments_text", "comments")
    for name in (*HASHES, "link_hashes"):
        op.drop_column("comments", name)
