"""The data directory: private, one `up` at a time, with the secret key in it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from service.config import Settings, secret_file
from service.up import data_dir
from service.up.errors import CannotStart


def test_a_new_directory_is_closed_to_others(tmp_path: Path) -> None:
    with data_dir.held(tmp_path / "new" / "data"):
        assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_up_is_told_which_process_holds_the_directory(tmp_path: Path) -> None:
    refused = pytest.raises(CannotStart, match=f"process {os.getpid()}")
    with data_dir.held(tmp_path), refused, data_dir.held(tmp_path):
        pass


def test_the_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with data_dir.held(tmp_path):
            pass


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="--data-dir"), data_dir.held(tmp_path / "file" / "data"):
        pass


def test_a_secret_is_made_once_and_kept_private(settings: Settings) -> None:
    without = replace(settings, secret_key="")
    made = data_dir.with_secret(without).secret_key
    assert len(made) == 64
    assert data_dir.with_secret(without).secret_key == made
    assert secret_file(settings.data_dir).stat().st_mode & 0o777 == 0o600


def test_a_configured_secret_is_used_and_not_written_down(settings: Settings) -> None:
    assert data_dir.with_secret(settings) == settings
    assert not secret_file(settings.data_dir).exists()


def test_an_empty_secret_file_is_not_taken_for_a_secret(settings: Settings) -> None:
    secret_file(settings.data_dir).touch()
    with pytest.raises(CannotStart, match="empty"):
        data_dir.with_secret(replace(settings, secret_key=""))
