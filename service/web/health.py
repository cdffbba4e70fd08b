"""/healthz: this process answers. /readyz: its parts do, and comments get their verdicts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
import structlog
from flask import Blueprint, Flask, Response

from service.core.store import comments, examples
from service.core.store.session import DATABASE_AWAY
from service.migrations import is_current
from service.web.akismet.context import context
from service.web.parts import parts

log = structlog.get_logger()
MAX_PENDING_AGE = 30  # seconds; the sweeper needs a second or two
MAX_UNLEARNED_AGE = 60  # seconds, of a decision


class State(StrEnum):
    READY = "ready"
    DEGRADED = "degraded"  # comments are judged, by fewer ways than there should be
    NOT_READY = "not_ready"


class Health(msgspec.Struct):
    """The answer of /healthz."""

    status: str = "ok"


class Readiness(msgspec.Struct, kw_only=True):
    """The answer of /readyz. The why of a fault is in the log: this page is open to all."""

    status: State = State.READY
    database: str  # ok, away, schema_not_current
    redis: str  # ok, away, not_configured
    model: str | None  # its version
    model_fault: bool  # there is none, or it is not the one asked for
    oldest_pending_seconds: float | None  # None when nothing waits
    oldest_unlearned_seconds: float | None  # the same of decisions
    spooled_bytes: int  # checks and reports promised while the database was away, still unwritten


doors = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(doors)


@doors.get("/healthz")
def healthz() -> Response:
    """200 while the process answers."""
    return _answer(Health(), 200)


@doors.get("/readyz")
def readyz() -> Response:
    """200 when comments come in and get their verdicts, 503 when they do not."""
    found = _look()
    found.status = _state(found)
    return _answer(found, 503 if found.status is State.NOT_READY else 200)


def _look() -> Readiness:
    here = parts()
    try:
        database = "ok" if is_current(here.store.engine) else "schema_not_current"
        pending, unlearned = _waits() if database == "ok" else (None, None)
    except DATABASE_AWAY as error:
        log.error("database_away", why=type(error).__name__)
        database, pending, unlearned = "away", None, None
    return Readiness(
        database=database,
        redis=_redis(),
        model=here.scorer.version if here.scorer.model else None,
        model_fault=bool(here.scorer.fault) or here.scorer.model is None,
        oldest_pending_seconds=pending,
        oldest_unlearned_seconds=unlearned,
        spooled_bytes=context().spool.size(),
    )


def _state(found: Readiness) -> State:
    too_old = (found.oldest_pending_seconds or 0) > MAX_PENDING_AGE
    if found.database != "ok" or found.model is None or too_old:
        return State.NOT_READY
    is_behind = (found.oldest_unlearned_seconds or 0) > MAX_UNLEARNED_AGE
    if found.redis != "ok" or found.model_fault or is_behind or found.spooled_bytes:
        return State.DEGRADED
    return State.READY


def _waits() -> tuple[float | None, float | None]:
    """How long the oldest comment waits for its verdict, and the oldest decision to be learned."""
    here = parts()
    here.scorer.follow(here.store)
    with here.store.reading() as session:
        oldest = comments.oldest_pending(session), examples.oldest_due(session)
    pending, unlearned = (_age(since) for since in oldest)
    return pending, unlearned


def _age(since: datetime | None) -> float | None:
    return None if since is None else max(0.0, (parts().clock() - since).total_seconds())


def _redis() -> str:
    if parts().bell.is_up():
        return "ok"
    return "away" if parts().settings.redis_url else "not_configured"


def _answer(payload: msgspec.Struct, status: int) -> Response:
    response = Response(msgspec.json.encode(payload), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
