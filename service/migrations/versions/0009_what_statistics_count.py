"""what statistics count: arrivals by site and time with verdict and score, decisions by time"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

DECIDED = sa.text("kind = 'decided'")


def upgrade() -> None:
    columns = ["site_id", "received_at", "verdict", "score"]
    op.create_index("ix_comments_arrived", "comments", columns)
    op.create_index(
        "ix_events_decided",
        "events",
        ["at", "actor"],
        sqlite_where=DECIDED,
        postgresql_where=DECIDED,
    )


def downgrade() -> None:
    op.drop_index("ix_events_decided", "events")
    op.drop_index("ix_comments_arrived", "comments")
