"""queues at size: indexes that answer alone, and none of urgency but for what waits

On a million comments this takes about a minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KNOWN = ("id", "outcome", "site_id", "urgency")
AUTHOR, NETWORK = "author_hash <> ''", "network_hash <> ''"
NAME = sa.text("lower(author_name)")
FREED = (("comment_id", "comments"), ("site_id", "sites"))
REMADE = ("urgency", "site_urgency", "author_newest", "network", "name")


def upgrade() -> None:
    _count_days()
    _keep_several_sites()
    _drop(REMADE)
    _index("urgency", ["urgency", "id"], "outcome = 'held'")
    _index("site_urgency", ["site_id", "urgency", "id"], "outcome = 'held'")
    _index("author_newest", ["author_hash", *KNOWN], AUTHOR)
    _index("network", ["network_hash", *KNOWN], NETWORK)
    _index("name", [NAME, *KNOWN, "author_name"])
    if _is_sqlite():
        _remake_precedents()
        return
    for column, other in FREED:
        op.drop_constraint(f"fk_precedents_{column}_{other}", "precedents", type_="foreignkey")


def _count_days() -> None:
    op.create_table(
        "counted_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_counted_days")),
    )
    keys = ("kind", "day", "site_id", "verdict", "decision", "actor", "step")
    op.create_table(
        "day_counts",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_day_counts")),
    )


def _keep_several_sites() -> None:
    for table in ("bulks", "campaign_deeds"):
        op.add_column(table, sa.Column("site_ids", sa.JSON(), nullable=True))
    several = sa.text("site_ids IS NOT NULL")
    op.create_index(
        "ix_bulks_several", "bulks", ["id"], sqlite_where=several, postgresql_where=several
    )


def downgrade() -> None:
    op.drop_table("day_counts")
    op.drop_table("counted_days")
    op.drop_index("ix_bulks_several", table_name="bulks")
    for table in ("bulks", "campaign_deeds"):
        op.drop_column(table, "site_ids")
    _drop(REMADE)
    _index("urgency", ["outcome", "urgency", "id"])
    _index("site_urgency", ["site_id", "outcome", "urgency", "id"])
    _index("author_newest", ["author_hash", "id"], AUTHOR)
    _index("network", ["network_hash", "id"], NETWORK)
    _index("name", [NAME, "id"])
    keys = [(f"fk_precedents_{column}_{other}", other, column) for column, other in FREED]
    if _is_sqlite():
        _remake_precedents(
            *(sa.ForeignKeyConstraint([own], [f"{other}.id"], name) for name, other, own in keys)
        )
        return
    for name, other, own in keys:
        op.create_foreign_key(name, "precedents", other, [own], ["id"])


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


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _remake_precedents(*keys: sa.ForeignKeyConstraint) -> None:
    """SQLite changes no table's foreign keys: the rows move to a new one, with these."""
    op.create_table(
        "precedents_remade",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        *keys,
        sa.PrimaryKeyConstraint("comment_id", "trace", name=op.f("pk_precedents")),
    )
    op.execute(
        "INSERT INTO precedents_remade (comment_id, trace, site_id, label, expires_at)"
        " SELECT comment_id, trace, site_id, label, expires_at FROM precedents"
    )
    op.drop_table("precedents")
    op.rename_table("precedents_remade", "precedents")
    op.create_index(op.f("ix_precedents_expires_at"), "precedents", ["expires_at"])
    traced = ["trace", "label", "site_id", "comment_id"]
    op.create_index("ix_precedents_trace", "precedents", traced)
