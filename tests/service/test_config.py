"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.config import InvalidSettings, Settings

SECRET = "a secret of at least thirty-two characters"


def test_without_any_variable_everything_has_a_default(tmp_path: Path) -> None:
    settings = Settings.from_env({"HAMLET_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/hamlet.sqlite3"
    assert (settings.redis_url, settings.secret_key, settings.workers) == (None, "", 1)


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    settings = Settings.from_env({"HAMLET_SECRET_KEY_FILE": str(tmp_path / "secret")})
    assert settings.secret_key == SECRET


def test_the_secret_that_was_made_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(SECRET)
    assert Settings.from_env({"HAMLET_DATA_DIR": str(tmp_path)}).secret_key == SECRET


def test_a_postgres_address_gets_its_driver() -> None:
    settings = Settings.from_env({"HAMLET_DATABASE_URL": "postgresql://ann:word@db/hamlet"})
    assert settings.database_url == "postgresql+psycopg://ann:word@db/hamlet"


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_env(
            {
                "HAMLET_SECRET_KEY": "short",
                "HAMLET_REDIS_URL": "http://redis",
                "HAMLET_DATABASE_URL": "mysql://db/x",
                "HAMLET_TRUSTED_PROXIES": "10.0.0.0/8, nonsense",
                "HAMLET_PRIVATE_CALLBACKS": "maybe",
                "HAMLET_CHECK_PATIENCE": "60",
                "HAMLET_WORKERS": "0",
                "HAMLET_LOG_LEVEL": "loud",
                "HAMLET_PUBLIC_URL": "example.org",
                "HAMLET_MODEL_DIR_FILE": "/does/not/exist",
            }
        )
    assert len(caught.value.faults) == 10
    assert "HAMLET_SECRET_KEY: 5 characters; at least 32" in str(caught.value)


@pytest.mark.parametrize(("text", "allowed"), [("yes", True), ("No", False), ("", False)])
def test_private_callbacks_are_allowed_by_a_plain_yes(text: str, allowed: bool) -> None:
    assert Settings.from_env({"HAMLET_PRIVATE_CALLBACKS": text}).private_callbacks is allowed


def test_https_makes_the_cookies_secure() -> None:
    settings = Settings.from_env({"HAMLET_PUBLIC_URL": "https://comments.example"})
    assert settings.cookies_are_secure
