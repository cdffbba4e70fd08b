"""campaigns: comments that are nearly the same, decided once

Comments from before are in none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _campaigns()
    _members()
    _deeds()


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_last_at"), "campaigns", ["last_at"], unique=False)
    op.create_index(
        "ix_campaigns_open",
        "campaigns",
        ["last_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )


def _members() -> None:
    op.create_table(
        "campaign_members",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", SERIAL, nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("pulled_at", TIME, nullable=True),
        _to("campaign_members", "comment_id", "comments"),
        _to("campaign_members", "campaign_id", "campaigns"),
        _to("campaign_members", "site_id", "sites"),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_campaign_members")),
    )
    table = "campaign_members"
    op.create_index("ix_campaign_members_campaign", table, ["campaign_id", "comment_id"])
    op.create_index("ix_campaign_members_site", table, ["campaign_id", "site_id", "comment_id"])
    op.create_index(op.f("ix_campaign_members_at"), table, ["at"])
    op.create_table(
        "campaign_marks",
        sa.Column("mark", sa.String(length=33), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_campaign_marks")),
    )
    op.create_index(op.f("ix_campaign_marks_at"), "campaign_marks", ["at"])


def _deeds() -> None:
    op.create_table(
        "campaign_deeds",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("campaign_id", SERIAL, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("inherited_until", TIME, nullable=True),
        sa.Column("undone_at", TIME, nullable=True),
        _to("campaign_deeds", "campaign_id", "campaigns"),
        _to("campaign_deeds", "site_id", "sites"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_deeds")),
    )
    op.create_index("ix_campaign_deeds_campaign", "campaign_deeds", ["campaign_id", "id"])
    op.create_table(
        "campaign_done",
        sa.Column("deed_id", SERIAL, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("taught", sa.Boolean(), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        _to("campaign_done", "deed_id", "campaign_deeds"),
        _to("campaign_done", "comment_id", "comments"),
        sa.PrimaryKeyConstraint("deed_id", "comment_id", name=op.f("pk_campaign_done")),
    )
    op.create_index("ix_campaign_done_comment", "campaign_done", ["comment_id"])


def downgrade() -> None:
    for table in ("done", "deeds", "marks", "members"):
        op.drop_table(f"campaign_{table}")
    op.drop_table("campaigns")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)
