"""/healthz and /readyz: what an operator's probe learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.config import Settings
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.service.web.conftest import ARTICLE_URL, Site


def readyz(client: FlaskClient) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.get_json()


def test_a_process_that_answers_is_healthy(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_all_parts_are_named(client: FlaskClient) -> None:
    assert readyz(client) == (
        200,
        {
            "status": "ready",
            "database": "ok",
            "redis": "ok",
            "model": "plain-1",
            "model_fault": False,
            "oldest_pending_seconds": None,
            "oldest_unlearned_seconds": None,
            "spooled_bytes": 0,
        },
    )


def test_without_redis_it_is_degraded(client: FlaskClient, bell: QuietBell) -> None:
    bell.up = False
    status, found = readyz(client)
    assert (status, found["status"], found["redis"]) == (200, "degraded", "not_configured")


def test_with_checks_not_written_yet_it_is_degraded(client: FlaskClient, app: Flask) -> None:
    spool = app.extensions["hamlet-akismet"].spool
    spool.add({"a": 1})
    status, found = readyz(client)
    assert (status, found["status"], found["spooled_bytes"]) == (200, "degraded", 9)
    spool.replay(lambda _: None)
    assert readyz(client)[1]["status"] == "ready"


@pytest.mark.parametrize(("age", "status"), [(29, 200), (31, 503)])
def test_a_comment_that_waits_too_long_makes_it_not_ready(
    client: FlaskClient, site: Site, clock: FrozenClock, age: int, status: int
) -> None:
    document = {"article_url": ARTICLE_URL, "body": "Lovely."}
    client.post("/api/v1/comments", json=document, headers=site.headers)
    clock.move(seconds=age)
    answer, found = readyz(client)
    assert (answer, found["oldest_pending_seconds"]) == (status, age)


def test_without_a_model_it_is_not_ready(
    settings: Settings, store: Store, clock: FrozenClock
) -> None:
    scorer = Scorer(None, "no file at /srv/models")
    app = create_app(settings, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.get_json()["model"]) == (503, None)
    assert "/srv" not in response.text


def test_with_another_model_than_asked_for_it_is_degraded(
    settings: Settings, store: Store, clock: FrozenClock
) -> None:
    scorer = Scorer(PlainModel(), "the one asked for is broken")  # type: ignore[arg-type]
    app = create_app(settings, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    status, found = readyz(app.test_client())
    assert (status, found["status"], found["model_fault"]) == (200, "degraded", True)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (lambda here: f"sqlite:///{here / 'fresh.sqlite3'}", "schema_not_current"),
        (lambda here: f"sqlite:///{here / 'missing' / 'x.sqlite3'}", "away"),
    ],
)
def test_without_its_database_it_is_not_ready(
    settings: Settings,
    scorer: Scorer,
    clock: FrozenClock,
    tmp_path: Path,
    address: Callable[[Path], str],
    told: str,
) -> None:
    store = Store.open(address(tmp_path))
    app = create_app(settings, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    status, found = readyz(app.test_client())
    store.close()
    assert (status, found["database"]) == (503, told)
