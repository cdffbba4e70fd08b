"""how a form was filled in: by a script that ran, with keys that were pressed"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = (("is_scripted", sa.Boolean()), ("key_presses", sa.Integer()))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("comments", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in COLUMNS:
        op.drop_column("comments", name)
