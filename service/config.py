"""Settings: the one reader of the environment. Every fault is reported at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

T = TypeVar("T")
Network = IPv4Network | IPv6Network

PREFIX = "HAMLET_"
DEFAULT_DATA_DIR = "~/.local/share/hamlet"
LOG_LEVELS = ("debug", "info", "warning", "error")


class InvalidSettings(Exception):
    """One or more settings cannot be used; the message lists each with its remedy."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("invalid settings:\n" + "\n".join(f"  - {fault}" for fault in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may choose. Tests build it directly; programs use `from_env`."""

    data_dir: Path
    database_url: str
    secret_key: str  # empty only before `up` or `migrate` has made one
    redis_url: str | None = None
    model_dir: Path | None = None  # None: the shipped model
    public_url: str | None = None  # https here makes the cookies Secure
    trusted_proxies: tuple[Network, ...] = ()
    private_callbacks: bool = False  # clients on private addresses may be told of changed answers
    owners_need_second_step: bool = False  # owners can do nothing before they have set one up
    check_patience: float = 0.7  # seconds for one check; some clients wait no longer than one
    campaign_hours: int = 24  # that late arrivals share what was decided about their campaign
    log_level: str = "info"
    workers: int = 1

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings in `environ`. Raises InvalidSettings naming every fault."""
        reader = _Reader(os.environ if environ is None else environ)
        data_dir = reader.value("DATA_DIR", Path(DEFAULT_DATA_DIR).expanduser(), _directory)
        settings = cls(
            data_dir=data_dir,
            database_url=reader.value("DATABASE_URL", default_database_url(data_dir), _database),
            secret_key=reader.value("SECRET_KEY", _stored_secret(data_dir), _secret),
            redis_url=reader.value("REDIS_URL", None, _redis),
            model_dir=reader.value("MODEL_DIR", None, _directory),
            public_url=reader.value("PUBLIC_URL", None, _http_url),
            trusted_proxies=reader.value("TRUSTED_PROXIES", (), _networks),
            private_callbacks=reader.value("PRIVATE_CALLBACKS", False, _switch),
            owners_need_second_step=reader.value("OWNERS_NEED_SECOND_STEP", False, _switch),
            check_patience=reader.value("CHECK_PATIENCE", 0.7, _seconds),
            campaign_hours=reader.value("CAMPAIGN_HOURS", 24, _hours),
            log_level=reader.value("LOG_LEVEL", "info", _log_level),
            workers=reader.value("WORKERS", 1, _count),
        )
        if reader.faults:
            raise InvalidSettings(reader.faults)
        return settings

    @property
    def cookies_are_secure(self) -> bool:
        return bool(self.public_url and self.public_url.startswith("https://"))


class _Reader:
    """Reads NAME or the file named by NAME_FILE, and collects faults instead of stopping."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def value(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        try:
            text = self._text(PREFIX + name)
            return default if text is None else parse(text)
        except (ValueError, OSError) as error:
            self.faults.append(f"{PREFIX}{name}: {error}")
            return default

    def _text(self, name: str) -> str | None:
        if path := self.environ.get(f"{name}_FILE"):
            return Path(path).read_text(encoding="utf-8").strip()
        return self.environ.get(name, "").strip() or None


def environment(chosen: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process: this one's, with settings chosen or set by default.

    Names are without the prefix, as in {"WORKERS": "2"}.
    """
    env = dict(os.environ)
    for name, value in defaults.items():
        if f"{PREFIX}{name}_FILE" not in env:
            env.setdefault(PREFIX + name, value)
    for name, value in chosen.items():
        env.pop(f"{PREFIX}{name}_FILE", None)
        env[PREFIX + name] = value
    return env


def default_database_url(data_dir: Path) -> str:
    return f"sqlite:///{data_dir / 'hamlet.sqlite3'}"


def secret_file(data_dir: Path) -> Path:
    """Where `hamlet up` and `hamlet migrate` keep the secret they made."""
    return data_dir / "secret_key"


def _stored_secret(data_dir: Path) -> str:
    path = secret_file(data_dir)
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(f"{len(text)} characters; at least 32 random ones are needed")
    return text


def _database(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError("not a database address; expected postgresql://user@host/name") from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() == "sqlite":
        return text
    raise ValueError(f"{url.get_backend_name()} is not supported; use postgresql:// or sqlite:///")


def _redis(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("expected redis://, rediss:// or unix://")
    return text


def _http_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("expected an address that starts with https:// or http://")
    return text.rstrip("/")


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"{text!r} is not one of {', '.join(LOG_LEVELS)}")
    return text.lower()


def _switch(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError(f"{text!r}: expected yes or no")
    return text.lower() == "yes"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 10:
        raise ValueError(f"{text!r}: expected seconds from 0.1 to 10")
    return seconds


def _hours(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 720:
        raise ValueError(f"{text!r}: expected hours from 0 (never) to 720")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ValueError(f"{text!r}: expected a number from 1 to 64")
    return int(text)
