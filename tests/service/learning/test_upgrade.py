"""A database of the first version, with decisions in it, brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import text

from models import SpamModel
from service.core.store import examples
from service.core.store.session import Store
from service.core.verdict import Decision
from service.migrations import alembic_config, is_current, migrate
from tests import servers
from tests.fakes import FrozenClock
from tests.service.learning.village import Village

OLD_COMMENT = """
    INSERT INTO comments (id, site_id, article_id, body, author_name, author_email, author_url,
        author_hash, ip, user_agent, referrer, type, language, honeypot, created_at, received_at,
        outcome, decision, discard, urgency, reasons, revision, attempts)
    VALUES (:id, 1, 1, :body, 'Ada', '', '', '', '', '', '', '', '', '', :now, :now,
        :outcome, :decision, :no, 0, '[]', 3, 0)
"""
BODIES = ("Cheap pills, click here", "How long does the dough rest?")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Store]:
    """A database at the first step, with two decided comments on one site."""
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    if request.param == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgres_url"))
    store = Store.open(url)
    with store.engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.commit()
    fill(store, clock)
    yield store
    store.close()


def fill(store: Store, clock: FrozenClock) -> None:
    now = clock()
    with store.writing() as session:
        run = session.connection().execute
        run(
            text(
                "INSERT INTO sites (id, name, url, mode, language, created_at) VALUES "
                "(1, 'blog', 'https://blog.example', 'automatic', '', :now)"
            ),
            {"now": now},
        )
        run(text("INSERT INTO articles (id, site_id, url, title, created_at) VALUES "
                 "(1, 1, 'https://blog.example/bread', 'Bread', :now)"), {"now": now})  # fmt: skip
        for label, body in enumerate(BODIES):
            comment_id = as_stored(store, uuid4())
            outcome = ("spam", "published")[label]
            run(text(OLD_COMMENT), {
                "id": comment_id, "body": body, "now": now, "outcome": outcome,
                "decision": ("spam", "approve")[label], "no": False,
            })  # fmt: skip
            run(text("INSERT INTO examples (comment_id, site_id, label, actor, created_at) "
                     "VALUES (:id, 1, :label, 'moderator:1', :now)"),
                {"id": comment_id, "label": 1 - label, "now": now})  # fmt: skip


def as_stored(store: Store, comment_id: UUID) -> UUID | str:
    return comment_id.hex if store.engine.dialect.name == "sqlite" else comment_id


def test_decisions_from_before_the_upgrade_are_learned_after_it(
    old: Store, clock: FrozenClock, shipped: SpamModel
) -> None:
    migrate(old.engine)
    assert is_current(old.engine)
    village = Village(old, clock, shipped)
    assert village.due()
    process = village.process()
    assert process.teach()
    assert (village.lessons(), village.due()) == (2, False)
    assert process.scorer.version.endswith("+2")
    village.decided("And one more", Decision.SPAM)
    assert process.teach()
    with old.reading() as session:
        assert examples.count(session) == 3
