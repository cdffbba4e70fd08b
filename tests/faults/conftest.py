"""A running Hamlet to be mistreated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.instance import Instance
from tests import servers


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def hamlet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Instance]:
    """All of it on a database of each kind."""
    url = None
    if request.param == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgres_url"))
    instance = Instance(tmp_path, workers=2, database_url=url)
    instance.start()
    yield instance
    instance.stop()
