"""Fixtures for every test: a clock, a database of each kind, a broker."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from sqlalchemy import text

import models
from models import SpamModel
from service.config import Settings
from service.core.store.session import Store
from service.core.store.tables import Table
from service.migrations import migrate
from tests import servers
from tests.fakes import FrozenClock

# How long a test takes says more about the machine than about the code.
hypothesis.settings.register_profile("hamlet", deadline=None)
hypothesis.settings.load_profile("hamlet")


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """Servers in threads log outside any test's captured output: only their errors matter."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'hamlet.sqlite3'}",
        secret_key="a secret of at least thirty-two characters",
    )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema: copying it is quicker than migrating for each test."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite3"
    store = Store.open(f"sqlite:///{path}")
    migrate(store.engine)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    store.close()
    return path


@pytest.fixture
def store(settings: Settings, migrated_file: Path) -> Iterator[Store]:
    """A fresh SQLite database with the schema."""
    shutil.copy(migrated_file, settings.data_dir / "hamlet.sqlite3")
    opened = Store.open(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A private PostgreSQL, or the one that HAMLET_TEST_POSTGRES_URL names."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Store]:
    store = Store.open(postgres_url)
    migrate(store.engine)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest) -> Store:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        sqlite: Store = request.getfixturevalue("store")
        return sqlite
    postgres: Store = request.getfixturevalue("migrated_postgres")
    tables = ", ".join(table.name for table in Table.metadata.sorted_tables)
    with postgres.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    return postgres


@pytest.fixture(scope="session")
def shipped() -> SpamModel:
    """The model that comes with the program: for what is learned on top of it."""
    return models.load()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A private Redis-compatible server on a unix socket."""
    with servers.redis() as url:
        yield url
