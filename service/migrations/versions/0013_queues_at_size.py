"""queues at size: indexes that answer alone, and none of urgency but for what waits

On a million comments this takes about a minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"

KNOWN = ("id", "outcome", "site_id", "urgency")
AUTHOR, NETWORK = "author_hash <> ''", "network_hash <> ''"
NAME = sa.text("lower(author_name)")
REMADE = ("urgency", "site_urgency", "author_newest", "network", "name")


def upgrade() -> None:
    _drop(REMADE)
    _index("urgency", ["urgency", "id"], "outcome = 'held'")
    _index("site_urgency", ["site_id", "urgency", "id"], "outcome = 'held'")
    _index("author_newest", ["author_hash", *KNOWN], AUTHOR)
    _index("network", ["network_hash", *KNOWN], NETWORK)
    _index("name", [NAME, *KNOWN, "author_name"])


def downgrade() -> None:
    _drop(REMADE)
    _index("urgency", ["outcome", "urgency", "id"])
    _index("site_urgency", ["site_id", "outcome", "urgency", "id"])
    _index("author_newest", ["author_hash", "id"], AUTHOR)
    _index("network", ["network_hash", "id"], NETWORK)
    _index("name", [NAME, "id"])


def _drop(names: tuple[str, ...]) -> None:
    for name in names:
        op.drop_index(f"ix_comments_{name}", table_name="comments")


def _index(name: str, columns: list[str | sa.TextClause], where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        f"ix_comments_{name}",
        "comments",
        columns,
        sqlite_where=condition,
        postgresql_where=condition,
    )
