"""`hamlet model list`, `retrain`, `promote`, `rollback` on an installation's database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import SpamModel
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.cli.test_run import hamlet
from tests.service.learning.village import Village

OTHER = "2026.12-other"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert hamlet(tmp_path, "migrate").returncode == 0
    return tmp_path


@pytest.fixture
def village(folder: Path, clock: FrozenClock, shipped: SpamModel) -> Iterator[Village]:
    """What a worker leaves behind that has run there."""
    store = Store.open(f"sqlite:///{folder / 'hamlet.sqlite3'}")
    village = Village(store, clock, shipped)
    village.process().teach()
    yield village
    store.close()


def test_a_model_is_listed_promoted_and_rolled_back(folder: Path, village: Village) -> None:
    version = village.model.version
    village.promote(OTHER)
    listed = hamlet(folder, "model", "list").stdout.splitlines()
    assert any(line.startswith(f"{OTHER}  live") for line in listed)
    assert any(line.startswith(f"{version}  retired") for line in listed)
    back = hamlet(folder, "model", "rollback")
    assert back.stdout.startswith(f"{version} is live again instead of {OTHER}")
    assert "nothing to roll back to" in hamlet(folder, "model", "rollback").stderr
    again = hamlet(folder, "model", "promote", OTHER)
    assert again.stdout.startswith(f"{OTHER} is live;")


def test_what_did_not_prove_better_is_promoted_by_force_only(
    folder: Path, village: Village
) -> None:
    village.propose(OTHER, beats=False, why="Filed 3 of 50 ham as spam.")
    refused = hamlet(folder, "model", "promote", OTHER)
    assert (refused.returncode, "Filed 3 of 50 ham" in refused.stderr) == (2, True)
    assert "--force" in refused.stderr
    assert hamlet(folder, "model", "promote", OTHER, "--force").returncode == 0


@pytest.mark.usefixtures("village")
def test_retraining_on_too_little_says_what_is_missing(folder: Path) -> None:
    found = hamlet(folder, "model", "retrain")
    assert (found.returncode, "retrain when more was decided" in found.stderr) == (1, True)


def test_before_the_first_start_only_files_are_listed(tmp_path: Path) -> None:
    listed = hamlet(tmp_path, "model", "list")
    assert (listed.returncode, "shipped" in listed.stdout) == (0, True)
    assert not (tmp_path / "hamlet.sqlite3").exists()
