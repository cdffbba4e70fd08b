"""people: several sites each, invitations, a second step at the login, what the audit log asks"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

AUDIT = (("ix_audit_at", ["at", "id"]), ("ix_audit_actor", ["actor", "at", "id"]),
         ("ix_audit_action", ["action", "at", "id"]))  # fmt: skip


def upgrade() -> None:
    name = sa.Column("name", sa.String(length=80), nullable=False, server_default="")
    op.add_column("moderators", name)
    for column in ("seen_at", "deactivated_at"):
        op.add_column("moderators", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    device = sa.Column("device", sa.String(length=80), nullable=False, server_default="")
    op.add_column("logins", device)
    op.drop_index("ix_audit_at", "audit")
    for index, columns in AUDIT:
        op.create_index(index, "audit", columns)
    _create_sites()
    _create_invitations()
    _create_second_steps()


def _create_sites() -> None:
    op.create_table(
        "moderator_sites",
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderators.id"],
            name=op.f("fk_moderator_sites_moderator_id_moderators"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name=op.f("fk_moderator_sites_site_id_sites")
        ),
        sa.PrimaryKeyConstraint("moderator_id", "site_id", name=op.f("pk_moderator_sites")),
    )


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("site_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["moderators.id"], name=op.f("fk_invitations_invited_by_moderators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitations_secret_hash")),
    )
    op.create_index(op.f("ix_invitations_invited_by"), "invitations", ["invited_by"])
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])


def _create_second_steps() -> None:
    op.create_table(
        "second_steps",
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.String(length=80), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderators.id"],
            name=op.f("fk_second_steps_moderator_id_moderators"),
        ),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_second_steps")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderators.id"],
            name=op.f("fk_recovery_codes_moderator_id_moderators"),
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_moderator_id"), "recovery_codes", ["moderator_id"])


def downgrade() -> None:
    for table in ("recovery_codes", "second_steps", "invitations", "moderator_sites"):
        op.drop_table(table)
    for index, _ in AUDIT:
        op.drop_index(index, "audit")
    op.create_index("ix_audit_at", "audit", ["at"])
    op.drop_column("logins", "device")
    for column in ("deactivated_at", "seen_at", "name"):
        op.drop_column("moderators", column)
