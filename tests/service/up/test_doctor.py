"""The doctor: sees what is broken and says how to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.config import Settings
from service.core.store.session import Store
from service.up.doctor import Finding, examine
from service.up.first_start import welcome
from tests.fakes import FrozenClock


def by_part(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.part: finding for finding in findings}


def test_a_working_installation_has_no_broken_part(
    settings: Settings, store: Store, clock: FrozenClock, redis_url: str
) -> None:
    settings.data_dir.chmod(0o700)
    welcome(store, "http://127.0.0.1:8000", settings.secret_key, clock())
    found = by_part(examine(replace(settings, redis_url=redis_url)))
    assert {part for part, finding in found.items() if not finding.ok} == set()


def test_before_the_first_start_every_broken_part_has_a_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    settings = Settings(
        data_dir=folder, database_url=f"sqlite:///{folder}/hamlet.sqlite3", secret_key=""
    )
    found = by_part(examine(settings))
    for part in ("secret key", "data directory", "database", "people"):
        assert not found[part].ok
        assert found[part].remedy
    assert not folder.exists()  # looking changes nothing


def test_a_schema_that_is_behind_is_seen(settings: Settings) -> None:
    (settings.data_dir / "hamlet.sqlite3").touch()
    found = by_part(examine(settings))
    assert not found["database"].ok
    assert "hamlet migrate" in found["database"].remedy


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"redis_url": "redis://127.0.0.1:1/0"}, "broker"),
        ({"model_dir": Path("/nowhere")}, "model"),
        ({"database_url": "postgresql+psycopg://postgres@127.0.0.1:1/none"}, "database"),
    ],
)
def test_a_configured_part_that_is_away_is_seen(
    settings: Settings, store: Store, change: dict[str, object], part: str
) -> None:
    found = by_part(examine(replace(settings, **change)))  # type: ignore[arg-type]
    assert not found[part].ok


def test_a_directory_open_to_others_is_seen(settings: Settings) -> None:
    settings.data_dir.chmod(0o755)
    assert "chmod 700" in by_part(examine(settings))["data directory"].remedy
