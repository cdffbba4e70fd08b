"""what decisions teach

Examples from before are due: a teacher learns them after the upgrade, where their text still is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DUE = "turn <> learned_turn"
LIVE = "state = 'live'"


def upgrade() -> None:
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.alter_column("label", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("turn", sa.Integer(), server_default="1", nullable=False))
        for name in ("learned_turn", "attempts"):
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("failure", sa.Text(), nullable=True))
    op.create_index(
        "ix_examples_due",
        "examples",
        ["attempts", "created_at"],
        unique=False,
        sqlite_where=sa.text(DUE),
        postgresql_where=sa.text(DUE),
    )
    _create_models()
    _create_log()


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("trained_here", sa.Boolean(), nullable=False),
        sa.Column("rival", sa.String(length=40), nullable=True),
        sa.Column("beats", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_models")),
    )
    op.create_index(
        "uq_models_one_live",
        "models",
        ["state"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    op.create_table(
        "generations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("serial", SERIAL, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["base"], ["models.version"], name=op.f("fk_generations_base_models")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generations")),
    )


def _create_log() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("trust", sa.Double(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=True),
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_lessons_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_lessons_comment_id")),
    )
    op.create_index("ix_lessons_site", "lessons", ["site_id", "id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("serial", SERIAL, autoincrement=False, nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name=op.f("fk_steps_generation_id_generations")
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_steps")),
    )
    op.create_table(
        "snapshots",
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("serial", SERIAL, autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name=op.f("fk_snapshots_generation_id_generations"),
        ),
        sa.PrimaryKeyConstraint("generation_id", "serial", name=op.f("pk_snapshots")),
    )


def downgrade() -> None:
    for table in ("snapshots", "steps", "lessons", "generations", "models"):
        op.drop_table(table)
    op.drop_index("ix_examples_due", "examples")
    op.execute("DELETE FROM examples WHERE label IS NULL")
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.alter_column("label", existing_type=sa.Integer(), nullable=False)
        for name in ("turn", "learned_turn", "attempts", "failure"):
            batch_op.drop_column(name)
