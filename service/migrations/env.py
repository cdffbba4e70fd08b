"""Alembic's entry: runs the steps in `versions/` on the connection that `migrate` hands over."""

from alembic import context

from service.core.store import (  # noqa: F401  # their tables belong to the metadata
    author_tables,
    bulk_tables,
    campaign_tables,
    check_tables,
    lesson_tables,
    people_tables,
    precedents,
    presence_tables,
    view_tables,
)
from service.core.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
