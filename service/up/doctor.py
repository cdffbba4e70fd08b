"""The doctor: looks at every part of an installation and says how to mend what is broken."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from service.clock import utc_now
from service.config import Settings
from service.core.store import examples, lessons, moderators, registry
from service.core.store.session import Store
from service.learning.following import load_registered
from service.scoring import Scorer
from service.up.broker import find_binary, version_of
from service.up.errors import CannotStart

BEHIND = timedelta(minutes=1)  # decisions are learned within seconds
LEAST_FREE = 500 * 1024 * 1024  # bytes
OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor saw of one part; `remedy` matters only where it is not ok."""

    part: str
    ok: bool
    seen: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """A finding for every part, in the order in which they should be mended."""
    store = Store.open(settings.database_url)
    try:
        return [
            _secret(settings),
            _data_dir(settings),
            _disk(settings),
            _database(store),
            _broker(settings),
            _model(settings),
            _learning(store),
            _owner(store),
        ]
    finally:
        store.close()


def _secret(settings: Settings) -> Finding:
    seen = "set" if settings.secret_key else "none"
    remedy = "run `hamlet up` or `hamlet migrate` once, or set HAMLET_SECRET_KEY"
    return Finding("secret key", bool(settings.secret_key), seen, remedy)


def _data_dir(settings: Settings) -> Finding:
    path = settings.data_dir
    if not path.is_dir():
        return Finding("data directory", False, f"{path} is missing", "run `hamlet up` once")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        remedy = f"make it this user's own: chown -R {os.geteuid()} {path}"
        return Finding("data directory", False, f"{path} cannot be written", remedy)
    mode = path.stat().st_mode & 0o777
    seen = f"{path}, mode {mode:o}"
    return Finding(
        "data directory", not mode & OTHERS, seen, f"close it to others: chmod 700 {path}"
    )


def _disk(settings: Settings) -> Finding:
    existing = next(
        path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists()
    )
    free = shutil.disk_usage(existing).free
    return Finding(
        "disk", free >= LEAST_FREE, f"{free / 2**30:.1f} GiB free", "make room, or move the data"
    )


def _database(store: Store) -> Finding:
    from service.migrations import is_current

    def look() -> Finding:
        current = is_current(store.engine)
        seen = "answers; the schema is " + ("current" if current else "not current")
        return Finding("database", current, seen, "run `hamlet migrate`")

    return _if_it_answers("database", store, look)


def _broker(settings: Settings) -> Finding:
    if settings.redis_url is not None:
        from service.dispatch import Bell

        up = Bell(settings.redis_url).is_up()
        seen = "the configured Redis " + ("answers" if up else "does not answer")
        remedy = "start it or check HAMLET_REDIS_URL; until then the sweeper does the work, slower"
        return Finding("broker", up, seen, remedy)
    try:
        binary = find_binary()
    except CannotStart as error:
        return Finding("broker", False, "none found", str(error))
    return Finding("broker", True, f"`hamlet up` runs {binary}: {version_of(binary)}")


def _model(settings: Settings) -> Finding:
    scorer = Scorer.load(settings)
    ok = scorer.model is not None and not scorer.fault
    seen = f"version {scorer.version}" + (f"; {scorer.fault}" if scorer.fault else "")
    remedy = "check HAMLET_MODEL_DIR; without it the shipped model is used. Else install again"
    return Finding("model", ok, seen, remedy)


def _learning(store: Store) -> Finding:
    def look() -> Finding:
        if fault := _live_model_fault(store):
            return Finding(
                "learning",
                False,
                fault,
                "bring every machine to the same version, or "
                "`hamlet model promote` one of this version",
            )
        with store.reading() as session:
            learned, failed = lessons.count(session), examples.count_failed(session)
            oldest = examples.oldest_due(session)
        age = utc_now() - oldest if oldest else timedelta(0)
        seen = f"{learned} decisions learned" + (f", {failed} could not be" if failed else "")
        if age > BEHIND:
            seen += f"; the oldest that waits was made {age.total_seconds() / 60:.0f} minutes ago"
        remedy = "a running `hamlet worker` or `hamlet up` learns them; else its log says why not"
        return Finding("learning", age <= BEHIND, seen, remedy)

    return _if_it_answers("learning", store, look)


def _live_model_fault(store: Store) -> str:
    """Why this program cannot use the installation's live model; empty if it can, or none is."""
    from models import ModelError

    with store.reading() as session:
        version = registry.live_version(session)
        try:
            if version is not None:
                load_registered(session, version)
        except ModelError as error:
            return f"the live model {version} cannot be used by this program: {error}"
    return ""


def _owner(store: Store) -> Finding:
    def look() -> Finding:
        with store.reading() as session:
            exists = moderators.any_exists(session)
        remedy = "run `hamlet moderator add EMAIL --role owner`"
        return Finding("people", exists, "somebody can log in" if exists else "nobody", remedy)

    return _if_it_answers("people", store, look)


def _if_it_answers(part: str, store: Store, look: Callable[[], Finding]) -> Finding:
    url = store.engine.url
    database = url.database if url.get_backend_name() == "sqlite" else None
    if database and database != ":memory:" and not os.path.exists(database):  # looking makes none
        return Finding(part, False, "there is no database yet", "run `hamlet migrate`")
    try:
        return look()
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        return Finding(part, False, reason, "check HAMLET_DATABASE_URL, then `hamlet migrate`")
