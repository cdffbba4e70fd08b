"""checks, callbacks, usage; what an unsure comment is answered"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("unsure_answer", sa.String(length=10), nullable=False, server_default="hold")
        )

    op.create_table(
        "checks",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_print", sa.String(length=64), nullable=False),
        sa.Column("words_print", sa.String(length=64), nullable=False),
        sa.Column("text_print", sa.String(length=64), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("said_spam", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_checks_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_checks_key_id_keys")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_checks_site_id_sites")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_checks")),
    )
    with op.batch_alter_table("checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checks_at"), ["at"], unique=False)
        batch_op.create_index("ix_checks_whole", ["key_id", "whole_print", "at"], unique=False)
        batch_op.create_index("ix_checks_words", ["site_id", "words_print"], unique=False)
        batch_op.create_index("ix_checks_text", ["site_id", "text_print"], unique=False)

    op.create_table(
        "callbacks",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("sealed_key", sa.String(length=64), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=True),
        sa.Column("owed", sa.Boolean(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_callbacks_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index("ix_callbacks_due_at", ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_created_at"), ["created_at"], unique=False)

    op.create_table(
        "usage",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.Column("missed_spam", sa.Integer(), nullable=False),
        sa.Column("false_positives", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_usage_key_id_keys")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_usage_site_id_sites")),
        sa.PrimaryKeyConstraint("key_id", "site_id", "day", name=op.f("pk_usage")),
    )


def downgrade() -> None:
    for table in ("usage", "callbacks", "checks"):
        op.drop_table(table)
    op.drop_column("sites", "unsure_answer")
