"""who looks at which comment just now, so that two need not decide the same one"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column(
            "moderator_id",
            sa.Integer(),
            sa.ForeignKey(
                "moderators.id",
                name="fk_presences_moderator_id_moderators",
                ondelete="CASCADE",
            ),
            nullable=False,
        ),
        sa.Column(
            "comment_id",
            sa.Uuid(),
            sa.ForeignKey(
                "comments.id", name="fk_presences_comment_id_comments", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", name="pk_presences"),
    )


def downgrade() -> None:
    op.drop_table("presences")
