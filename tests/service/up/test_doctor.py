"""The doctor: sees what is broken and says how to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models import SpamModel
from service.config import Settings
from service.core import moderation
from service.core.store.session import Store
from service.core.verdict import Decision
from service.up.doctor import Finding, examine
from service.up.first_start import welcome
from tests.fakes import FrozenClock
from tests.service.learning.village import Village
from tests.service.web.moderating import add_comment


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


def test_decisions_that_nobody_learns_are_seen(
    settings: Settings, store: Store, clock: FrozenClock
) -> None:
    clock.move(days=-2000)
    comment_id = add_comment(store, clock, "Buy now")
    with store.writing() as session:
        moderation.decide(session, comment_id, Decision.SPAM, 1, "moderator:1", clock())
    found = by_part(examine(settings))["learning"]
    assert not found.ok
    assert "hamlet worker" in found.remedy


def test_a_live_model_of_another_version_of_the_program_is_seen(
    settings: Settings, store: Store, clock: FrozenClock, shipped: SpamModel
) -> None:
    village = Village(store, clock, shipped)
    village.process().teach()
    village.promote("2027.01-newer", format=99)
    found = by_part(examine(settings))["learning"]
    assert not found.ok
    assert "2027.01-newer cannot be used" in found.seen
